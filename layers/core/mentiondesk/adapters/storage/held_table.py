"""A table that reads what a batch of posts needs by one request, before the batch is worked through."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.keys import Key
from mentiondesk.adapters.storage.table import Condition, Query, Table, Update, Write
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.post import Post


class HeldTable:
    """A Table. Within `held`, a read by key of what was named there costs no request, until it is written.

    What is held may be changed by others meanwhile: each write that rests on it states what it assumed.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._held: dict[Key, Item | None] = {}

    @contextmanager
    def held(self, wanted: Iterable[Key]) -> Iterator[None]:
        """Holds the items under these keys until the end of the block."""
        self._held = dict.fromkeys(wanted)
        self._held |= {item.key: item for item in self._table.get_many(list(self._held))}
        try:
            yield
        finally:
            self._held = {}

    def get(self, key: Key) -> Item | None:
        return self._held[key] if key in self._held else self._table.get(key)

    def get_many(self, wanted: Iterable[Key]) -> Iterator[Item]:
        return self._table.get_many(wanted)

    def query(self, query: Query) -> Iterator[Item]:
        return self._table.query(query)

    def count(self, query: Query) -> int:
        return self._table.count(query)

    def put(self, item: Item, when: Condition | None = None) -> None:
        self._forget(item.key)
        self._table.put(item, when)

    def put_many(self, items: Iterable[Item]) -> None:
        written = list(items)
        self._forget(*(item.key for item in written))
        self._table.put_many(written)

    def update(self, update: Update) -> Item:
        self._forget(update.key)
        return self._table.update(update)

    def delete(self, key: Key, when: Condition | None = None) -> None:
        self._forget(key)
        self._table.delete(key, when)

    def transact(self, parts: Mapping[str, Write]) -> None:
        self._forget(*(part.key for part in parts.values()))
        self._table.transact(parts)

    def _forget(self, *written: Key) -> None:
        for key in written:
            self._held.pop(key, None)


def needed_for(posts: Sequence[Post]) -> Iterator[Key]:
    """The keys that classifying these posts reads: their customers, the cases that may be there, and their parents."""
    for post in posts:
        if not post.own:
            yield keys.customer(post.author_id)
            if post.case_id is not None or str(post.post_id) != post.conversation_id:
                yield keys.case(post.case_id or CaseId(post.conversation_id, post.author_id))
        elif post.reply_to_user not in (None, post.author_id):
            assert post.reply_to_user is not None
            yield keys.case(post.case_id or CaseId(post.conversation_id, post.reply_to_user))
        for parent in (post.replied_to, post.quoted if post.own else None):
            if parent is not None:
                yield keys.post(parent)
