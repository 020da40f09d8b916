"""Every key and index of the table. Sort keys sort: UTC, fixed width."""

from datetime import UTC, datetime
from typing import NamedTuple
from zlib import crc32

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.ids import CaseId, IncidentId, PostId, StaffId, SubjectId, UserId
from mentiondesk.domain.incidents.drafts import Occasion
from mentiondesk.domain.incidents.incident import Incident, Update
from mentiondesk.domain.posts.post import Source
from mentiondesk.domain.status.subscribers import SubscriberId

PK, SK = "pk", "sk"
EXPIRES = "expires_at"
# The number of the form in which an item was written.
SCHEMA = "schema"


class Index(NamedTuple):
    """An index of the table: its name, and the attributes that are its partition and sort key."""

    name: str
    partition: str
    sort: str


DUE_SHARD, DUE_AT = "due_shard", "due_at"
# Sparse: only what has an alert to come. Sharded, so that no key is hot on a bad day.
DUE = Index("due", DUE_SHARD, DUE_AT)
QUEUE, ANSWER_BY = "queue", "answer_by"
# Cases by state; the customers who wait, by deadline.
WAITING = Index("queue", QUEUE, ANSWER_BY)
INDEXES = (DUE, WAITING)
DUE_INDEX, QUEUE_INDEX = DUE.name, WAITING.name
SHARDS = 4
# Ids compare as numbers: digits of a 64-bit id.
_LONGEST_ID = 20

POST, CASE, CUSTOMER, TIMELINE, ALERT, EVENT = "POST", "CASE", "CUSTOMER", "T#", "A#", "E#"
ALL_INCIDENTS, OPEN_INCIDENTS = "INCIDENTS", "INCIDENTS#OPEN"
INCIDENT, UPDATE, JOINED, PERSON = "INCIDENT", "UPDATE#", "P#", "W#"
CASE_PREFIX, INCIDENT_PREFIX, READS = "CASE#", "INCIDENT#", "READS#"

Key = dict[str, str]


def stamp(moment: datetime) -> str:
    """Text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _key(pk: str, sk: str) -> Key:
    return {PK: pk, SK: sk}


def post(post_id: PostId) -> Key:
    return _key(f"POST#{post_id}", POST)


def case(case_id: CaseId) -> Key:
    return _key(f"{CASE_PREFIX}{case_id}", CASE)


def timeline(case_id: CaseId, at: datetime, post_id: PostId) -> Key:
    return _key(f"{CASE_PREFIX}{case_id}", f"{TIMELINE}{stamp(at)}#{post_id.zfill(_LONGEST_ID)}")


def incident(incident_id: IncidentId) -> Key:
    return _key(f"{INCIDENT_PREFIX}{incident_id}", INCIDENT)


def is_case(matter_id: SubjectId) -> bool:
    """A case's id holds a "#", an incident's holds none."""
    return "#" in matter_id


def matter(matter_id: SubjectId) -> Key:
    return case(CaseId(matter_id)) if is_case(matter_id) else incident(IncidentId(matter_id))


def matter_in(pk: str) -> SubjectId:
    """Whose item it is: the reverse of `matter`."""
    _, _, matter_id = pk.partition("#")
    return CaseId(matter_id) if pk.startswith(CASE_PREFIX) else IncidentId(matter_id)


def update(update: Update) -> Key:
    """One public word about an incident."""
    return _key(f"{INCIDENT_PREFIX}{update.incident_id}", f"{UPDATE}{stamp(update.at)}")


def joined(incident_id: IncidentId, post_id: PostId) -> Key:
    """One post that is part of an incident."""
    return _key(f"{INCIDENT_PREFIX}{incident_id}", f"{JOINED}{post_id.zfill(_LONGEST_ID)}")


def person(incident_id: IncidentId, user_id: UserId) -> Key:
    """One person whom an incident has met."""
    return _key(f"{INCIDENT_PREFIX}{incident_id}", f"{PERSON}{user_id}")


def incident_listed(incident: Incident) -> Key:
    """An incident's place in the list of all, by when it was created."""
    return _key(ALL_INCIDENTS, f"{stamp(incident.created_at)}#{incident.incident_id}")


def incident_open(incident_id: IncidentId) -> Key:
    """An incident's place in the list of those that go on."""
    return _key(OPEN_INCIDENTS, incident_id)


def event(matter_id: SubjectId, event_id: str) -> Key:
    """What somebody did to a case or an incident."""
    return _key(matter(matter_id)[PK], f"{EVENT}{event_id}")


def alerts_of(matter_id: SubjectId, since: datetime) -> Key:
    """The prefix of one wait's ledger."""
    return _key(matter(matter_id)[PK], f"{ALERT}{stamp(since)}#")


def alert(alert: Alert) -> Key:
    prefix = alerts_of(alert.matter_id, alert.since)
    return _key(prefix[PK], f"{prefix[SK]}{alert.stage}#{alert.staff_id}#{alert.channel}")


def customer(user_id: UserId) -> Key:
    return _key(f"CUSTOMER#{user_id}", CUSTOMER)


def cursor(source: Source) -> Key:
    return _key("CURSOR", str(source))


def reads(now: datetime) -> Key:
    """One UTC day's count of reads."""
    return _key(f"{READS}{now:%Y-%m}", f"{now:%d}")


def opinions(now: datetime) -> Key:
    """One UTC day's count of second opinions."""
    return _key("OPINIONS", f"{now:%Y-%m-%d}")


def set_aside(now: datetime, digest: str) -> Key:
    return _key(f"ASIDE#{now:%Y-%m-%d}", digest)


def texts(staff_id: StaffId) -> Key:
    return _key(f"STAFF#{staff_id}", "TEXTS")


def settings(version: int | None = None) -> Key:
    """The settings in force, or one of the versions before."""
    return _key("SETTINGS", "CURRENT" if version is None else f"V#{version:06d}")


def shard(matter_id: SubjectId) -> int:
    return crc32(matter_id.encode()) % SHARDS


def due_shard(number: int) -> str:
    return f"DUE#{number}"


def queue(state: str, number: int) -> str:
    return f"{state.upper()}#{number}"


def draft(incident_id: IncidentId, occasion: Occasion | None = None) -> Key:
    """A post on X about an incident; without the occasion, the prefix of all of them."""
    return _key(f"{INCIDENT_PREFIX}{incident_id}", f"DRAFT#{occasion or ''}")


def pushed(incident_id: IncidentId) -> Key:
    """How far an incident is told at the hosted status page."""
    return _key(f"{INCIDENT_PREFIX}{incident_id}", "PUSHED")


def telling(incident_id: IncidentId, update_id: str) -> Key:
    """How far one update has come on its way to the subscribers."""
    return _key(f"{INCIDENT_PREFIX}{incident_id}", f"TELLING#{update_id}")


def subscriber(subscriber_id: SubscriberId) -> Key:
    return _key("SUBSCRIBERS", subscriber_id)


def asked(subscriber_id: SubscriberId) -> Key:
    """Who has been asked whether they want mail."""
    return _key("SUBSCRIBERS#ASKED", subscriber_id)


def signals(day: datetime) -> str:
    """The partition of one UTC day's signals: a window is one read, and a bad day's writes are few for one key."""
    return f"SIGNAL#{day.astimezone(UTC):%Y-%m-%d}"


def signal(at: datetime, post_id: PostId) -> Key:
    """What one complaint says."""
    return _key(signals(at), f"{stamp(at)}#{post_id.zfill(_LONGEST_ID)}")


def usual(hour_of_week: int | None = None) -> Key:
    """What is usually heard in an hour of the week, or over all hours."""
    return _key("USUAL", "ALL" if hour_of_week is None else f"HOUR#{hour_of_week:03d}")
