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
# Share of a cue's weight that counts where the post is addressed to somebody else, outside of the clause that
# names the brand.
_ABOUT_OTHERS = 0.0
# Praise beside rolling eyes or a clown counts as a complaint; the share of it that is left as praise.
_MOCKED, _MOST_MOCKED = 0.2, 2.5
# A cue that says less than this is a hint: many of them do not make a complaint.
_HINT, _MOST_HINTS = 0.5, 1.6
# Tables of judgements and requests; the other tables describe events.
_OPINIONS = frozenset({"judgement", "demand"})
# Shares of their weights that count where no other table speaks of a complaint: "please help" and "going to" stand in
# posts without a fault as well. `make evaluate` shows the effect.
_ALONE = {"demand": 0.3, "waiting": 0.5, "leaving": 0.4}


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
    """Adds up the cues of a post."""
    found = Evidence()
    bad: list[float] = []
    good: list[float] = []
    tables: set[str] = set()
    hints, decided = 0.0, 0
    turn = _last_turn(reading.words) if reading.roles & BUT else 0
    for hit in reading.feelings:
        cue = hit[0]
        says, weight = _meant(hit, reading, turn) if cue.polar else (cue.says, cue.weight)
        if says == "complaint":
            if cue.says == says:
                tables.add(cue.table)
            if weight < _HINT:
                hints += weight
            else:
                bad.append(weight)
                found.concrete += weight * (cue.table not in _OPINIONS)
        elif says == "praise":
            good.append(weight)
        elif says == "hush":
            continue
        else:
            found.other[says] = found.other.get(says, 0.0) + weight
        found.used.append((weight, hit))
        if cue.decides > decided:
            found.rule, decided = cue.rule, cue.decides
    found.good = _faded(good)
    if good and found.says("mock"):
        _mock(found, bad)
    found.bad = _faded(bad) + min(hints, _MOST_HINTS)
    if tables and tables <= _ALONE.keys():
        _discount_requests(found, max([_ALONE[table] for table in tables]))
    return found


def _mock(found: Evidence, bad: list[float]) -> None:
    """Turns praise into a complaint."""
    bad.append(min(found.good, _MOST_MOCKED))
    found.good *= _MOCKED


def _discount_requests(found: Evidence, share: float) -> None:
    """Requests weigh less where no other table speaks of a complaint."""
    found.bad *= share
    found.concrete *= share


def _meant(hit: Hit[Cue], reading: Reading, turn: int) -> tuple[str, float]:
    """The kind and weight of a cue in its context; a negated complaint has no weight."""
    cue, path = hit
    says, weight, words = cue.says, cue.weight, reading.words
    if reading.focus is not None and not reading.focus[0] <= path[0] < reading.focus[1]:
        weight *= _ABOUT_OTHERS
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
    """True when a word with this role precedes in the same sentence and clause; "no, …" reaches nothing."""
    for place in range(first - 1, max(-1, first - 1 - reach), -1):
        word = words[place]
        if word.roles & role:
            return words[place + 1].text != ","
        if word.stop or word.roles & BUT:
            return False
    return False
