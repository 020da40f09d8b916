"""What triage says about a post."""

from dataclasses import dataclass
from enum import StrEnum
from functools import total_ordering


class Kind(StrEnum):
    COMPLAINT = "complaint"
    QUESTION = "question"
    ABUSE = "abuse"
    PRAISE = "praise"
    VENT = "vent"
    CHATTER = "chatter"
    SPAM = "spam"

    @property
    def weight(self) -> int:
        """Of two posts in one case, the kind that weighs more names the case."""
        return len(Kind) - list(Kind).index(self)


@total_ordering
class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Urgency):
            return NotImplemented
        order = list(Urgency)
        return order.index(self) < order.index(other)


@dataclass(frozen=True, slots=True)
class Reason:
    """Words of a post that decided, as a span of its text, and the rule they met."""

    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tags:
    """What a post is and how soon it needs an answer, with the reasons.

    `sentiment` runs from -1 to 1, `confidence` from 0 to 1; `reasons` point into the post's text.
    """

    kind: Kind
    needs_reply: bool
    urgency: Urgency = Urgency.NORMAL
    topics: tuple[str, ...] = ()
    sentiment: float = 0.0
    language: str = "und"
    confidence: float = 0.5
    reasons: tuple[Reason, ...] = ()
