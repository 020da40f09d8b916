"""A page of a feed, as read from X."""

from collections.abc import Mapping

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.post import Post, Unreadable
from mentiondesk.domain.posts.profile import PublicMetrics
from mentiondesk.values import Frozen, field


class Shown(Frozen):
    """The answer to a look-up by ids. X no longer shows those in `gone`: deleted, protected, withheld or suspended.

    `metrics` are X's counts of the posts that it shows.
    """

    found: tuple[Post, ...] = ()
    gone: frozenset[PostId] = frozenset()
    metrics: Mapping[PostId, PublicMetrics] = field(default_factory=dict)


class Page(Frozen):
    """A page of a feed, newest post first. `next_token` is None on the last page.

    `read` is the largest number of posts that X charges for. `newest` and `oldest` are the ids at the ends of the
    page, None if it holds no post with an id. `unknown_shape` counts posts with none of the known field names.
    """

    posts: tuple[Post, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    newest: PostId | None = None
    oldest: PostId | None = None
    next_token: str | None = None
    read: int = 0
    unknown_shape: int = 0
