"""A table that needs little memory for a long replay: what is not used of late rests in a temporary file."""

from collections.abc import Iterator
from heapq import merge
from itertools import chain, count

from infra.replay.packing import Packer
from infra.replay.resting import Packed, Placed, Resting, sortable
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Fact, Item
from mentiondesk.adapters.storage.keys import INDEXES, Index, Key
from mentiondesk.adapters.storage.memory_table import MemoryTable, place_of
from mentiondesk.adapters.storage.sorted_places import Place, SortedPlaces
from mentiondesk.adapters.storage.table import Query

# Partitions in memory, about 4 kB each, of which as many again are held until the next turn.
_MOST = 4_000
# The bits of the map that tells for most partitions, without a look at the file, that they do not rest there.
_BITS = 1 << 25


class _Partition:
    """The items of a partition by their sort keys. `changed` is False while the same partition rests in the file."""

    __slots__ = ("_places", "changed", "items", "number")

    def __init__(self, number: int, items: dict[str, Item], *, changed: bool) -> None:
        self.number = number
        self.changed = changed
        self.items = items
        self._places: SortedPlaces | None = None

    def keep(self, key: Key, item: Item | None) -> None:
        """Puts an item, or none, under a key."""
        if self._places is not None and (key.sk in self.items) != (item is not None):
            (self._places.remove if item is None else self._places.add)((key.sk, key))
        if item is not None:
            self.items[key.sk] = item
        else:
            self.items.pop(key.sk, None)

    @property
    def places(self) -> SortedPlaces:
        """The places of the items. Many partitions are never queried, so that they are put in order at the first."""
        if self._places is None:
            self._places = SortedPlaces((item.key.sk, item.key) for item in self.items.values())
        return self._places

    @property
    def awaited(self) -> bool:
        """True while an alert or a message of the partition is to come."""
        return any(str(item.beside.get(keys.DUE_SHARD)).startswith(keys.ALERTS_DUE) for item in self.items.values())


class SpillingTable(MemoryTable):
    """MemoryTable with at most about `2 * most` partitions in memory, beside those that have alerts to come.

    A partition is used when one of its items is read or written. `items` is empty: use `scan`.
    """

    def __init__(self, most: int = _MOST) -> None:
        super().__init__()
        self._most = self._turn_at = most
        # The partitions that were used since the last turn, and those used in the one before.
        self._young: dict[str, _Partition] = {}
        self._old: dict[str, _Partition] = {}
        self._numbers = count()
        self._packer = Packer()
        self._resting = Resting()
        self._may_rest = bytearray(_BITS // 8)

    def get(self, key: Key) -> Item | None:
        pk, sk = key
        # Most are young, and a replay of a post gets 80 items.
        partition = self._young.get(pk) or self._partition(pk)
        return partition.items.get(sk) if partition is not None else None

    def query(self, query: Query) -> Iterator[Item]:
        found = self._found(query)
        if query.index is not None or not found:
            return self.get_many(key for _, key in found)
        # The partition was just looked at, so that it is a young one.
        items = self._young[query.partition].items
        return iter([items[key.sk] for _, key in found])

    def count(self, query: Query) -> int:
        if query.index is None:
            return super().count(query)
        found = super().count(query) + self._resting.count(query.index, query)
        return found if query.limit is None else min(found, query.limit)

    def scan(self) -> Iterator[Item]:
        awake = [item for one in self._awake() for item in one.items.values()]
        resting = (item for found in self._resting.each() for item in self._packer.unpack(found.pk, found.packed))
        return chain(awake, resting)

    def each(self, sk: str, kind: type[Fact]) -> Iterator[Fact]:
        """The facts by when their partitions were first put. The table may be read meanwhile, and not written."""
        awake = [(one.number, item.read(kind)) for one in self._awake() if (item := one.items.get(sk))]
        awake.sort(key=_number)
        resting = (
            (found.number, item.read(kind))
            for found in self._resting.each(self._packer.mark_of(sk))
            for item in self._packer.unpack(found.pk, found.packed, sk)
        )
        last = -1
        for number, fact in merge(awake, resting, key=_number):
            # A fact that is awake now may rest when its turn comes: it is passed over the second time.
            if number > last:
                yield fact
            last = number

    def _awake(self) -> Iterator[_Partition]:
        """The partitions that are in memory alone."""
        return (one for held in (self._young, self._old) for one in held.values() if one.changed)

    def earliest(self, index: Index, prefix: str) -> object:
        assert prefix.startswith(keys.ALERTS_DUE), "only what has alerts to come is surely in memory"
        return super().earliest(index, prefix)

    def _found(self, query: Query) -> list[Place]:
        awake = super()._found(query)
        resting = self._resting.found(query.index, query) if query.index is not None else []
        if not resting:
            return awake
        found = [*resting, *((sortable(sort), key) for sort, key in awake)]
        found.sort(reverse=query.newest_first)
        return found[: query.limit]

    def _places(self, query: Query) -> SortedPlaces | None:
        if query.index is not None:
            return super()._places(query)
        partition = self._partition(query.partition)
        return partition.places if partition is not None else None

    def _keep(self, key: Key, item: Item | None) -> None:
        partition = self._partition(key.pk)
        if partition is None:
            if item is None:
                return
            partition = _Partition(next(self._numbers), {}, changed=True)
            self._use(key.pk, partition)
        elif not partition.changed:
            self._wake(partition)
        before = partition.items.get(key.sk)
        partition.keep(key, item)
        if not partition.items:
            del self._young[key.pk]
        self._move_in_indexes(key, before, item)

    def _partition(self, pk: str) -> _Partition | None:
        """The partition, in memory from now on."""
        found = self._young.get(pk)
        if found is not None:
            return found
        found = self._old.pop(pk, None)
        if found is None and self._may_rest[_byte(pk)] & _bit(pk) and (packed := self._resting.get(pk)):
            found = self._unpacked(packed)
        if found is not None:
            self._use(pk, found)
        return found

    def _unpacked(self, found: Packed) -> _Partition:
        items = self._packer.unpack(found.pk, found.packed)
        return _Partition(found.number, {item.key.sk: item for item in items}, changed=False)

    def _use(self, pk: str, partition: _Partition) -> None:
        if len(self._young) >= self._turn_at:
            self._turn()
        self._young[pk] = partition

    def _turn(self) -> None:
        """Lets rest what was not used since the last turn."""
        unused, self._old = self._old, self._young
        self._young = {pk: one for pk, one in unused.items() if one.changed and one.awaited}
        self._turn_at = self._most + len(self._young)
        packed: list[Packed] = []
        places: list[Placed] = []
        for pk, partition in unused.items():
            if partition.changed and pk not in self._young:
                packed.append(Packed(partition.number, pk, self._packer.pack(partition.items.values())))
                places += _placed(partition)
                partition.changed = False
                self._may_rest[_byte(pk)] |= _bit(pk)
                for item in partition.items.values():
                    self._move_in_indexes(item.key, item, None)
        self._resting.add(packed, places)

    def _wake(self, partition: _Partition) -> None:
        """Takes a partition out of the file before it changes."""
        self._resting.remove(partition.number, _placed(partition))
        partition.changed = True
        for item in partition.items.values():
            self._move_in_indexes(item.key, None, item)


def _number(numbered: tuple[int, object]) -> int:
    return numbered[0]


def _placed(partition: _Partition) -> Iterator[Placed]:
    """The places of a partition's items in the indexes, as the file holds them."""
    for item in partition.items.values():
        for index in INDEXES:
            if (place := place_of(index, item)) is not None:
                yield Placed(index.name, place[0], sortable(place[1]), *item.key)


def _byte(pk: str) -> int:
    return (hash(pk) % _BITS) >> 3


def _bit(pk: str) -> int:
    return 1 << (hash(pk) & 7)
