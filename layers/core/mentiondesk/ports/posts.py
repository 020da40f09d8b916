"""Stored posts, and the progress of reading each source."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.cursor import Cursor
from mentiondesk.domain.posts.post import Added, Post, Source, Unreadable


class PostStore(Protocol):
    """Every post X delivered, once, with its latest text."""

    def add(self, post: Post) -> Added:
        """Stores a post that is not stored yet, or the newer text of one that is. `seen_at` must be set."""

    def get(self, post_id: PostId) -> Post | None: ...

    def overdue(self, now: datetime, limit: int) -> Sequence[PostId]:
        """Posts that should have been classified by now and were not, the longest overdue first."""

    def redeliver(self, post_id: PostId, now: datetime) -> bool:
        """Gives a post to the classifier once more; False where it has its tags by now or is gone.

        It is overdue again after as long as it has waited so far, and ten minutes at least.
        """

    def set_aside(self, unreadable: Unreadable, now: datetime) -> None:
        """Stores an unreadable part of X's answer for a person to look at."""


class CursorStore(Protocol):
    """A cursor for each source, and counts of the posts that X charges for."""

    def load(self) -> dict[Source, Cursor]: ...

    def save(self, cursor: Cursor) -> bool:
        """False, and nothing written, when another run has moved this cursor since it was loaded."""

    def reads_in_month(self, month: str) -> int:
        """Posts read in a month (YYYY-MM, UTC), over all sources."""

    def count_reads(self, now: datetime, source: Source, posts: int) -> None:
        """Adds to the count of this UTC day and source."""
