"""Reports of failures that the code survives, and counts of what a run did."""

import warnings
from collections.abc import Callable, Mapping

Measure = Callable[[str, str, float], None]


def logged(log: Callable[..., None], message: str) -> Callable[[Exception], None]:
    """Logs each failure that it is called with, with its traceback: logged(logger.error, "link key not read")."""
    return lambda failure: log(message, exc_info=failure)


class Counts:
    """Counts of a run, by name: a count that is not zero is measured and kept.

    CloudWatch bills a metric for each hour in which it is sent: a quiet desk sends none. `measure` takes the name, the
    unit and the count; `keep` takes all of them, for the notifier to tell an operator.
    """

    def __init__(self, measure: Measure, keep: Callable[[Mapping[str, int]], None]) -> None:
        self._measure = measure
        self._keep = keep
        # Powertools takes a run without metrics for a mistake, and would log each quiet one.
        warnings.filterwarnings("ignore", "No application metrics to publish")

    def __call__(self, counts: Mapping[str, int]) -> None:
        found = {name: count for name, count in counts.items() if count}
        for name, count in found.items():
            self._measure(name, "Count", count)
        if found:
            self._keep(found)
