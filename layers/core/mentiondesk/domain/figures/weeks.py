"""Weeks of a report: from Monday to Monday in the desk's zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mentiondesk.values import Frozen

# The weeks that a week is compared with.
COMPARED = 4


class Week(Frozen):
    """A calendar week; `monday` is its first day in `zone`."""

    monday: date
    zone: str

    @classmethod
    def of(cls, moment: datetime, zone: str) -> "Week":
        """The week that a moment lies in."""
        day = moment.astimezone(ZoneInfo(zone)).date()
        return cls(day - timedelta(days=day.weekday()), zone)

    @classmethod
    def parse(cls, text: str, zone: str) -> "Week":
        """The week from its name, as in "2026-W48". Raises ValueError."""
        return cls(date.fromisoformat(f"{text}-1"), zone)

    @property
    def name(self) -> str:
        """The name by ISO 8601."""
        return f"{self.monday:%G-W%V}"

    @property
    def first(self) -> datetime:
        """The moment at which it begins, in UTC."""
        return datetime.combine(self.monday, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def last(self) -> datetime:
        """The moment at which the next one begins, in UTC."""
        return self.plus(1).first

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def plus(self, weeks: int) -> "Week":
        return Week(self.monday + timedelta(weeks=weeks), self.zone)

    def before(self, count: int = COMPARED) -> Iterator["Week"]:
        """The weeks before it, oldest first."""
        return (self.plus(-back) for back in range(count, 0, -1))
