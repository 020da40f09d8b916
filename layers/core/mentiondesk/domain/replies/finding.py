"""Findings: what a check says about a reply, as the reply records it."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """BLOCK stops the reply, HOLD needs another person's yes, WARN needs one more click of its author."""

    BLOCK = "block"
    HOLD = "hold"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired: its id, its outcome, and the place in the text, from `start` to before `end`."""

    rule: str
    outcome: Outcome
    start: int = 0
    end: int = 0
