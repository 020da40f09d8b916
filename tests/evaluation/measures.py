"""The figures by which triage is judged."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

# As many bins as calibration errors are usually told with.
_BINS = 10


@dataclass(frozen=True)
class Found:
    """Precision and recall of a binary decision."""

    right: int
    said: int
    there: int

    @property
    def precision(self) -> float:
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.said + self.there) if self.said + self.there else 0.0


def found(said: Sequence[bool], there: Sequence[bool]) -> Found:
    return Found(sum(map(lambda a, b: a and b, said, there)), sum(said), sum(there))


def auc(scores: Sequence[float], there: Sequence[bool]) -> float | None:
    """The share of pairs of a yes and a no in which the yes has the higher score; ties count half."""
    yes = sum(there)
    if yes in {0, len(there)}:
        return None
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks, start = 0.0, 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and scores[order[end + 1]] == scores[order[start]]:
            end += 1
        ranks += sum(there[place] for place in order[start : end + 1]) * ((start + end) / 2 + 1)
        start = end + 1
    return (ranks - yes * (yes + 1) / 2) / (yes * (len(there) - yes))


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error: how far confidence and success are apart, over ten bins of equal width."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for confidence, success in zip(confidences, right, strict=True):
        bins[min(int(confidence * _BINS), _BINS - 1)].append((confidence, success))
    apart = (abs(sum(c for c, _ in one) - sum(s for _, s in one)) for one in bins)
    return sum(apart) / len(confidences)


def by_class(said: Sequence[str], there: Sequence[str], classes: Iterable[str]) -> dict[str, Found]:
    return {name: found([one == name for one in said], [one == name for one in there]) for name in classes}


def by_label(
    said: Sequence[Collection[str]], there: Sequence[Collection[str]], labels: Iterable[str]
) -> dict[str, Found]:
    return {name: found([name in one for one in said], [name in one for one in there]) for name in labels}


def macro_f1(classes: dict[str, Found]) -> float:
    """The mean over the classes that occur."""
    there = [one.f1 for one in classes.values() if one.there]
    return sum(there) / len(there) if there else 0.0
