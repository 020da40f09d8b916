"""Reading X: no post that X shows is lost, none is paid for without need, and X is left alone when it asks for it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.table import Condition, Table
from mentiondesk.domain.ids import PostId, UserId, id_at
from mentiondesk.domain.posts.cursor import SEARCH_REACH, Cursor, Gap, ReadBlock, Window, next_month
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Post, Source, Unreadable
from mentiondesk.ports.x import XRefuses, XTooFarBack, XUnavailable
from mentiondesk.usecases.intake.fetch_mentions import MOST_PAGES, Fetched, FetchMentions
from mentiondesk.values import replace
from tests.integration.conftest import Desk, MemoryDesk, keep
from tests.support.builders import BRAND_ID, NOON, a_post, at, minutes, settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OWN, MENTIONS, OVERFLOW, SEARCH = Source.OWN, Source.MENTIONS, Source.OVERFLOW, Source.SEARCH
ALWAYS_READ = {OWN, MENTIONS, SEARCH}
PLENTY = timedelta(seconds=55)
Script = list[Exception | Page | None]


@dataclass
class FakeX:
    """XFeed over made-up posts: windows and pages as X has them, and failures where a test wants them.

    `script` holds, per source, what its next requests meet; None lets one through.
    """

    page_size: int = 100
    credentials: str = "v1"
    requests: list[tuple[Source, Window, str | None]] = field(default_factory=list)
    script: defaultdict[Source, Script] = field(default_factory=lambda: defaultdict(list))
    always: dict[Source, Exception] = field(default_factory=dict)
    shown: list[tuple[Source, Post, datetime]] = field(default_factory=list)
    # The number of latest mentions that X shows.
    depth: int = 800

    def show(self, *posts: Post, source: Source = MENTIONS, after: timedelta = timedelta()) -> None:
        self.shown += [(source, post, post.created_at + after) for post in posts]

    def read(self, source: Source, window: Window, token: str | None, now: datetime) -> Page:
        self.requests.append((source, window, token))
        met = self.script[source].pop(0) if self.script[source] else self.always.get(source)
        if isinstance(met, Exception):
            raise met
        if met is not None:
            return met
        feed = MENTIONS if source is OVERFLOW else source
        now -= timedelta(seconds=30) if source is OVERFLOW else timedelta()
        found = sorted((post for place, post, seen in self.shown if place is feed and seen <= now), key=_number)[::-1]
        found = [post for post in found[: self.depth if source is MENTIONS else None] if _holds(window, post)]
        start = int(token or 0)
        more = len(found) > start + self.page_size
        return page(*found[start : start + self.page_size], token=str(start + self.page_size) if more else None)

    def calls(self, source: Source) -> list[Window]:
        return [window for place, window, _ in self.requests if place is source]


def _number(post: Post) -> int:
    return int(post.version_id)


def _holds(window: Window, post: Post) -> bool:
    return (
        (window.since is None or _number(post) > int(window.since))
        and (window.start is None or post.created_at >= window.start)
        and (window.until is None or _number(post) < int(window.until))
    )


def page(*posts: Post, token: str | None = None, **more: Any) -> Page:
    """A page of these posts, newest first."""
    ids = [post.version_id for post in posts]
    newest, oldest = max(ids, key=int, default=None), min(ids, key=int, default=None)
    return Page(posts, newest=newest, oldest=oldest, next_token=token, read=len(posts), **more)


def mention(minute: float, **overrides: Any) -> Post:
    return a_post(f"@shop {minute}", created_at=at(minute), seen_at=None, **overrides)


def own(minute: float) -> Post:
    return mention(minute, own=True, author_id=BRAND_ID, source=OWN)


@dataclass
class Reader:
    """The function, minute by minute."""

    desk: Desk
    x: FakeX = field(default_factory=FakeX)
    reading: dict[str, Any] = field(default_factory=dict)
    most_pages: int = MOST_PAGES

    def run(self, minute: float = 0, time_left: Callable[[], timedelta] = lambda: PLENTY) -> Fetched:
        self.x.requests.clear()
        return self.over(self.desk)(at(minute), time_left)

    def over(self, desk: Desk) -> FetchMentions:
        found = settings(reading=self.reading)
        return FetchMentions(self.x, desk.posts, desk.cursors, lambda: found, self.most_pages)

    def stored(self) -> list[float]:
        """The minutes of the posts that are stored."""
        return [(post.created_at - NOON) / minutes(1) for post in self.desk.all_posts()]

    def cursor(self, source: Source = MENTIONS) -> Cursor:
        return self.desk.cursors.load()[source]


@pytest.fixture
def reader(desk: Desk) -> Reader:
    return Reader(desk)


# --- what is read -----------------------------------------------------------------------------------------


def test_first_look_goes_back_an_hour(reader: Reader) -> None:
    reader.x.show(mention(-61), mention(-59), mention(-1))
    fetched = reader.run()
    assert reader.x.calls(MENTIONS)[0] == Window(start=at(-60))
    # The sweep after it goes further back.
    assert reader.stored() == [-61, -59, -1]
    assert (fetched.new, fetched.known, fetched.unfinished) == (3, 0, 0)
    assert all(post.seen_at == NOON for post in reader.desk.all_posts())


def test_own_posts_are_read_first(reader: Reader) -> None:
    reader.run()
    assert [source for source, _, _ in reader.x.requests] == [OWN, OWN, MENTIONS, MENTIONS, SEARCH, SEARCH]


@pytest.mark.parametrize(("switch", "left"), [("mentions", {OWN, SEARCH}), ("search", {OWN, MENTIONS})])
def test_a_source_can_be_left_out(reader: Reader, switch: str, left: set[Source]) -> None:
    reader.reading = {switch: False}
    reader.run()
    assert {source for source, _, _ in reader.x.requests} == left


def test_a_cursor_comes_from_its_own_feed(reader: Reader) -> None:
    """A newer own post must not move the cursor of the mentions."""
    reader.x.show(mention(-5))
    reader.x.show(own(-1), source=OWN)
    reader.x.show(mention(-3), source=SEARCH)
    reader.run()
    assert {source: cursor.newest for source, cursor in reader.desk.cursors.load().items()} == {
        OWN: id_at(at(-1)),
        MENTIONS: id_at(at(-5)),
        SEARCH: id_at(at(-3)),
    }


def test_the_next_read_overlaps(reader: Reader) -> None:
    reader.x.show(mention(-1))
    reader.run(0)
    fetched = reader.run(1)
    assert reader.x.calls(MENTIONS) == [Window(since=id_at(at(-6)))]
    assert (fetched.new, fetched.known) == (0, 1)


def test_what_arrives_late_is_found_in_the_overlap(reader: Reader) -> None:
    reader.x.show(mention(-4), after=minutes(4.5))
    reader.x.show(mention(-1))
    reader.run(0)
    assert reader.stored() == [-1]
    reader.run(1)
    assert reader.stored() == [-4, -1]
    assert reader.cursor().newest == id_at(at(-1))


def test_what_arrives_very_late_is_found_by_the_sweep(reader: Reader) -> None:
    reader.x.show(mention(-200), after=minutes(205))
    reader.x.show(mention(-1))
    for minute in range(0, 30, 6):
        reader.run(minute)
    assert reader.stored() == [-1]
    reader.run(30)
    assert reader.stored() == [-200, -1]


def test_sweeps_come_at_their_interval(reader: Reader) -> None:
    reader.reading = {"sweep_every": "10m", "sweep_reach": "2h"}
    reader.x.show(mention(-1))
    swept = {minute: reader.x.calls(MENTIONS)[-1] for minute in range(25) if reader.run(minute)}
    assert [minute for minute, window in swept.items() if window.start] == [0, 10, 20]
    assert swept[20] == Window(start=at(20) - 2 * HOUR, until=id_at(at(-1)))


def test_a_sweep_stays_within_the_day(reader: Reader) -> None:
    """X charges for a post once in a UTC day."""
    reader.run(-11.5 * 60)
    assert reader.x.calls(MENTIONS)[-1] == Window(start=NOON - 12 * HOUR)


def test_a_sweep_that_was_interrupted_comes_again(reader: Reader) -> None:
    reader.x.show(mention(-1))
    reader.x.script[MENTIONS] = [None, *down(3)]
    assert reader.run(0).unfinished == 1
    assert reader.cursor().swept_at is None
    reader.run(1)
    assert reader.cursor().swept_at == at(1)


def test_all_pages_are_followed(reader: Reader) -> None:
    reader.x.page_size = 2
    reader.x.show(*(mention(-n) for n in range(1, 8)))
    fetched = reader.run()
    assert reader.stored() == [-7, -6, -5, -4, -3, -2, -1]
    assert [token for source, _, token in reader.x.requests if source is MENTIONS] == [None, "2", "4", "6", None]
    assert fetched.deepest == 7


def test_an_empty_page_may_have_an_older_one(reader: Reader) -> None:
    reader.x.script[MENTIONS] = [page(token="a"), page(mention(-1), token="b"), page(token="c"), page(mention(-9))]
    reader.run()
    assert reader.stored() == [-9, -1]
    assert reader.cursor().newest == id_at(at(-1))


def test_posts_out_of_order(reader: Reader) -> None:
    reader.x.script[MENTIONS] = [page(mention(-4), mention(-1), mention(-9))]
    reader.run()
    assert reader.cursor().newest == id_at(at(-1))


def test_the_newest_never_moves_backwards(reader: Reader) -> None:
    reader.x.show(mention(-1))
    reader.run(0)
    reader.x.script[MENTIONS] = [page(mention(-5)), page()]
    reader.run(1)
    reader.x.script[MENTIONS] = [page()]
    reader.run(2)
    assert reader.cursor().newest == id_at(at(-1))


def test_ids_compare_as_numbers(reader: Reader) -> None:
    short, long = PostId("999999999999999999"), PostId("1000000000000000000")
    reader.x.script[MENTIONS] = [page(*(mention(-1, post_id=i, version_id=i) for i in (long, short)))]
    reader.run()
    assert reader.cursor().newest == long


def test_edits_are_counted_and_kept(reader: Reader) -> None:
    first = mention(-3)
    newer = replace(first, text="better words", edits=1, version_id=id_at(at(-1)))
    reader.x.show(first)
    reader.run(-2)
    reader.x.show(newer)
    fetched = reader.run(1)
    assert (fetched.new, fetched.edited) == (0, 1)
    assert [post.text for post in reader.desk.all_posts()] == ["better words"]


def test_a_post_in_two_feeds_is_one(reader: Reader) -> None:
    for source in (MENTIONS, SEARCH):
        reader.x.show(mention(-1), source=source)
    assert reader.run().new == 1
    assert reader.stored() == [-1]


def test_what_cannot_be_read_is_set_aside_and_the_rest_goes_on(reader: Reader) -> None:
    odd = (Unreadable("{}", "cannot read id"),)
    reader.x.script[MENTIONS] = [page(mention(-1), unreadable=odd, unknown_shape=1)]
    fetched = reader.run()
    assert (fetched.new, fetched.set_aside, fetched.unknown_shape) == (1, 1, 1)
    assert reader.desk.aside() == ["cannot read id"]
    assert reader.desk.reads(NOON) == {MENTIONS: 2}


# --- what interrupts a read -------------------------------------------------------------------------------


def down(times: int) -> Script:
    return [XUnavailable("503")] * times


@pytest.mark.parametrize("failures", [1, 2])
def test_a_passing_failure_is_tried_again_at_once(reader: Reader, failures: int) -> None:
    reader.x.show(mention(-1))
    reader.x.script[MENTIONS] = down(failures)
    fetched = reader.run()
    assert (fetched.unavailable, fetched.unfinished, fetched.new) == (failures, 0, 1)


def test_no_more_than_three_requests(reader: Reader) -> None:
    reader.x.show(mention(-1))
    reader.x.always[MENTIONS] = XUnavailable("503")
    fetched = reader.run(0)
    assert len(reader.x.calls(MENTIONS)) == 3
    assert (fetched.unavailable, fetched.unfinished) == (3, 1)
    assert MENTIONS not in reader.desk.cursors.load()
    assert SEARCH in reader.desk.cursors.load()


def test_x_down_for_an_hour_loses_nothing(reader: Reader) -> None:
    reader.x.show(mention(-1))
    reader.run(0)
    reader.x.show(*(mention(minute) for minute in range(5, 65, 5)))
    reader.x.always = dict.fromkeys(Source, XUnavailable("503"))
    for minute in range(1, 65, 8):
        assert reader.run(minute).unfinished == 3
    reader.x.always = {}
    reader.run(66)
    assert reader.stored() == [-1, *range(5, 65, 5)]


def test_an_interrupted_read_leaves_a_gap_that_the_next_run_fills(reader: Reader) -> None:
    reader.x.page_size = 2
    reader.x.show(mention(-20))
    reader.run(0)
    reader.x.show(*(mention(n) for n in range(1, 8)))
    reader.x.script[MENTIONS] = [None, None, *down(3)]
    assert reader.run(8).unfinished == 1
    assert reader.stored() == [-20, 4, 5, 6, 7]
    assert reader.cursor().gap == Gap(until=id_at(at(4)), newest=id_at(at(7)))
    assert reader.cursor().newest == id_at(at(-20))
    reader.x.show(mention(8.5))
    reader.run(9)
    assert reader.x.calls(MENTIONS)[0] == Window(since=id_at(at(-25)), until=id_at(at(4)))
    assert reader.stored() == [-20, 1, 2, 3, 4, 5, 6, 7, 8.5]
    assert (reader.cursor().gap, reader.cursor().newest) == (None, id_at(at(8.5)))


def test_a_gap_is_filled_over_several_runs(reader: Reader) -> None:
    reader.x.page_size = 1
    reader.x.show(mention(-20))
    reader.run(0)
    reader.x.show(*(mention(n) for n in range(1, 7)))
    for minute in range(7, 10):
        reader.x.script[MENTIONS] = [None, None, *down(3)]
        assert reader.run(minute).unfinished == 1
        assert reader.cursor().newest == id_at(at(-20))
    reader.run(10)
    assert reader.stored() == [-20, 1, 2, 3, 4, 5, 6]
    assert reader.cursor().newest == id_at(at(6))


def test_a_refusal_between_pages_leaves_a_gap(reader: Reader) -> None:
    reader.x.page_size = 1
    reader.x.show(mention(-2), mention(-1))
    reader.x.script[MENTIONS] = [None, XRefuses(ReadBlock.RATE_LIMITED, at(15))]
    reader.run(0)
    assert (reader.cursor().gap, reader.cursor().obstacle) == (
        Gap(id_at(at(-1)), id_at(at(-1))),
        ReadBlock.RATE_LIMITED,
    )
    reader.run(15)
    assert reader.stored() == [-2, -1]
    assert (reader.cursor().gap, reader.cursor().obstacle) == (None, None)


def test_a_first_page_that_fails_leaves_no_gap(reader: Reader) -> None:
    reader.x.show(mention(-1))
    reader.run(0)
    before = reader.cursor()
    reader.x.script[MENTIONS] = down(3)
    reader.run(1)
    assert reader.cursor() == before


def test_a_repeated_token_ends_the_read(reader: Reader) -> None:
    again = page(mention(-1), token="same")
    reader.x.script[MENTIONS] = [again] * 20
    fetched = reader.run()
    assert len(reader.x.calls(MENTIONS)) == 2
    assert fetched.unfinished == 1
    assert reader.cursor().gap == Gap(id_at(at(-1)), id_at(at(-1)))


def test_too_many_pages_end_the_read(reader: Reader) -> None:
    reader.most_pages = 3
    reader.x.page_size = 1
    reader.x.show(*(mention(-n) for n in range(1, 8)))
    assert reader.run(0).unfinished == 1
    assert reader.stored() == [-3, -2, -1]
    reader.run(1)
    reader.run(2)
    assert reader.stored() == [-7, -6, -5, -4, -3, -2, -1]


def test_no_request_without_time_to_store_its_page(reader: Reader) -> None:
    seconds = iter([50, 30, 16, 14.9, 14, 13, 12])
    reader.x.page_size = 1
    reader.x.show(*(mention(-n) for n in range(1, 8)), source=OWN)
    fetched = reader.run(0, lambda: timedelta(seconds=next(seconds)))
    assert len(reader.x.requests) == 3
    assert fetched.unfinished == 3
    assert reader.cursor(OWN).gap is not None


# --- more mentions than X's feed holds --------------------------------------------------------------------


@pytest.fixture
def busy() -> Reader:
    """Thousands of posts, on the memory table: what is asked of the table is the same as elsewhere here."""
    return Reader(MemoryDesk())


def flood(first: float, count: int, a_minute: int = 1000) -> list[Post]:
    """So many mentions from a minute on, evenly spread."""
    return [mention(first + number / a_minute) for number in range(count)]


def test_a_search_finds_the_mentions_that_the_feed_no_longer_shows(busy: Reader) -> None:
    busy.x.show(mention(-1))
    busy.run(0)
    posts = flood(0.5, 2000)
    busy.x.show(*posts)
    fetched = busy.run(3)
    assert len(busy.stored()) == 2001
    gap = Window(since=id_at(at(-1)), until=posts[1200].post_id)
    assert busy.x.calls(OVERFLOW) == [gap] * 12
    assert (fetched.new, fetched.unfinished, fetched.unaffordable) == (2000, 0, False)
    assert (busy.cursor().newest, busy.cursor(OVERFLOW).gap) == (posts[-1].post_id, None)
    assert busy.desk.reads(NOON) == {MENTIONS: 801, OVERFLOW: 1200}


def test_a_search_shows_no_posts_of_the_last_half_minute(busy: Reader) -> None:
    busy.x.show(mention(-1))
    busy.run(0)
    posts = flood(0, 2000, a_minute=2000)
    busy.x.show(*posts)
    # The feed holds the last 24 seconds.
    busy.run(1)
    assert len(busy.stored()) < 2001
    busy.run(2)
    assert (len(busy.stored()), busy.cursor(OVERFLOW).gap) == (2001, None)


def test_no_search_while_the_feed_shows_all(busy: Reader) -> None:
    busy.x.show(mention(-1))
    busy.run(0)
    busy.x.show(*flood(0.5, 780))
    busy.run(3)
    assert OVERFLOW not in asked(busy)
    assert len(busy.stored()) == 781


def test_the_first_look_into_a_flood_searches_too(busy: Reader) -> None:
    busy.x.show(*flood(-2, 1500))
    busy.run(0)
    assert len(busy.stored()) == 1500


def test_a_stopped_desk_catches_up_by_search(busy: Reader) -> None:
    """The feed's rest of an interrupted read may be out of the feed by the next run."""
    busy.x.show(mention(-1))
    busy.run(0)
    busy.x.show(*flood(1, 1000))
    busy.x.script[MENTIONS] = [None, None, *down(3)]
    assert busy.run(3).unfinished == 1
    busy.x.show(*flood(3.1, 1000))
    busy.run(5)
    assert len(busy.stored()) == 2001


def test_what_no_search_could_find_yet_is_found_later(busy: Reader) -> None:
    busy.x.show(mention(-1))
    busy.run(0)
    busy.x.always[OVERFLOW] = XRefuses(ReadBlock.RATE_LIMITED, at(9))
    for minute in (2, 4):
        busy.x.show(*flood(minute, 1000))
        assert busy.run(minute + 1.5).obstacles == {OVERFLOW: ReadBlock.RATE_LIMITED}
    assert len(busy.stored()) == 1601
    assert busy.cursor().obstacle is None
    busy.x.always.clear()
    assert busy.run(9).obstacles == {}
    assert len(busy.stored()) == 2001
    assert busy.cursor(OVERFLOW).obstacle is None


def test_a_budget_too_small_for_the_search_says_so_and_searches_later(busy: Reader) -> None:
    busy.reading = {"monthly_reads": 12_000, "search": False}
    busy.x.show(mention(-1))
    busy.run(0)
    busy.x.show(*flood(0.5, 2000))
    fetched = busy.run(2.5)
    assert fetched.unaffordable
    # 1,000 a minute since the post that is stored, but for the latest 800.
    assert fetched.beyond == pytest.approx(2700, rel=0.01)
    seen = len(busy.stored())
    assert 801 <= seen < 2001
    for day in range(1, 4):
        busy.run(day * 24 * 60)
    assert len(busy.stored()) == 2001


def test_a_sweep_reads_nothing_again_that_was_just_read(busy: Reader) -> None:
    busy.x.show(mention(-100), mention(-3), mention(-1))
    busy.run(0)
    assert busy.x.calls(MENTIONS) == [Window(start=at(-60)), Window(start=at(-360), until=id_at(at(-3)))]


def test_a_sweep_in_a_flood_takes_few_requests(busy: Reader) -> None:
    busy.x.page_size = 10
    busy.x.show(*flood(-200, 1000, a_minute=5), source=SEARCH)
    busy.run(0)
    windows = busy.x.calls(SEARCH)
    assert [len([one for one in windows if (one.until is None) is new]) for new in (True, False)] == [30, 30]
    assert busy.cursor(SEARCH).swept_at == NOON


# --- out of reach -----------------------------------------------------------------------------------------


def test_a_search_that_has_not_run_for_a_week_starts_as_far_back_as_it_can(reader: Reader) -> None:
    reader.x.show(mention(-1), source=SEARCH)
    reader.run(0)
    week = 7 * 24 * 60
    reader.x.show(mention(20), source=SEARCH)
    reader.run(week + 10)
    assert reader.x.calls(SEARCH)[0] == Window(start=at(week + 10) - SEARCH_REACH + minutes(5))
    assert reader.stored() == [-1, 20]


def test_x_says_that_it_does_not_reach_so_far(reader: Reader) -> None:
    reader.x.show(mention(-1))
    reader.run(0)
    reader.x.show(mention(30))
    reader.x.script[MENTIONS] = [XTooFarBack()]
    fetched = reader.run(31)
    assert fetched.out_of_reach == 1
    assert reader.x.calls(MENTIONS)[1] == Window(start=at(31) - SEARCH_REACH + minutes(5))
    assert (reader.stored(), reader.cursor().newest) == ([-1, 30], id_at(at(30)))


def test_a_gap_out_of_reach_is_given_up(reader: Reader) -> None:
    reader.desk.cursors.save(Cursor(MENTIONS, newest=id_at(at(-90)), gap=Gap(id_at(at(-50)), id_at(at(-40)))))
    reader.x.show(mention(-1))
    reader.x.script[MENTIONS] = [XTooFarBack(), XTooFarBack()]
    fetched = reader.run(0)
    assert (fetched.out_of_reach, fetched.unfinished) == (2, 0)
    assert (reader.stored(), reader.cursor().gap, reader.cursor().newest) == ([-1], None, id_at(at(-1)))


def test_nothing_in_reach_stops_no_other_source(reader: Reader) -> None:
    reader.x.always[MENTIONS] = XTooFarBack()
    reader.x.show(mention(-1), source=SEARCH)
    fetched = reader.run(0)
    assert (fetched.new, fetched.unfinished) == (1, 1)
    assert fetched.out_of_reach


# --- when X refuses ---------------------------------------------------------------------------------------


def refuse(obstacle: ReadBlock, until: datetime | None = None) -> Script:
    return [XRefuses(obstacle, until)]


def asked(reader: Reader) -> set[Source]:
    return {source for source, _, _ in reader.x.requests}


def test_a_refused_token_stops_everything_until_there_is_another(reader: Reader) -> None:
    reader.x.script[OWN] = refuse(ReadBlock.TOKEN_REFUSED)
    fetched = reader.run(0)
    assert len(reader.x.requests) == 1
    assert fetched.obstacles == dict.fromkeys(ALWAYS_READ, ReadBlock.TOKEN_REFUSED)
    for minute in (1, 60, 60 * 24 * 40):
        assert reader.run(minute).obstacles == dict.fromkeys(ALWAYS_READ, ReadBlock.TOKEN_REFUSED)
        assert reader.x.requests == []
    reader.x.credentials = "v2"
    reader.x.script[OWN] = refuse(ReadBlock.TOKEN_REFUSED)
    reader.run(60 * 24 * 40 + 1)
    assert len(reader.x.requests) == 1
    reader.x.credentials = "v3"
    assert reader.run(60 * 24 * 40 + 2).obstacles == {}
    assert asked(reader) == ALWAYS_READ
    assert all(cursor.obstacle is None for cursor in reader.desk.cursors.load().values())


def test_a_token_refused_in_the_middle(reader: Reader) -> None:
    reader.x.script[MENTIONS] = refuse(ReadBlock.TOKEN_REFUSED)
    assert reader.run(0).obstacles == dict.fromkeys(ALWAYS_READ, ReadBlock.TOKEN_REFUSED)
    assert asked(reader) == {OWN, MENTIONS}
    reader.run(1)
    assert reader.x.requests == []


def test_spent_credits_are_asked_about_once_an_hour(reader: Reader) -> None:
    reader.x.always = dict.fromkeys(Source, XRefuses(ReadBlock.CREDITS_SPENT, at(60)))
    made = 0
    for minute in range(0, 60, 5):
        assert reader.run(minute).obstacles == dict.fromkeys(ALWAYS_READ, ReadBlock.CREDITS_SPENT)
        made += len(reader.x.requests)
    assert made == 1
    reader.x.always = {}
    assert reader.run(60).obstacles == {}
    assert asked(reader) == ALWAYS_READ


def test_a_month_that_is_used_up_ends_for_all(reader: Reader) -> None:
    reader.x.script[SEARCH] = refuse(ReadBlock.MONTH_CAPPED, next_month(NOON))
    assert reader.run(0).obstacles == dict.fromkeys(ALWAYS_READ, ReadBlock.MONTH_CAPPED)
    reader.run(60 * 24 * 13)
    assert reader.x.requests == []
    reader.run((next_month(NOON) - NOON) / minutes(1))
    assert asked(reader) == ALWAYS_READ


@pytest.mark.parametrize("obstacle", [ReadBlock.RATE_LIMITED, ReadBlock.DAY_LIMITED, ReadBlock.ACCESS_REFUSED])
def test_other_limits_hold_for_their_source(reader: Reader, obstacle: ReadBlock) -> None:
    reader.x.script[MENTIONS] = refuse(obstacle, at(15))
    reader.x.show(mention(-1), source=SEARCH)
    fetched = reader.run(0)
    assert (fetched.obstacles, fetched.new, fetched.unfinished) == ({MENTIONS: obstacle}, 1, 0)
    assert reader.run(14.9).obstacles == {MENTIONS: obstacle}
    assert asked(reader) == {OWN, SEARCH}
    assert reader.run(15).obstacles == {}
    assert asked(reader) == ALWAYS_READ
    assert reader.cursor().obstacle is None


def test_new_credentials_are_worth_a_try_under_any_obstacle(reader: Reader) -> None:
    reader.x.script[MENTIONS] = refuse(ReadBlock.ACCESS_REFUSED, at(60))
    reader.run(0)
    reader.x.credentials = "v2"
    assert reader.run(1).obstacles == {}


def test_an_obstacle_is_not_forgotten_while_x_is_down(reader: Reader) -> None:
    reader.x.script[MENTIONS] = refuse(ReadBlock.RATE_LIMITED, at(15))
    reader.run(0)
    reader.x.script[MENTIONS] = down(3)
    assert reader.run(16).unfinished == 1
    assert reader.run(17).obstacles == {}
    assert reader.cursor().obstacle is None


def test_a_refusal_is_not_retried_in_its_run(reader: Reader) -> None:
    reader.x.always[MENTIONS] = XRefuses(ReadBlock.RATE_LIMITED, at(15))
    reader.run(0)
    assert len(reader.x.calls(MENTIONS)) == 1


# --- money ------------------------------------------------------------------------------------------------


def test_reads_are_counted_by_source(reader: Reader) -> None:
    reader.x.show(mention(-3), mention(-1))
    reader.x.show(own(-2), source=OWN)
    for minute in range(3):
        fetched = reader.run(minute)
    assert reader.desk.reads(NOON) == {OWN: 1, MENTIONS: 2}
    assert fetched.reads_this_month == 3


def test_a_quiet_day_costs_each_post_once(reader: Reader) -> None:
    """The overlap behind an old cursor is read every minute, and charged for once a day."""
    reader.x.show(mention(-1))
    reader.run(0)
    tomorrow = 24 * 60
    for minute in range(tomorrow, tomorrow + 5):
        reader = Reader(reader.desk.restarted(), reader.x)
        reader.run(minute)
    assert reader.desk.reads(NOON + DAY) == {MENTIONS: 1}


def test_the_budget_stops_before_the_bill_does(reader: Reader) -> None:
    reader.reading = {"monthly_reads": 1000}
    reader.x.show(mention(-1))
    reader.desk.cursors.count_reads(NOON - DAY, SEARCH, 900)
    # A page could cost a hundred posts: the last one that fits brings one post, and no other page fits.
    assert reader.run(0).budget_spent
    assert (reader.stored(), reader.desk.cursors.reads(NOON).month) == ([-1], 901)
    fetched = reader.run(1)
    assert (fetched.budget_spent, fetched.unfinished, reader.x.requests) == (True, 3, [])
    assert fetched.reads_this_month == 901
    july = (datetime(2026, 7, 1, tzinfo=UTC) - NOON) / minutes(1)
    assert not reader.run(july).budget_spent


def test_a_budget_spent_between_pages_leaves_a_gap(reader: Reader) -> None:
    reader.reading = {"monthly_reads": 1000}
    reader.x.page_size = 1
    reader.x.show(mention(-2), mention(-1))
    reader.desk.cursors.count_reads(NOON - DAY, SEARCH, 999)
    assert reader.run(0).budget_spent
    assert reader.stored() == [-1]
    assert reader.cursor().gap == Gap(id_at(at(-1)), id_at(at(-1)))


def test_a_flood_of_few_authors_is_named_and_leaves_reads_for_the_brand_s_answers(reader: Reader) -> None:
    reader.reading = {"monthly_reads": 3000}
    reader.x.show(*(mention(-30 + number / 20, author_id=UserId(str(number % 3))) for number in range(590)))
    fetch = reader.over(reader.desk)
    paced = [fetch(at(minute), lambda: PLENTY) for minute in range(10)]
    assert sum(fetched.new for fetched in paced) < 400
    assert paced[-1].paced
    assert {author for author, _ in paced[-1].authors} == {"0", "1", "2"}
    reader.x.show(own(9.5), source=OWN)
    assert fetch(at(10), lambda: PLENTY).new == 1
    reader.x.show(mention(20 * 60))
    assert 20 * 60 not in reader.stored()
    fetch(at(20 * 60 + 1), lambda: PLENTY)
    assert 20 * 60 in reader.stored()


# --- crashes and other runs -------------------------------------------------------------------------------


class Killed(Exception):
    pass


@dataclass
class Killer:
    """Ends the run at one call to X or the stores: before it, or after it was done."""

    call: int
    after: bool
    calls: int = 0

    def watching(self, watched: object) -> Any:
        return _Watched(watched, self)

    def call_of(self, method: Callable[..., object], *arguments: object) -> object:
        mine = self.calls == self.call
        self.calls += 1
        if mine and not self.after:
            raise Killed
        found = method(*arguments)
        if mine:
            raise Killed
        return found


class _Watched:
    def __init__(self, watched: object, killer: Killer) -> None:
        self._watched = watched
        self._killer = killer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._watched, name)
        return (lambda *arguments: self._killer.call_of(found, *arguments)) if callable(found) else found


def test_killed_at_any_call_and_run_again(desk: Desk) -> None:
    """Every post is stored, and every cursor is where it would have been."""
    posts = [mention(n) for n in (1, 2, 3, 4, 5)]

    def run(desk: Desk, killer: Killer | None) -> Reader:
        reader = Reader(desk, FakeX(page_size=2))
        reader.x.show(mention(-1))
        reader.x.show(own(-2), own(3.5), source=OWN)
        reader.run(0)
        reader.x.show(*posts)
        if killer is not None:
            feed, stored, cursors = map(killer.watching, (reader.x, desk.posts, desk.cursors))
            found = settings(reading={"search": False})
            with suppress(Killed):
                FetchMentions(feed, stored, cursors, lambda: found)(at(6), lambda: PLENTY)
        reader.run(7)
        return reader

    whole = run(desk, Killer(10_000, after=False))
    expected = whole.stored(), {source: cursor.newest for source, cursor in desk.cursors.load().items()}
    assert expected[0] == [-2, -1, 1, 2, 3, 3.5, 4, 5]
    counter = Killer(10_000, after=False)
    run(desk.emptied(), counter)
    assert counter.calls >= 16
    step = 1 if isinstance(desk, MemoryDesk) else 3
    for call in range(0, counter.calls, step):
        for after in (False, True):
            desk = desk.emptied()
            reader = run(desk, Killer(call, after))
            cursors = {source: cursor.newest for source, cursor in desk.cursors.load().items()}
            assert (reader.stored(), cursors) == expected, (call, after)
            assert all(cursor.gap is None for cursor in desk.cursors.load().values())


class FullTable:
    """A table that is gone after so many posts."""

    def __init__(self, table: Table, posts: int) -> None:
        self._table = table
        self._left = posts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def put(self, item: Item, when: Condition | None = None) -> None:
        if item.key.sk == keys.POST:
            self._left -= 1
            if self._left < 0:
                raise OSError("the table is gone")
        self._table.put(item, when)


def test_posts_stored_before_a_crash_are_classified_all_the_same(reader: Reader) -> None:
    reader.x.show(*(mention(-n) for n in range(1, 6)))
    desk, found = reader.desk, settings()
    posts = Posts(FullTable(desk.table, posts=2), keep)
    with pytest.raises(OSError, match="gone"):
        FetchMentions(reader.x, posts, desk.cursors, lambda: found)(NOON, lambda: PLENTY)
    # Neither the stream nor the reader comes to them again.
    assert list(desk.restarted().posts.overdue(at(9), 9)) == []
    stored = [mention(-5).post_id, mention(-4).post_id]
    assert sorted(desk.restarted().posts.overdue(at(11), 9)) == sorted(stored)
    assert desk.posts.redeliver(stored[0], at(11))
    assert list(desk.posts.overdue(at(12), 9)) == [stored[1]]


def test_a_crash_in_the_middle_of_a_page_leaves_the_cursor(reader: Reader) -> None:
    reader.x.show(*(mention(-n) for n in range(1, 6)))
    desk, found = reader.desk, settings()
    posts = Posts(FullTable(desk.table, posts=2), keep)
    with pytest.raises(OSError, match="gone"):
        FetchMentions(reader.x, posts, desk.cursors, lambda: found)(NOON, lambda: PLENTY)
    assert reader.stored() == [-5, -4]
    assert MENTIONS not in desk.cursors.load()
    assert reader.run(1).new == 3
    assert reader.stored() == [-5, -4, -3, -2, -1]


@dataclass
class Overtaken:
    """A feed during whose requests another run finishes."""

    x: FakeX
    others: list[Callable[[], object]]
    page_size: int = 100
    credentials: str = "v1"

    def read(self, source: Source, window: Window, token: str | None, now: datetime) -> Page:
        if source is MENTIONS and self.others:
            self.others.pop(0)()
        return self.x.read(source, window, token, now)


def test_a_run_that_was_overtaken_moves_no_cursor(reader: Reader) -> None:
    reader.x.show(mention(-1))
    reader.run(0)
    reader.x.show(mention(1), mention(2))
    slow = Overtaken(reader.x, [lambda: reader.run(3)])
    found = settings()
    fetched = FetchMentions(slow, reader.desk.posts, reader.desk.cursors, lambda: found)(at(1.5), lambda: PLENTY)
    assert fetched.unfinished >= 1
    assert reader.cursor().newest == id_at(at(2))
    assert reader.stored() == [-1, 1, 2]


def test_a_run_that_was_overtaken_leaves_no_obstacle_behind(reader: Reader) -> None:
    """The other run read well after X had refused this one."""
    reader.x.show(mention(-1))
    reader.x.script[MENTIONS] = refuse(ReadBlock.RATE_LIMITED, at(15))

    def other() -> None:
        script, reader.x.script[MENTIONS] = reader.x.script[MENTIONS], []
        reader.over(reader.desk)(at(1), lambda: PLENTY)
        reader.x.script[MENTIONS] = script

    found = settings()
    FetchMentions(Overtaken(reader.x, [other]), reader.desk.posts, reader.desk.cursors, lambda: found)(
        NOON, lambda: PLENTY
    )
    assert (reader.cursor().obstacle, reader.cursor().newest) == (None, id_at(at(-1)))


def test_many_minutes_of_a_bad_day_lose_nothing(desk: Desk) -> None:
    """Failures of all kinds, by a fixed pattern, over an hour of posts that arrive at odd times."""
    reader = Reader(desk, FakeX(page_size=2), {"sweep_every": "7m"})
    delays: Iterable[float] = (0, 4, 0.5, 3)
    for n, delay in zip(range(48), list(delays) * 12, strict=True):
        reader.x.show(mention(n + 0.25), source=(MENTIONS, SEARCH, OWN)[n % 3], after=minutes(delay))
    failures: list[Script] = [[], [None, *down(3)], [], down(2), down(3), [None, XTooFarBack()], []]
    for minute in range(60):
        for source in Source:
            reader.x.script[source] = list(failures[(minute * 3 + list(Source).index(source)) % len(failures)])
            if minute % 11 == 5:
                reader.x.script[source] = refuse(ReadBlock.RATE_LIMITED, at(minute + 3))
        reader.run(minute)
    reader.x.script.clear()
    reader.run(64)
    assert reader.stored() == [n + 0.25 for n in range(48)]
    assert sum(reader.desk.reads(NOON).values()) == 48


def test_killed_in_a_flood_and_run_again() -> None:
    """A gap that the feed no longer shows is noted before the cursor moves past it."""

    def run(killer: Killer) -> Reader:
        reader = Reader(MemoryDesk(), FakeX(depth=720, page_size=360))
        reader.x.show(mention(-1))
        reader.run(0)
        reader.x.show(*flood(0.5, 800))
        feed, stored, cursors = map(killer.watching, (reader.x, reader.desk.posts, reader.desk.cursors))
        with suppress(Killed):
            FetchMentions(feed, stored, cursors, settings)(at(3), lambda: PLENTY)
        reader.run(4)
        return reader

    counter = Killer(10_000, after=False)
    assert len(run(counter).stored()) == 801
    assert counter.calls >= 15
    for call in range(counter.calls):
        for after in (False, True):
            reader = run(Killer(call, after))
            assert (len(reader.stored()), reader.cursor(OVERFLOW).gap) == (801, None), (call, after)
