"""Cursors of the sources, and counts of posts read."""

from datetime import UTC, date, datetime, time, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, Equals, Or, Query, Refused, Table, Update
from mentiondesk.domain.posts.budget import Reads
from mentiondesk.domain.posts.cursor import LOOKUP, Cursor
from mentiondesk.domain.posts.post import Source
from mentiondesk.values import replace

_AT = "at"
_RAISED = "raised"
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

    def reads(self, now: datetime) -> Reads:
        today = keys.reads(now)
        earlier = read_today = own_today = raised = raised_today = 0
        for day in self._table.query(Query(today.pk)):
            read = sum(day.value(source, int) or 0 for source in (*Source, LOOKUP))
            more = day.value(_RAISED, int) or 0
            raised += more
            if day.key == today:
                read_today, raised_today, own_today = read, more, day.value(Source.OWN, int) or 0
            elif day.key.sk < today.sk:
                earlier += read
        return Reads(earlier, read_today, own_today, raised, raised_today)

    def read_on(self, day: date) -> int:
        found = self._table.get(keys.reads(datetime.combine(day, time(), UTC)))
        return sum(found.value(source, int) or 0 for source in (*Source, LOOKUP)) if found else 0

    def raise_today(self, now: datetime, posts: int) -> None:
        """Lets so many more posts be read on this UTC day, beyond the month's budget if need be."""
        self.count_reads(now, _RAISED, posts)

    def looked_again_at(self) -> datetime | None:
        found = self._table.get(keys.looked_again())
        return found.value(_AT, datetime) if found else None

    def note_looked_again(self, at: datetime) -> None:
        self._table.put(Item(keys.looked_again(), None, {_AT: at}))

    def count_reads(self, now: datetime, source: str, posts: int) -> None:
        expires = keys.expiry(now + _COUNTS_KEPT)
        self._table.update(Update(keys.reads(now), {keys.EXPIRES: expires, keys.SCHEMA: 1}, add={str(source): posts}))
