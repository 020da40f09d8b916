"""The table in memory, for replays and tests. Facts stay the objects they are: nothing is serialised."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, assert_never

from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.keys import INDEXES, PK, SCHEMA, SK, Index, Key
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

_OWN = Index("", PK, SK)
_LAST_CHARACTER = "\U0010ffff"
# Where an item stands in one partition: its sort key there, then its own key.
_Place = tuple[Any, str, str]


class MemoryTable:
    """Table in memory. `items` holds everything by (pk, sk)."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        # The places of a partition in order, by the index's name and the partition.
        self._partitions: defaultdict[tuple[str, str], list[_Place]] = defaultdict(list)
        self._conflicts = 0

    def conflict_next(self, times: int = 1) -> None:
        """Makes the next puts, updates, deletes and transactions meet another write on their way."""
        self._conflicts = times

    def get(self, key: Key) -> Item | None:
        return self.items.get((key[PK], key[SK]))

    def get_many(self, keys: Iterable[Key]) -> Iterator[Item]:
        return iter([item for key in keys if (item := self.get(key)) is not None])

    def query(self, query: Query) -> Iterator[Item]:
        places = self._partitions.get(((query.index or _OWN).name, query.partition), [])
        found = places[slice(*_bounds(places, query))]
        if query.newest_first:
            found.reverse()
        return iter([self.items[pk, sk] for _, pk, sk in found[: query.limit]])

    def count(self, query: Query) -> int:
        return sum(1 for _ in self.query(query))

    def put(self, item: Item, when: Condition | None = None) -> None:
        self._write({"": Put(item, when)})

    def put_many(self, items: Iterable[Item]) -> None:
        for item in items:
            self._keep(item.key, item)

    def update(self, update: Update) -> Item:
        self._write({"": update})
        return self.items[update.key[PK], update.key[SK]]

    def delete(self, key: Key, when: Condition | None = None) -> None:
        self._write({"": Delete(key, when)})

    def transact(self, parts: Mapping[str, Write]) -> None:
        self._write(distinct(parts))

    def earliest(self, index: Index) -> Any:
        """The smallest sort key of an index over all of its partitions; None where it is empty."""
        return min((places[0][0] for (name, _), places in self._partitions.items() if name == index.name), default=None)

    def _write(self, parts: Mapping[str, Write]) -> None:
        if self._conflicts:
            self._conflicts -= 1
            raise Conflict
        there = {name: self.get(part.key) for name, part in parts.items() if part.when is not None}
        refused = {name: item for name, item in there.items() if not _holds(parts[name].when, item)}
        if refused:
            raise Refused(refused)
        for part in parts.values():
            self._do(part)

    def _do(self, part: Write) -> None:
        match part:
            case Put(item):
                self._keep(part.key, item)
            case Update(key):
                self._keep(key, _updated(self.get(key) or Item(key, schema=0), part))
            case Delete(key):
                self._keep(key, None)
            case Check():
                pass
            case _:
                assert_never(part)

    def _keep(self, key: Key, item: Item | None) -> None:
        """Puts an item, or none, under a key, and moves its places in the partition and in the indexes."""
        before = self.get(key)
        if item is None:
            self.items.pop((key[PK], key[SK]), None)
        else:
            self.items[key[PK], key[SK]] = item
        old, new = _places(before), _places(item)
        for partition in old.keys() | new.keys() if old != new else ():
            self._move(partition, old.get(partition), new.get(partition))

    def _move(self, partition: tuple[str, str], old: _Place | None, new: _Place | None) -> None:
        places = self._partitions[partition]
        if old is not None:
            del places[bisect_left(places, old)]
        if new is not None:
            insort(places, new)
        if not places:
            del self._partitions[partition]


def _places(item: Item | None) -> dict[tuple[str, str], _Place]:
    """The places of an item by partition: that of its own key, and that of each index whose key it has."""
    if item is None:
        return {}
    pk, sk = item.key[PK], item.key[SK]
    places: dict[tuple[str, str], _Place] = {("", pk): (sk, pk, sk)}
    for index in INDEXES:
        partition = item.beside.get(index.partition)
        if partition is not None and (sort := item.get(index.sort)) is not None:
            places[index.name, str(partition)] = sort, pk, sk
    return places


def _bounds(places: list[_Place], query: Query) -> tuple[int, int]:
    """The first of the places that the query finds, and the first behind them."""
    first, last = (query.prefix, query.prefix + _LAST_CHARACTER) if query.prefix else (query.first, query.last)
    start = 0 if first is None else bisect_left(places, (first, "", ""))
    end = len(places) if last is None else bisect_right(places, (last, _LAST_CHARACTER, ""))
    if query.after is None:
        return start, end
    behind: Any = (query.after[(query.index or _OWN).sort], query.after[PK], query.after[SK])
    if query.newest_first:
        return start, min(end, bisect_left(places, behind))
    return max(start, bisect_right(places, behind)), end


def _holds(when: Condition | None, item: Item | None) -> bool:
    return when is None or when.holds(_no_attribute if item is None else item.get)


def _no_attribute(_: str) -> None:
    return None


def _updated(item: Item, update: Update) -> Item:
    changes: dict[str, Value] = {n: v for n, v in update.set_if_absent.items() if item.get(n) is None}
    changes |= update.set
    for name, number in update.add.items():
        changes[name] = (item.get(name) or 0) + number
    schema = changes.pop(SCHEMA, item.schema)
    fields = getattr(item.fact, "__dataclass_fields__", {})
    inside = {name: value for name, value in changes.items() if name in fields}
    beside = {name: value for name, value in {**item.beside, **changes}.items() if value is not None}
    fact = item.fact
    if inside:
        fact = replace(fact, **inside)
        beside = {name: value for name, value in beside.items() if name not in fields}
    return Item(item.key, fact, beside, schema)  # type: ignore[arg-type]
