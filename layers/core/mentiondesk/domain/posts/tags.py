"""What triage says about a post."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


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


# Kinds that a person must answer, or decide about.
ANSWERED = (Kind.COMPLAINT, Kind.QUESTION, Kind.ABUSE)


class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low, growing with the urgency."""
        return list(Urgency).index(self)

    # All four: as text they would compare by the alphabet, where "critical" comes first.
    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Urgency) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.rank <= other.rank if isinstance(other, Urgency) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.rank > other.rank if isinstance(other, Urgency) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.rank >= other.rank if isinstance(other, Urgency) else NotImplemented


# Reasons and tags are made for each post there is: named tuples take a fifth of the time that dataclasses take.
class Reason(NamedTuple):
    """Words of a post that decided, as a span of its text, and the rule they met.

    An empty span is the post as a whole.
    """

    rule: str
    start: int
    end: int


class Tags(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Classification:
    """What somebody else than triage takes a post for."""

    kind: Kind
    urgency: Urgency
    topics: tuple[str, ...] = ()


def needs_reply(kind: Kind, addressed: bool) -> bool:
    """Whether a person should answer: praise is answered where it was said to the brand, not only about it."""
    return kind in ANSWERED or (kind is Kind.PRAISE and addressed)
