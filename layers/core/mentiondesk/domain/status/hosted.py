"""Incidents as a hosted status page takes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mentiondesk.domain.ids import IncidentId


@dataclass(frozen=True, slots=True)
class HostedSync:
    """The state of an incident at a hosted status page: its id there, and the last update that it has."""

    incident_id: IncidentId
    page_id: str
    hosted_id: str
    update_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HostedUpdate:
    """One update as the hosted status page takes it. `health` is by the component's name.

    `edited`: its text was changed after it was published, so the page may have it in other words.
    """

    status: str
    body: str
    health: Mapping[str, str]
    edited: bool = False


@dataclass(frozen=True, slots=True)
class HostedIncident:
    """An incident or a maintenance as the hosted status page takes it, its updates oldest first."""

    incident_id: IncidentId
    name: str
    impact: str
    updates: tuple[HostedUpdate, ...]
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
