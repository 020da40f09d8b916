"""Complaint signals and the baseline they are held against."""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # What noticing knows takes a while to read, and only two functions notice.
    from mentiondesk.detection.noticing import Baseline, HourlyCounts
    from mentiondesk.detection.signals import Signal


class SignalStore(Protocol):
    """What each complaint says; kept for two days."""

    def window(self, since: datetime, until: datetime, limit: int) -> "list[Signal]":
        """The latest signals made after `since` and up to `until`, newest first, at most `limit`."""


class BaselineStore(Protocol):
    """What the desk usually hears."""

    def load(self, hour_of_week: int) -> "Baseline":
        """What is usual at this hour of the week, by that hour and by all hours."""

    def save(self, habit: "HourlyCounts", hour_of_week: int | None = None) -> bool:
        """Keeps what is usual at that hour, or over all hours; False when its latest hour is counted already."""
