"""Marks of people whom mail did not reach."""

from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.ids import StaffId

_KEPT = timedelta(days=30)


class StaffMailMarks:
    """MailMarks on the table; a mark stays for 30 days."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def mark(self, staff_id: StaffId, reason: str, now: datetime) -> None:
        marked = {"reason": reason, "at": now, keys.EXPIRES: keys.expiry(now + _KEPT)}
        self._table.put(Item(keys.mail_mark(staff_id), None, marked))

    def found(self, staff_id: StaffId) -> tuple[str, datetime] | None:
        item = self._table.get(keys.mail_mark(staff_id))
        at = item.value("at", datetime) if item else None
        return (str(item.get("reason")), at) if item and at else None
