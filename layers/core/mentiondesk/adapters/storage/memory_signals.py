"""Complaint signals and the detection baseline in memory, for replays and tests."""

from bisect import bisect_right, insort
from datetime import datetime, timedelta

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.incidents.signals import SIGNALS_KEPT, Baseline, HourlyCounts, Signal


class MemorySignals:
    """SignalStore in memory."""

    def __init__(self) -> None:
        self._signals: dict[PostId, Signal] = {}
        self._order: list[tuple[datetime, int]] = []

    def put(self, signal: Signal) -> None:
        """Stores a signal. An edited post's replaces the one before."""
        if signal.post_id not in self._signals:
            insort(self._order, (signal.at, int(signal.post_id)))
        self._signals[signal.post_id] = signal
        self._forget(before=signal.at - SIGNALS_KEPT - timedelta(days=1))

    def drop(self, post_id: PostId) -> None:
        """Removes the signal of a post's text before an edit, if there is one."""
        signal = self._signals.pop(post_id, None)
        if signal is not None:
            self._order.remove((signal.at, int(post_id)))

    def _forget(self, before: datetime) -> None:
        while self._order and self._order[0][0] < before:
            del self._signals[PostId(str(self._order.pop(0)[1]))]

    def window(self, since: datetime, until: datetime, limit: int) -> list[Signal]:
        first, last = (bisect_right(self._order, moment, key=lambda one: one[0]) for moment in (since, until))
        return [
            self._signals[PostId(str(number))] for _, number in reversed(self._order[max(first, last - limit) : last])
        ]


class MemoryUsual:
    """BaselineStore in memory."""

    def __init__(self) -> None:
        self._counts: dict[int | None, HourlyCounts] = {}

    def load(self, hour_of_week: int) -> Baseline:
        return Baseline(self._counts.get(None, HourlyCounts()), self._counts.get(hour_of_week, HourlyCounts()))

    def save(self, counts: HourlyCounts, hour_of_week: int | None = None) -> bool:
        known = self._counts.get(hour_of_week, HourlyCounts())
        if known.until is not None and (counts.until is None or counts.until <= known.until):
            return False
        self._counts[hour_of_week] = counts
        return True

    def copy(self) -> "MemoryUsual":
        """An independent copy of the present counts."""
        other = MemoryUsual()
        other._counts = dict(self._counts)
        return other
