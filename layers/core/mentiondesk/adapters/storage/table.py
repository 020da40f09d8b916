"""The table as a port: items by key, conditions and changes as data, transactions of named parts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.keys import PK, Index, Key
from mentiondesk.ports.storage import Conflict
from mentiondesk.values import Frozen

__all__ = ["Conflict"]

# TransactWriteItems, API reference of DynamoDB.
MOST_PARTS = 100
Lookup = Callable[[str], Any]
_NOTHING: Mapping[str, Any] = {}


class Absent(Frozen):
    """The item has no such attribute; without a name: there is no item."""

    name: str = PK

    def holds(self, get: Lookup) -> bool:
        return get(self.name) is None


class Exists(Frozen):
    """The item has this attribute; without a name: there is an item."""

    name: str = PK

    def holds(self, get: Lookup) -> bool:
        return get(self.name) is not None


class Equals(Frozen):
    """The attribute is this very value."""

    name: str
    value: Value

    def holds(self, get: Lookup) -> bool:
        return bool(get(self.name) == self.value)


class Less(Frozen):
    """The attribute is there and less than this value. Moments compare as moments, text by its code points."""

    name: str
    value: Any

    def holds(self, get: Lookup) -> bool:
        found = get(self.name)
        return found is not None and found < self.value


class AtMost(Frozen):
    """The attribute is there and not greater than this value."""

    name: str
    value: Any

    def holds(self, get: Lookup) -> bool:
        found = get(self.name)
        return found is not None and found <= self.value


class And(Frozen):
    """Each of these conditions holds."""

    parts: "tuple[Condition, ...]"

    def holds(self, get: Lookup) -> bool:
        return all(part.holds(get) for part in self.parts)


class Or(Frozen):
    """At least one of these conditions holds."""

    parts: "tuple[Condition, ...]"

    def holds(self, get: Lookup) -> bool:
        return any(part.holds(get) for part in self.parts)


Condition = Absent | Exists | Equals | Less | AtMost | And | Or


class Put(Frozen):
    """Writes an item in place of the one under its key."""

    item: Item
    when: Condition | None = None

    @property
    def key(self) -> Key:
        return self.item.key


class Update(Frozen):
    """Changes attributes of the item under a key, which is made where there is none.

    Attributes set to None are removed. `set_if_absent` keeps what is there; `add` adds numbers, to 0 where there
    is none. Set `SCHEMA` where the update may make the item.
    """

    key: Key
    set: Mapping[str, Value] = _NOTHING
    when: Condition | None = None
    set_if_absent: Mapping[str, Value] = _NOTHING
    add: Mapping[str, int] = _NOTHING


class Delete(Frozen):
    """Removes the item under a key; nothing happens where there is none."""

    key: Key
    when: Condition | None = None


class Check(Frozen):
    """Writes nothing: the transaction is refused unless the condition holds."""

    key: Key
    when: Condition


Write = Put | Update | Delete | Check


def distinct(parts: Mapping[str, Write]) -> Mapping[str, Write]:
    """The parts of a transaction. Raises ValueError where DynamoDB would not take them together."""
    if len({part.key for part in parts.values()}) < len(parts) or len(parts) > MOST_PARTS:
        raise ValueError(f"a transaction has up to {MOST_PARTS} parts, each with a key of its own")
    return parts


class Query(Frozen):
    """The items of one partition, in the order of their sort keys.

    Without an index, `partition` is a `pk` and the sort key is `sk`; with one, they are the index's attributes.
    `prefix` narrows by the beginning of the sort key; `first` and `last` are its bounds, both included. `after`
    holds the key attributes of an item, the index's among them: the query goes on behind it.
    An index is read a little stale and gives only what template.yaml projects into it.
    """

    partition: str
    index: Index | None = None
    prefix: str = ""
    first: Value = None
    last: Value = None
    after: Mapping[str, Value] | None = None
    newest_first: bool = False
    limit: int | None = None


class Refused(Exception):
    """A condition did not hold; nothing was written.

    `found`: the refused parts by name, each with the item that was there, None where there was none. What is not
    part of a transaction has the name "".
    """

    def __init__(self, found: Mapping[str, Item | None]) -> None:
        super().__init__(f"refused: {', '.join(found)}")
        self.found = found

    @property
    def item(self) -> Item | None:
        """The item that was there, where one thing alone was written."""
        return self.found[""]


class TableBusy(RuntimeError):
    """The table left items of a batch undone too many times; the run fails, and a later one does it again."""


class Table(Protocol):
    """A table with its indexes. Reads by key and queries without an index are never stale."""

    def get(self, key: Key) -> Item | None: ...

    def get_many(self, keys: Iterable[Key]) -> Iterator[Item]:
        """The items under these keys, in no order; those that are not there are left out. Raises TableBusy."""

    def query(self, query: Query) -> Iterator[Item]: ...

    def count(self, query: Query) -> int:
        """The number of items that the query finds."""

    def put(self, item: Item, when: Condition | None = None) -> None:
        """Writes an item in place of the one under its key. Raises Refused or Conflict."""

    def put_many(self, items: Iterable[Item]) -> None:
        """Writes items, no two of which may have one key, in any order and not together. Raises TableBusy."""

    def update(self, update: Update) -> Item:
        """The item as it is after the change. Raises Refused or Conflict."""

    def delete(self, key: Key, when: Condition | None = None) -> None:
        """Removes an item; nothing happens where there is none. Raises Refused or Conflict."""

    def transact(self, parts: Mapping[str, Write]) -> None:
        """Writes all parts or none; no two may have one key.

        Raises Refused with the parts whose conditions did not hold, or Conflict when another write was at one of
        the items or the table had no room for the transaction.
        """


def transact_each(table: Table, changes: Sequence[Mapping[str, Write]]) -> list[bool]:
    """Writes each of these changes whole or not at all, in as few transactions as they fit in; True for the written.

    A change that is refused, or meets another write, is not written and leaves the others to be written.
    """
    written = [False] * len(changes)
    for group in _fitting(changes):
        while group:
            try:
                table.transact({f"{n} {name}": part for n in group for name, part in changes[n].items()})
            except Refused as refused:
                group -= {int(name.partition(" ")[0]) for name in refused.found}
            except Conflict:
                break
            else:
                for number in group:
                    written[number] = True
                break
    return written


def _fitting(changes: Sequence[Mapping[str, Write]]) -> Iterator[set[int]]:
    """The positions of changes that one transaction takes: up to its number of parts, no two with one key."""
    group: set[int] = set()
    taken: set[Key] = set()
    for number, parts in enumerate(changes):
        wanted = {part.key for part in parts.values()}
        if group and (len(taken) + len(wanted) > MOST_PARTS or taken & wanted):
            yield group
            group, taken = set(), set()
        group.add(number)
        taken |= wanted
    if group:
        yield group
