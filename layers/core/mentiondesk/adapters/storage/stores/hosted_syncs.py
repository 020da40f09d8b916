"""Stores the state of each incident's copy on the hosted status page."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, AtMost, Or, Refused, Table, Update
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.status.hosted import HostedSync

_LEASED_UNTIL = "leased_until"


class HostedSyncs:
    """HostedSyncStore on the table. `keep`: how long a sync is known after the last write to the page."""

    def __init__(self, table: Table, keep: Callable[[], timedelta]) -> None:
        self._table = table
        self._keep = keep

    def get(self, incident_id: IncidentId) -> HostedSync | None:
        found = self._table.get(keys.pushed(incident_id))
        # The first lease makes the item, before anything is known of the page.
        return found.read(HostedSync) if found and found.get("hosted_id") is not None else None

    def lease(self, incident_id: IncidentId, now: datetime, until: datetime) -> bool:
        leased = {_LEASED_UNTIL: until, keys.EXPIRES: keys.expiry(now + self._keep()), keys.SCHEMA: 1}
        free = Or((Absent(_LEASED_UNTIL), AtMost(_LEASED_UNTIL, now)))
        try:
            self._table.update(Update(keys.pushed(incident_id), leased, free))
        except Refused:
            return False
        return True

    def save(self, pushed: HostedSync) -> None:
        expires = {keys.EXPIRES: keys.expiry(pushed.at + self._keep())}
        self._table.put(Item(keys.pushed(pushed.incident_id), pushed, expires))
