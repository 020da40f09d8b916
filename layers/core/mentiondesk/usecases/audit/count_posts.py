"""The posts of one day as X counts them against those that are stored; an hour that is short is read again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from mentiondesk.domain.audit import DAY, HOUR, Check, Finding, overspent, short
from mentiondesk.domain.posts.budget import Budget
from mentiondesk.domain.posts.post import Source
from mentiondesk.ports.audit import MadePosts, XCounts
from mentiondesk.ports.posts import CursorStore, PostStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.x import XRefuses, XTooFarBack, XUnavailable
from mentiondesk.values import replace

_RESERVE = timedelta(seconds=30)
# A page holds up to 100 posts; far more than X counts in an hour is no answer.
_MOST_PAGES = 1000


class CountPosts:
    """Compares a UTC day. `counted` and `stored` are its numbers, `read` the posts that were read again."""

    def __init__(
        self, x: XCounts, posts: PostStore, made: MadePosts, cursors: CursorStore, settings: CurrentSettings
    ) -> None:
        self._x = x
        self._posts = posts
        self._made = made
        self._cursors = cursors
        self._settings = settings
        self.counted = self.stored = self.read = 0

    def __call__(self, day: date, now: datetime, time_left: TimeLeft) -> Iterator[Finding]:
        """Raises XRefuses, XUnavailable or XTooFarBack when X cannot be asked; the day is then compared later."""
        self.counted = self.stored = self.read = 0
        start = datetime.combine(day, time(), UTC)
        for hour, counted in sorted(self._x.counted(start, start + DAY, now).items()):
            stored = self._made.count_made(hour, hour + HOUR)
            self.counted += counted
            self.stored += stored
            if short(counted, stored):
                yield self._short(hour, counted, stored, now, time_left)

    def spend(self, day: date, now: datetime) -> Iterator[Finding]:
        """X's bill of a day against the desk's own count of it."""
        try:
            billed = self._x.billed(now).get(day)
        except (XRefuses, XUnavailable):
            # The posts were compared; the bill is told by X's console too.
            return
        counted = self._cursors.read_on(day)
        if billed is not None and overspent(billed, counted):
            yield Finding(Check.SPEND, f"{day}", f"X billed {billed} posts, the desk read {counted}")

    def _short(self, hour: datetime, counted: int, stored: int, now: datetime, time_left: TimeLeft) -> Finding:
        about = f"{hour:%Y-%m-%d %H:00} UTC"
        numbers = f"X counts {counted} posts, {stored} are stored"
        budget = Budget(self._settings().reading.monthly_reads, self._cursors.reads(now), now)
        if budget.left_of_month < counted:
            return Finding(Check.POSTS, about, f"{numbers}; the month's reads do not allow to read them again")
        again = max(self._read_again(hour, now, time_left), self._made.count_made(hour, hour + HOUR))
        return Finding(Check.POSTS, about, f"{numbers}, {again} after reading again", mended=not short(counted, again))

    def _read_again(self, hour: datetime, now: datetime, time_left: TimeLeft) -> int:
        """Stores every post of an hour that X still shows; returns how many it shows."""
        token, shown = None, 0
        for _ in range(_MOST_PAGES):
            if time_left() < _RESERVE:
                break
            try:
                page = self._x.made(hour, hour + HOUR, token, now)
            except (XRefuses, XUnavailable, XTooFarBack):
                break
            self._cursors.count_reads(now, Source.SEARCH, page.read)
            for post in page.posts:
                self._posts.add(replace(post, seen_at=now))
            for unreadable in page.unreadable:
                self._posts.set_aside(unreadable, now)
            shown += len(page.posts) + len(page.unreadable)
            self.read += page.read
            token = page.next_token
            if token is None:
                break
        return shown
