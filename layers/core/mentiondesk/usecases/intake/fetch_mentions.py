"""Reads each source of X from where the last run ended, stores every post, and then moves the cursor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from mentiondesk.domain.ids import PostId, UserId, id_at, time_of
from mentiondesk.domain.posts.budget import Authors, Budget
from mentiondesk.domain.posts.cursor import (
    Cursor,
    Gap,
    ReadBlock,
    Window,
    furthest_back,
    overflowing,
    sweep_window,
    window_for,
)
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Added, Source
from mentiondesk.domain.posts.reading import ReadingRules
from mentiondesk.ports.posts import CursorStore, PostStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.x import XFeed, XRefuses, XTooFarBack, XUnavailable
from mentiondesk.values import replace

_TRIES = 3
# Upper bound on the pages of one read, far more than X shows.
MOST_PAGES = 200
# X's feed of mentions holds the latest 800 (docs.x.com, timelines/integrate), and shows fewer where some are withheld.
# A read this deep that does not come to what is stored has met its end.
_FEED_ENDS = 700
# X's search ends half a minute ago (docs.x.com, recent search); what is newer is searched for in the next run.
_SETTLES = timedelta(seconds=40)
# A sweep goes back no further than this: in a flood the feed's overlap is enough, and a sweep would take all requests.
_SWEEP_PAGES = 30
# X's clock may be ahead of ours by this much.
_SKEW = timedelta(minutes=1)
# Time kept back to store the last page and its cursor.
_RESERVE = timedelta(seconds=15)
# Blocks that apply to every source at once.
_FOR_ALL_SOURCES = frozenset(
    {
        ReadBlock.TOKEN_REFUSED,
        ReadBlock.CREDITS_SPENT,
        ReadBlock.MONTH_CAPPED,
        ReadBlock.ACCOUNT_UNKNOWN,
        ReadBlock.ACCOUNT_SUSPENDED,
    }
)


@dataclass(slots=True)
class Fetched:
    """The outcome of one run: counts of posts and of requests, by result.

    `deepest` is the longest read of the mentions feed in posts, of which X shows 800. `beyond` estimates the new
    mentions that it did not show, and `unaffordable` is True where today's reads let no search find them. `obstacles`
    keep a source from being read; `refusals` are those of this run, in X's own terms. `paced` counts the sources that
    today's reads have to wait for; `authors` are the few who wrote most of what was read today, with their counts.
    """

    new: int = 0
    edited: int = 0
    known: int = 0
    set_aside: int = 0
    unknown_shape: int = 0
    unavailable: int = 0
    deepest: int = 0
    beyond: int = 0
    unaffordable: bool = False
    unfinished: int = 0
    out_of_reach: int = 0
    reads_this_month: int = 0
    budget_spent: bool = False
    paced: int = 0
    authors: tuple[tuple[UserId, int], ...] = ()
    obstacles: dict[Source, ReadBlock] = field(default_factory=dict)
    refusals: dict[Source, str] = field(default_factory=dict)


class _Interrupted(Exception):
    """The read cannot go on in this run: no time, no budget, or X does not answer."""


class FetchMentions:
    """A run over all sources.

    A crash at any moment loses nothing: posts are stored before the cursor moves, reads overlap, and a
    post that is stored already is dropped.
    """

    def __init__(
        self,
        feed: XFeed,
        posts: PostStore,
        cursors: CursorStore,
        settings: CurrentSettings,
        most_pages: int = MOST_PAGES,
    ) -> None:
        self._feed = feed
        self._posts = posts
        self._cursors = cursors
        self._settings = settings
        self._most_pages = most_pages
        self._authors = Authors()

    def __call__(self, now: datetime, time_left: TimeLeft) -> Fetched:
        reading = self._settings().reading
        budget = Budget(reading.monthly_reads, self._cursors.reads(now), now)
        fetched = Fetched(reads_this_month=budget.reads.month)
        cursors = self._cursors.load()
        for source in _sources(reading, cursors):
            cursor = cursors.get(source) or Cursor(source)
            if self._blocked(cursor, now):
                assert cursor.obstacle is not None, "only an obstacle blocks"
                fetched.obstacles[source] = cursor.obstacle
                continue
            run = _Run(
                self._feed,
                self._posts,
                self._cursors,
                reading,
                now,
                time_left,
                fetched,
                cursor,
                cursors,
                budget.after(fetched.reads_this_month - budget.reads.month),
                self._authors,
                self._most_pages,
            )
            refusal = run.read()
            cursors[source] = run.cursor
            if refusal is None:
                continue
            fetched.refusals[source] = str(refusal)
            for_all = refusal.obstacle in _FOR_ALL_SOURCES
            for refused in dict.fromkeys(_sources(reading, cursors)) if for_all else (source,):
                fetched.obstacles[refused] = refusal.obstacle
                cursors[refused] = self._remember(refusal, cursors.get(refused) or Cursor(refused))
            if for_all:
                break
        fetched.authors = self._authors.flooding(now)
        return fetched

    def _blocked(self, cursor: Cursor, now: datetime) -> bool:
        """True while a source is not to be read. Credentials stored since the refusal are tried at once."""
        if cursor.obstacle is None or (cursor.not_before is not None and now >= cursor.not_before):
            return False
        return cursor.credentials == self._feed.credentials

    def _remember(self, refusal: XRefuses, cursor: Cursor) -> Cursor:
        refused = replace(
            cursor,
            obstacle=refusal.obstacle,
            not_before=refusal.until,
            credentials=self._feed.credentials,
        )
        return replace(refused, version=refused.version + self._cursors.save(refused))


@dataclass(slots=True)
class _Run:
    """The read of one source in one run."""

    feed: XFeed
    posts: PostStore
    cursors: CursorStore
    reading: ReadingRules
    now: datetime
    time_left: TimeLeft
    fetched: Fetched
    cursor: Cursor
    others: dict[Source, Cursor]
    budget: Budget
    authors: Authors
    most_pages: int = MOST_PAGES

    def read(self) -> XRefuses | None:
        """Reads as far as this run can; returns X's refusal where it refused."""
        try:
            self._read_all()
        except (_Interrupted, XTooFarBack):
            self.fetched.unfinished += 1
        except XRefuses as refusal:
            return refusal
        return None

    def _read_all(self) -> None:
        """Reads the gap of an interrupted read, then new posts, and at intervals sweeps further back for late ones."""
        if self.cursor.gap is not None:
            self._read_gap(self.cursor.gap)
        if self.cursor.source is Source.OVERFLOW:
            return
        oldest = self._read_new()
        if self.cursor.swept_at is None or self.now - self.cursor.swept_at >= self.reading.sweep_every:
            # The read of a moment ago has brought what is newer.
            window = replace(sweep_window(self.now, self.reading.sweep_reach), until=oldest)
            for _ in islice(self._pages(window), _SWEEP_PAGES):
                pass
            self._move(replace(self.cursor, swept_at=self.now))

    def _window(self) -> Window:
        overlap = timedelta() if self.cursor.source is Source.OVERFLOW else self.reading.overlap
        return window_for(self.cursor, self.now, overlap, self.reading.first_look)

    def _read_new(self) -> PostId | None:
        """Reads what is new, and returns the oldest post that X showed."""
        newest, oldest, depth, window = self.cursor.newest, None, 0, self._window()
        try:
            for page in self._pages(window):
                newest, oldest = _later(newest, self._made_by_now(page.newest)), page.oldest or oldest
                depth += page.read
        except (_Interrupted, XRefuses):
            if oldest is not None and newest is not None:
                self._move(replace(self.cursor, gap=Gap(until=oldest, newest=newest)))
            raise
        if depth >= _FEED_ENDS and oldest is not None and newest is not None:
            self._leave_to_search(window, Gap(until=oldest, newest=newest), depth)
        self._move(replace(self.cursor, newest=newest, obstacle=None, not_before=None))
        return oldest

    def _leave_to_search(self, window: Window, gap: Gap, depth: int = 0) -> None:
        """Notes a gap between what the feed of mentions shows and what is stored, for a search to fill.

        `depth` is the number of posts that the feed showed after the gap: from them follows how many are in it.
        """
        began = id_at(window.start) if window.start is not None else window.since
        stored = _later(self.cursor.newest, began)
        if self.cursor.source is not Source.MENTIONS or stored is None or int(stored) >= int(gap.until):
            return
        shown = max(time_of(gap.newest) - time_of(gap.until), timedelta(seconds=1))
        self.fetched.beyond += round(depth * ((time_of(gap.until) - time_of(stored)) / shown))
        cursor = overflowing(self.others.get(Source.OVERFLOW) or Cursor(Source.OVERFLOW), stored, gap)
        if not self.cursors.save(cursor):
            raise _Interrupted
        self.others[Source.OVERFLOW] = replace(cursor, version=cursor.version + 1)

    def _made_by_now(self, newest: PostId | None) -> PostId | None:
        """The id, or None for one from the future: a cursor there would skip every post until then."""
        return newest if newest is not None and time_of(newest) <= self.now + _SKEW else None

    def _read_gap(self, gap: Gap) -> None:
        until, window = gap.until, self._window()
        try:
            for page in self._pages(replace(window, until=until)):
                until = page.oldest or until
        except (_Interrupted, XRefuses):
            self._move(replace(self.cursor, gap=replace(gap, until=until)))
            raise
        except XTooFarBack:
            self.fetched.out_of_reach += 1
        self._leave_to_search(window, replace(gap, until=until))
        done = replace(self.cursor, newest=_later(self.cursor.newest, gap.newest), gap=None)
        settled = self.now - _SETTLES
        if self.cursor.source is Source.OVERFLOW and time_of(gap.until) > settled:
            done = replace(self.cursor, newest=_later(self.cursor.newest, id_at(settled)), gap=gap)
        self._move(replace(done, obstacle=None, not_before=None))

    def _pages(self, window: Window) -> Iterator[Page]:
        """Yields each page after its posts are stored. Raises _Interrupted before the last page, or XRefuses."""
        token: str | None = None
        seen: set[str] = set()
        depth = 0
        for _ in range(self.most_pages):
            try:
                page = self._page(window, token)
            except XTooFarBack:
                self.fetched.out_of_reach += 1
                window = Window(start=furthest_back(self.now), until=window.until)
                page = self._page(window, token)
            self._store(page)
            depth += page.read
            if self.cursor.source is Source.MENTIONS:
                self.fetched.deepest = max(self.fetched.deepest, depth)
            yield page
            token = page.next_token
            if token is None:
                return
            if token in seen:
                break
            seen.add(token)
        raise _Interrupted

    def _page(self, window: Window, token: str | None) -> Page:
        if self.feed.page_size > self.budget.left_of_month:
            self.fetched.budget_spent = True
            self.fetched.unaffordable |= self.cursor.source is Source.OVERFLOW
            raise _Interrupted
        if self.budget.left(self.cursor.source) <= 0:
            # The search waits on any busy day; mentions and own posts wait when there is a flood.
            self.fetched.paced += self.cursor.source is not Source.SEARCH
            self.fetched.unaffordable |= self.cursor.source is Source.OVERFLOW
            raise _Interrupted
        for _ in range(_TRIES):
            if self.time_left() < _RESERVE:
                break
            try:
                return self.feed.read(self.cursor.source, window, token, self.now)
            except XUnavailable:
                self.fetched.unavailable += 1
        raise _Interrupted

    def _store(self, page: Page) -> None:
        for unreadable in page.unreadable:
            self.posts.set_aside(unreadable, self.now)
        outcomes = self.posts.add_all([replace(post, seen_at=self.now) for post in reversed(page.posts)])
        for post, outcome in zip(reversed(page.posts), outcomes, strict=True):
            if outcome is Added.NEW and not post.own:
                self.authors.add(self.now, post.author_id)
        self.fetched.new += outcomes.count(Added.NEW)
        self.fetched.edited += outcomes.count(Added.EDITED)
        self.fetched.known += outcomes.count(Added.KNOWN) + outcomes.count(Added.KNOWN_EARLIER_DAY)
        self.fetched.set_aside += len(page.unreadable)
        self.fetched.unknown_shape += page.unknown_shape
        # X charges for a post once in a UTC day.
        charged = len(page.unreadable) + len(outcomes) - outcomes.count(Added.KNOWN)
        if charged:
            self.cursors.count_reads(self.now, self.cursor.source, charged)
            self.fetched.reads_this_month += charged
            self.budget = self.budget.after(charged, charged if self.cursor.source is Source.OWN else 0)

    def _move(self, cursor: Cursor) -> None:
        """Saves a cursor that has changed. Raises _Interrupted if a concurrent run has moved it."""
        if cursor == self.cursor:
            return
        if self.cursors.save(cursor):
            self.cursor = replace(cursor, version=cursor.version + 1)
        else:
            raise _Interrupted


def _sources(reading: ReadingRules, cursors: Mapping[Source, Cursor]) -> Iterator[Source]:
    """The sources to read, own posts first since they stop clocks."""
    yield Source.OWN
    if reading.mentions:
        # First what earlier runs left, so that it does not grow together with what this run leaves.
        yield from _overflow(cursors)
        yield Source.MENTIONS
        yield from _overflow(cursors)
    if reading.search:
        yield Source.SEARCH


def _overflow(cursors: Mapping[Source, Cursor]) -> Iterator[Source]:
    if Source.OVERFLOW in cursors and cursors[Source.OVERFLOW].gap is not None:
        yield Source.OVERFLOW


def _later(one: PostId | None, other: PostId | None) -> PostId | None:
    """The newer of two ids; ids compare as numbers."""
    return max((i for i in (one, other) if i is not None), key=int, default=None)
