"""The facts of the stand-in: users, posts, messages, and the rules X applies to them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from infra.local.x_standin.text import hashtags_in, mentions_in

_EPOCH_MS = 1_288_834_974_657
_SEQUENCE_BITS = 22


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970, without the rounding of floats."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def snowflake(at: datetime, sequence: int = 0) -> int:
    """The id X gives to the sequence-th thing made in the millisecond of `at`."""
    if milliseconds(at) < _EPOCH_MS:
        raise ValueError("X's ids begin on 4 November 2010")
    return (milliseconds(at) - _EPOCH_MS << _SEQUENCE_BITS) | sequence


def made_at(post_id: str) -> datetime:
    """The time that is written in an id."""
    since_1970 = (int(post_id) >> _SEQUENCE_BITS) + _EPOCH_MS
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=since_1970)


@dataclass(frozen=True)
class User:
    id: str
    username: str
    name: str = ""
    followers: int = 0
    receives_dm: bool = True


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The fields of a post to publish; StandInX.post explains each."""

    author_id: str
    at: datetime
    text: str = ""
    long_text: str = ""
    reply_to: str | None = None
    quotes: str | None = None
    reposts: str | None = None
    lang: str = "en"
    likes: int = 0
    visible_after: timedelta = timedelta()
    implicit_mentions: bool = True


@dataclass(frozen=True)
class Post:
    """A version of a post. `text` is as typed; it is escaped when served."""

    id: str
    author_id: str
    text: str
    at: datetime
    readable_at: datetime
    conversation_id: str
    first_id: str
    """The id of the first version; every edit keeps it."""
    lang: str = "en"
    long_text: str = ""
    reply_to: str | None = None
    reply_to_user: str | None = None
    quotes: str | None = None
    reposts: str | None = None
    likes: int = 0
    added_handles: tuple[str, ...] = ()
    """Handles X put before a reply; its author did not type them."""

    @property
    def typed(self) -> str:
        """The text without the handles that X added."""
        return self.text.removeprefix(with_handles(self.added_handles, ""))

    @property
    def full_text(self) -> str:
        return self.long_text or self.text

    @cached_property
    def mentions(self) -> frozenset[str]:
        """Lower-case handles, of the cut text and the whole one."""
        return frozenset(handle.lower() for handle in mentions_in(f"{self.text}\n{self.long_text}"))

    @cached_property
    def hashtags(self) -> frozenset[str]:
        return frozenset(tag.lower() for tag in hashtags_in(self.full_text))

    @cached_property
    def words(self) -> str:
        """The text as search sees it: lower-case words with one space around each."""
        return as_words(self.full_text)


def with_handles(handles: Iterable[str], text: str) -> str:
    """A reply as it is stored."""
    return "".join(f"@{handle} " for handle in handles) + text


def as_words(text: str) -> str:
    """Lower-case words with one space around each, so that ' a b ' in as_words(text) is a phrase match."""
    words = re.findall(r"\w+", text.lower())
    return f" {' '.join(words)} " if words else ""


@dataclass(frozen=True)
class Message:
    """A direct message the brand sent."""

    at: datetime
    to: str
    text: str


_WINDOW_LIMITS = MappingProxyType(
    {
        "mentions": 300,
        "search": 300,
        "counts": 300,
        "usage": 50,
        "own": 900,
        "lookup": 5_000,
        "create": 100,
        "delete": 50,
        "hide": 50,
        "mute": 50,
        "unmute": 50,
        "me": 75,
        "users": 900,
        "dm": 15,
    }
)


@dataclass(frozen=True)
class Rules:
    """X's rules and numbers, as documented in August 2026 for pay-per-use access. X changes them often."""

    mentions_depth: int = 800
    own_depth: int = 3_200
    own_depth_without_replies: int = 800
    search_reach: timedelta = timedelta(days=7)
    search_delay: timedelta = timedelta(seconds=30)
    query_length: int = 512
    replies_restricted: bool = True
    """False for Enterprise: any post may be answered."""
    implicit_mention_summons: bool = True
    """Whether the handle X puts before a reply allows an answer. X documents neither yes nor no."""
    unsummoned_detail: str = (
        "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
        "engaged by the author of the post you are replying to."
    )
    duplicate_window: timedelta = timedelta(hours=24)
    access_token_life: timedelta = timedelta(hours=2)
    limits: Mapping[str, int] = field(default_factory=lambda: _WINDOW_LIMITS)
    """Requests allowed per endpoint and token in 15 minutes; an endpoint that is not named has no limit."""
    slow_body: timedelta = timedelta(seconds=1)
    """How long the fault of that name takes to deliver a body."""
