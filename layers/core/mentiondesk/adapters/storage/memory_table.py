"""The table in memory, for replays and tests. Facts stay the objects they are: nothing is serialised."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, assert_never

from mentiondesk.adapters.storage.items import Fact, Item, Value
from mentiondesk.adapters.storage.keys import INDEXES, PK, SCHEMA, SK, Index, Key
from mentiondesk.adapters.storage.sorted_places import Place, SortedPlaces
from mentiondesk.adapters.storage.table import (
    Check,
    Condition,
    Conflict,
    Delete,
    Put,
    Query,
    Refused,
    Update,
    Write,
    distinct,
)
from mentiondesk.values import replace

LAST_CHARACTER = "\U0010ffff"
_BEFORE_ALL, _AFTER_ALL = Key("", ""), Key(LAST_CHARACTER, "")
_OWN = Index("", PK, SK)
# The place of an item in the table itself or in an index: the partition, and the sort key there.
PlaceIn = tuple[Any, Any]


class MemoryTable:
    """Table in memory. `items` holds everything."""

    def __init__(self) -> None:
        self.items: dict[Key, Item] = {}
        # The partitions of the table itself ("") and of each index by its name.
        self._indexes: dict[str, dict[Any, SortedPlaces]] = {index.name: {} for index in (_OWN, *INDEXES)}
        self._conflicts = 0

    def conflict_next(self, times: int = 1) -> None:
        """Makes the next puts, updates, deletes and transactions meet another write on their way."""
        self._conflicts = times

    def get(self, key: Key) -> Item | None:
        return self.items.get(key)

    def get_many(self, keys: Iterable[Key]) -> Iterator[Item]:
        return iter([item for key in keys if (item := self.get(key)) is not None])

    def query(self, query: Query) -> Iterator[Item]:
        return iter([self.items[key] for _, key in self._found(query)])

    def _found(self, query: Query) -> list[Place]:
        """The places that a query finds, in its order."""
        places = self._places(query)
        if not places:
            return []
        start, end = _bounds(places, query)
        if query.limit is not None:
            # A partition may hold a million items: those beyond the limit are not copied.
            start, end = (
                (max(start, end - query.limit), end) if query.newest_first else (start, min(end, start + query.limit))
            )
        found = places.between(start, end)
        if query.newest_first:
            found.reverse()
        return found

    def _places(self, query: Query) -> SortedPlaces | None:
        """The places of the partition that a query reads."""
        return self._indexes[(query.index or _OWN).name].get(query.partition)

    def scan(self) -> Iterator[Item]:
        """Every item."""
        return iter(list(self.items.values()))

    def count(self, query: Query) -> int:
        places = self._places(query)
        if not places:
            return 0
        start, end = _bounds(places, query)
        return max(end - start, 0) if query.limit is None else min(max(end - start, 0), query.limit)

    def put(self, item: Item, when: Condition | None = None) -> None:
        self._write({"": Put(item, when)})

    def put_many(self, items: Iterable[Item]) -> None:
        for item in items:
            self._keep(item.key, item)

    def update(self, update: Update) -> Item:
        self._write({"": update})
        changed = self.get(update.key)
        assert changed is not None, "an update makes the item where there is none"
        return changed

    def delete(self, key: Key, when: Condition | None = None) -> None:
        self._write({"": Delete(key, when)})

    def transact(self, parts: Mapping[str, Write]) -> None:
        self._write(distinct(parts))

    def facts(self, sk: str, kind: type[Fact]) -> list[Fact]:
        """The facts of all items under one sort key, in the order in which the items were first put."""
        return list(self.each(sk, kind))

    def each(self, sk: str, kind: type[Fact]) -> Iterator[Fact]:
        """The same facts one after the other; a table that is larger than memory reads each when it is asked for."""
        return iter([item.read(kind) for key, item in self.items.items() if key.sk == sk])

    def earliest(self, index: Index, prefix: str) -> Any:
        """The smallest sort key of an index over its partitions that begin so; None where they are empty."""
        found = self._indexes[index.name].items()
        return min((places.first[0] for name, places in found if name.startswith(prefix)), default=None)

    def _write(self, parts: Mapping[str, Write]) -> None:
        if self._conflicts:
            self._conflicts -= 1
            raise Conflict
        refused: dict[str, Item | None] = {}
        for name, part in parts.items():
            if part.when is not None:
                there = self.get(part.key)
                if not part.when.holds(_no_attribute if there is None else there.get):
                    refused[name] = there
        if refused:
            raise Refused(refused)
        for part in parts.values():
            self._do(part)

    def _do(self, part: Write) -> None:
        match part:
            case Put():
                self._keep(part.item.key, part.item)
            case Update():
                self._keep(part.key, _updated(self.get(part.key) or Item(part.key, schema=0), part))
            case Delete():
                self._keep(part.key, None)
            case Check():
                pass
            case _:
                assert_never(part)

    def _keep(self, key: Key, item: Item | None) -> None:
        """Puts an item, or none, under a key, and moves its places in the partition and in the indexes."""
        before = self.items.get(key)
        if item is not None:
            self.items[key] = item
        elif before is not None:
            del self.items[key]
        if (before is None) != (item is None):
            self._move("", key, None if before is None else key, None if item is None else key)
        self._move_in_indexes(key, before, item)

    def _move_in_indexes(self, key: Key, before: Item | None, item: Item | None) -> None:
        """Moves an item's places in the indexes from those of the item before to its own."""
        for index in INDEXES:
            old = place_of(index, before) if before is not None and index.partition in before.beside else None
            new = place_of(index, item) if item is not None and index.partition in item.beside else None
            if old != new:
                self._move(index.name, key, old, new)

    def _move(self, index: str, key: Key, old: PlaceIn | None, new: PlaceIn | None) -> None:
        """Takes a key out of its old place in an index, and puts it into the new one."""
        partitions = self._indexes[index]
        if old is not None:
            places = partitions[old[0]]
            places.remove((old[1], key))
            if not places:
                del partitions[old[0]]
        if new is not None:
            if new[0] not in partitions:
                partitions[new[0]] = SortedPlaces()
            partitions[new[0]].add((new[1], key))


def place_of(index: Index, item: Item) -> PlaceIn | None:
    """The place of an item in an index; None where it lacks one of the index's attributes."""
    partition, sort = item.beside.get(index.partition), item.get(index.sort)
    return None if partition is None or sort is None else (partition, sort)


def _bounds(places: SortedPlaces, query: Query) -> tuple[int, int]:
    """The first of the places that the query finds, and the first behind them."""
    first, last = (query.prefix, query.prefix + LAST_CHARACTER) if query.prefix else (query.first, query.last)
    start = 0 if first is None else places.before((first, _BEFORE_ALL))
    end = len(places) if last is None else places.up_to((last, _AFTER_ALL))
    if query.after is None:
        return start, end
    behind: Any = (query.after[(query.index or _OWN).sort], (query.after[PK], query.after[SK]))
    if query.newest_first:
        return start, min(end, places.before(behind))
    return max(start, places.up_to(behind)), end


def _no_attribute(_: str) -> None:
    return None


def _updated(item: Item, update: Update) -> Item:
    changes: dict[str, Value] = {**update.set}
    for name, value in update.set_if_absent.items():
        changes[name] = value if (there := item.get(name)) is None else there
    for name, number in update.add.items():
        changes[name] = (item.get(name) or 0) + number
    schema: Any = changes.pop(SCHEMA, item.schema)
    fields, inside, beside = _fields(type(item.fact)), dict[str, Value](), {**item.beside}
    for name, value in changes.items():
        if name in fields:
            inside[name] = value
        elif value is None:
            beside.pop(name, None)
        else:
            beside[name] = value
    return Item(item.key, replace(item.fact, **inside) if inside else item.fact, beside, schema)


# The names of the fields of a kind of fact.
_fields: Callable[[Any], frozenset[str]] = cache(lambda kind: frozenset(getattr(kind, "__struct_fields__", ())))
