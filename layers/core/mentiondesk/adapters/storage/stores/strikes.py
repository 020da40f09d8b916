"""Records of strikes and measures, beside the customer."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.stores.escalations import message_parts
from mentiondesk.adapters.storage.table import Absent, Conflict, Equals, Put, Query, Refused, Table
from mentiondesk.domain.alerts.message import OwnerTold
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.strikes.enforcement import wakes_at
from mentiondesk.domain.strikes.record import CustomerRecord
from mentiondesk.ports.strikes import RecordChanged
from mentiondesk.values import replace


class Strikes:
    """StrikeStore on the table. `keep`: how long a record stays after its last change."""

    def __init__(self, table: Table, keep: Callable[[], timedelta], now: Callable[[], datetime]) -> None:
        self._table = table
        self._keep = keep
        self._now = now

    def get(self, customer: UserId) -> CustomerRecord:
        item = self._table.get(keys.strikes(customer))
        return item.read(CustomerRecord) if item else CustomerRecord(customer)

    def save(self, record: CustomerRecord, messages: Sequence[OwnerTold] = ()) -> CustomerRecord:
        unchanged = Equals("version", record.version) if record.version else Absent()
        now, saved = self._now(), replace(record, version=record.version + 1)
        expires = keys.expiry(now + self._keep())
        due = wakes_at(saved, now)
        beside: dict[str, Value] = {keys.EXPIRES: expires}
        if due is not None:
            beside |= {keys.DUE_SHARD: keys.MEASURES, keys.DUE_AT: due}
        put = Put(Item(keys.strikes(record.customer), saved, beside), unchanged)
        try:
            self._table.transact({"record": put, **message_parts(messages, expires)})
        except (Refused, Conflict) as refused:
            raise RecordChanged(self.get(record.customer)) from refused
        return saved

    def due(self, now: datetime, limit: int) -> Sequence[UserId]:
        rows = self._table.query(Query(keys.MEASURES, keys.DUE, last=now, limit=limit))
        return [keys.customer_in(row.key.pk) for row in rows]
