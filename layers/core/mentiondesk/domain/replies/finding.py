"""Findings: what a check says about a reply, as the reply records it."""

from collections.abc import Iterable
from enum import StrEnum

from mentiondesk.values import Frozen


class Outcome(StrEnum):
    """BLOCK stops the reply, HOLD needs another person's yes, WARN needs one more click of its author."""

    BLOCK = "block"
    HOLD = "hold"
    WARN = "warn"

    @property
    def rank(self) -> int:
        """0 for a block, growing as the weight falls."""
        return _OUTCOMES.index(self)


_OUTCOMES = tuple(Outcome)


class Finding(Frozen):
    """A rule that fired: its id, its outcome, and the place in the text, from `start` to before `end`.

    An empty place stands for the whole reply. The words for it stand in the wording catalogue under
    `check.<rule>`, with `facts` in them; a rule of the brand's own brings its `sentence`.
    """

    rule: str
    outcome: Outcome
    start: int = 0
    end: int = 0
    facts: tuple[tuple[str, str], ...] = ()
    sentence: str = ""

    def found_in(self, text: str) -> str:
        """The words at the place."""
        return text[self.start : self.end]


def worst(findings: Iterable[Finding]) -> Outcome | None:
    """The heaviest outcome; None where nothing was found."""
    return min((one.outcome for one in findings), key=lambda outcome: outcome.rank, default=None)


def unconfirmed(findings: Iterable[Finding], confirmed: Iterable[str]) -> tuple[Finding, ...]:
    """The warnings that the author has not clicked away yet; `confirmed` names rules."""
    seen = set(confirmed)
    return tuple(one for one in findings if one.outcome is Outcome.WARN and one.rule not in seen)
