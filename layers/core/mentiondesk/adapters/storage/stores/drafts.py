"""Drafts of posts on X about incidents."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, And, Exists, Query, Refused, Table, Update
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.drafts import Draft, Occasion


class Drafts:
    """DraftStore on the table. `keep`: how long a draft stays after it was written."""

    def __init__(self, table: Table, keep: Callable[[], timedelta]) -> None:
        self._table = table
        self._keep = keep

    def add(self, draft: Draft) -> bool:
        expires = {keys.EXPIRES: keys.expiry(draft.drafted_at + self._keep())}
        try:
            self._table.put(Item(keys.draft(draft.incident_id, draft.occasion), draft, expires), Absent())
        except Refused:
            return False
        return True

    def get(self, incident_id: IncidentId, occasion: Occasion) -> Draft | None:
        found = self._table.get(keys.draft(incident_id, occasion))
        return found.read(Draft) if found else None

    def of(self, incident_id: IncidentId) -> list[Draft]:
        part = keys.draft(incident_id)
        return [item.read(Draft) for item in self._table.query(Query(part.pk, prefix=part.sk))]

    def approve(self, incident_id: IncidentId, occasion: Occasion, by: StaffId, at: datetime) -> Draft | None:
        approved = {"approved_by": by, "approved_at": at}
        not_approved_yet = And((Exists(), Absent("approved_by")))
        try:
            found = self._table.update(Update(keys.draft(incident_id, occasion), approved, not_approved_yet))
        except Refused as refused:
            return refused.item.read(Draft) if refused.item else None
        return found.read(Draft)
