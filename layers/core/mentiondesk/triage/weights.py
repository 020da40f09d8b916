"""The weights of the small linear model beside the tables, in the table model.txt.

It was trained on this project's own posts alone by infra/train_triage.py, which rebuilds the table bit for bit: a line
for each feature, with its weights in 32nds, one for each of OUTPUTS.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from mentiondesk.domain.tags import Kind, Urgency
from mentiondesk.triage.loading import table

KINDS = tuple(Kind)
# What there are weights for: each kind, and two levels of urgency ("high" is high or more).
OUTPUTS = (*map(str, Kind), str(Urgency.CRITICAL), str(Urgency.HIGH))
SCALE = 32
Weights = tuple[float, ...]
NOTHING: Weights = (0.0,) * len(OUTPUTS)
_BEGINNING = 5


@cache
def weights() -> Mapping[str, Weights]:
    found = {}
    for line in table("model").splitlines():
        if line and not line.startswith("# "):
            name, _, numbers = line.rpartition("\t")
            found[name] = tuple(int(number) / SCALE for number in numbers.split())
    return found


def word_features(word: str) -> Iterator[str]:
    """The names under which a word is known: itself, and its beginning where it is long."""
    if word[0] != "@" and not word.startswith(("http", "www.")):
        yield f"w:{word}"
        if len(word) > _BEGINNING:
            yield f"p:{word[:_BEGINNING]}"


def word_weights(word: str) -> Weights | None:
    """What a word says of each output; None where it is not known."""
    found = [numbers for name in word_features(word) if (numbers := weights().get(name))]
    return tuple(map(sum, zip(*found, strict=True))) if found else None
