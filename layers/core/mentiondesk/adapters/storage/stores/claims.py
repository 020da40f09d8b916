"""Watches over claims: one item a claimed case, in a part of the due index of its own."""

from collections.abc import Sequence
from datetime import datetime

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.waiting import last_look
from mentiondesk.adapters.storage.table import Conflict, Delete, Equals, Put, Query, Refused, Table, Update, Write
from mentiondesk.domain.cases.changes import CaseChange
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.ports.claims import ClaimWatch


class Claims:
    """ClaimWatches on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def due(self, now: datetime, limit: int) -> Sequence[ClaimWatch]:
        found = self._table.query(Query(keys.CLAIMS, keys.DUE, last=now, limit=limit))
        return [ClaimWatch(_case_id(item), at) for item in found if (at := item.value(keys.DUE_AT, datetime))]

    def seen(self, case_id: CaseId, staff_id: StaffId) -> datetime | None:
        return last_look(self._table.get(keys.presence(case_id)), staff_id)

    def move(self, watch: ClaimWatch, to: datetime) -> None:
        planned = Equals(keys.DUE_AT, watch.due_at)
        try:
            self._table.update(Update(keys.claim(watch.case_id), {keys.DUE_AT: to}, planned))
        except (Refused, Conflict):
            return

    def end(self, watch: ClaimWatch) -> None:
        try:
            self._table.delete(keys.claim(watch.case_id), Equals(keys.DUE_AT, watch.due_at))
        except (Refused, Conflict):
            return


def claim_part(change: CaseChange, expires: int) -> dict[str, Write]:
    """The write of a change's transaction that starts or ends the watch. A new one is looked at in the next minute."""
    key = keys.claim(change.after.case_id)
    if change.watch is None:
        return {}
    if not change.watch:
        return {"claim": Delete(key)}
    beside = {keys.DUE_SHARD: keys.CLAIMS, keys.DUE_AT: change.entry.at, keys.EXPIRES: expires, keys.SCHEMA: 1}
    return {"claim": Put(Item(key, None, beside))}


def _case_id(item: Item) -> CaseId:
    return CaseId.parse(item.key.pk.removeprefix(keys.CASE_PREFIX))
