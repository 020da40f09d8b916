"""Saved views of the desk's list."""

from typing import Protocol

from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.views import Views
from mentiondesk.ports.storage import Changed


class ViewsChanged(Changed):
    """The saved views have changed; `current` are those as they are now."""

    def __init__(self, current: Views) -> None:
        super().__init__("the saved views have changed")
        self.current = current


class ViewStore(Protocol):
    """Saved views, a list for each person and one for the team."""

    def of(self, staff_id: StaffId) -> tuple[Views, Views]:
        """The team's views and the person's own, by one request."""

    def get(self, owner: StaffId | None) -> Views:
        """The views of a person, or of the team; empty where nobody saved one."""

    def save(self, views: Views) -> None:
        """Writes a list. Raises ViewsChanged where another writer was first."""
