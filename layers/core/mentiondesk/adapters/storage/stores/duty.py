"""People's words about their duty."""

from collections.abc import Callable, Sequence
from datetime import datetime

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.settings import KEPT, SettingsVersions
from mentiondesk.adapters.storage.table import Put, Query, Table
from mentiondesk.domain.alerts.roster import DutyChange
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.values import replace


class DutyChanges:
    """DutyStore on the table. TTL removes what is over."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> Sequence[DutyChange]:
        return [item.read(DutyChange) for item in self._table.query(Query(keys.DUTY))]

    def put(self, change: DutyChange) -> None:
        item = Item(keys.duty(change.staff_id), change, {keys.EXPIRES: keys.expiry(change.until)})
        self._table.transact({"duty": Put(item)})


def staffed_settings(table: Table, clock: Callable[[], datetime]) -> Cached[DeskSettings]:
    """The settings in force with the duty that people have said, at most as old as `current_settings`."""

    def load() -> DeskSettings:
        settings = SettingsVersions(table).load()
        return replace(settings, roster=settings.roster.with_duty(DutyChanges(table).all()))

    return Cached(load, KEPT, clock)
