"""Records of strikes and measures, beside the customer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, Conflict, Equals, Refused, Table
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.strikes.record import CustomerRecord
from mentiondesk.ports.strikes import RecordChanged


class Strikes:
    """StrikeStore on the table. `keep`: how long a record stays after its last change."""

    def __init__(self, table: Table, keep: Callable[[], timedelta], now: Callable[[], datetime]) -> None:
        self._table = table
        self._keep = keep
        self._now = now

    def get(self, customer: UserId) -> CustomerRecord:
        item = self._table.get(keys.strikes(customer))
        return item.read(CustomerRecord) if item else CustomerRecord(customer)

    def save(self, record: CustomerRecord) -> None:
        unchanged = Equals("version", record.version) if record.version else Absent()
        expires = {keys.EXPIRES: keys.expiry(self._now() + self._keep())}
        item = Item(keys.strikes(record.customer), replace(record, version=record.version + 1), expires)
        try:
            self._table.put(item, unchanged)
        except (Refused, Conflict) as refused:
            raise RecordChanged(self.get(record.customer)) from refused
