"""What words, and the tables' own findings, say of each kind; the weights are in weights.py."""

from collections.abc import Sequence
from functools import lru_cache

from mentiondesk.triage.evidence import Evidence
from mentiondesk.triage.lexicon import BUT, CUSTOM, ME, NOT, SEVERAL, YOU, Cue
from mentiondesk.triage.phrases import Hit
from mentiondesk.triage.reading import Reading
from mentiondesk.triage.weights import unpacked, weights_of

# How a post is built, as bits after those of the roles of its words.
_ROLES = ((NOT, "not"), (BUT, "but"), (ME, "me"), (YOU, "you"), (CUSTOM, "custom"))
_ROLE_BITS = sum(bit for bit, _ in _ROLES)
_BUILT = (
    "handle",
    "question mark",
    "exclamation mark",
    "hashtag",
    "link",
    "handle first",
    "reply",
    "media",
    "short",
    "long",
)
_HANDLE, _ASKS, _SHOUTS, _TAG, _LINK, _FIRST, _REPLY, _MEDIA, _SHORT, _LONG = (
    SEVERAL << place for place in range(1, len(_BUILT) + 1)
)
_SHAPES = (*_ROLES, *((SEVERAL << place, name) for place, name in enumerate(_BUILT, start=1)))
_MOST_SHAPES = 4096
# What the tables found is counted in quarters.
_QUARTERS = 4


def shape(reading: Reading) -> int:
    """How a post is built."""
    lower, count = reading.text.lower, len(reading.words)
    found = reading.roles & _ROLE_BITS
    if "@" in lower:
        found |= _HANDLE | _FIRST if lower[0] == "@" else _HANDLE
    if "?" in lower:
        found |= _ASKS
    if "!" in lower:
        found |= _SHOUTS
    if "#" in lower:
        found |= _TAG
    if "http" in lower:
        found |= _LINK
    if reading.post.replied_to is not None:
        found |= _REPLY
    if reading.post.media:
        found |= _MEDIA
    if count < 8:
        found |= _SHORT
    elif count > 30:
        found |= _LONG
    return found


def shape_features(built: int) -> list[str]:
    """The names of what a shape is made of."""
    return ["bias", *(name for bit, name in _SHAPES if built & bit)]


def findings(evidence: Evidence, urgencies: Sequence[Hit[Cue]], score: float) -> list[tuple[str, float]]:
    """What the tables found: how much, in quarters, and of some kinds that they found any."""
    return [(name, quarters / _QUARTERS) for name, quarters in _findings(evidence, urgencies, score)]


def _findings(evidence: Evidence, urgencies: Sequence[Hit[Cue]], score: float) -> list[tuple[str, int]]:
    found = [
        ("score", round((min(score, 6.0) if score > -6.0 else -6.0) * 2)),
        ("bad", _quarters(evidence.bad)),
        ("concrete", _quarters(evidence.concrete)),
        ("good", _quarters(evidence.good)),
    ]
    for name, weight in evidence.other.items():
        found += ((name, _quarters(weight)), (f"some {name}", _QUARTERS))
    if urgencies:
        found += [(level, _QUARTERS) for level in {cue.says for cue, _ in urgencies}]
    return found


def _quarters(weight: float) -> int:
    """Half of a weight of at most 4."""
    return round(weight * 2) if weight < 4.0 else 8


@lru_cache(_MOST_SHAPES)
def _of_finding(name: str, quarters: int) -> int:
    return quarters * weights_of(name)


@lru_cache(_MOST_SHAPES)
def _of_shape(built: int) -> int:
    return _QUARTERS * sum(map(weights_of, shape_features(built)))


def log_odds(reading: Reading, evidence: Evidence, score: float) -> list[float]:
    """For each of OUTPUTS, how much speaks for it."""
    # A word said again says nothing new.
    total = _of_shape(shape(reading)) + _QUARTERS * sum([word.weights for word in set(reading.words)])
    for name, quarters in _findings(evidence, reading.urgencies, score):
        if quarters:
            total += _of_finding(name, quarters)
    return unpacked(total, _QUARTERS)
