"""Reading X."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.cursor import ReadBlock, Window
from mentiondesk.domain.posts.page import Page, Shown
from mentiondesk.domain.posts.post import Source
from mentiondesk.domain.posts.profile import Profile, PublicMetrics


class XRefuses(Exception):
    """X refuses for a reason that a retry does not change.

    `until` is when to try again; None if only a person can lift the block.
    """

    def __init__(self, obstacle: ReadBlock, until: datetime | None = None, detail: str = "") -> None:
        super().__init__(f"{obstacle}: {detail}")
        self.obstacle = obstacle
        self.until = until


class XUnavailable(Exception):
    """X failed in a transient way: 5xx, a body that is not JSON, a timeout, a broken connection."""


class XTooFarBack(Exception):
    """X refuses the start of the window as too old."""


class Seen(NamedTuple):
    """The author and the counts of a post, as X shows them."""

    profile: Profile
    metrics: PublicMetrics


class PostLookUp(Protocol):
    """Asks X about posts. One call makes one request with a timeout; it neither sleeps nor retries."""

    @property
    def most(self) -> int:
        """Most posts in one request."""

    def look_up(self, post_ids: Sequence[PostId], now: datetime) -> Mapping[PostId, Seen]:
        """The posts that X shows, each with its author; others are left out. Raises XRefuses or XUnavailable."""


class PostWatch(Protocol):
    """Looks posts up at X, with one request."""

    def shown(self, ids: Sequence[PostId], now: datetime) -> Shown:
        """The posts with these ids, up to 100. Ids about which X says nothing are in neither part of the answer.

        Raises XRefuses or XUnavailable.
        """


class XFeed(Protocol):
    """Reads X. One call makes one request with a timeout; it neither sleeps nor retries."""

    @property
    def page_size(self) -> int:
        """Most posts in one page."""

    @property
    def credentials(self) -> str:
        """The version of the credentials in use."""

    def read(self, source: Source, window: Window, token: str | None, now: datetime) -> Page:
        """A page of posts, newest first. Raises XRefuses, XUnavailable or XTooFarBack."""
