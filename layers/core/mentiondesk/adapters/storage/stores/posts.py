"""Stored posts."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.arrivals import Arrivals
from mentiondesk.adapters.storage.table import Absent, And, Conflict, Exists, Less, Query, Refused, Table, Update
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.post import Added, Post, Unreadable

# An item may hold 400 KB; a person needs less to see what is wrong.
_MOST_RAW = 20_000
_ASIDE_KEPT = timedelta(days=30)
# The stream has given up on a post by then: five tries, a minute apart at most.
_CLASSIFIED_WITHIN = timedelta(minutes=10)
# An arrival is closed by then: its look-ups have waited long enough, and what is not classified is in the due index.
_FOLLOWED = timedelta(minutes=15)
_MOST_ARRIVALS = 20
# Tries of a write that meets the classifier's transaction on the same post.
_TRIES = 3
# The UTC day on which a post was read last: X charges for it once a day.
_READ_ON = "read_on"
_GONE_AT = "gone_at"


class Posts:
    """PostStore and MadePosts on the table. `keep`: how long a post stays before TTL removes it.

    Remembers the `most_recent` posts that it added last, which needs no look at the table when they come again.
    """

    def __init__(self, table: Table, keep: Callable[[], timedelta], most_recent: int = 5000) -> None:
        self._table = table
        self._keep = keep
        self._most_recent = most_recent
        self._arrivals = Arrivals(table)
        # Reads overlap, so most posts of a page were read minutes ago: their edits, and the day.
        self._recent: OrderedDict[PostId, tuple[int, date]] = OrderedDict()

    def add(self, post: Post) -> Added:
        return self.add_all((post,))[0]

    def add_all(self, posts: Sequence[Post]) -> list[Added]:
        fresh = [post for post in posts if not self._known(post)]
        if fresh:
            # First, so that a crash leaves no stored post that nobody follows.
            self._arrivals.note([post.post_id for post in fresh], _seen_at(fresh[0]))
        return [self._added(post) for post in posts]

    def _known(self, post: Post) -> bool:
        """True for a post that this store has added, with this text and on this day."""
        edits, read_on = self._recent.get(post.post_id, (-1, date.min))
        return post.edits <= edits and read_on >= _day(post)

    def _added(self, post: Post) -> Added:
        if self._known(post):
            return Added.KNOWN
        added, (edits, _) = self._add(post), self._recent.get(post.post_id, (-1, date.min))
        self._recent[post.post_id] = max(edits, post.edits), _day(post)
        self._recent.move_to_end(post.post_id)
        if len(self._recent) > self._most_recent:
            self._recent.popitem(last=False)
        return added

    def _add(self, post: Post) -> Added:
        expires = {keys.EXPIRES: keys.expiry(_seen_at(post) + self._keep())}
        beside = {_READ_ON: f"{_day(post)}", **expires, **place_by_time(post)}
        try:
            self._table.put(Item(keys.post(post.post_id), post, beside), Absent())
        except Refused as refused:
            if refused.item is None:
                raise
            return self._add_again(post, refused.item)
        return Added.NEW

    def _add_again(self, post: Post, stored: Item) -> Added:
        if stored.get(_GONE_AT) is not None and self._restore(post):
            return Added.EDITED
        if post.edits > stored.read(Post).edits and self._renew(post):
            return Added.EDITED
        first_today = str(stored.get(_READ_ON)) < f"{_day(post)}" and self._read_again(post)
        return Added.KNOWN_EARLIER_DAY if first_today else Added.KNOWN

    def _renew(self, post: Post) -> bool:
        """Puts the newer text in place of the stored one and has it classified again; False when it is older."""
        newer = {
            "text": post.text,
            "version_id": post.version_id,
            "edits": post.edits,
            "language": post.language,
            "media": post.media,
            _READ_ON: f"{_day(post)}",
            keys.TAGGED_AT: None,
        }
        return self._changed(Update(keys.post(post.post_id), newer, Less("edits", post.edits)))

    def _restore(self, post: Post) -> bool:
        """Puts the text back of a post that X shows again, and has it classified; False when another run has."""
        shown = {
            "text": post.text,
            "edits": post.edits,
            _GONE_AT: None,
            keys.TAGGED_AT: None,
            _READ_ON: f"{_day(post)}",
        }
        return self._changed(Update(keys.post(post.post_id), shown, Exists(_GONE_AT)))

    def _read_again(self, post: Post) -> bool:
        """Notes that a stored post was read on this UTC day; False when that was known."""
        today = f"{_day(post)}"
        return self._changed(Update(keys.post(post.post_id), {_READ_ON: today}, Less(_READ_ON, today)))

    def _changed(self, update: Update) -> bool:
        """False where the condition does not hold. Raises Conflict when another write never lets go."""
        for left in reversed(range(_TRIES)):
            try:
                self._table.update(update)
            except Refused:
                return False
            except Conflict:
                if not left:
                    raise
            else:
                return True
        raise AssertionError("the last try returns or raises")

    def overdue(self, now: datetime, limit: int) -> Sequence[PostId]:
        self._take_over_late(now)
        rows = self._table.query(Query(keys.UNTAGGED, keys.DUE, last=now, limit=limit))
        return [keys.post_in(row.key) for row in rows]

    def _take_over_late(self, now: datetime) -> None:
        """Puts posts that arrived long ago and are not classified into the due index, and closes what is past."""
        late = self._arrivals.open(None, now - _CLASSIFIED_WITHIN, _MOST_ARRIVALS)
        for post_id, item in self._arrivals.posts(late).items() if late else ():
            if item.get(keys.TAGGED_AT) is None and item.get(keys.DUE_SHARD) != keys.UNTAGGED:
                place = {keys.DUE_SHARD: keys.UNTAGGED, keys.DUE_AT: _seen_at(item.read(Post)) + _CLASSIFIED_WITHIN}
                self._changed(Update(keys.post(post_id), place, And((Exists(), Absent(keys.TAGGED_AT)))))
        for arrival in late:
            if now - arrival.at > _FOLLOWED:
                self._arrivals.close(arrival)

    def redeliver(self, post_id: PostId, now: datetime) -> bool:
        post = self.get(post_id)
        if post is None:
            return False
        waited = max(now - (post.seen_at or post.created_at), _CLASSIFIED_WITHIN)
        again = {"retried_at": now, keys.DUE_SHARD: keys.UNTAGGED, keys.DUE_AT: now + waited}
        return self._changed(Update(keys.post(post_id), again, And((Exists(), Absent(keys.TAGGED_AT)))))

    def get(self, post_id: PostId) -> Post | None:
        found = self._table.get(keys.post(post_id))
        return found.read(Post) if found else None

    def forget(self, post_id: PostId, now: datetime) -> None:
        # Marked as classified: the stream must not open a case for what is gone.
        said: dict[str, object] = {"text": "", "media": False, "tags": None, _GONE_AT: now, keys.TAGGED_AT: now}
        post = self.get(post_id)
        if post is not None:
            self._changed(Update(keys.post(post_id), said | place_by_time(post), Exists()))
        self._recent.pop(post_id, None)

    def count_made(self, first: datetime, last: datetime) -> int:
        return self._table.count(_made(first, last))

    def made(self, first: datetime, last: datetime) -> Iterator[Post]:
        rows = self._table.query(_made(first, last))
        return (item.read(Post) for item in self._table.get_many(row.key for row in rows))

    def set_aside(self, unreadable: Unreadable, now: datetime) -> None:
        # The same bytes read again on the same day are the same item.
        digest = hashlib.sha256(unreadable.raw.encode()).hexdigest()[:32]
        beside = {
            "raw": unreadable.raw[:_MOST_RAW],
            "reason": unreadable.reason,
            keys.EXPIRES: keys.expiry(now + _ASIDE_KEPT),
        }
        self._table.put(Item(keys.set_aside(now, digest), None, beside))


def place_by_time(post: Post) -> dict[str, object]:
    """The place of a post in the due index, unless it waits long for its tags: a customer's is found by its time."""
    if post.own:
        return {keys.DUE_SHARD: None, keys.DUE_AT: None}
    return {keys.DUE_SHARD: keys.made(post.created_at), keys.DUE_AT: post.created_at}


def _made(first: datetime, last: datetime) -> Query:
    """Posts made in a time within one UTC day, the last moment left out."""
    return Query(keys.made(first), keys.DUE, first=first, last=last - timedelta(microseconds=1))


def _seen_at(post: Post) -> datetime:
    assert post.seen_at is not None, "the reader says when it saw a post"
    return post.seen_at


def _day(post: Post) -> date:
    """The UTC day on which a post was read."""
    return _seen_at(post).date()
