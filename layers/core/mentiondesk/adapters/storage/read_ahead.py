"""A table that reads all of one case by one query, for as long as the case's page is made."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.keys import Key
from mentiondesk.adapters.storage.table import Condition, Query, Table, Update, Write
from mentiondesk.domain.ids import CaseId

# The sort keys of a case's own item, its presence, drafts, replies and timeline; the ledger of alerts stands before.
_FIRST, _LAST = keys.CASE, f"{keys.TIMELINE[:-1]}~"


class ReadAhead:
    """A Table. Within `case`, what a page reads of that case comes from one query; all else goes to the table.

    A write ends that, but for a change of the presence: the page makes one itself.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        # A context variable: requests that are served side by side do not share what they hold.
        self._held: ContextVar[tuple[str, dict[str, Item]] | None] = ContextVar("held", default=None)

    @contextmanager
    def case(self, case_id: CaseId) -> Iterator[None]:
        """Holds the items of a case until the end of the block."""
        partition = keys.case(case_id).pk
        found = self._table.query(Query(partition, first=_FIRST, last=_LAST))
        before = self._held.set((partition, {item.key.sk: item for item in found}))
        try:
            yield
        finally:
            self._held.reset(before)

    def get(self, key: Key) -> Item | None:
        held = self._items(key.pk)
        return self._table.get(key) if held is None or not _FIRST <= key.sk <= _LAST else held.get(key.sk)

    def get_many(self, wanted: Iterable[Key]) -> Iterator[Item]:
        return self._table.get_many(wanted)

    def query(self, query: Query) -> Iterator[Item]:
        held = self._items(query.partition)
        if held is None or query != Query(query.partition, prefix=query.prefix) or not _FIRST <= query.prefix <= _LAST:
            return self._table.query(query)
        return iter([item for name, item in held.items() if name.startswith(query.prefix)])

    def count(self, query: Query) -> int:
        return self._table.count(query)

    def put(self, item: Item, when: Condition | None = None) -> None:
        self._held.set(None)
        self._table.put(item, when)

    def put_many(self, items: Iterable[Item]) -> None:
        self._held.set(None)
        self._table.put_many(items)

    def update(self, update: Update) -> Item:
        held = self._items(update.key.pk)
        changed = self._table.update(update)
        if held is not None:
            held[update.key.sk] = changed
        return changed

    def delete(self, key: Key, when: Condition | None = None) -> None:
        self._held.set(None)
        self._table.delete(key, when)

    def transact(self, parts: Mapping[str, Write]) -> None:
        self._held.set(None)
        self._table.transact(parts)

    def _items(self, partition: str) -> dict[str, Item] | None:
        held = self._held.get()
        return held[1] if held is not None and held[0] == partition else None
