"""The only place that reads the clock; everything else is given the time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


def now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


class _Run(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


def time_left(run: _Run) -> Callable[[], timedelta]:
    """A function that tells how much of its time a run of a function still has."""
    return lambda: timedelta(milliseconds=run.get_remaining_time_in_millis())
