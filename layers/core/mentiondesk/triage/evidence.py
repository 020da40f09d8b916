"""Weighs the cues of a post in their context: a "not" reverses them, a "but" or an "if" weakens them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mentiondesk.domain.posts.brand_words import Always
from mentiondesk.triage.lexicon import BUT, IF, NOT, Cue
from mentiondesk.triage.phrases import Hit, Word
from mentiondesk.triage.reading import Reading

# Weight of each further cue for the same kind; repeated evidence adds less.
_FADING = (1.0, 0.6, 0.45, 0.35, 0.25, 0.2, 0.15, 0.1)
# Reach of a "not" and of an "if", in words before a cue.
_NOT_REACHES, _IF_REACHES = 3, 6
# Factors for a weight: praise reversed into a complaint, praise before a "but", anything after an "if".
_NEGATED, _BEFORE_BUT, _SUPPOSED = 0.8, 0.4, 0.6
# A lighter cue is a hint: many hints do not make a complaint.
_HINT, _MOST_HINTS = 0.5, 1.6
# Tables of judgements and requests; the other tables describe events.
_OPINIONS = frozenset({"judgement", "demand"})


@dataclass(slots=True)
class Evidence:
    """Weight of evidence for each kind. `concrete` is the part of the complaint weight that reports an event.

    `used` has each cue with its weight there; `rule` is what the brand has decided about such posts.
    """

    bad: float = 0.0
    concrete: float = 0.0
    good: float = 0.0
    other: dict[str, float] = field(default_factory=dict)
    used: list[tuple[float, Hit[Cue]]] = field(default_factory=list)
    rule: Always | None = None

    def says(self, kind: str) -> float:
        return self.other.get(kind, 0.0)


def evidence_of(reading: Reading) -> Evidence:
    """Sums the cues of a post by kind."""
    found = Evidence()
    bad: list[float] = []
    good: list[float] = []
    hints, decided = 0.0, 0
    turn = _last_turn(reading.words) if reading.roles & BUT else 0
    for hit in reading.feelings:
        cue = hit[0]
        says, weight = _meant(hit, reading, turn) if cue.polar else (cue.says, cue.weight)
        if says == "complaint":
            if weight < _HINT:
                hints += weight
            else:
                bad.append(weight)
                if cue.table not in _OPINIONS:
                    found.concrete += weight
        elif says == "praise":
            good.append(weight)
        elif says != "hush":
            found.other[says] = found.other.get(says, 0.0) + weight
        if says != "hush":
            found.used.append((weight, hit))
        if cue.decides > decided:
            found.rule, decided = cue.rule, cue.decides
    found.bad = _faded(bad) + min(hints, _MOST_HINTS)
    found.good = _faded(good)
    return found


def _meant(hit: Hit[Cue], reading: Reading, turn: int) -> tuple[str, float]:
    """The kind and weight of a cue in its context; a negated complaint has no weight."""
    cue, path = hit
    says, weight, words = cue.says, cue.weight, reading.words
    if reading.roles & NOT and not cue.firm and _reached(words, path[0], NOT, _NOT_REACHES):
        if says == "complaint":
            return "hush", 0.0
        says, weight = "complaint", weight * _NEGATED
    elif path[0] < turn and says == "praise":
        weight *= _BEFORE_BUT
    if reading.roles & IF and weight >= 1.0 and _reached(words, path[0], IF, _IF_REACHES):
        weight *= _SUPPOSED
    return says, weight


def _faded(weights: list[float]) -> float:
    if len(weights) < 2:
        return weights[0] if weights else 0.0
    weights.sort(reverse=True)
    return sum(weight * share for weight, share in zip(weights, _FADING, strict=False))


def _last_turn(words: Sequence[Word[Cue]]) -> int:
    """The position of the last "but", before which praise weighs less."""
    return next((place for place in range(len(words) - 1, 0, -1) if words[place].roles & BUT), 0)


def _reached(words: Sequence[Word[Cue]], first: int, role: int, reach: int) -> bool:
    """True when a word with this role precedes in the same sentence and clause."""
    for place in range(first - 1, max(-1, first - 1 - reach), -1):
        word = words[place]
        if word.roles & role:
            return True
        if word.stop or word.roles & BUT:
            return False
    return False
