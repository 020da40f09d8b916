"""The weights of the small linear model beside the tables, in tables/model.xz.

It was trained on this project's own posts alone by infra/train_triage.py, which rebuilds it bit for bit. Unpacked, the
file has a line for each feature, an empty line, and columns with a byte for each feature. A line is a character that
says how many letters the name shares with the one before, and the rest of the name; names are in order. A byte has the
weights of one or two of OUTPUTS.
"""

import lzma
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import batched, pairwise

from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.triage.loading import TABLES
from mentiondesk.values import Frozen

MODEL = TABLES / "model.xz"
KINDS = tuple(Kind)
# The model's outputs: each kind, and two levels of urgency ("high" is high or more).
OUTPUTS = (*map(str, Kind), str(Urgency.CRITICAL), str(Urgency.HIGH))
# Outputs that share a byte.
_COLUMNS = [*batched(range(len(KINDS)), 2, strict=False), (len(KINDS), len(KINDS) + 1)]
# Weights are whole thirds, from -7 to 7 of them.
SCALE, MOST = 3, 7
_VALUES = 2 * MOST + 1
_BEGINNING = 5
# Shared letters are counted from this character on.
_NONE_SHARED, _MOST_SHARED = ord("0"), 70
# A feature's weights are packed into one integer, 32 bits each, so that one addition adds all of them.
_FIELD = 32
_fields = struct.Struct(f">{len(OUTPUTS)}I")
NO_PAIRS: Mapping[str, int] = {}


class Weights(Frozen):
    """The features in order, and the bytes of their weights, column by column."""

    names: Sequence[str]
    columns: bytes
    places: Mapping[str, int]


def written(weights: Mapping[str, Sequence[int]]) -> bytes:
    """The unpacked file for the weights of each feature, in OUTPUTS' order."""
    names = sorted(weights)
    lines = [_line(before, name) for before, name in pairwise(["", *names])]
    columns = [bytes(_byte([weights[name][output] for output in column]) for name in names) for column in _COLUMNS]
    return b"\n".join((*lines, b"", b"".join(columns)))


def _line(before: str, name: str) -> bytes:
    apart = (place for place, (one, other) in enumerate(zip(before, name, strict=False)) if one != other)
    shared = min(next(apart, len(before)), _MOST_SHARED)
    return f"{chr(_NONE_SHARED + shared)}{name[shared:]}".encode()


def _byte(weights: Sequence[int]) -> int:
    byte = 0
    for weight in weights:
        byte = byte * _VALUES + max(-MOST, min(weight, MOST)) + MOST
    return byte


def read(content: bytes) -> Weights:
    """The features in an unpacked file."""
    lines, _, columns = content.partition(b"\n\n")
    names: list[str] = []
    name = ""
    for line in lines.decode().split("\n"):
        name = name[: ord(line[0]) - _NONE_SHARED] + line[1:]
        names.append(name)
    return Weights(names, columns, dict(zip(names, range(len(names)), strict=True)))


@cache
def weights() -> Weights:
    """The stored model; the weights of most features are never read."""
    return read(lzma.decompress(MODEL.read_bytes()))


def weights_of(name: str) -> int:
    """The weights of a feature, packed; 0 where it has none."""
    place = weights().places.get(name)
    return 0 if place is None else packed_at(weights(), place)


def packed_at(stored: Weights, place: int) -> int:
    """The packed weights of the feature at this place."""
    columns, count = stored.columns, len(stored.names)
    return sum([of_byte[columns[place + count * number]] for number, of_byte in enumerate(_packed_bytes())])


@cache
def _packed_bytes() -> list[list[int]]:
    """For each column, the packed weights that a byte stands for."""
    return [[_packed(_weights_in(byte, column)) for byte in range(_VALUES ** len(column))] for column in _COLUMNS]


def _weights_in(byte: int, column: Sequence[int]) -> list[int]:
    """The weights of all outputs that a byte of this column says; 0 for the others."""
    found = [0] * len(OUTPUTS)
    for output in reversed(column):
        byte, weight = divmod(byte, _VALUES)
        found[output] = weight - MOST
    return found


def _packed(numbers: Iterable[int]) -> int:
    packed = 0
    for number in numbers:
        packed = (packed << _FIELD) + number
    return packed


# An offset added before unpacking, so that no field is negative.
_HALF = 1 << (_FIELD - 1)
_HALVES = _packed([_HALF] * len(OUTPUTS))


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


def pair_weights(word: str) -> Mapping[str, int]:
    """The packed weights of the pairs that begin with a word, by their second word."""
    stored, beginning = weights(), f"b:{word} "
    names = stored.names
    found: dict[str, int] = {}
    for place in range(bisect_left(names, beginning), len(names)):
        if not names[place].startswith(beginning):
            break
        found[names[place][len(beginning) :]] = packed_at(stored, place)
    return found or NO_PAIRS


def knows(word: str) -> bool:
    """True when the model has a weight for this word."""
    return f"w:{word}" in weights().places


def word_weights(word: str) -> int:
    """The weights of a word for all outputs, packed; 0 for an unknown word."""
    return sum(map(weights_of, word_features(word)))
