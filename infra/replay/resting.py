"""Partitions of a table, packed in a temporary file of SQLite's."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from weakref import finalize

from mentiondesk.adapters.storage.keys import PK, SK, Index, Key
from mentiondesk.adapters.storage.memory_table import LAST_CHARACTER
from mentiondesk.adapters.storage.table import Query

# Without a name, SQLite makes a file of its own in the folder for temporary files, and removes it at the end.
# The file ends with the process: it needs no journal, and nobody waits for the disk.
_SETTINGS = ("journal_mode = OFF", "synchronous = OFF", "page_size = 16384", "cache_size = -32768")
_SCHEMA = (
    "CREATE TABLE partitions (number INTEGER PRIMARY KEY, pk TEXT NOT NULL, packed BLOB NOT NULL)",
    "CREATE UNIQUE INDEX partitions_by_pk ON partitions (pk)",
    "CREATE TABLE places (name TEXT, part TEXT, sort, pk TEXT, sk TEXT, PRIMARY KEY (name, part, sort, pk, sk)) "
    "WITHOUT ROWID",
)
_READ_AT_ONCE = 500


class Packed(NamedTuple):
    """A partition as bytes, and the number by which partitions stand in the order of their first puts."""

    number: int
    pk: str
    packed: bytes


class Placed(NamedTuple):
    """The place of an item in an index: the index's name, the partition and sort key there, the item's own key."""

    name: str
    part: str
    sort: Any
    pk: str
    sk: str


class Resting:
    """The packed partitions of a table, and the places of their items in its indexes."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        finalize(self, self._file.close)
        for setting in _SETTINGS:
            self._file.execute(f"PRAGMA {setting}")
        # One transaction for as long as the file lives: pages are written when the cache is full.
        for statement in ("BEGIN", *_SCHEMA):
            self._file.execute(statement)
        self._places: Counter[tuple[str, str]] = Counter()

    def add(self, partitions: Sequence[Packed], places: Sequence[Placed]) -> None:
        """Writes partitions that are not there, with the places of their items."""
        self._file.executemany("INSERT INTO partitions VALUES (?, ?, ?)", partitions)
        self._file.executemany("INSERT INTO places VALUES (?, ?, ?, ?, ?)", places)
        self._places.update((place.name, place.part) for place in places)

    def remove(self, number: int, places: Iterable[Placed]) -> None:
        """Removes a partition and the places of its items."""
        self._file.execute("DELETE FROM partitions WHERE number = ?", (number,))
        for place in places:
            self._file.execute(
                "DELETE FROM places WHERE name = ? AND part = ? AND sort = ? AND pk = ? AND sk = ?", place
            )
            self._places[place.name, place.part] -= 1

    def get(self, pk: str) -> Packed | None:
        row = self._file.execute("SELECT number, pk, packed FROM partitions WHERE pk = ?", (pk,)).fetchone()
        return Packed(*row) if row else None

    def each(self, mark: bytes = b"") -> Iterator[Packed]:
        """The partitions whose bytes hold a mark, by their numbers; those ahead are read as they are then."""
        last = -1
        while rows := self._file.execute(
            "SELECT number, pk, packed FROM partitions WHERE number > ? AND instr(packed, ?) ORDER BY number LIMIT ?",
            (last, mark, _READ_AT_ONCE),
        ).fetchall():
            yield from map(Packed._make, rows)
            last = rows[-1][0]

    def found(self, index: Index, query: Query) -> list[tuple[Any, Key]]:
        """The places that a query of an index finds among those at rest."""
        if not self._places[index.name, query.partition]:
            return []
        where, values = _where(index, query)
        order = " DESC" if query.newest_first else ""
        rows = self._file.execute(
            # Values are bound, and never part of the text.
            f"SELECT sort, pk, sk FROM places WHERE {where} ORDER BY sort{order}, pk{order}, sk{order} LIMIT ?",  # noqa: S608
            (*values, -1 if query.limit is None else query.limit),
        )
        return [(sort, Key(pk, sk)) for sort, pk, sk in rows]

    def count(self, index: Index, query: Query) -> int:
        """The number of places that a query of an index finds among those at rest; its limit is passed over."""
        if not self._places[index.name, query.partition]:
            return 0
        where, values = _where(index, query)
        (count,) = self._file.execute(f"SELECT count(*) FROM places WHERE {where}", values).fetchone()  # noqa: S608
        return int(count)


def sortable(value: Any) -> Any:
    """A sort key as the file holds it: moments as seconds, of which a float tells microseconds apart."""
    return value.timestamp() if isinstance(value, datetime) else value


def _where(index: Index, query: Query) -> tuple[str, list[Any]]:
    """The condition of a query, with its values."""
    first, last = (query.prefix, query.prefix + LAST_CHARACTER) if query.prefix else (query.first, query.last)
    parts = ["name = ?", "part = ?"]
    values: list[Any] = [index.name, query.partition]
    for comparison, bound in ((">=", first), ("<=", last)):
        if bound is not None:
            parts.append(f"sort {comparison} ?")
            values.append(sortable(bound))
    if query.after is not None:
        parts.append(f"(sort, pk, sk) {'<' if query.newest_first else '>'} (?, ?, ?)")
        values += [sortable(query.after[index.sort]), query.after[PK], query.after[SK]]
    return " AND ".join(parts), values
