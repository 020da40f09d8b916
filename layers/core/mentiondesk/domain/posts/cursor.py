"""Progress of reading X: a cursor for each source, the window of the next read, and blocks."""

from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.ids import PostId, id_at, time_of
from mentiondesk.domain.posts.post import Source
from mentiondesk.values import Frozen, replace

# X answers a search with a since_id older than this with an error (docs.x.com, recent search).
SEARCH_REACH = timedelta(days=7)
# The sources that X answers by a search.
SEARCHES = (Source.SEARCH, Source.OVERFLOW)
# Reading near the edge of that reach would fail by the time the request arrives.
_EDGE = timedelta(minutes=5)


class ReadBlock(StrEnum):
    """The reason why a source is not being read."""

    TOKEN_REFUSED = "token_refused"
    ACCESS_REFUSED = "access_refused"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_SUSPENDED = "account_suspended"
    SEARCH_REFUSED = "search_refused"
    CREDITS_SPENT = "credits_spent"
    RATE_LIMITED = "rate_limited"
    DAY_LIMITED = "day_limited"
    MONTH_CAPPED = "month_capped"


# The name under which posts that are looked up by their ids are counted as read.
LOOKUP = "lookup"


class Gap(Frozen):
    """The rest of a read that ended before its last page: posts older than `until`.

    The gap of an overflow is what the feed of mentions did not show.
    """

    until: PostId
    newest: PostId


class Cursor(Frozen):
    """Progress in one source: every post up to `newest` that X showed is stored.

    X is not called before `not_before`; None while only a person can lift the block. `swept_at` is the time of the
    last sweep further back. `credentials` is the version of the refused credentials; others are tried at once.
    """

    source: Source
    newest: PostId | None = None
    gap: Gap | None = None
    swept_at: datetime | None = None
    obstacle: ReadBlock | None = None
    not_before: datetime | None = None
    credentials: str = ""
    version: int = 0


class Window(Frozen):
    """The posts to request: after `since` or from `start`, never both, and before `until`."""

    since: PostId | None = None
    start: datetime | None = None
    until: PostId | None = None


def window_for(cursor: Cursor, now: datetime, overlap: timedelta, first_look: timedelta) -> Window:
    """The window of a read at `now`: everything new, and `overlap` again because X delivers some posts late.

    The first read of a source goes back by `first_look`. On a new UTC day X charges for yesterday's posts again, so
    that the read goes back no further than the latest sweep, up to which all are stored. A search that has not run
    for a week starts as far back as X allows.
    """
    if cursor.newest is None:
        return Window(start=now - first_look)
    since = time_of(cursor.newest)
    if cursor.swept_at is not None and since.date() < now.date():
        since = max(since, cursor.swept_at)
    since -= overlap
    if cursor.source in SEARCHES and since < furthest_back(now):
        return Window(start=furthest_back(now))
    return Window(since=id_at(since))


def overflowing(cursor: Cursor, since: PostId, gap: Gap) -> Cursor:
    """The overflow's cursor with one more gap, of posts after `since`; an unread gap becomes part of it."""
    return replace(cursor, newest=since if cursor.gap is None else cursor.newest, gap=gap)


def furthest_back(now: datetime) -> datetime:
    """The earliest start of a search that X accepts."""
    return now - SEARCH_REACH + _EDGE


def sweep_window(now: datetime, reach: timedelta) -> Window:
    """The window of a sweep. It stays within the UTC day, in which X charges for a post only once."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(start=max(now - reach, midnight))


def month_of(now: datetime) -> str:
    """The billing month, as YYYY-MM in UTC."""
    return f"{now:%Y-%m}"


def next_month(now: datetime) -> datetime:
    """The first moment of the next UTC month."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
