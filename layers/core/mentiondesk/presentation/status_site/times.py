"""Times as the status site's readers see them, in the settings' zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def on_clock(moment: datetime, zone: ZoneInfo) -> str:
    """Like "21 November 2026, 23:40 GMT"."""
    there = moment.astimezone(zone)
    return f"{day(there.date())}, {there:%H:%M %Z}"


def day(one: date) -> str:
    """Like "21 November 2026"."""
    return f"{one.day} {one:%B %Y}"


def days(first: date, last: date) -> str:
    """Like "3 to 9 November 2026", and one day as itself."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day(last)}"
    return f"{first.day} {first:%B} to {day(last)}" if first.year == last.year else f"{day(first)} to {day(last)}"


def period(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Like "21 November 2026, 22:00 to 23:30 GMT"; both days when it goes past midnight."""
    if start.astimezone(zone).date() != end.astimezone(zone).date():
        return f"{on_clock(start, zone)} to {on_clock(end, zone)}"
    return f"{day(start.astimezone(zone).date())}, {start.astimezone(zone):%H:%M} to {end.astimezone(zone):%H:%M %Z}"


def lasting(length: timedelta) -> str:
    """Like "45 minutes", "2 hours 5 minutes" or "3 days 4 hours"."""
    minutes = int(length.total_seconds() // 60)
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    said = [f"{count} {unit}{'s' if count != 1 else ''}" for count, unit in parts if count][:2]
    return " ".join(said) or "less than a minute"
