"""Stored posts, and the progress of reading each source."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.budget import Reads
from mentiondesk.domain.posts.cursor import Cursor
from mentiondesk.domain.posts.post import Added, Post, Source, Unreadable


class PostStore(Protocol):
    """Every post X delivered, once, with its latest text."""

    def add(self, post: Post) -> Added:
        """Stores a post that is not stored yet, or the newer text of one that is. `seen_at` must be set."""

    def add_all(self, posts: Sequence[Post]) -> list[Added]:
        """Stores the posts of one read in their order, as `add` does, for fewer writes."""

    def get(self, post_id: PostId) -> Post | None: ...

    def forget(self, post_id: PostId, now: datetime) -> None:
        """Drops what a stored post said, since X no longer shows it. A post that X shows again is stored again."""

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

    def reads(self, now: datetime) -> Reads:
        """Posts read in this UTC month, over all sources, and by how much people have raised the budget."""

    def count_reads(self, now: datetime, source: str, posts: int) -> None:
        """Adds to the count of this UTC day and source; look-ups by id count under a name of their own."""

    def read_on(self, day: date) -> int:
        """Posts that X charges for, as the desk counted them on a UTC day."""

    def raise_today(self, now: datetime, posts: int) -> None:
        """Lets so many more posts be read on this UTC day, beyond the month's budget if need be."""

    def looked_again_at(self) -> datetime | None:
        """The beginning of the latest look at the posts of all open cases that was completed."""

    def note_looked_again(self, at: datetime) -> None: ...
