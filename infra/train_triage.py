"""Trains the model of single words that triage has beside its tables: python -m infra.train_triage.

On this project's own posts (tests/evaluation/posts.jsonl and training.jsonl) and on nothing else: logistic
regression by stochastic gradient descent, in an order that a fixed seed gives. Weights are rounded to 32nds, so that
the same posts and tables give the same file, bit for bit.
"""

import math
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mentiondesk.domain.tags import Urgency
from mentiondesk.triage import Engine
from mentiondesk.triage.engine import complaint_score
from mentiondesk.triage.evidence import evidence_of
from mentiondesk.triage.model import findings, shape, shape_features
from mentiondesk.triage.weights import KINDS, OUTPUTS, SCALE, word_features
from tests.evaluation.labelled import LEARNED, Labelled, sets

MODEL = Path("layers/core/mentiondesk/triage/tables/model.txt")
_HEAD = "# Made by infra/train_triage.py out of tests/evaluation; do not change by hand.\n# {}\n"
_ROUNDS = 12
_STEP = 0.3
_WORD_STEP = 0.15
_KEEP = 1e-3
# A word that stands in one post alone tells of that post.
_LEAST_POSTS = 2
# In 32nds. A word that weighs less everywhere is left out.
_LEAST_WEIGHT = 8
_Features = dict[str, float]
_Weights = dict[str, list[float]]


def main() -> int:
    MODEL.write_text(made(), encoding="utf-8")
    print(f"{MODEL}: {MODEL.stat().st_size} bytes")
    return 0


def made() -> str:
    """The table of the model, as this project's posts give it."""
    return written(trained([labelled for one in sets(LEARNED) for labelled in one.posts]))


def features(posts: Sequence[Labelled]) -> list[_Features]:
    """What the model sees of each post; the same as triage shows it."""
    engine = Engine()
    found = []
    for labelled in posts:
        reading = engine.read(labelled.post)
        evidence = evidence_of(reading)
        names = Counter(name for word in set(reading.words) for name in word_features(word.text))
        names.update(shape_features(shape(reading)))
        found.append(dict(names) | dict(findings(evidence, reading.urgencies, complaint_score(reading, evidence))))
    return found


def trained(posts: Sequence[Labelled]) -> _Weights:
    """Weights for each feature, one for each kind."""
    seen = features(posts)
    counts = Counter(name for one in seen for name in one)
    examples = [
        ({name: value for name, value in sorted(one.items()) if counts[name] >= _LEAST_POSTS}, _outputs(labelled))
        for one, labelled in zip(seen, posts, strict=True)
    ]
    weights: _Weights = {}
    order = random.Random(1)  # noqa: S311 - an order that can be repeated
    for turn in range(_ROUNDS):
        order.shuffle(examples)
        for example, outputs in examples:
            _learn(weights, example, outputs, _STEP / (1 + 0.15 * turn))
    return weights


def _outputs(labelled: Labelled) -> list[bool]:
    """What the model should say of a post, for each of OUTPUTS."""
    urgency = labelled.urgency
    assert urgency is not None, "this project's posts tell it"
    return [*(kind is labelled.kind for kind in KINDS), urgency is Urgency.CRITICAL, urgency >= Urgency.HIGH]


def _learn(weights: _Weights, example: _Features, outputs: list[bool], step: float) -> None:
    """One step: kinds shut each other out, urgencies are told each by itself."""
    for name in example:
        weights.setdefault(name, [0.0] * len(OUTPUTS))
    sums = [sum(weights[name][place] * value for name, value in example.items()) for place in range(len(OUTPUTS))]
    highest = max(sums[: len(KINDS)])
    powers = [math.exp(one - highest) for one in sums[: len(KINDS)]]
    said = [power / sum(powers) for power in powers] + [1 / (1 + math.exp(-one)) for one in sums[len(KINDS) :]]
    errors = [right - one for right, one in zip(outputs, said, strict=True)]
    for name, value in example.items():
        pace = step * value * (_WORD_STEP / _STEP if name[1] == ":" else 1.0)
        known = weights[name]
        for place, error in enumerate(errors):
            known[place] += pace * error - step * _KEEP * known[place]


def written(weights: _Weights) -> str:
    """The model as its table has it: a feature, and its weights in 32nds."""
    lines = []
    for name, numbers in sorted(weights.items()):
        rounded = [round(number * SCALE) for number in numbers]
        if max(map(abs, rounded)) >= _LEAST_WEIGHT:
            lines.append(f"{name}\t{' '.join(map(str, rounded))}\n")
    return _HEAD.format(" ".join(OUTPUTS)) + "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
