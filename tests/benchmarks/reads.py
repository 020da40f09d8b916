"""X's bill for a week of reading, for each distinct post. Counted, not timed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from infra.local.x_standin import StandInX
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.x.feed import _parameters
from mentiondesk.adapters.x.posts import read_page
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.posts.cursor import Window
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.usecases.intake.fetch_mentions import FetchMentions
from tests.benchmarks import traffic
from tests.benchmarks.figures import Figure
from tests.support.builders import settings

_DAYS = 7
_MINUTE = timedelta(minutes=1)
# Mentions a day; the middle one is held against what should be reached.
_VOLUMES = (10, 100, 1000)
_HELD = 100


class DirectFeed:
    """XFeed that asks the stand-in X without HTTP in between."""

    credentials = "made-up"
    page_size = 100

    def __init__(self, x: StandInX, brand: Brand) -> None:
        self._x = x
        self._brand = brand

    def read(self, source: Source, window: Window, token: str | None, now: datetime) -> Page:
        del now
        query = {
            name.replace("_fields", ".fields"): _written(v)
            for name, v in _parameters(window, token, source, self.page_size).items()
        }
        match source:
            case Source.MENTIONS:
                path = f"/2/users/{self._brand.user_id}/mentions"
            case Source.OWN:
                path, query["exclude"] = f"/2/users/{self._brand.user_id}/tweets", "retweets"
            case Source.SEARCH:
                path, query["query"] = "/2/tweets/search/recent", self._brand.search_query
            case Source.OVERFLOW:
                path, query["query"] = "/2/tweets/search/recent", self._brand.overflow_query
        served = self._x._serve("GET", f"{path}?{urlencode(query)}", 'OAuth oauth_token="made-up"', b"")
        assert served.answer is not None and served.answer.status == 200, served
        return read_page(served.answer.body, source, self._brand.own_ids)


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return ",".join(value) if isinstance(value, list) else str(value)


def measure() -> Iterator[Figure]:
    """A figure for each volume; the desk's own count is checked against X's."""
    for a_day in _VOLUMES:
        paid, unique, days = _week(a_day)
        again = paid - unique
        yield Figure(
            f"X reads paid per unique post, {a_day:,} mentions a day",
            round(paid / unique, 4),
            "",
            reach=1.02 if a_day == _HELD else None,
            why=f"{paid:,} paid for {unique:,} in {days} days; {again} paid twice, by the overlap past midnight",
        )


def _week(a_day: int) -> tuple[int, int, int]:
    """Reads that X bills, unique posts it gave out, and days."""
    said = traffic.mentions(a_day * _DAYS, timedelta(days=_DAYS), answered=0.5, late=0.02)
    now = traffic.BEGINS
    x = StandInX(traffic.BRAND, lambda: now)
    traffic.publish(x, said)
    current = settings()
    table = MemoryTable()
    cursors, posts = Cursors(table), Posts(table, lambda: timedelta(days=400))
    fetch = FetchMentions(DirectFeed(x, current.brand), posts, cursors, lambda: current)
    for _ in range(_DAYS * 24 * 60 + 10):
        fetch(now, lambda: timedelta(minutes=1))
        now += _MINUTE
    billed = sum(sum(day.values()) for day in x.billed.values())
    unique = len({post.first_id for post in x.delivered})
    counted = cursors.reads(now).month
    assert unique == len(table.facts(keys.POST, Post)) == len([one for one in said if one.at < now]), (
        "every post was read"
    )
    assert counted == billed, f"the desk counts {counted} reads, X {billed}"
    return billed, unique, _DAYS
