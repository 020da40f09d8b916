"""Time that counts: deadlines, shifts and quiet hours, by the clock on the wall."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mentiondesk.domain.alerts.roster import Stage
from mentiondesk.domain.cases.timers import Clock, Policy, Target
from mentiondesk.domain.hours import Hours, NeverOpen, Period, after
from mentiondesk.domain.posts.tags import Kind, Urgency
from tests.support.builders import a_post_id, daily, hours, minutes, weekdays

BERLIN = "Europe/Berlin"


def local(text: str, zone: str = BERLIN, fold: int = 0) -> datetime:
    """Like local("2026-06-15 09:15")."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


NINE_TO_FIVE = hours(BERLIN, **weekdays("9-17"))
EIGHT_TO_SIX = hours(BERLIN, **weekdays("8-18"))


@pytest.mark.parametrize(
    ("week", "start", "wait", "due"),
    [
        pytest.param(NINE_TO_FIVE, "2026-06-19 16:45", 30, "2026-06-22 09:15", id="over the weekend"),
        pytest.param(EIGHT_TO_SIX, "2026-06-15 17:00", 240, "2026-06-16 11:00", id="over night"),
        pytest.param(NINE_TO_FIVE, "2026-06-20 13:00", 30, "2026-06-22 09:30", id="posted on a Saturday"),
        pytest.param(NINE_TO_FIVE, "2026-06-17 03:00", 30, "2026-06-17 09:30", id="before opening"),
        pytest.param(NINE_TO_FIVE, "2026-06-17 17:00", 30, "2026-06-18 09:30", id="at the closing moment"),
        pytest.param(NINE_TO_FIVE, "2026-06-17 16:30", 30, "2026-06-17 17:00", id="up to the closing moment"),
        pytest.param(NINE_TO_FIVE, "2026-06-20 13:00", 0, "2026-06-22 09:00", id="no time at all: the opening"),
        pytest.param(
            hours(BERLIN, holidays=["2026-06-18"], **weekdays("9-17")),
            "2026-06-18 10:00", 30, "2026-06-19 09:30", id="posted on a holiday",
        ),
        pytest.param(
            hours(BERLIN, holidays=["2026-06-18"], **weekdays("9-17")),
            "2026-06-17 16:00", 120, "2026-06-19 10:00", id="over a holiday",
        ),
        pytest.param(
            hours(BERLIN, **weekdays("9-12 13-17")), "2026-06-17 11:00", 120, "2026-06-17 14:00", id="over lunch"
        ),
        pytest.param(
            hours(BERLIN, **weekdays("9-13 11-17")), "2026-06-17 10:00", 360, "2026-06-17 16:00",
            id="overlapping periods count once",
        ),
        pytest.param(
            hours(BERLIN, **weekdays("9-17 10-12")), "2026-06-17 10:00", 240, "2026-06-17 14:00",
            id="a period inside another counts once",
        ),
        pytest.param(
            hours(BERLIN, fri="22-2"), "2026-06-19 23:30", 120, "2026-06-20 01:30", id="past midnight"
        ),
        pytest.param(
            hours(BERLIN, fri="22-2"), "2026-06-20 01:30", 60, "2026-06-26 22:30",
            id="the night belongs to the day on which it opens",
        ),
        pytest.param(
            hours(BERLIN, holidays=["2026-06-20"], fri="22-2"), "2026-06-20 01:00", 30, "2026-06-20 01:30",
            id="a holiday does not end the night before it",
        ),
        pytest.param(
            hours(BERLIN, **daily("0-24")), "2026-06-17 10:00", 7 * 24 * 60, "2026-06-24 10:00", id="never closed"
        ),
    ],
)  # fmt: skip
def test_open_time_is_counted(week: Hours, start: str, wait: int, due: str) -> None:
    assert week.add(local(start), minutes(wait)) == local(due)


def test_one_hour_before_the_deadline_is_an_open_hour() -> None:
    warn = Stage("warn", 1.0, -minutes(60), ())
    target = Target(timedelta(hours=4), EIGHT_TO_SIX)
    policy = Policy({(Kind.QUESTION, Urgency.NORMAL): target}, {}, (warn,))
    wait = policy.timer(Clock.FIRST_REPLY, Kind.QUESTION, Urgency.NORMAL, a_post_id(1), local("2026-06-15 17:00"))
    assert wait is not None
    assert wait.answer_by == local("2026-06-16 11:00")
    assert wait.alerts[0].at == local("2026-06-16 10:00")


def test_a_warning_longer_before_than_the_target_comes_when_the_clock_starts() -> None:
    warn = Stage("warn", 1.0, -minutes(60), ())
    policy = Policy({(Kind.QUESTION, Urgency.NORMAL): Target(minutes(30), NINE_TO_FIVE)}, {}, (warn,))
    wait = policy.timer(Clock.FIRST_REPLY, Kind.QUESTION, Urgency.NORMAL, a_post_id(1), local("2026-06-20 13:00"))
    assert wait is not None
    assert wait.alerts[0].at == local("2026-06-22 09:00")


def test_round_the_clock_a_day_is_24_real_hours_over_the_spring_change() -> None:
    start = local("2026-03-28 12:00").astimezone(UTC)
    assert after(None, start, timedelta(hours=24)) == local("2026-03-29 13:00")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param("2026-03-28 23:00", "2026-03-29 06:00", id="spring: the night has one hour less"),
        pytest.param("2026-10-24 23:00", "2026-10-25 04:00", id="autumn: the night has one hour more"),
        pytest.param("2026-06-17 23:00", "2026-06-18 05:00", id="any other night"),
    ],
)
def test_hours_that_are_open_when_the_clocks_change(start: str, due: str) -> None:
    assert hours(BERLIN, **daily("0-24")).add(local(start), timedelta(hours=6)) == local(due)


def test_a_period_around_the_change_is_as_long_as_the_wall_clock_makes_it() -> None:
    night = hours(BERLIN, **daily("0-4"))
    for day, length in (("2026-03-29", 3), ("2026-06-17", 4), ("2026-10-25", 5)):
        opens = local(f"{day} 00:00").astimezone(UTC)
        closes = night.closes(opens)
        assert closes == opens + timedelta(hours=length), day


@pytest.mark.parametrize(
    ("day", "period", "open_minutes"),
    [
        ("2026-03-29", "2:15-2:45", 0),
        ("2026-03-29", "2:30-4", 60),
        ("2026-03-29", "1-2:30", 60),
        ("2026-03-29", "1-3:30", 90),
        ("2026-10-25", "2:15-2:45", 90),
        ("2026-10-25", "2:30-4", 150),
        ("2026-10-25", "1-2:30", 150),
        ("2026-10-25", "1-3:30", 210),
    ],
)
def test_wall_clock_times_that_are_skipped_are_the_change_and_those_that_come_twice_count_twice(
    day: str, period: str, open_minutes: int
) -> None:
    changing = hours(BERLIN, sun=period)
    midnight = local(f"{day} 00:00").astimezone(UTC)
    assert sum(changing.is_open(midnight + minutes(count)) for count in range(8 * 60)) == open_minutes


@pytest.mark.parametrize(
    ("zone", "day", "period", "closes"),
    [
        pytest.param(BERLIN, "2027-10-31", "0-2", "2027-10-31T00:00+00:00", id="closes as the repeated hour begins"),
        pytest.param(BERLIN, "2027-10-31", "0-2:01", "2027-10-31T01:01+00:00", id="a minute into it"),
        pytest.param(BERLIN, "2027-10-31", "0-3", "2027-10-31T02:00+00:00", id="as it ends"),
        pytest.param("America/Chicago", "2027-11-07", "0-1", "2027-11-07T06:00+00:00", id="at one o'clock"),
        pytest.param("Australia/Lord_Howe", "2027-04-04", "0-1:30", "2027-04-03T14:30+00:00", id="by half an hour"),
        pytest.param(BERLIN, "2027-03-28", "0-2", "2027-03-28T01:00+00:00", id="in spring"),
    ],
)
def test_a_period_closes_after_the_last_minute_that_shows_less(zone: str, day: str, period: str, closes: str) -> None:
    week = hours(zone, sun=period)
    assert week.closes(local(f"{day} 00:00", zone).astimezone(UTC)) == datetime.fromisoformat(closes)


def test_shifts_that_meet_as_the_repeated_hour_begins_never_overlap() -> None:
    late, early = hours(BERLIN, sat="20-2"), hours(BERLIN, sun="2-9")
    for minute in range(60):
        moment = datetime(2027, 10, 31, 0, minute, tzinfo=UTC)
        assert not late.is_open(moment)
        assert early.is_open(moment)


def test_a_period_that_is_skipped_altogether_is_no_opening() -> None:
    week = hours(BERLIN, sun="2:15-2:45", mon="9-17")
    assert week.add(local("2026-03-28 12:00"), minutes(0)) == local("2026-03-30 09:00")


def test_open_and_closed() -> None:
    assert NINE_TO_FIVE.is_open(local("2026-06-17 09:00"))
    assert not NINE_TO_FIVE.is_open(local("2026-06-17 08:59"))
    assert not NINE_TO_FIVE.is_open(local("2026-06-17 17:00"))
    assert NINE_TO_FIVE.closes(local("2026-06-17 10:00")) == local("2026-06-17 17:00")
    assert NINE_TO_FIVE.closes(local("2026-06-20 10:00")) is None


_MONDAYS = frozenset(date(2026, 1, 5) + count * timedelta(weeks=1) for count in range(200))


@pytest.mark.parametrize(
    "never",
    [
        Hours(BERLIN, ((),) * 7),
        Hours("UTC", ((Period(time(9), time(17)),), *((),) * 6), _MONDAYS),
    ],
    ids=["no period", "nothing but holidays"],
)
def test_hours_that_never_open_say_so(never: Hours) -> None:
    with pytest.raises(NeverOpen):
        never.add(local("2026-06-17 10:00"), minutes(1))
    assert not never.is_open(local("2026-06-17 10:00"))


# Clock changes of four zones, one of them by half an hour, and ordinary and year-end weeks.
_WEEKS = [
    (BERLIN, date(2026, 3, 27)),
    (BERLIN, date(2026, 10, 23)),
    ("America/New_York", date(2026, 3, 6)),
    ("America/New_York", date(2026, 10, 30)),
    ("Australia/Lord_Howe", date(2026, 4, 3)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("Asia/Kolkata", date(2026, 6, 15)),
    ("UTC", date(2026, 12, 30)),
]
_MINUTES = 9 * 24 * 60


@lru_cache
def _walls(zone: str, first: date) -> list[datetime]:
    """The wall-clock time of each minute from two days before `first`."""
    start = datetime.combine(first, time(), UTC) - timedelta(days=2)
    zone_info = ZoneInfo(zone)
    return [(start + minutes(count)).astimezone(zone_info).replace(tzinfo=None) for count in range(_MINUTES)]


def _open_minutes(week: Hours, first: date) -> list[bool]:
    """Minute by minute: a period runs from the first minute that shows its opening, or later, to the
    last that shows less than its closing."""
    walls = _walls(week.zone, first)
    found = [False] * len(walls)
    for offset in range(-3, 9):
        day = first + timedelta(days=offset)
        for period in () if day in week.holidays else week.week[day.weekday()]:
            opens = datetime.combine(day, period.opens)
            closes = datetime.combine(day, period.closes)
            closes += timedelta(days=closes <= opens)
            # No offset from UTC is longer than 15 hours, so no other minute can show these times.
            guess = round((opens - walls[0]) / minutes(1))
            near = range(max(guess - 240, 0), min(guess + 1440 + 240, len(walls)))
            begin = next((minute for minute in near if walls[minute] >= opens), None)
            end = next((minute for minute in reversed(near) if walls[minute] < closes), None)
            if begin is not None and end is not None:
                found[begin : end + 1] = [True] * max(end + 1 - begin, 0)
    return found


_wall_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 15, 30, 59])) | st.sampled_from(
    # The hours at which clocks change, several times: only a period that closes right then meets the edge.
    [time(0), time(1), time(1), time(1, 30), time(1, 45), time(2), time(2), time(2), time(2, 15), time(2, 30), time(3)]
)
_periods = st.lists(st.builds(Period, _wall_times, _wall_times), max_size=3).map(tuple)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.sampled_from(_WEEKS),
    st.tuples(*[_periods] * 7),
    st.sets(st.integers(-1, 4), max_size=2),
    st.integers(0, 2 * 24 * 60),
    st.integers(1, 30 * 60),
)
@example(
    # Closes as the repeated hour begins; counting begins half an hour later.
    (BERLIN, date(2026, 10, 23)),
    ((), (), (), (), (), (Period(time(18), time(2)),), (Period(time(12), time(20)),)),
    set(),
    2 * 24 * 60 + 30,
    60,
)
def test_adding_is_counting_open_minutes(
    place: tuple[str, date],
    week: tuple[tuple[Period, ...], ...],
    days_off: set[int],
    begin: int,
    wait: int,
) -> None:
    zone, first = place
    some = Hours(zone, week, frozenset(first + timedelta(days=offset) for offset in days_off))
    is_open = _open_minutes(some, first)
    origin = datetime.combine(first, time(), UTC) - timedelta(days=2)
    # The table begins two days early, so that a night that began before the start is in it.
    start = origin + timedelta(days=2) + minutes(begin)
    counted = [minute for minute in range(2 * 24 * 60 + begin, _MINUTES - 2 * 24 * 60) if is_open[minute]]
    assert some.is_open(start) == is_open[2 * 24 * 60 + begin]
    if len(counted) >= wait:
        assert some.add(start, minutes(wait)) == origin + minutes(counted[wait - 1] + 1)
    elif counted:
        assert some.add(start, minutes(len(counted))) == origin + minutes(counted[-1] + 1)
