"""The weights of the small linear model beside the tables, in tables/model.xz.

It was trained on this project's own posts alone by infra/train_triage.py, which rebuilds it bit for bit. Unpacked it is
text: a line for each feature; then, for each of OUTPUTS, a line with a character for each feature's weight.
"""

import lzma
import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise

from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.triage.loading import TABLES

MODEL = TABLES / "model.xz"
KINDS = tuple(Kind)
# The model's outputs: each kind, and two levels of urgency ("high" is high or more).
OUTPUTS = (*map(str, Kind), str(Urgency.CRITICAL), str(Urgency.HIGH))
# Weights are whole 8ths, written as printable ASCII characters with P for zero.
SCALE, _ZERO, _MOST = 8, ord("P"), 46
_BEGINNING = 5
# A feature's weights are packed into one integer, 32 bits each, so that one addition adds all of them.
_FIELD = 32
_fields = struct.Struct(f">{len(OUTPUTS)}I")


def coded(weights: Iterable[int]) -> str:
    """Weights in 8ths as characters."""
    return "".join(chr(_ZERO + max(-_MOST, min(weight, _MOST))) for weight in weights)


def _packed(numbers: Iterable[int]) -> int:
    packed = 0
    for number in numbers:
        packed = (packed << _FIELD) + number
    return packed


# An offset added before unpacking, so that no field is negative.
_HALF = 1 << (_FIELD - 1)
_HALVES = _packed([_HALF] * len(OUTPUTS))


@cache
def weights() -> Mapping[str, str]:
    """The encoded weights of each feature; most are never read."""
    names, columns = lzma.decompress(MODEL.read_bytes()).decode().split("\n\n")
    return dict(zip(names.split("\n"), map("".join, zip(*columns.split("\n"), strict=True)), strict=True))


def weights_of(name: str) -> int:
    """The weights of a feature, packed; 0 where it has none."""
    return _read(weights().get(name, ""))


def _read(coded: str) -> int:
    return _packed([ord(one) - _ZERO for one in coded])


def unpacked(total: int, parts: int) -> list[float]:
    """Unpacks a sum of packed weights, one for each of OUTPUTS; `parts` is the number of counts that make a whole."""
    divisor = SCALE * parts
    return [(field - _HALF) / divisor for field in _fields.unpack((total + _HALVES).to_bytes(_fields.size))]


def word_features(word: str) -> Iterator[str]:
    """The feature names of a word: itself, and its prefix where it is long."""
    if word[0] != "@" and not word.startswith(("http", "www.")):
        yield f"w:{word}"
        if len(word) > _BEGINNING:
            yield f"p:{word[:_BEGINNING]}"


def pair_features(words: Iterable[str]) -> Iterator[str]:
    """The names of all pairs of neighbouring words."""
    return (f"b:{one} {other}" for one, other in pairwise(words))


@cache
def _pairs() -> Mapping[str, Mapping[str, str]]:
    """The weights of pairs as written, by the first word and then by the second."""
    found: dict[str, dict[str, str]] = {}
    for name, coded in weights().items():
        if name.startswith("b:"):
            first, _, second = name[2:].partition(" ")
            found.setdefault(first, {})[second] = coded
    return found


def pair_weights(word: str) -> Mapping[str, int]:
    """The packed weights of the pairs that begin with a word, by their second word."""
    return {second: _read(coded) for second, coded in _pairs().get(word, {}).items()}


def knows(word: str) -> bool:
    """True when the model has a weight for this word."""
    return f"w:{word}" in weights()


def word_weights(word: str) -> int:
    """The weights of a word for all outputs, packed; 0 for an unknown word."""
    return sum(map(weights_of, word_features(word)))
