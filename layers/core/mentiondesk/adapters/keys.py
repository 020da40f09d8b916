"""Every key and index of the table. Sort keys sort: UTC, fixed width."""

from datetime import UTC, datetime
from zlib import crc32

from mentiondesk.domain.alerts import Alert
from mentiondesk.domain.ids import CaseId, PostId, StaffId, UserId
from mentiondesk.domain.posts import Source

PK, SK = "pk", "sk"
EXPIRES = "expires_at"

# Sparse: only cases with an alert to come. Sharded, so that no key is hot on a bad day.
DUE_INDEX, DUE_SHARD, DUE_AT = "due", "due_shard", "due_at"
# Cases by state; the customers who wait, by deadline.
QUEUE_INDEX, QUEUE, ANSWER_BY = "queue", "queue", "answer_by"
SHARDS = 4
# Ids compare as numbers: digits of a 64-bit id.
_LONGEST_ID = 20

POST, CASE, CUSTOMER, TIMELINE, ALERT = "POST", "CASE", "CUSTOMER", "T#", "A#"
CASE_PREFIX, READS = "CASE#", "READS#"

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


def alerts_of(case_id: CaseId, since: datetime) -> Key:
    """The prefix of one wait's ledger."""
    return _key(f"{CASE_PREFIX}{case_id}", f"{ALERT}{stamp(since)}#")


def alert(alert: Alert) -> Key:
    prefix = alerts_of(alert.case_id, alert.since)
    return _key(prefix[PK], f"{prefix[SK]}{alert.stage}#{alert.staff_id}#{alert.channel}")


def customer(user_id: UserId) -> Key:
    return _key(f"CUSTOMER#{user_id}", CUSTOMER)


def cursor(source: Source) -> Key:
    return _key("CURSOR", str(source))


def reads(now: datetime) -> Key:
    """One UTC day's count of reads."""
    return _key(f"{READS}{now:%Y-%m}", f"{now:%d}")


def set_aside(now: datetime, digest: str) -> Key:
    return _key(f"ASIDE#{now:%Y-%m-%d}", digest)


def texts(staff_id: StaffId) -> Key:
    return _key(f"STAFF#{staff_id}", "TEXTS")


def settings(version: int | None = None) -> Key:
    """The settings in force, or one of the versions before."""
    return _key("SETTINGS", "CURRENT" if version is None else f"V#{version:06d}")


def shard(case_id: CaseId) -> int:
    return crc32(case_id.encode()) % SHARDS


def due_shard(number: int) -> str:
    return f"DUE#{number}"


def queue(state: str, number: int) -> str:
    return f"{state.upper()}#{number}"
