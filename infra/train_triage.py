"""Trains the model of words that triage has beside its tables: python -m infra.train_triage.

On this project's own posts (posts.jsonl and training.jsonl in data/triage) and on nothing else: logistic
regression by stochastic gradient descent, in an order that a fixed seed gives; the weights are the mean over the last
rounds, rounded to thirds, so that the same posts and tables give the same model, bit for bit. It is trained twice: on
all features, to find those that tell most, and on these alone, so that their weights make up for the rest.
"""

import argparse
import lzma
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from infra.labelled_posts import LEARNED, Labelled, labelled_posts
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.triage import Engine
from mentiondesk.triage.engine import complaint_score
from mentiondesk.triage.evidence import evidence_of
from mentiondesk.triage.model import danger_features, dangers, findings, shape, shape_features
from mentiondesk.triage.reading import Reading
from mentiondesk.triage.weights import KINDS, MODEL, OUTPUTS, SCALE, pair_features, word_features, written

# Training goes through the posts so often, and averages the weights over the last of these rounds.
_ROUNDS, _AVERAGED = 10, 6
_STEP, _WORD_STEP, _SLOWER = 0.3, 0.15, 0.3
_KEEP = 1e-3
# The file's compression: its bytes are not aligned and say nothing of the next one.
_FILTERS: list[dict[str, int]] = [
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 0, "lp": 0, "pb": 0}
]
# Examples whose outputs are all nearer than this are skipped.
_NEAR = 0.02
# A word of a single post describes that post and no kind.
_LEAST_POSTS, _LEAST_POSTS_OF_PAIR = 2, 3
# The features that are kept, which make the file as large as it may be.
_MOST_FEATURES = 17_500
_Features = dict[str, float]
_Example = tuple[list[tuple[int, float]], list[float]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make triage-model", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the model is not what comes out")
    made_now = made()
    if parser.parse_args().check:
        same = lzma.decompress(MODEL.read_bytes()) == made_now
        sys.stdout.write("the model is what its posts give\n" if same else "run make triage-model: the model is old\n")
        return not same
    MODEL.write_bytes(lzma.compress(made_now, filters=_FILTERS))
    sys.stdout.write(f"{MODEL.name}: {MODEL.stat().st_size} bytes\n")
    return 0


def made() -> bytes:
    """The model's unpacked file, as this project's posts and the tables give it."""
    return written(rounded(trained([labelled for file in LEARNED for labelled in labelled_posts(file)])))


def features(posts: Sequence[Labelled]) -> list[_Features]:
    """The model's input for each post, the same as in triage.

    Reading corrects typing errors in words that it does not know. Here it knows the words of the posts themselves:
    were it those of the stored model, each model would depend on the one before.
    """
    as_typed = Engine(knows=lambda _: True)
    counts = Counter(word for one in posts for word in {word.text for word in as_typed.read(one.post).words})
    engine = Engine(knows={word for word, count in counts.items() if count >= _LEAST_POSTS}.__contains__)
    return [_features(engine.read(labelled.post)) for labelled in posts]


def _features(reading: Reading) -> _Features:
    evidence = evidence_of(reading)
    names = Counter(name for word in set(reading.words) for name in word_features(word.text))
    names.update(set(pair_features([word.text for word in reading.words])))
    names.update(danger_features(dangers(reading)))
    names.update(shape_features(shape(reading)))
    return dict(names) | dict(findings(evidence, reading.urgencies, complaint_score(reading, evidence)))


def trained(posts: Sequence[Labelled]) -> dict[str, list[float]]:
    """Weights for each feature that is kept, one for each of OUTPUTS."""
    names, examples = _numbered(features(posts), posts)
    kept = _telling(names, examples, _fitted(names, examples))
    numbers = {number: place for place, number in enumerate(kept)}
    names = [names[number] for number in kept]
    examples = [
        ([(numbers[number], value) for number, value in seen if number in numbers], right) for seen, right in examples
    ]
    return dict(zip(names, _fitted(names, examples), strict=True))


def _telling(names: list[str], examples: list[_Example], weights: list[list[float]]) -> list[int]:
    """The numbers of the features that tell most: large weights, in many posts."""
    counts = Counter(number for seen, _ in examples for number, _ in seen)
    tells = [max(map(abs, one)) * math.sqrt(counts[number]) for number, one in enumerate(weights)]
    possible = [number for number, name in enumerate(names) if "\n" not in name]
    return sorted(sorted(possible, key=lambda number: (-tells[number], number))[:_MOST_FEATURES])


def _fitted(names: list[str], examples: list[_Example]) -> list[list[float]]:
    """The weights of each feature, one for each of OUTPUTS."""
    paces = [_WORD_STEP if name[1:2] == ":" else _STEP for name in names]
    weights = [[0.0] * len(OUTPUTS) for _ in names]
    total = [[0.0] * len(OUTPUTS) for _ in names]
    order, examples = random.Random(1), examples.copy()  # noqa: S311 - an order that can be repeated
    for turn in range(_ROUNDS):
        order.shuffle(examples)
        for example in examples:
            _learn(weights, paces, example, 1 / (1 + _SLOWER * turn))
        if turn >= _ROUNDS - _AVERAGED:
            total = [[a + b for a, b in zip(*pair, strict=True)] for pair in zip(total, weights, strict=True)]
    return [[one / _AVERAGED for one in sums] for sums in total]


def _numbered(seen: Sequence[_Features], posts: Sequence[Labelled]) -> tuple[list[str], list[_Example]]:
    """The features that stand in enough posts, and each post as their numbers and values with its right outputs."""
    counts = Counter(name for one in seen for name in one)
    names = sorted(
        name for name, count in counts.items() if count >= (_LEAST_POSTS_OF_PAIR if name[:2] == "b:" else _LEAST_POSTS)
    )
    numbers = {name: number for number, name in enumerate(names)}
    examples = [
        ([(numbers[name], value) for name, value in sorted(one.items()) if name in numbers], _outputs(labelled))
        for one, labelled in zip(seen, posts, strict=True)
    ]
    return names, examples


def _outputs(labelled: Labelled) -> list[float]:
    """The expected value of each of OUTPUTS for a post."""
    urgency = labelled.urgency
    assert urgency is not None, "this project's posts have this label"
    right = [*(kind is labelled.kind for kind in KINDS), urgency is Urgency.CRITICAL, urgency >= Urgency.HIGH]
    return list(map(float, right))


def _learn(weights: list[list[float]], paces: list[float], example: _Example, slower: float) -> None:
    """A gradient step: softmax over kinds, a sigmoid for each level of urgency."""
    seen, right = example
    sums = [0.0] * len(OUTPUTS)
    for number, value in seen:
        sums = [one + weight * value for one, weight in zip(sums, weights[number], strict=True)]
    errors = [a - b for a, b in zip(right, _said(sums), strict=True)]
    if max(map(abs, errors)) < _NEAR:
        return
    keep = 1 - _STEP * slower * _KEEP
    for number, value in seen:
        pace = paces[number] * slower * value
        weights[number] = [keep * one + pace * error for one, error in zip(weights[number], errors, strict=True)]


def _said(sums: list[float]) -> Iterator[float]:
    kinds, urgencies = sums[: len(KINDS)], sums[len(KINDS) :]
    highest = max(kinds)
    powers = [math.exp(one - highest) for one in kinds]
    whole = sum(powers)
    yield from (power / whole for power in powers)
    yield from (1 / (1 + math.exp(-max(-50.0, one))) for one in urgencies)


def rounded(weights: dict[str, list[float]]) -> dict[str, list[int]]:
    """The weights as they are stored; features that are left without any are left out."""
    found = {name: [round(number * SCALE) for number in numbers] for name, numbers in weights.items()}
    return {name: numbers for name, numbers in found.items() if any(numbers)}


if __name__ == "__main__":
    sys.exit(main())
