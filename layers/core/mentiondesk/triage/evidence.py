"""What the cues of a post mean where they stand: turned round by a "not", weaker before a "but" or after an "if"."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mentiondesk.domain.posts.brand_words import Always
from mentiondesk.triage.lexicon import BUT, IF, NOT, Cue
from mentiondesk.triage.phrases import Hit, Word
from mentiondesk.triage.reading import Reading

# How much each further cue for the same kind adds: the second tells less that is new.
_FADING = (1.0, 0.6, 0.45, 0.35, 0.25, 0.2, 0.15, 0.1)
# How many words before a cue a "not", and an "if", reaches it.
_NOT_REACHES, _IF_REACHES = 3, 6
# What is left of a weight: of liking turned into a complaint, of liking before a "but", after an "if".
_NEGATED, _BEFORE_BUT, _SUPPOSED = 0.8, 0.4, 0.6
# A cue that says less than this is a hint: many of them do not make a complaint.
_HINT, _MOST_HINTS = 0.5, 1.6
# Tables of how people judge and what they ask for; the others tell of something that happened.
_OPINIONS = frozenset({"judgement", "demand"})


@dataclass(slots=True)
class Evidence:
    """How much speaks for each kind. `concrete` is the part of what is bad that tells of something that happened.

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
    """What the cues of a post come to."""
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
    """What a cue says where it stands, and how much; a complaint with a "not" says nothing."""
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
    """The place of the last "but", before which liking weighs less."""
    return next((place for place in range(len(words) - 1, 0, -1) if words[place].roles & BUT), 0)


def _reached(words: Sequence[Word[Cue]], first: int, role: int, reach: int) -> bool:
    """Whether a word with this role stands before, in the same sentence and clause."""
    for place in range(first - 1, max(-1, first - 1 - reach), -1):
        word = words[place]
        if word.roles & role:
            return True
        if word.stop or word.roles & BUT:
            return False
    return False
