"""Stored incidents, and drafted posts about them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Update

# Incidents that go on, candidates among them; may be a minute old.
OpenIncidents = Callable[[datetime], Sequence[Incident]]


class IncidentChanged(Exception):
    """Another writer changed the incident in between; `current` is the incident as it is now."""

    def __init__(self, current: Incident | None) -> None:
        super().__init__("the incident has changed")
        self.current = current


class IncidentStore(Protocol):
    """Incidents with their updates, the posts in them, and what staff did."""

    def add(self, incident: Incident, update: Update | None = None, event: Event | None = None) -> bool:
        """A new one, with its first public word if there is one; False, and nothing written, when its id is known."""

    def get(self, incident_id: IncidentId) -> Incident | None: ...

    def save(self, incident: Incident, update: Update | None = None, event: Event | None = None) -> Incident:
        """What changed, with the public word and the line in the record that go with it, together.

        Returns the incident with its new version. Raises IncidentChanged or AlreadyDone, with nothing written.
        """

    def open(self) -> list[Incident]:
        """Those that go on, candidates and scheduled maintenance among them, oldest first; never stale."""

    def recent(self, since: datetime) -> list[Incident]:
        """Those created since then, newest first; never stale."""

    def updates(self, incident_id: IncidentId) -> list[Update]:
        """Every public word about it, oldest first."""

    def events(self, incident_id: IncidentId) -> list[Event]:
        """What staff did, oldest first."""

    def join(self, incident_id: IncidentId, posts: Iterable[LinkedPost]) -> tuple[int, int]:
        """Puts posts into the incident, each once however often it is put; returns how many posts and people it has."""

    def joined(self, incident_id: IncidentId) -> list[LinkedPost]:
        """Every post in it, in the order they were made."""


class DraftStore(Protocol):
    """Posts on X that wait for a person's yes."""

    def add(self, draft: Draft) -> bool:
        """False, and nothing written, when the incident has a draft for this occasion."""

    def get(self, incident_id: IncidentId, occasion: Occasion) -> Draft | None: ...

    def of(self, incident_id: IncidentId) -> list[Draft]:
        """Every draft about an incident."""

    def approve(self, incident_id: IncidentId, occasion: Occasion, by: StaffId, at: datetime) -> Draft | None:
        """The draft with the first person's yes, which may be another's; None when there is no draft."""
