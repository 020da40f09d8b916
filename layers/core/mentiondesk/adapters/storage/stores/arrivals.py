"""Lists of posts that were stored of late: each is followed until it is classified and its customer looked up."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.keys import Key
from mentiondesk.adapters.storage.table import Query, Table
from mentiondesk.domain.ids import PostId

# A list is closed in minutes; this removes one that no run came to.
_KEPT = timedelta(days=30)
_POSTS = "posts"


class Arrival(NamedTuple):
    """Posts that were stored together."""

    key: Key
    at: datetime
    post_ids: Sequence[PostId]


class Arrivals:
    """Written before its posts are stored, an arrival is one write for many posts; an index would cost two for each."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, post_ids: Sequence[PostId], at: datetime) -> None:
        """Opens the list of posts that are about to be stored."""
        beside = {"at": at, _POSTS: tuple(post_ids), keys.EXPIRES: keys.expiry(at + _KEPT)}
        self._table.put(Item(keys.arrival(at, post_ids[0]), None, beside))

    def open(self, first: datetime | None, last: datetime, limit: int) -> list[Arrival]:
        """Up to `limit` open lists of this time, the oldest first."""
        begin = keys.stamp(first) if first is not None else None
        # "~" sorts after every post id: the last moment is inside.
        return list(
            map(_arrival, self._table.query(Query(keys.ARRIVALS, None, "", begin, f"{keys.stamp(last)}~", limit=limit)))
        )

    def posts(self, arrivals: Iterable[Arrival]) -> dict[PostId, Item]:
        """The posts of these lists that are stored."""
        wanted = dict.fromkeys(keys.post(post_id) for arrival in arrivals for post_id in arrival.post_ids)
        return {keys.post_in(item.key): item for item in self._table.get_many(wanted)}

    def close(self, arrival: Arrival) -> None:
        self._table.delete(arrival.key)


def _arrival(item: Item) -> Arrival:
    at, post_ids = item.value("at", datetime), item.value(_POSTS, tuple[PostId, ...])
    assert at is not None
    assert post_ids is not None
    return Arrival(item.key, at, post_ids)
