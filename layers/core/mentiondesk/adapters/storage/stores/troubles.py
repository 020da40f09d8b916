"""Reports of troubles, and those that the operators know of."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Query, Table, Update
from mentiondesk.domain.troubles import RULES, Report, Told

_KEPT = timedelta(days=2)


class Troubles:
    """TroubleStore on the table: nothing is written while nothing goes wrong."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def report(self, counts: Mapping[str, int], now: datetime, detail: str = "") -> None:
        minute = now.replace(second=0, microsecond=0)
        for name, count in counts.items():
            if count and name in RULES:
                about = {"name": name, "at": minute, "detail": detail or None, keys.SCHEMA: 1}
                expires = {keys.EXPIRES: keys.expiry(now + _KEPT)}
                self._table.update(Update(keys.trouble(minute, name), {**about, **expires}, add={"count": count}))

    def load(self, since: datetime) -> tuple[Iterable[Report], Iterable[Told]]:
        # Names of troubles sort behind moments: one query brings both.
        rows = list(self._table.query(Query(keys.TROUBLES, first=keys.stamp(since))))
        told = [row for row in rows if row.key.sk.startswith(keys.TOLD)]
        reports = [row for row in rows if not row.key.sk.startswith(keys.TOLD)]
        return [row.read(Report) for row in reports], [row.read(Told) for row in told]

    def tell(self, told: Told) -> None:
        self._table.put(Item(keys.told(told.name), told))

    def forget(self, name: str) -> None:
        self._table.delete(keys.told(name))
