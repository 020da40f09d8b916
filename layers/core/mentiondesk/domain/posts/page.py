"""One page of a feed, as read from X."""

from dataclasses import dataclass

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.post import Post, Unreadable


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a feed, newest first. `next_token` None: there is no older page.

    `read` is how many posts X charges for at most; `newest` and `oldest` are of this page, None when it
    holds no post with an id. `unknown_shape` counts posts with neither of the field names we know.
    """

    posts: tuple[Post, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    newest: PostId | None = None
    oldest: PostId | None = None
    next_token: str | None = None
    read: int = 0
    unknown_shape: int = 0
