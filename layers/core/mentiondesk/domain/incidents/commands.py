"""Commands: what a person wants done to an incident; and the one place that decides about them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, assert_never

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.incidents.changes import IncidentChange, incident_change
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, NotPossible, Status, Update
from mentiondesk.domain.timeline import IncidentDismissed, IncidentEntry, IncidentResolved, Published, Updated


@dataclass(frozen=True, slots=True)
class Publish:
    """Confirm a candidate: the status page says "investigating"."""

    action: ClassVar = Action.PUBLISH
    title: str
    impact: Impact
    body: str
    affected: tuple[Affected, ...] = ()


@dataclass(frozen=True, slots=True)
class DismissIncident:
    """Say that a candidate is no incident."""

    action: ClassVar = Action.DISMISS
    reason: str


@dataclass(frozen=True, slots=True)
class PostUpdate:
    """Publish a further update."""

    action: ClassVar = Action.UPDATE
    status: Status
    body: str
    affected: tuple[Affected, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolveIncident:
    """Say that it is over, and that everything it touched works again."""

    action: ClassVar = Action.RESOLVE
    body: str


@dataclass(frozen=True, slots=True)
class ApprovePost:
    """Approve the drafted post on X as it is."""

    action: ClassVar = Action.APPROVE
    occasion: Occasion


IncidentCommand = Publish | DismissIncident | PostUpdate | ResolveIncident


def decide(incident: Incident, command: IncidentCommand, actor: Actor, now: datetime, entry_id: str) -> IncidentChange:
    """The change that the command brings. Raises NotPossible where the incident's status does not allow it."""
    match command:
        case DismissIncident(reason):
            entry: IncidentEntry = IncidentDismissed(entry_id=entry_id, at=now, by=actor.by, reason=reason)
            return incident_change(incident, incident.dismissed(reason, now), entry)
        case Publish(title, impact, body, affected):
            if incident.public:
                raise NotPossible(incident.incident_id, incident.status, Status.INVESTIGATING)
            update = Update(incident.incident_id, now, Status.INVESTIGATING, body, affected, actor.by)
            # The person's judgement takes the place of what the desk guessed.
            confirmed = replace(incident, title=title, impact=impact, affected=(), owner=actor.by)
            entry = Published(entry_id=entry_id, at=now, by=actor.by, title=title)
        case PostUpdate(status, body, affected):
            _must_be_public(incident, status)
            if status.ended:
                raise NotPossible(incident.incident_id, incident.status, status)
            update = Update(incident.incident_id, now, status, body, affected, actor.by)
            confirmed = incident
            entry = Updated(entry_id=entry_id, at=now, by=actor.by, status=status)
        case ResolveIncident(body):
            status = Status.COMPLETED if incident.status.maintenance else Status.RESOLVED
            _must_be_public(incident, status)
            well = tuple(replace(one, health=Health.OPERATIONAL) for one in incident.affected)
            update = Update(incident.incident_id, now, status, body, well, actor.by)
            confirmed = incident
            entry = IncidentResolved(entry_id=entry_id, at=now, by=actor.by)
        case _:
            assert_never(command)
    return incident_change(incident, confirmed.moved(update), entry, update)


def possible(incident: Incident, drafts: Iterable[Draft]) -> frozenset[Action]:
    """The actions that fit the incident and its drafted posts now."""
    approve = {Action.APPROVE} if any(not draft.approved_by for draft in drafts) else set()
    if not incident.open:
        return frozenset(approve)
    if not incident.public:
        return frozenset({Action.PUBLISH, Action.DISMISS})
    return frozenset({Action.UPDATE, Action.RESOLVE} | approve)


def _must_be_public(incident: Incident, wanted: Status) -> None:
    """Only a public incident has updates and an end. Raises NotPossible."""
    if not incident.public:
        raise NotPossible(incident.incident_id, incident.status, wanted)
