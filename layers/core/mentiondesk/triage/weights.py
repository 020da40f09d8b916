"""The weights of the small linear model beside the tables, in the table model.txt.

It was trained on this project's own posts alone by infra/train_triage.py, which rebuilds the table bit for bit: a line
for each feature, with its weights in 32nds, one for each of OUTPUTS.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from mentiondesk.domain.tags import Kind, Urgency
from mentiondesk.triage.loading import table

KINDS = tuple(Kind)
# What there are weights for: each kind, and two levels of urgency ("high" is high or more).
OUTPUTS = (*map(str, Kind), str(Urgency.CRITICAL), str(Urgency.HIGH))
SCALE = 32
_BEGINNING = 5
# The weights of a feature are kept side by side in one integer, a field of 32 bits each: one addition adds all of them.
_FIELD = 32
_fields = struct.Struct(f">{len(OUTPUTS)}I")


def _packed(numbers: Iterable[int]) -> int:
    packed = 0
    for number in numbers:
        packed = (packed << _FIELD) + number
    return packed


# Added before fields are read, so that none is negative.
_HALF = 1 << (_FIELD - 1)
_HALVES = _packed([_HALF] * len(OUTPUTS))


@cache
def weights() -> Mapping[str, str]:
    """The weights of each feature, as the table has them; most are never asked for."""
    lines = (line for line in table("model").splitlines() if line and not line.startswith("# "))
    return {name: numbers for name, _, numbers in (line.rpartition("\t") for line in lines)}


def weights_of(name: str) -> int:
    """The weights of a feature, packed; 0 where it has none."""
    return _packed(map(int, weights().get(name, "").split()))


def unpacked(total: int, parts: int) -> list[float]:
    """A sum of packed weights, one for each of OUTPUTS, where a weight was counted `parts` times for each whole."""
    divisor = SCALE * parts
    return [(field - _HALF) / divisor for field in _fields.unpack((total + _HALVES).to_bytes(_fields.size))]


def word_features(word: str) -> Iterator[str]:
    """The names under which a word is known: itself, and its beginning where it is long."""
    if word[0] != "@" and not word.startswith(("http", "www.")):
        yield f"w:{word}"
        if len(word) > _BEGINNING:
            yield f"p:{word[:_BEGINNING]}"


def word_weights(word: str) -> int:
    """What a word says of each output, packed; 0 where it is not known."""
    return sum(map(weights_of, word_features(word)))
