"""Incidents as a hosted status page takes them."""

from collections.abc import Mapping
from datetime import datetime

from mentiondesk.domain.ids import IncidentId
from mentiondesk.values import Frozen


class HostedSync(Frozen):
    """The state of an incident at a hosted status page: its id there, and the last update that it has."""

    incident_id: IncidentId
    page_id: str
    hosted_id: str
    update_id: str
    at: datetime


class HostedUpdate(Frozen):
    """One update as the hosted status page takes it. `health` is by the component's name.

    `edited`: its text was changed after it was published, so the page may have it in other words.
    """

    status: str
    body: str
    health: Mapping[str, str]
    edited: bool = False


class HostedIncident(Frozen):
    """An incident or a maintenance as the hosted status page takes it, its updates oldest first."""

    incident_id: IncidentId
    name: str
    impact: str
    updates: tuple[HostedUpdate, ...]
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
