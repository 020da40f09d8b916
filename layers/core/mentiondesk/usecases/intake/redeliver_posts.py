"""Posts that were stored and never classified → the classifier, once more."""

from datetime import datetime

from mentiondesk.ports.posts import PostStore
from mentiondesk.values import Frozen

# An outage leaves thousands: each run takes some, beside its own work.
_MOST = 100


class Redelivered(Frozen):
    """Posts given to the classifier again in one run, and True where more may wait."""

    posts: int
    left: bool


class RedeliverPosts:
    """Finds the posts that the table's stream has given up on, so that no outage leaves one without a case."""

    def __init__(self, posts: PostStore) -> None:
        self._posts = posts

    def __call__(self, now: datetime) -> Redelivered:
        overdue = self._posts.overdue(now, _MOST)
        return Redelivered(sum(self._posts.redeliver(post_id, now) for post_id in overdue), len(overdue) == _MOST)
