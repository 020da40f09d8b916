"""Stores the progress of each update through the subscribers."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Value
from mentiondesk.adapters.storage.table import Absent, And, AtMost, Equals, Or, Refused, Table, Update
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.status.broadcast import Broadcast
from mentiondesk.domain.status.subscribers import SubscriberId
from mentiondesk.ports.status import LeaseLost
from mentiondesk.values import replace

_DONE, _UNTIL = "done", "until"


class Broadcasts:
    """BroadcastStore on the table. `keep`: how long it is known that an update was sent to everybody."""

    def __init__(self, table: Table, keep: Callable[[], timedelta]) -> None:
        self._table = table
        self._keep = keep

    def lease(self, incident_id: IncidentId, update_id: str, now: datetime, until: datetime) -> Broadcast | None:
        leased = {
            _UNTIL: until,
            "incident_id": incident_id,
            "update_id": update_id,
            keys.EXPIRES: keys.expiry(now + self._keep()),
            keys.SCHEMA: 1,
        }
        free = And((Absent(_DONE), Or((Absent(_UNTIL), AtMost(_UNTIL, now)))))
        try:
            found = self._table.update(Update(keys.telling(incident_id, update_id), leased, free))
        except Refused:
            return None
        return found.read(Broadcast)

    def reach(self, telling: Broadcast, subscriber_id: SubscriberId) -> Broadcast:
        self._change(telling, {"reached": subscriber_id})
        return replace(telling, reached=subscriber_id)

    def release(self, telling: Broadcast, done: bool) -> None:
        try:
            self._change(telling, {_UNTIL: None} | ({_DONE: True} if done else {}))
        except LeaseLost:
            # Another run has gone on from the subscriber that this one reached.
            return

    def _change(self, telling: Broadcast, changes: dict[str, Value]) -> None:
        key = keys.telling(telling.incident_id, telling.update_id)
        try:
            self._table.update(Update(key, changes, Equals(_UNTIL, telling.until)))
        except Refused:
            raise LeaseLost from None
