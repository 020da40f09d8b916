"""Stores of complaint signals, and of the baseline they are compared with."""

from datetime import datetime
from typing import Protocol

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.incidents.signals import Baseline, HourlyCounts, Signal


class SignalStore(Protocol):
    """Signals of the last three days."""

    def window(self, since: datetime, until: datetime, limit: int) -> list[Signal]:
        """The latest `limit` signals made after `since` and up to `until`, newest first."""

    def forget(self, at: datetime, post_id: PostId) -> None:
        """Removes the signal of a post made then, if there is one."""


class BaselineStore(Protocol):
    """Hourly counts: one set over every hour, and one for each hour of the week."""

    def load(self, hour_of_week: int) -> Baseline:
        """The overall counts and those of `hour_of_week` (0 to 167); empty counts where none are stored."""

    def save(self, counts: HourlyCounts, hour_of_week: int | None = None) -> bool:
        """Stores the counts of one hour of the week, or the overall ones for None.

        False, and nothing written, if the stored counts include that hour already.
        """
