"""Cursors of the sources, and counts of posts read."""

from dataclasses import replace
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, Equals, Or, Query, Refused, Table, Update
from mentiondesk.domain.posts.cursor import Cursor
from mentiondesk.domain.posts.post import Source

_COUNTS_KEPT = timedelta(days=400)


class Cursors:
    """CursorStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self) -> dict[Source, Cursor]:
        found = self._table.query(Query(keys.cursor(Source.OWN).pk))
        return {cursor.source: cursor for cursor in (item.read(Cursor) for item in found)}

    def save(self, cursor: Cursor) -> bool:
        item = Item(keys.cursor(cursor.source), replace(cursor, version=cursor.version + 1))
        try:
            self._table.put(item, Or((Absent(), Equals("version", cursor.version))))
        except Refused:
            return False
        return True

    def reads_in_month(self, month: str) -> int:
        days = self._table.query(Query(f"{keys.READS}{month}"))
        return sum(day.value(source, int) or 0 for day in days for source in Source)

    def count_reads(self, now: datetime, source: Source, posts: int) -> None:
        expires = keys.expiry(now + _COUNTS_KEPT)
        self._table.update(Update(keys.reads(now), {keys.EXPIRES: expires, keys.SCHEMA: 1}, add={str(source): posts}))
