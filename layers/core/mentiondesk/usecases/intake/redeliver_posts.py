"""Posts that were stored and never classified → the classifier, once more."""

from datetime import datetime, timedelta

from mentiondesk.ports.posts import PostStore
from mentiondesk.values import Frozen

# An outage leaves thousands: each run takes some, beside its own work.
_MOST = 100
# The time between two looks: a post waits ten minutes at least before it is given to the classifier again.
_PAUSE = timedelta(minutes=4)


class Redelivered(Frozen):
    """Posts given to the classifier again in one run, and True where more may wait."""

    posts: int
    left: bool


class RedeliverPosts:
    """Finds the posts that the table's stream has given up on, so that no outage leaves one without a case.

    It rests for some minutes after a look that left none; a new instance begins with one.
    """

    def __init__(self, posts: PostStore) -> None:
        self._posts = posts
        self._rests_until: datetime | None = None

    def __call__(self, now: datetime) -> Redelivered:
        if self._rests_until is not None and now < self._rests_until:
            return Redelivered(0, left=False)
        found = self._look(now)
        if not found.left:
            self._rests_until = now + _PAUSE
        return found

    def _look(self, now: datetime) -> Redelivered:
        overdue = self._posts.overdue(now, _MOST)
        return Redelivered(sum(self._posts.redeliver(post_id, now) for post_id in overdue), len(overdue) == _MOST)
