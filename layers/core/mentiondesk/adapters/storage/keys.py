"""Every key and index of the table. Sort keys sort: UTC, fixed width."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, ReplyId, StaffId, SubjectId, UserId
from mentiondesk.domain.incidents.drafts import Occasion
from mentiondesk.domain.incidents.incident import Incident, Update
from mentiondesk.domain.posts.post import Source
from mentiondesk.domain.status.subscribers import SubscriberId

PK, SK = "pk", "sk"
EXPIRES = "expires_at"
# The number of the form in which an item was written.
SCHEMA = "schema"
# When a post's text was classified; posts without it feed the classifier.
TAGGED_AT = "tagged_at"


class Index(NamedTuple):
    """An index of the table: its name, and the attributes that are its partition and sort key."""

    name: str
    partition: str
    sort: str


DUE_SHARD, DUE_AT = "due_shard", "due_at"
# The partition of the due index in which posts wait to be classified; a post leaves it with its tags.
UNTAGGED = "UNTAGGED"
# The partitions of the due index for replies that the sender, or a person, has to look at.
OUTBOX, HELD, MEASURES = "OUTBOX", "HELD", "MEASURES"
# The partition of the due index in which watches over claims stand.
CLAIMS = "DUE#CLAIMS"
# Sparse: only what has an alert to come, and posts without tags. Sharded, so that no key is hot on a bad day.
DUE = Index("due", DUE_SHARD, DUE_AT)
# The beginning of the partitions with alerts and messages to come.
ALERTS_DUE = "DUE#"
QUEUE, ANSWER_BY = "queue", "answer_by"
# The part of the queue for cases in which nothing is awaited, by their last post.
IDLE = "idle"
# Cases by state; the customers who wait, by deadline.
WAITING = Index("queue", QUEUE, ANSWER_BY)
INDEXES = (DUE, WAITING)
SHARDS = 4
# In the due index, what is critical has a shard of its own: the notifier reads it before the others.
CRITICAL_SHARD, OTHER_SHARDS = 0, range(1, SHARDS)
# Ids compare as numbers: digits of a 64-bit id.
_LONGEST_ID = 20

POST, CASE, CUSTOMER, TIMELINE, ALERT = "POST", "CASE", "CUSTOMER", "T#", "A#"
# The record of staff in the form before there were timelines; read when an item of that form is upgraded.
OLD_EVENT = "E#"
ESCALATION, MESSAGE = "ESCALATION", "M#"
REPLY, REPLY_DRAFT = "REPLY#", "D#"
CASE_OF_CUSTOMER = "C#"
ALL_INCIDENTS, OPEN_INCIDENTS = "INCIDENTS", "INCIDENTS#OPEN"
INCIDENT, UPDATE, JOINED, PERSON, LEFT_OUT = "INCIDENT", "UPDATE#", "P#", "W#", "OUT#"
# Reports by the minute; behind them, the troubles that the operators know of.
TROUBLES, TOLD = "TROUBLES", "TOLD#"
SIGN_IN, SESSIONS, SHORT_LINK = "SIGNIN#", "SESSIONS#", "LINK#"
CASE_PREFIX, INCIDENT_PREFIX, READS, THREAD = "CASE#", "INCIDENT#", "READS#", "THREAD#"


class Key(NamedTuple):
    """The key of an item."""

    pk: str
    sk: str

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes that hold the key."""
        return {PK: self.pk, SK: self.sk}


def stamp(moment: datetime) -> str:
    """Text order is time order."""
    return _stamp(moment if moment.tzinfo is UTC else moment.astimezone(UTC))


# The items of one post, or of one alert, are stamped with the same moments. Local moments of two zones may be equal.
@lru_cache(maxsize=1024)
def _stamp(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='microseconds').removesuffix('+00:00')}Z"


def _date(day: datetime) -> str:
    return day.astimezone(UTC).date().isoformat()


def expiry(moment: datetime) -> int:
    """The moment at which TTL removes an item, as DynamoDB wants it: in whole seconds since 1970."""
    return int(moment.timestamp())


def sent_back(author: StaffId) -> str:
    """The partition of the due index with a person's replies that others gave back."""
    return f"SENTBACK#{author}"


def post(post_id: PostId) -> Key:
    return Key(f"POST#{post_id}", POST)


def made(day: datetime) -> str:
    """The partition of the due index with the customers' posts that were made on a UTC day and are classified."""
    return f"MADE#{_date(day)}"


# The parts of one transaction, and of one run of the notifier, name the same cases time and again.
@lru_cache(maxsize=4096)
def case(case_id: CaseId) -> Key:
    return Key(f"{CASE_PREFIX}{case_id}", CASE)


def timeline(case_id: CaseId, at: datetime, post_id: PostId) -> Key:
    return Key(f"{CASE_PREFIX}{case_id}", f"{TIMELINE}{stamp(at)}#{post_id.zfill(_LONGEST_ID)}")


def incident(incident_id: IncidentId) -> Key:
    return Key(f"{INCIDENT_PREFIX}{incident_id}", INCIDENT)


def subject(subject_id: SubjectId) -> Key:
    """The case or the incident itself."""
    return case(subject_id) if isinstance(subject_id, CaseId) else incident(subject_id)


def subject_in(pk: str) -> SubjectId:
    """The case or incident that a partition belongs to: the reverse of `subject`."""
    _, _, subject_id = pk.partition("#")
    return CaseId.parse(subject_id) if pk.startswith(CASE_PREFIX) else IncidentId(subject_id)


def act(subject_id: SubjectId, entry_id: str) -> Key:
    """An act in the timeline of a case, or in the record of an incident."""
    return Key(subject(subject_id).pk, f"{TIMELINE}{entry_id}")


def presence(case_id: CaseId) -> Key:
    """The people who have a case open."""
    return Key(case(case_id).pk, "PRESENCE")


def reply(subject_id: SubjectId, reply_id: ReplyId | None = None) -> Key:
    """A reply in a case, or a post about an incident; without the id, the prefix of all of them."""
    return Key(subject(subject_id).pk, f"{REPLY}{reply_id or ''}")


def reply_draft(case_id: CaseId, author: StaffId | None = None) -> Key:
    """A person's draft in a case; without the person, the prefix of all of them."""
    return Key(case(case_id).pk, f"{REPLY_DRAFT}{author or ''}")


# Facts about replies to all customers: what was sent lately, how often saved replies were, X's latest refusals.
REPLIES = "REPLIES"
SENT = "SENT#"


def sent(at: datetime, reply_id: ReplyId | None = None) -> Key:
    """A reply that X took, by when; without the id, the place of a moment among them."""
    return Key(REPLIES, f"{SENT}{stamp(at)}#{reply_id or ''}")


def saved_sent(week: str, saved: str = "") -> Key:
    """The number of times that a saved reply was sent in a week; without one, the prefix of all of them."""
    return Key(REPLIES, f"SAVED#{week}#{saved}")


def experience() -> Key:
    """X's latest word on replies to implied mentions."""
    return Key(REPLIES, "EXPERIENCE")


def claim(case_id: CaseId) -> Key:
    """The watch over a claim."""
    return Key(case(case_id).pk, "CLAIM")


def acts() -> Key:
    """The count of what people did on the desk; pages that poll compare it."""
    return Key("ACTS", "ACTS")


def escalation(subject_id: SubjectId) -> Key:
    return Key(subject(subject_id).pk, ESCALATION)


def message(subject_id: SubjectId, message_id: str) -> Key:
    """A message to staff about a case or an incident."""
    return Key(subject(subject_id).pk, f"{MESSAGE}{message_id}")


def update(update: Update) -> Key:
    """A public update about an incident."""
    return Key(f"{INCIDENT_PREFIX}{update.incident_id}", f"{UPDATE}{stamp(update.at)}")


def joined(incident_id: IncidentId, post_id: PostId) -> Key:
    """A post that is part of an incident."""
    return Key(f"{INCIDENT_PREFIX}{incident_id}", f"{JOINED}{post_id.zfill(_LONGEST_ID)}")


def left_out(incident_id: IncidentId, post_id: PostId) -> Key:
    """The mark of a post that a person took out of an incident: it does not join again by itself."""
    return Key(f"{INCIDENT_PREFIX}{incident_id}", f"{LEFT_OUT}{post_id.zfill(_LONGEST_ID)}")


def person(incident_id: IncidentId, user_id: UserId) -> Key:
    """A customer who reported an incident."""
    return Key(f"{INCIDENT_PREFIX}{incident_id}", f"{PERSON}{user_id}")


def incident_listed(incident: Incident) -> Key:
    """An incident's place in the list of all, by when it was created."""
    return Key(ALL_INCIDENTS, f"{stamp(incident.created_at)}#{incident.incident_id}")


def incident_open(incident_id: IncidentId) -> Key:
    """An incident's place in the list of those that go on."""
    return Key(OPEN_INCIDENTS, incident_id)


# Each of the people of a stage has a line in the same part.
@lru_cache(maxsize=4096)
def alerts_of(subject_id: SubjectId, since: datetime) -> Key:
    """The prefix of the ledger of the timer that began, or whose alerts were planned anew, then."""
    return Key(subject(subject_id).pk, f"{ALERT}{stamp(since)}#")


def alert(alert: Alert) -> Key:
    prefix = alerts_of(alert.subject_id, alert.planned_at or alert.since)
    return Key(prefix.pk, f"{prefix.sk}{alert.stage}#{alert.staff_id}#{alert.channel}")


def customer(user_id: UserId) -> Key:
    return Key(f"CUSTOMER#{user_id}", CUSTOMER)


def customer_in(pk: str) -> UserId:
    """The customer of a partition."""
    return UserId(pk.removeprefix("CUSTOMER#"))


def case_of_customer(case_id: CaseId, opened_at: datetime) -> Key:
    """The mark by which a case is found from its customer; the marks of a customer stand by when cases began."""
    return Key(customer(case_id.customer).pk, f"{CASE_OF_CUSTOMER}{stamp(opened_at)}#{case_id.conversation}")


def case_in(user_id: UserId, mark: str) -> CaseId:
    """The case of such a mark, from its sort key."""
    return CaseId(ConversationId(mark.rpartition("#")[2]), user_id)


def strikes(user_id: UserId) -> Key:
    """A customer's strikes and measures."""
    return Key(f"CUSTOMER#{user_id}", "STRIKES")


def cursor(source: Source) -> Key:
    return Key("CURSOR", str(source))


def looked_again() -> Key:
    """The time at which the posts of all open cases were last looked up again."""
    return Key("LOOKUP", "AGAIN")


def reads(now: datetime) -> Key:
    """A UTC day's count of reads."""
    return Key(f"{READS}{now:%Y-%m}", f"{now:%d}")


def scores(now: datetime) -> Key:
    """The histogram of an ISO week's complaint probabilities."""
    return Key("SCORES", f"{now:%G-W%V}")


def opinions(now: datetime) -> Key:
    """A UTC day's count of second opinions."""
    return Key("OPINIONS", f"{now:%Y-%m-%d}")


DUTY = "DUTY"


def duty(staff_id: StaffId) -> Key:
    """A person's latest word about their duty."""
    return Key(DUTY, staff_id)


ARRIVALS = "ARRIVALS"


def thread_person(case_id: CaseId, at: datetime) -> Key:
    """A customer who complains in a conversation; the earliest first."""
    return Key(f"{THREAD}{case_id.conversation}", f"{stamp(at)}#{case_id.customer}")


def post_in(key: Key) -> PostId:
    """The post under a key."""
    return PostId(key.pk.partition("#")[2])


def arrival(at: datetime, first: PostId) -> Key:
    """The posts that one read stores; oldest first."""
    return Key(ARRIVALS, f"{stamp(at)}#{first}")


FACTS = "FACTS#"


def facts(day: datetime) -> str:
    """The partition of the facts that were recorded on a UTC day."""
    return f"{FACTS}{_date(day)}"


def fact(at: datetime, fact_id: str) -> Key:
    """A fact that figures count, by when it was recorded."""
    return Key(facts(at), f"{stamp(at)}#{fact_id}")


def report(week: str, staff_id: StaffId) -> Key:
    """The mark that a person was sent the report of a week."""
    return Key("REPORTS", f"{week}#{staff_id}")


REVIEWS = "REVIEWS#"


def reviews(week: str) -> str:
    """The partition of the reviews of a week's replies."""
    return f"{REVIEWS}{week}"


def review(week: str, reply_id: str) -> Key:
    """The review of a reply."""
    return Key(reviews(week), reply_id)


def reviews_of(author: StaffId) -> str:
    """The partition of the reviews of a person's replies."""
    return f"{REVIEWS}OF#{author}"


def review_of(author: StaffId, at: datetime, reply_id: str) -> Key:
    """A review as the reply's author reads it."""
    return Key(reviews_of(author), f"{stamp(at)}#{reply_id}")


def review_seed() -> Key:
    """The secret by which the review sample is drawn."""
    return Key(f"{REVIEWS}SEED", "SEED")


EVENT, DELIVERY = "EVENT", "TO#"
ENDPOINTS = "ENDPOINTS"


def event(event_id: str) -> Key:
    """An event that other systems hear of."""
    return Key(f"EVENT#{event_id}", EVENT)


def delivery(event_id: str, endpoint_id: str = "") -> Key:
    """An event on its way to an endpoint; without one, the prefix of all of them."""
    return Key(event(event_id).pk, f"{DELIVERY}{endpoint_id}")


def events(day: datetime) -> str:
    """The partition of the due index with the events of a UTC day."""
    return f"EVENTS#{_date(day)}"


def deliveries(endpoint_id: str) -> str:
    """The partition of the due index with what is to be delivered to an endpoint: its queue."""
    return f"DELIVER#{endpoint_id}"


def endpoint(endpoint_id: str) -> Key:
    """The state of an endpoint that fails or is disabled."""
    return Key(ENDPOINTS, endpoint_id)


def looked_until() -> Key:
    """The mark up to which deadlines were looked at for events; endpoints have names in small letters."""
    return Key(ENDPOINTS, "LOOKED")


AUDIT, AUDITED = "AUDIT", "AUDIT#REPORTS"


def audit_progress() -> Key:
    return Key(AUDIT, "PROGRESS")


def given_up() -> Key:
    """The counts of the queues of what functions gave up on."""
    return Key(AUDIT, "SET_ASIDE")


def audit_retried(subject_id: SubjectId) -> Key:
    """The mark of an absent alert that is tried again."""
    return Key(AUDIT, f"AGAIN#{subject(subject_id).pk}")


def audit_report(at: datetime) -> Key:
    return Key(AUDITED, stamp(at))


def set_aside(now: datetime, digest: str) -> Key:
    return Key(f"ASIDE#{now:%Y-%m-%d}", digest)


def trouble(minute: datetime, name: str) -> Key:
    return Key(TROUBLES, f"{stamp(minute)}#{name}")


def told(name: str) -> Key:
    return Key(TROUBLES, f"{TOLD}{name}")


def mail_mark(staff_id: StaffId) -> Key:
    return Key(f"STAFF#{staff_id}", "MAIL")


def texts(staff_id: StaffId) -> Key:
    return Key(f"STAFF#{staff_id}", "TEXTS")


def interruptions(staff_id: StaffId) -> Key:
    """The latest messages to a person."""
    return Key(f"STAFF#{staff_id}", "MESSAGES")


def settings(version: int | None = None) -> Key:
    """The settings in force, or one of the versions before."""
    return Key("SETTINGS", "CURRENT" if version is None else f"V#{version:06d}")


def shard(subject_id: SubjectId) -> int:
    return crc32(str(subject_id).encode()) % SHARDS


def due_shard(number: int) -> str:
    return f"{ALERTS_DUE}{number}"


def due_shard_of(subject_id: SubjectId, critical: bool) -> str:
    """The shard of the due index for a subject's alerts and messages: the first is for what is critical.

    Items from before the first shard was set apart stand in any of them; all shards are read.
    """
    return due_shard(CRITICAL_SHARD if critical else 1 + crc32(str(subject_id).encode()) % len(OTHER_SHARDS))


def listed(tab: str) -> str:
    """The partition of the due index with the cases of a tab that has a list of its own, by deadline."""
    return tab.upper()


def queue(state: str, number: int) -> str:
    return f"{state.upper()}#{number}"


def draft(incident_id: IncidentId, occasion: Occasion | None = None) -> Key:
    """A post on X about an incident; without the occasion, the prefix of all of them."""
    return Key(f"{INCIDENT_PREFIX}{incident_id}", f"DRAFT#{occasion or ''}")


def pushed(incident_id: IncidentId) -> Key:
    """The state of an incident's copy on the hosted status page."""
    return Key(f"{INCIDENT_PREFIX}{incident_id}", "PUSHED")


def telling(incident_id: IncidentId, update_id: str) -> Key:
    """The progress of an update through the subscribers."""
    return Key(f"{INCIDENT_PREFIX}{incident_id}", f"TELLING#{update_id}")


def subscriber(subscriber_id: SubscriberId) -> Key:
    return Key("SUBSCRIBERS", subscriber_id)


def salt() -> Key:
    """The secret part of subscribers' ids."""
    return Key("SUBSCRIBERS#SALT", "SALT")


def budget(name: str, since: datetime) -> Key:
    """The count of mails of one kind in the time that began then."""
    return Key("BUDGET", f"{name}#{stamp(since)}")


def asked(subscriber_id: SubscriberId) -> Key:
    """A subscriber who has not confirmed yet."""
    return Key("SUBSCRIBERS#ASKED", subscriber_id)


def signals(day: datetime) -> str:
    """The partition of one UTC day's signals: a window is one read, and a bad day's writes are few for one key."""
    return f"SIGNAL#{_date(day)}"


def signal(at: datetime, post_id: PostId) -> Key:
    """The signal of a complaint."""
    return Key(signals(at), f"{stamp(at)}#{post_id.zfill(_LONGEST_ID)}")


def usual(hour_of_week: int | None = None) -> Key:
    """The baseline of an hour of the week, or of all hours."""
    return Key("USUAL", "ALL" if hour_of_week is None else f"HOUR#{hour_of_week:03d}")


def views(owner: StaffId | None) -> Key:
    """The saved views of a person, or of the team."""
    return Key("VIEWS", f"OF#{owner}" if owner else "TEAM")


def sign_in_code(browser: str) -> Key:
    """The code that a browser asked for, by the hash of its secret."""
    return Key(f"{SIGN_IN}{browser}", "CODE")


def sign_in_tries(address: str, what: str, since: datetime) -> Key:
    """A count for the hash of an address in the window that began then."""
    return Key(f"{SIGN_IN}{address}", f"{what.upper()}#{stamp(since)}")


def session(staff_id: StaffId, session_id: str) -> Key:
    """A browser in which a person is signed in."""
    return Key(f"{SESSIONS}{staff_id}", session_id)


def short_link(name: str) -> Key:
    """The content of a short link, by the hash of its token."""
    return Key(f"{SHORT_LINK}{name}", "LINK")
