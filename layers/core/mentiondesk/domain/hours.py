"""Time that counts: opening hours, shifts and quiet hours in a named zone, and sums over them."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache, partial
from itertools import takewhile
from zoneinfo import ZoneInfo

from mentiondesk.values import Frozen

_ONE_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
# Longer than any run of holidays; reached only by hours that never open.
_HORIZON_DAYS = 800
# Days whose periods are remembered.
_MOST_DAYS = 4096
_Span = tuple[datetime, datetime]


class NeverOpen(ValueError):
    """The hours hold no open minute within two years."""


class Period(Frozen):
    """From `opens` to `closes` by the clock on the wall; past midnight when `closes` is not later."""

    opens: time
    closes: time


class Hours(Frozen, dict=True, gc=True):
    """Weekly periods in one zone, Monday first, less the holidays.

    A period belongs to the day on which it opens. On the day the clocks change a period is as long
    as the wall clock makes it: 0:00 to 4:00 is three hours in spring and five in autumn.
    """

    zone: str
    week: tuple[tuple[Period, ...], ...]
    holidays: frozenset[date] = frozenset()

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The moment (UTC) when `duration` of open time has passed since `start`.

        A start outside the hours counts from the next opening. Raises NeverOpen.
        """
        left = duration
        for opens, closes in self._from(start):
            begins = max(opens, start)
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
        raise NeverOpen(f"no open time within {_HORIZON_DAYS} days of {start:%Y-%m-%d}")

    def is_open(self, at: datetime) -> bool:
        """True when `at` lies inside a period; the closing moment does not."""
        return self.closes(at) is not None

    def closes(self, at: datetime) -> datetime | None:
        """When the period around `at` ends (UTC); None outside all periods."""
        for opens, closes in self._around(at.astimezone(UTC).date()):
            if at < closes:
                return closes if opens <= at else None
        return None

    @cached_property
    def _around(self) -> Callable[[date], tuple[_Span, ...]]:
        return lru_cache(_MOST_DAYS)(self._spans_around)

    @cached_property
    def _on(self) -> Callable[[date], tuple[_Span, ...]]:
        return lru_cache(_MOST_DAYS)(partial(_periods, self))

    def _spans_around(self, day: date) -> tuple[_Span, ...]:
        """The open spans of a UTC day, and the one that reaches into it."""
        midnight = datetime.combine(day, time(), UTC)
        return tuple(takewhile(lambda span: span[0] < midnight + _ONE_DAY, self._from(midnight)))

    def _from(self, start: datetime) -> Iterator[_Span]:
        """Periods that end after `start`, in order, none overlapping the one before."""
        # A period that opened yesterday may reach past midnight into today.
        day = start.astimezone(ZoneInfo(self.zone)).date() - _ONE_DAY
        reached = datetime.min.replace(tzinfo=UTC)
        for offset in range(_HORIZON_DAYS):
            for opens, closes in self._on(day + offset * _ONE_DAY):
                if closes > max(start, reached):
                    yield max(opens, reached), closes
                    reached = closes


def _periods(hours: Hours, day: date) -> tuple[_Span, ...]:
    """The periods that open on a day of the hours' own zone."""
    if day in hours.holidays:
        return ()
    zone = ZoneInfo(hours.zone)
    found = []
    for period in sorted(hours.week[day.weekday()], key=lambda p: p.opens):
        last_day = day if period.closes > period.opens else day + _ONE_DAY
        opens = _moment(datetime.combine(day, period.opens, zone))
        closes = _end(datetime.combine(last_day, period.closes, zone))
        if opens < closes:
            found.append((opens, closes))
    return tuple(found)


def _end(wall: datetime) -> datetime:
    """The moment (UTC) after the last minute that shows less than this closing time.

    When a wall-clock time comes twice, a period begins at the first and ends at the second: but one that closes just
    as the repeated hour begins ends there, since every minute of that hour shows the closing time or more.
    """
    last = _moment(wall.replace(fold=1))
    shown = (last - _MINUTE).astimezone(wall.tzinfo).replace(tzinfo=None)
    return last if shown < wall.replace(tzinfo=None) else _moment(wall)


def _moment(wall: datetime) -> datetime:
    """When (UTC) the clock on the wall shows this; the moment of the change when it skips this time."""
    # Python reads a skipped time with the offset before the change or, for fold 1, the one after it:
    # only then does fold 1 come first, and the change lies between the two.
    begin, end = (wall.replace(fold=fold).astimezone(UTC) for fold in (1, 0))
    if begin >= end:
        return wall.astimezone(UTC)
    steps = range((end - begin) // _MINUTE)
    offset = end.astimezone(wall.tzinfo).utcoffset()
    changed = bisect_left(
        steps, True, key=lambda step: (begin + step * _MINUTE).astimezone(wall.tzinfo).utcoffset() == offset
    )
    return begin + changed * _MINUTE


def after(hours: Hours | None, start: datetime, duration: timedelta) -> datetime:
    """`duration` after `start`: in open time, or in real time where `hours` is None."""
    return start + duration if hours is None else hours.add(start, duration)
