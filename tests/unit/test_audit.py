"""The auditor's tolerances, its progress through the days, and the alerts that it misses."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mentiondesk.domain.audit import Check, Finding, Progress, overspent, short, tolerated
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.brand import LONGEST_QUERY, Account, Brand
from mentiondesk.values import replace

NOW = datetime(2026, 6, 17, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(("counted", "missing"), [(0, 2), (10, 2), (66, 2), (67, 3), (100, 3), (1000, 30)])
def test_a_few_posts_may_be_missing_and_no_more(counted: int, missing: int) -> None:
    """X says that its counts skip some compliance filtering."""
    assert tolerated(counted) == missing
    assert not short(counted, counted - missing)
    assert short(counted, counted - missing - 1)


def test_more_posts_than_counted_are_no_loss() -> None:
    assert not short(5, 50)


def test_a_bill_above_what_was_read_is_found() -> None:
    assert not overspent(1_090, 1_000)
    assert overspent(1_101, 1_000)
    assert not overspent(50, 0)


def test_the_first_day_that_is_compared_is_the_first_whole_one() -> None:
    progress = Progress(NOW, NOW)
    assert progress.next_day(NOW + timedelta(days=2)) is None
    assert progress.next_day(NOW + timedelta(days=3)) == date(2026, 6, 18)


def test_each_day_is_compared_once_and_days_that_x_forgot_are_passed_over() -> None:
    progress = Progress(NOW, NOW).compared(date(2026, 6, 18), holds=True)
    assert progress.next_day(NOW + timedelta(days=3)) is None
    assert progress.next_day(NOW + timedelta(days=4)) == date(2026, 6, 19)
    assert progress.next_day(NOW + timedelta(days=30)) == (NOW + timedelta(days=24)).date()


def test_a_day_that_waits_for_long_is_overdue() -> None:
    progress = Progress(NOW, NOW).compared(date(2026, 6, 18), holds=True)
    assert not progress.overdue(NOW + timedelta(days=6))
    assert progress.overdue(NOW + timedelta(days=7))


def test_an_absent_alert_is_tried_again_before_anybody_hears() -> None:
    absent = Finding(Check.ALERTS, "case", "absent", mended=True)
    assert not absent.alarms
    assert replace(absent, mended=False, again=True).alarms
    assert Finding(Check.POSTS, "10:00", "short").alarms


def test_the_query_finds_what_the_feeds_read_and_nothing_of_the_brand_s_own() -> None:
    brand = Brand("Fennel", UserId("1"), "Fennel", ("Fennel tea",), (Account(UserId("2"), "tea"),), (UserId("3"),))
    query = brand.audit_query(mentions=True, search=True)
    assert query == '(@Fennel OR "Fennel tea") -from:Fennel -from:2 -from:3 -is:retweet'
    assert brand.audit_query(mentions=False, search=True).startswith('("Fennel tea") -@Fennel')
    assert brand.audit_query(mentions=True, search=False).startswith("(@Fennel) ")


def test_words_that_fill_x_s_longest_query_are_left_out_of_the_count() -> None:
    brand = Brand("Fennel", UserId("1"), "Fennel", tuple(f"word number {number} of many" for number in range(30)))
    query = brand.audit_query(mentions=True, search=True)
    assert query == "(@Fennel) -from:Fennel -is:retweet"
    assert len(query) <= LONGEST_QUERY
