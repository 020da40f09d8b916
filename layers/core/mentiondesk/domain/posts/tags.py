"""The result of triage: kind, urgency, topics and reasons of a post."""

from enum import StrEnum

from mentiondesk.values import Frozen


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
        """Precedence: a case has the kind of its post that weighs most."""
        return len(Kind) - list(Kind).index(self)


# Kinds that a person must answer or dismiss.
ANSWERED = (Kind.COMPLAINT, Kind.QUESTION, Kind.ABUSE)


class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low, growing with the urgency."""
        return _RANKS[self]

    # All four comparisons, since text would compare by the alphabet, where "critical" comes first.
    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Urgency) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.rank <= other.rank if isinstance(other, Urgency) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.rank > other.rank if isinstance(other, Urgency) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.rank >= other.rank if isinstance(other, Urgency) else NotImplemented


_RANKS = {urgency: number for number, urgency in enumerate(Urgency)}


class Reason(Frozen):
    """A rule that decided, and the words it matched as a span of the post's text.

    An empty span stands for the whole post.
    """

    rule: str
    start: int
    end: int


class Said(Frozen):
    """A post's meaning, as detection counts it.

    `concepts` name the failures and the parts of the service, `words` the subject. Copies of one text share a `digest`;
    short texts have none. `echo`: the post only agrees with another ("same here"). `over`: the problem has ended.
    """

    concepts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    digest: str = ""
    echo: bool = False
    over: bool = False


class Tags(Frozen):
    """The kind of a post and the urgency of an answer, with the reasons.

    `sentiment` runs from -1 to 1, `confidence` from 0 to 1; `reasons` point into the post's text.
    `unsure`: a person must look, since triage cannot tell whether the post needs an answer.
    """

    kind: Kind
    needs_reply: bool
    urgency: Urgency = Urgency.NORMAL
    topics: tuple[str, ...] = ()
    sentiment: float = 0.0
    language: str = "und"
    confidence: float = 0.5
    reasons: tuple[Reason, ...] = ()
    unsure: bool = False
    # The probability of a complaint before the stream's share is known; None where no reader gave it.
    chance: float | None = None
    # None where a post is surely praise or spam.
    said: Said | None = None


class Classification(Frozen):
    """The answer of an external classifier."""

    kind: Kind
    urgency: Urgency
    topics: tuple[str, ...] = ()


def needs_reply(kind: Kind, addressed: bool) -> bool:
    """True if a person should answer. Praise is answered if it addresses the brand, not if it only names it."""
    return kind in ANSWERED or (kind is Kind.PRAISE and addressed)
