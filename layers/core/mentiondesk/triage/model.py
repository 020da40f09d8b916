"""The linear model over words and over the tables' findings; its weights are in weights.py."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from mentiondesk.triage.evidence import Evidence
from mentiondesk.triage.lexicon import BUT, CUSTOM, DANGER_BITS, DANGERS, ME, NOT, SEVERAL, YOU, Cue
from mentiondesk.triage.phrases import Hit, Word
from mentiondesk.triage.reading import Reading
from mentiondesk.triage.weights import NO_PAIRS, unpacked, weights_of

# Features of a post's form, as bits after those of the roles of its words.
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
# The tables' weights are counted in quarters.
_QUARTERS = 4
_SUMS = ("score", "bad", "concrete", "good")


def shape(reading: Reading) -> int:
    """Features of a post's form, as names."""
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


def dangers(reading: Reading) -> int:
    """The sets of words for danger that a post has words of, as bits."""
    return reading.roles >> DANGER_BITS


def danger_features(found: int) -> list[str]:
    """The names of each such set and of each two of them."""
    names = [name for place, name in enumerate(DANGERS) if found >> place & 1]
    return [*(f"d:{name}" for name in names), *(f"d:{one}+{other}" for one, other in combinations(names, 2))]


@lru_cache(_MOST_SHAPES)
def _of_dangers(found: int) -> int:
    return _QUARTERS * sum(map(weights_of, danger_features(found)))


def shape_features(built: int) -> list[str]:
    """The names of the features in a shape."""
    return ["bias", *(name for bit, name in _SHAPES if built & bit)]


def findings(evidence: Evidence, urgencies: Sequence[Hit[Cue]], score: float) -> list[tuple[str, float]]:
    """Features from the tables' findings: weights in quarters, and for some kinds their mere presence."""
    found = [*zip(_SUMS, _sums(evidence, score), strict=True), *_presences(evidence, urgencies)]
    return [(name, quarters / _QUARTERS) for name, quarters in found]


def _sums(evidence: Evidence, score: float) -> tuple[int, int, int, int]:
    """The values of _SUMS."""
    bounded = min(score, 6.0) if score > -6.0 else -6.0
    return round(bounded * 2), _quarters(evidence.bad), _quarters(evidence.concrete), _quarters(evidence.good)


def _presences(evidence: Evidence, urgencies: Sequence[Hit[Cue]]) -> Iterator[tuple[str, int]]:
    for name, weight in evidence.other.items():
        yield name, _quarters(weight)
        yield f"some {name}", _QUARTERS
    for level in {cue.says for cue, _ in urgencies}:
        yield level, _QUARTERS


def _quarters(weight: float) -> int:
    """Half of a weight of at most 4."""
    return round(weight * 2) if weight < 4.0 else 8


@lru_cache(_MOST_SHAPES)
def _of_sums(score: int, bad: int, concrete: int, good: int) -> int:
    return sum(map(_of_finding, _SUMS, (score, bad, concrete, good)))


@lru_cache(_MOST_SHAPES)
def _of_finding(name: str, quarters: int) -> int:
    return quarters * weights_of(name)


@lru_cache(_MOST_SHAPES)
def _of_shape(built: int) -> int:
    return _QUARTERS * sum(map(weights_of, shape_features(built)))


def _of_words(words: Sequence[Word[Cue]]) -> int:
    """The sum for the words and for the pairs of neighbours; a repeated one counts once."""
    pairs: dict[tuple[str, str], int] = {}
    before, known = "", NO_PAIRS
    for word in words:
        text = word.text
        if text in known:
            pairs[before, text] = known[text]
        before, known = text, word.pairs
    return sum({word: word.weights for word in words}.values()) + sum(pairs.values())


def log_odds(reading: Reading, evidence: Evidence, score: float) -> list[float]:
    """The score of each of OUTPUTS."""
    said = _of_words(reading.words)
    total = _of_shape(shape(reading)) + _of_dangers(dangers(reading)) + _QUARTERS * said
    total += _of_sums(*_sums(evidence, score))
    if evidence.other or reading.urgencies:
        total += sum([_of_finding(name, quarters) for name, quarters in _presences(evidence, reading.urgencies)])
    return unpacked(total, _QUARTERS)
