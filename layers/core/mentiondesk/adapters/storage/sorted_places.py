"""Sorted places of a partition of the table in memory."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from typing import Any

from mentiondesk.adapters.storage.keys import Key

# The sort key, then the item's own key.
Place = tuple[Any, Key]
_LONGEST_BLOCK = 2_000


class SortedPlaces:
    """Distinct places in order, in blocks: a change moves one block in memory, and not all of a million places."""

    __slots__ = ("_blocks",)

    def __init__(self, places: Iterable[Place] = ()) -> None:
        # Only the first block may be empty, and only where it is the last as well.
        self._blocks: list[list[Place]] = [sorted(places)]

    def __bool__(self) -> bool:
        return bool(self._blocks[0])

    def __len__(self) -> int:
        return sum(map(len, self._blocks))

    @property
    def first(self) -> Place:
        return self._blocks[0][0]

    def add(self, place: Place) -> None:
        number = self._block_of(place)
        block = self._blocks[number]
        insort(block, place)
        if len(block) > _LONGEST_BLOCK:
            half = len(block) // 2
            self._blocks[number : number + 1] = [block[:half], block[half:]]

    def remove(self, place: Place) -> None:
        """Takes out a place that is there."""
        number = self._block_of(place)
        block = self._blocks[number]
        del block[bisect_left(block, place)]
        if not block and len(self._blocks) > 1:
            del self._blocks[number]

    def before(self, place: Place) -> int:
        """The number of places before this one."""
        number = self._block_of(place)
        return sum(map(len, self._blocks[:number])) + bisect_left(self._blocks[number], place)

    def up_to(self, place: Place) -> int:
        """The number of places before this one, and itself where it is there."""
        number = self._block_of(place)
        return sum(map(len, self._blocks[:number])) + bisect_right(self._blocks[number], place)

    def between(self, start: int, end: int) -> list[Place]:
        """The places from one number on and before another."""
        found: list[Place] = []
        for block in self._blocks:
            if end <= 0:
                break
            if start < len(block):
                found += block[max(start, 0) : end]
            start, end = start - len(block), end - len(block)
        return found

    def _block_of(self, place: Place) -> int:
        """The first block that does not end before the place; the last one where all do."""
        last = len(self._blocks) - 1
        return min(bisect_left(self._blocks, place, key=_end), last) if last else 0


def _end(block: list[Place]) -> Place:
    return block[-1]
