"""Which posts a request asks for, and how a list of posts is cut into pages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from infra.local.x_standin.model import Post
from infra.local.x_standin.problems import invalid

_TOKEN_PREFIX = "b26v89c19zqg8o3f"


def token_after(post_id: int) -> str:
    """A token for the page that begins below this id; posts that arrive meanwhile do not shift it."""
    return f"{_TOKEN_PREFIX}{post_id:x}"


@dataclass(frozen=True)
class Window:
    """Bounds of ids and times. Ids exclude themselves; times include the start and exclude the end."""

    since_id: int | None = None
    until_id: int | None = None
    start: datetime | None = None
    end: datetime | None = None

    def holds(self, post: Post) -> bool:
        number, at = int(post.id), post.at.replace(microsecond=0)
        return (
            (self.since_id is None or number > self.since_id)
            and (self.until_id is None or number < self.until_id)
            and (self.start is None or at >= self.start)
            and (self.end is None or at < self.end)
        )

    def ends_before(self, post: Post) -> bool:
        """True when neither this post nor any older one can be inside."""
        return (self.since_id is not None and int(post.id) <= self.since_id) or (
            self.start is not None and post.at.replace(microsecond=0) < self.start
        )


@dataclass(frozen=True)
class Page:
    posts: list[Post]
    next_token: str | None

    @property
    def meta(self) -> dict[str, str | int]:
        meta: dict[str, str | int] = {"result_count": len(self.posts)}
        if self.posts:
            meta |= {"newest_id": self.posts[0].id, "oldest_id": self.posts[-1].id}
        return meta | ({"next_token": self.next_token} if self.next_token else {})


def page(newest_first: Iterator[Post], window: Window, size: int, below: int | None) -> Page:
    """The newest posts of the window whose ids are below `below`."""

    def wanted() -> Iterator[Post]:
        for post in newest_first:
            if window.ends_before(post):
                return
            if window.holds(post) and (below is None or int(post.id) < below):
                yield post

    found = list(islice(wanted(), size + 1))
    more = len(found) > size
    return Page(found[:size], token_after(int(found[size - 1].id)) if more else None)


def timeline_window(query: Mapping[str, str]) -> Window:
    """On timelines an id takes precedence over a time."""
    window = read_window(query)
    return Window(
        window.since_id,
        window.until_id,
        window.start if window.since_id is None else None,
        window.end if window.until_id is None else None,
    )


def read_window(query: Mapping[str, str]) -> Window:
    return Window(
        _read_id(query, "since_id"),
        _read_id(query, "until_id"),
        _read_time(query, "start_time"),
        _read_time(query, "end_time"),
    )


def read_size(query: Mapping[str, str], least: int) -> int:
    value = query.get("max_results", "10")
    if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= 100:
        message = f"The `max_results` query parameter value [{value}] is not between {least} and 100"
        raise invalid(message, max_results=value)
    return int(value)


def read_token(query: Mapping[str, str]) -> int | None:
    """The id below which the next page begins."""
    for name in ("pagination_token", "next_token"):
        if name in query:
            match = re.fullmatch(f"{_TOKEN_PREFIX}([0-9a-f]{{1,16}})", query[name])
            if match is None:
                raise invalid(f"The `{name}` query parameter value is not valid", **{name: query[name]})
            return int(match.group(1), 16)
    return None


def _read_id(query: Mapping[str, str], name: str) -> int | None:
    value = query.get(name)
    if value is None:
        return None
    if not re.fullmatch("[0-9]{1,19}", value) or int(value) == 0:
        raise invalid(f"The `{name}` query parameter value [{value}] is not valid", **{name: value})
    return int(value)


def _read_time(query: Mapping[str, str], name: str) -> datetime | None:
    value = query.get(name)
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        time = datetime.min
    if time.tzinfo is None:
        raise invalid(f"The `{name}` query parameter value [{value}] is not an RFC3339 time", **{name: value})
    return time.astimezone(UTC)
