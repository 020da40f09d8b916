"""Breaches, and breaches warned before: deadlines that passed, and those that staff heard of in time."""

from collections.abc import Iterable
from datetime import datetime

from mentiondesk.values import Frozen


class Deadline(Frozen):
    """A reply timer as figures see it: its deadline, its end (None: it runs), and the alerts about it.

    `alerted` is False where settings ask for no alerts. `warned_at` is the first alert that went out.
    """

    answer_by: datetime
    ended_at: datetime | None = None
    alerted: bool = True
    warned_at: datetime | None = None

    def late(self, now: datetime) -> bool:
        """True when the timer ended, or still runs, after its deadline."""
        return (self.ended_at or now) > self.answer_by

    @property
    def warned_before(self) -> bool:
        """True when an alert went out by the deadline."""
        return self.warned_at is not None and self.warned_at <= self.answer_by


def breaches(deadlines: Iterable[Deadline], now: datetime) -> int:
    """The number of late deadlines about which settings ask for alerts."""
    return sum(one.alerted and one.late(now) for one in deadlines)


def breaches_warned_before(deadlines: Iterable[Deadline], now: datetime) -> int:
    """The number of breaches that staff were warned of by the deadline."""
    return sum(one.alerted and one.late(now) and one.warned_before for one in deadlines)


def late_without_alerts(deadlines: Iterable[Deadline], now: datetime) -> int:
    """The number of late deadlines about which settings ask for no alerts."""
    return sum(not one.alerted and one.late(now) for one in deadlines)
