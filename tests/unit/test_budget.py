"""The read budget: a flood costs a day, and never the month."""

from datetime import UTC, datetime, timedelta

import pytest

from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.budget import Authors, Budget, Reads
from mentiondesk.domain.posts.cursor import LOOKUP
from mentiondesk.domain.posts.post import Source
from mentiondesk.usecases.intake.troubles import unread
from tests.support.builders import NOON

MONTH = datetime(2026, 6, 1, tzinfo=UTC)
LATE = timedelta(hours=23, minutes=59)


def test_a_day_has_twice_its_share_of_what_is_left() -> None:
    assert Budget(30_000, Reads(), MONTH).today == 2000
    assert Budget(30_000, Reads(earlier=15_000), MONTH + timedelta(days=15)).today == 2000
    assert Budget(30_000, Reads(earlier=29_000), MONTH + timedelta(days=29)).today == 1000
    assert Budget(30_000, Reads(earlier=30_000), MONTH + timedelta(days=29)).today == 0


def test_reads_come_over_the_day() -> None:
    left = [Budget(30_000, Reads(), MONTH + timedelta(hours=hour)).left(Source.OWN) for hour in (0, 8, 16)]
    assert left == [500, 1000, 1500]


def test_own_posts_have_a_reserve_and_the_search_comes_last() -> None:
    budget = Budget(30_000, Reads(), MONTH + LATE)
    own, lookup, mentions, search = (budget.left(one) for one in (Source.OWN, LOOKUP, Source.MENTIONS, Source.SEARCH))
    assert own > lookup > mentions > search > 0
    spent = budget.after(mentions)
    assert spent.left(Source.MENTIONS) == spent.left(Source.SEARCH) == 0
    assert spent.left(Source.OWN) >= 0.1 * budget.today - 1


def test_a_flood_every_day_leaves_reads_for_every_day() -> None:
    reads, days = 0, []
    for day in range(30):
        budget = Budget(30_000, Reads(earlier=reads), MONTH + timedelta(days=day) + LATE)
        days.append(budget.left(Source.MENTIONS))
        reads += days[-1]
    assert min(days) > 0
    assert reads <= 30_000


def test_a_person_can_raise_today_beyond_the_month() -> None:
    spent = Reads(earlier=30_000)
    assert Budget(30_000, spent, NOON).left(Source.OWN) == 0
    raised = Reads(earlier=30_000, raised=500, raised_today=500)
    assert [Budget(30_000, raised, NOON).left(one) for one in (Source.OWN, Source.SEARCH)] == [500, 500]
    yesterday = Reads(earlier=30_500, raised=500)
    assert Budget(30_000, yesterday, NOON).left(Source.OWN) == 0


@pytest.mark.parametrize(("authors", "flood"), [(3, True), (20, True), (300, False)])
def test_few_authors_of_most_posts_are_named(authors: int, flood: bool) -> None:
    counted = Authors()
    for number in range(600):
        counted.add(NOON, UserId(str(number % authors)))
    assert bool(counted.flooding(NOON)) == flood
    assert counted.flooding(NOON + timedelta(days=1)) == ()


def test_a_quiet_day_has_no_flood() -> None:
    counted = Authors()
    for _ in range(50):
        counted.add(NOON, UserId("1"))
    assert counted.flooding(NOON) == ()


def test_what_a_search_for_mentions_would_cost() -> None:
    assert unread(1200) == "about 1,200 mentions in a minute, $6.00 by search"
