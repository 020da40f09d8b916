"""What each id string is, and the time that X keeps inside its ids."""

from datetime import UTC, datetime, timedelta
from typing import NewType

PostId = NewType("PostId", str)
UserId = NewType("UserId", str)
ConversationId = NewType("ConversationId", str)
CaseId = NewType("CaseId", str)
StaffId = NewType("StaffId", str)
IncidentId = NewType("IncidentId", str)
ComponentId = NewType("ComponentId", str)
# What alerts are about. A case's id holds a "#", an incident's holds none.
SubjectId = CaseId | IncidentId

# X's ids are "snowflakes": milliseconds since this moment, shifted left by 22 bits.
# Source: https://github.com/twitter-archive/snowflake (twepoch 1288834974657).
_EPOCH = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=1288834974657)
_MILLISECOND = timedelta(milliseconds=1)


def time_of(post_id: str) -> datetime:
    """When X made this id, to the millisecond."""
    return _EPOCH + (int(post_id) >> 22) * _MILLISECOND


def id_at(moment: datetime) -> PostId:
    """The smallest id that X could have made at `moment`; "0" before X's epoch."""
    return PostId(str(max((moment - _EPOCH) // _MILLISECOND, 0) << 22))


def case_id(conversation: ConversationId, customer: UserId) -> CaseId:
    """One customer's matter in one conversation."""
    return CaseId(f"{conversation}#{customer}")
