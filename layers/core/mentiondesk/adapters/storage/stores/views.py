"""Saved views: one item for the team's, one for each person's."""

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, Conflict, Equals, Refused, Table
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.views import Views
from mentiondesk.ports.views import ViewsChanged
from mentiondesk.values import replace


class SavedViews:
    """ViewStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, staff_id: StaffId) -> tuple[Views, Views]:
        team, own = keys.views(None), keys.views(staff_id)
        found = {item.key: item.read(Views) for item in self._table.get_many([team, own])}
        return found.get(team, Views(None)), found.get(own, Views(staff_id))

    def get(self, owner: StaffId | None) -> Views:
        item = self._table.get(keys.views(owner))
        return item.read(Views) if item else Views(owner)

    def save(self, views: Views) -> None:
        unchanged = Equals("version", views.version) if views.version else Absent()
        try:
            self._table.put(Item(keys.views(views.owner), replace(views, version=views.version + 1)), unchanged)
        except (Refused, Conflict) as refused:
            raise ViewsChanged(self.get(views.owner)) from refused
