"""Findings of the checks before a reply is sent."""

from collections.abc import Iterable
from dataclasses import dataclass

from mentiondesk.domain.replies.rules import Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a reply breaks, with the place in its text; an empty place stands for the whole reply.

    The words for it stand in the wording catalogue under `check.<rule>`; a rule of the brand's own brings its
    `sentence`. `facts` go into those words.
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
    return max((one.outcome for one in findings), key=lambda outcome: outcome.rank, default=None)


def unconfirmed(findings: Iterable[Finding], confirmed: Iterable[str]) -> tuple[Finding, ...]:
    """The warnings that the author has not clicked away yet; `confirmed` names rules."""
    seen = set(confirmed)
    return tuple(one for one in findings if one.outcome is Outcome.WARN and one.rule not in seen)
