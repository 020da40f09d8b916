"""Ids of everything the desk keeps, and the time that X keeps inside its own ids."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple, NewType

PostId = NewType("PostId", str)
UserId = NewType("UserId", str)
ConversationId = NewType("ConversationId", str)
StaffId = NewType("StaffId", str)
IncidentId = NewType("IncidentId", str)
ComponentId = NewType("ComponentId", str)
ReplyId = NewType("ReplyId", str)

# X's ids are "snowflakes": milliseconds since this moment, shifted left by 22 bits.
# Source: https://github.com/twitter-archive/snowflake (twepoch 1288834974657).
_EPOCH = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=1288834974657)
_MILLISECOND = timedelta(milliseconds=1)


class CaseId(NamedTuple):
    """A customer's matter in a conversation. As text, in keys and outputs: "conversation#customer"."""

    conversation: ConversationId
    customer: UserId

    def __str__(self) -> str:
        return f"{self.conversation}#{self.customer}"

    @classmethod
    def parse(cls, text: "str | CaseId") -> "CaseId":
        """The id from its text. Raises ValueError where the text is none."""
        if isinstance(text, CaseId):
            return text
        conversation, mark, customer = text.partition("#")
        if not mark:
            raise ValueError("a case's id is a conversation and a customer")
        return cls(ConversationId(conversation), UserId(customer))


# The subject of alerts, links and timelines.
SubjectId = CaseId | IncidentId


def time_of(post_id: str) -> datetime:
    """The moment at which X made this id, to the millisecond."""
    return _EPOCH + (int(post_id) >> 22) * _MILLISECOND


def id_at(moment: datetime) -> PostId:
    """The smallest id that X could have made at `moment`; "0" before X's epoch."""
    return PostId(str(max((moment - _EPOCH) // _MILLISECOND, 0) << 22))
