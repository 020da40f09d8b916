"""Signals and what is usual in memory, keeping the same promises as the table; for replays and tests."""

from bisect import bisect_right, insort
from datetime import datetime, timedelta

from mentiondesk.detection.noticing import Baseline, HourlyCounts
from mentiondesk.detection.signals import SIGNALS_KEPT, Signal
from mentiondesk.domain.ids import PostId


class MemorySignals:
    """SignalStore in memory."""

    def __init__(self) -> None:
        self._signals: dict[PostId, Signal] = {}
        self._order: list[tuple[datetime, int]] = []

    def put(self, signal: Signal) -> None:
        """Keeps a signal; an edited post's takes the place of the one before."""
        if signal.post_id not in self._signals:
            insort(self._order, (signal.at, int(signal.post_id)))
        self._signals[signal.post_id] = signal
        self._forget(before=signal.at - SIGNALS_KEPT - timedelta(days=1))

    def drop(self, post_id: PostId) -> None:
        """Forgets what a post said before it was edited, where that was kept."""
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
        self._habits: dict[int | None, HourlyCounts] = {}

    def load(self, hour_of_week: int) -> Baseline:
        return Baseline(self._habits.get(None, HourlyCounts()), self._habits.get(hour_of_week, HourlyCounts()))

    def save(self, habit: HourlyCounts, hour_of_week: int | None = None) -> bool:
        known = self._habits.get(hour_of_week, HourlyCounts())
        if known.until is not None and (habit.until is None or habit.until <= known.until):
            return False
        self._habits[hour_of_week] = habit
        return True

    def copy(self) -> "MemoryUsual":
        """As it is now; what is learnt later is learnt by one of the two."""
        other = MemoryUsual()
        other._habits = dict(self._habits)
        return other
