"""Times and durations in words: short for staff, who act on them, and in full for the public."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mentiondesk.presentation.wording import Sentences

_MINUTE = timedelta(minutes=1)


def short_moment(say: Sentences, moment: datetime, zone: str, now: datetime) -> str:
    """Like "13:09 BST", or "Wed 17 Jun 13:09 BST" where the day is not today's in this zone."""
    there, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    clock = say("time.clock", clock=f"{there:%H:%M}", zone=_zone(there))
    if there.date() == today:
        return clock
    weekday = say(f"time.weekday.{there.isoweekday()}")
    short_month = say(f"time.short_month.{there.month}")
    return say("time.short_moment", weekday=weekday, day=there.day, short_month=short_month, clock=clock)


def _zone(there: datetime) -> str:
    """The zone's short name, like "BST"; like "UTC+04" where it has none."""
    name = f"{there:%Z}"
    return name if name[:1].isalpha() else f"UTC{name}"


def short_duration(say: Sentences, duration: timedelta) -> str:
    """Like "12 min", "1 h 5 min" or "3 days"; whole minutes, rounded down."""
    total = duration // _MINUTE
    days, hours, minutes = total // 1440, total // 60, total % 60
    if days >= 2:
        return say("time.short_days", count=days)
    if not hours:
        return say("time.short_minutes", count=minutes)
    key = "time.short_hours_minutes" if minutes else "time.short_hours"
    return say(key, hours=hours, minutes=minutes)


def time_left(say: Sentences, deadline: datetime, now: datetime) -> str:
    """Like "12 min left", "due now" or "1 h 5 min overdue"."""
    ahead = deadline - now
    if abs(ahead) < _MINUTE:
        return say("time.due_now")
    return say("time.left" if ahead > timedelta(0) else "time.overdue", duration=short_duration(say, abs(ahead)))


def full_moment(say: Sentences, moment: datetime, zone: ZoneInfo) -> str:
    """Like "21 November 2026, 23:40 GMT"."""
    there = moment.astimezone(zone)
    return say("time.moment", day=day(say, there.date()), clock=f"{there:%H:%M}", zone=f"{there:%Z}")


def full_duration(say: Sentences, duration: timedelta) -> str:
    """Like "45 minutes", "2 hours 5 minutes" or "3 days 4 hours": at most two units, rounded down."""
    total = duration // _MINUTE
    parts = (("days", total // 1440), ("hours", total // 60 % 24), ("minutes", total % 60))
    words = [say(f"time.{unit}", count=count) for unit, count in parts if count][:2]
    return " ".join(words) or say("time.under_a_minute")


def day(say: Sentences, one: date) -> str:
    """Like "21 November 2026"."""
    return say("time.day", day=one.day, month=_month(say, one), year=one.year)


def month(say: Sentences, one: date) -> str:
    """Like "November 2026"."""
    return say("time.month_of", month=_month(say, one), year=one.year)


def days(say: Sentences, first: date, last: date) -> str:
    """Like "3 to 9 November 2026"; a single day as itself."""
    if first == last:
        return day(say, first)
    if first.year != last.year:
        return say("time.span", start=day(say, first), end=day(say, last))
    key = "time.days_in_month" if first.month == last.month else "time.days_in_year"
    return say(key, first_day=first.day, first_month=_month(say, first), last=day(say, last))


def period(say: Sentences, start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Like "21 November 2026, 22:00 to 23:30 GMT"; with both days where it goes past midnight."""
    begin, finish = start.astimezone(zone), end.astimezone(zone)
    if begin.date() != finish.date():
        return say("time.span", start=full_moment(say, start, zone), end=full_moment(say, end, zone))
    clocks = {"start": f"{begin:%H:%M}", "end": f"{finish:%H:%M}", "zone": f"{finish:%Z}"}
    return say("time.hours_on", day=day(say, begin.date()), **clocks)


def _month(say: Sentences, one: date) -> str:
    return say(f"time.month.{one.month}")
