"""Stored incidents, and drafted posts about them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.ids import IncidentId, PostId, StaffId
from mentiondesk.domain.incidents.changes import IncidentChange
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Update
from mentiondesk.domain.timeline import IncidentEntry
from mentiondesk.ports.storage import Changed

# Incidents that go on, candidates among them; may be a minute old.
OpenIncidents = Callable[[datetime], Sequence[Incident]]


class IncidentChanged(Changed):
    """The incident has changed, or met another write; `current` is the incident as it is now."""

    def __init__(self, current: Incident | None) -> None:
        super().__init__("the incident has changed")
        self.current = current


class IncidentStore(Protocol):
    """Incidents with their updates, the posts in them, and the record of what was done."""

    def add(self, change: IncidentChange) -> bool:
        """Writes a new incident; False, and nothing written, when its id is known."""

    def get(self, incident_id: IncidentId) -> Incident | None:
        """The incident as it is now."""

    def save(self, change: IncidentChange) -> Incident:
        """Writes the incident, the update and the entry that go with it, and what follows for the alerts.

        Returns the incident with its new version. Raises AlreadyDone when the record holds the entry already,
        else IncidentChanged, with nothing written.
        """

    def open(self) -> list[Incident]:
        """The incidents that go on, candidates and scheduled maintenance among them, oldest first; never stale."""

    def recent(self, since: datetime) -> list[Incident]:
        """The incidents created since then, newest first; never stale."""

    def updates(self, incident_id: IncidentId) -> list[Update]:
        """Every public update about it, oldest first."""

    def record(self, incident_id: IncidentId) -> list[IncidentEntry]:
        """Everything that was done, oldest first."""

    def holds(self, incident_id: IncidentId, entry_id: str) -> bool:
        """True when the record holds this entry."""

    def join(self, incident_id: IncidentId, posts: Iterable[LinkedPost], by_hand: bool = False) -> tuple[int, int]:
        """Puts posts into the incident, each once however often it is put; returns how many posts and people it has.

        A post that a person took out comes in again only `by_hand`.
        """

    def taken_out(self, incident_id: IncidentId) -> list[LinkedPost]:
        """The posts that people took out of it, oldest first."""

    def take_out(self, incident_id: IncidentId, post_id: PostId) -> tuple[int, int]:
        """Takes a post out of the incident; returns how many posts and people are left in it."""

    def forget(self, incident_id: IncidentId, post_id: PostId) -> None:
        """Drops the words of a post in it, if it is there."""

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
