"""The cursor of a source, and the next request."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.domain.ids import id_at, time_of
from mentiondesk.domain.posts.cursor import (
    Cursor,
    Window,
    furthest_back,
    month_of,
    next_month,
    sweep_window,
    window_for,
)
from mentiondesk.domain.posts.post import Source
from tests.support.builders import NOON, minutes

OVERLAP, FIRST_LOOK = minutes(5), minutes(60)
_MILLISECOND = timedelta(milliseconds=1)
_moments = st.datetimes(datetime(2011, 1, 1), datetime(2079, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001


def window(source: Source, newest: datetime | None, now: datetime = NOON) -> Window:
    return window_for(Cursor(source, newest=id_at(newest) if newest else None), now, OVERLAP, FIRST_LOOK)


def test_an_id_holds_the_time_at_which_x_made_it() -> None:
    # X's own documentation shows this post with created_at 2019-12-31T19:26:16.000Z.
    assert time_of("1212092628029698048").replace(microsecond=0) == datetime(2019, 12, 31, 19, 26, 16, tzinfo=UTC)
    assert id_at(datetime(2006, 3, 21, tzinfo=UTC)) == "0"


@profile(derandomize=True, deadline=None, max_examples=200)
@given(_moments, st.integers(0, 2**22 - 1))
def test_times_and_ids_turn_into_each_other_to_the_millisecond(moment: datetime, rest: int) -> None:
    first = id_at(moment)
    assert timedelta(0) <= moment - time_of(first) < _MILLISECOND
    assert time_of(str(int(first) + rest)) == time_of(first)
    assert int(id_at(moment + _MILLISECOND)) > int(first) + rest
    assert id_at(time_of(first)) == first


@pytest.mark.parametrize("source", list(Source))
def test_the_first_read_goes_back_a_little(source: Source) -> None:
    assert window(source, None) == Window(start=NOON - FIRST_LOOK)


@pytest.mark.parametrize("source", list(Source))
def test_each_read_overlaps_the_one_before(source: Source) -> None:
    newest = NOON - minutes(2)
    asked = window(source, newest)
    assert (asked.start, asked.until) == (None, None)
    assert asked.since is not None
    assert time_of(asked.since) == newest - OVERLAP


@pytest.mark.parametrize(
    ("swept_at", "since"),
    [
        (None, NOON - minutes(10)),
        # Before the latest post, which was read since.
        (NOON - minutes(20), NOON - minutes(10)),
        (NOON + minutes(700), NOON + minutes(700)),
        (NOON + minutes(725), NOON + minutes(725)),
    ],
)
def test_yesterday_s_posts_are_not_paid_for_again_where_a_sweep_has_seen_them(
    swept_at: datetime | None, since: datetime
) -> None:
    just_past_midnight = NOON + minutes(721)
    cursor = Cursor(Source.MENTIONS, newest=id_at(NOON - minutes(10)), swept_at=swept_at)
    assert window_for(cursor, just_past_midnight, OVERLAP, FIRST_LOOK) == Window(since=id_at(since - OVERLAP))
    # Within a day X charges once, and going back further costs nothing.
    before = window_for(cursor, just_past_midnight - minutes(2), OVERLAP, FIRST_LOOK)
    assert before == Window(since=id_at(NOON - minutes(15)))


def test_a_search_that_rested_for_a_week_starts_as_far_back_as_x_lets_it() -> None:
    assert window(Source.SEARCH, NOON - timedelta(days=9)) == Window(start=furthest_back(NOON))
    assert timedelta(days=6, hours=23) < NOON - furthest_back(NOON) < timedelta(days=7)


def test_the_overlap_counts_towards_that_week() -> None:
    edge = furthest_back(NOON)
    assert window(Source.SEARCH, edge + OVERLAP).since == id_at(edge)
    assert window(Source.SEARCH, edge + OVERLAP - minutes(1)) == Window(start=edge)


@pytest.mark.parametrize("source", [Source.MENTIONS, Source.OWN])
def test_other_feeds_have_no_such_limit(source: Source) -> None:
    assert window(source, NOON - timedelta(days=30)).since == id_at(NOON - timedelta(days=30) - OVERLAP)


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2026, 6, 17, 12, 0, tzinfo=UTC), datetime(2026, 6, 17, 6, 0, tzinfo=UTC)),
        (datetime(2026, 6, 17, 2, 0, 7, tzinfo=UTC), datetime(2026, 6, 17, tzinfo=UTC)),
        (datetime(2026, 6, 17, tzinfo=UTC), datetime(2026, 6, 17, tzinfo=UTC)),
    ],
)
def test_a_sweep_stays_in_the_utc_day_in_which_posts_are_paid_once(now: datetime, start: datetime) -> None:
    assert sweep_window(now, timedelta(hours=6)) == Window(start=start)


@pytest.mark.parametrize(
    ("now", "month", "following"),
    [
        (datetime(2026, 6, 17, 12, 0, tzinfo=UTC), "2026-06", datetime(2026, 7, 1, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), "2026-12", datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 1, 31, tzinfo=UTC), "2028-01", datetime(2028, 2, 1, tzinfo=UTC)),
        (datetime(2028, 2, 1, tzinfo=UTC), "2028-02", datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
def test_billing_months(now: datetime, month: str, following: datetime) -> None:
    assert month_of(now) == month
    assert next_month(now) == following


def test_a_window_never_asks_for_both_a_post_and_a_time() -> None:
    for source in Source:
        for days in (0, 1, 6.99, 7, 8, 400):
            asked = window(source, NOON - timedelta(days=days))
            assert (asked.since is None) != (asked.start is None)
