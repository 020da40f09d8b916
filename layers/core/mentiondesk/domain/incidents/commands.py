"""Commands: what a person wants done to an incident; and the one place that decides about them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, assert_never

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.ids import CaseId, ComponentId, IncidentId, PostId
from mentiondesk.domain.incidents.changes import IncidentChange, incident_change
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import (
    Affected,
    AlreadyOver,
    Health,
    Impact,
    Incident,
    NotPossible,
    Status,
    Update,
)
from mentiondesk.domain.timeline import (
    GoBackChosen,
    IncidentDismissed,
    IncidentEdited,
    IncidentReopened,
    IncidentResolved,
    Published,
    Rescheduled,
    Updated,
    UpdateEdited,
)
from mentiondesk.values import Frozen, replace


class Publish(Frozen):
    """Confirm a candidate: the status page says "investigating"."""

    action: ClassVar = Action.PUBLISH
    title: str
    impact: Impact
    body: str
    affected: tuple[Affected, ...] = ()


class DismissIncident(Frozen):
    """Say that a candidate is no incident."""

    action: ClassVar = Action.DISMISS
    reason: str


class PostUpdate(Frozen):
    """Publish a further update."""

    action: ClassVar = Action.UPDATE
    status: Status
    body: str
    affected: tuple[Affected, ...] = ()


class ResolveIncident(Frozen):
    """Say that it is over, and that everything it touched works again."""

    action: ClassVar = Action.RESOLVE
    body: str


class ApprovePost(Frozen):
    """Approve the drafted post on X as it is."""

    action: ClassVar = Action.APPROVE
    occasion: Occasion


class OpenIncident(Frozen):
    """Publish an incident that a person knows of, before or without any detection. `started_at` None: now."""

    action: ClassVar = Action.OPEN_INCIDENT
    title: str
    impact: Impact
    body: str
    affected: tuple[Affected, ...] = ()
    started_at: datetime | None = None


class PlanMaintenance(Frozen):
    """Announce a maintenance on the status page, which shows that it has begun and ended at its times."""

    action: ClassVar = Action.PLAN_MAINTENANCE
    title: str
    begins: datetime
    ends: datetime
    body: str
    components: tuple[ComponentId, ...] = ()


class EditIncident(Frozen):
    """Correct the facts of an incident; nothing is mailed. `affected` are all of its components."""

    action: ClassVar = Action.EDIT
    title: str
    impact: Impact
    affected: tuple[Affected, ...]
    started_at: datetime


class EditUpdate(Frozen):
    """Change the text of a public update, which is marked as edited; nothing is mailed."""

    action: ClassVar = Action.EDIT_UPDATE
    update_id: str
    body: str


class ReopenIncident(Frozen):
    """Say that a resolved incident goes on."""

    action: ClassVar = Action.REOPEN
    body: str


class Reschedule(Frozen):
    """Give a maintenance that has not begun other times."""

    action: ClassVar = Action.RESCHEDULE
    begins: datetime
    ends: datetime
    body: str


class ChooseGoBack(Frozen):
    """Start to go back to the customers of a resolved incident, except for those in `left_out`."""

    action: ClassVar = Action.GO_BACK
    left_out: tuple[CaseId, ...] = ()


class ChangeMembers(Frozen):
    """Put one post into an incident, or take one out of it."""

    action: ClassVar = Action.MEMBERS
    post_id: PostId
    joins: bool


class MergeInto(Frozen):
    """Put the posts of a candidate into another incident that goes on; the candidate is dismissed."""

    action: ClassVar = Action.MERGE
    target: IncidentId


IncidentCommand = (
    Publish
    | DismissIncident
    | PostUpdate
    | ResolveIncident
    | EditIncident
    | EditUpdate
    | ReopenIncident
    | Reschedule
    | ChooseGoBack
)
# Commands that touch more than the incident itself; the use case does them.
WiderCommand = ApprovePost | ChangeMembers | MergeInto


class _Press(Frozen):
    """The circumstances of a command."""

    actor: Actor
    now: datetime
    entry_id: str

    @property
    def entry(self) -> dict[str, Any]:
        """The fields that every entry has."""
        return {"entry_id": self.entry_id, "at": self.now, "by": self.actor.by}

    def update(self, incident_id: IncidentId, status: Status, body: str, affected: tuple[Affected, ...] = ()) -> Update:
        return Update(incident_id, self.now, status, body, affected, self.actor.by)


def decide(
    incident: Incident,
    command: IncidentCommand,
    actor: Actor,
    now: datetime,
    entry_id: str,
    updates: Iterable[Update] = (),
) -> IncidentChange:
    """The change that the command brings. `updates` are the incident's, for a command that edits one.

    Raises NotPossible where the incident's status does not allow it.
    """
    press = _Press(actor, now, entry_id)
    match command:
        case DismissIncident(reason):
            dismissed = IncidentDismissed(reason=reason, **press.entry)
            change = incident_change(incident, incident.dismissed(reason, now), dismissed)
        case Publish():
            change = _published(incident, command, press)
        case PostUpdate():
            change = _updated(incident, command, press)
        case ResolveIncident(body):
            change = _resolved(incident, body, press)
        case EditIncident():
            change = _edited(incident, command, press)
        case EditUpdate():
            change = _update_edited(incident, command, press, updates)
        case ReopenIncident(body):
            update = press.update(incident.incident_id, Status.INVESTIGATING, body)
            change = incident_change(incident, incident.reopened(update), IncidentReopened(**press.entry), update)
        case Reschedule():
            change = _rescheduled(incident, command, press)
        case ChooseGoBack(left_out):
            chosen = GoBackChosen(left_out=len(left_out), **press.entry)
            change = incident_change(incident, incident.gone_through(left_out, now), chosen)
        case _:
            assert_never(command)
    return change


def opened(
    incident_id: IncidentId, command: OpenIncident, actor: Actor, now: datetime, entry_id: str
) -> IncidentChange:
    """A public incident that begins with a person's word."""
    press = _Press(actor, now, entry_id)
    started_at = min(command.started_at or now, now)
    candidate = Incident(
        incident_id,
        Status.CANDIDATE,
        command.title,
        created_at=now,
        started_at=started_at,
        impact=command.impact,
        owner=actor.by,
        start_known=True,
    )
    update = press.update(incident_id, Status.INVESTIGATING, command.body, command.affected)
    entry = Published(title=command.title, **press.entry)
    return incident_change(None, candidate.moved(update), entry, update)


def planned(
    incident_id: IncidentId, command: PlanMaintenance, actor: Actor, now: datetime, entry_id: str
) -> IncidentChange:
    """A maintenance that a person announces. Raises AlreadyOver where it would have ended by now."""
    press = _Press(actor, now, entry_id)
    announced = Incident(
        incident_id,
        Status.SCHEDULED,
        command.title,
        created_at=now,
        started_at=now,
        impact=Impact.MAINTENANCE,
        owner=actor.by,
        scheduled_for=command.begins,
        scheduled_until=command.ends,
    )
    _must_end_later(announced, command.ends, now)
    affected = tuple(Affected(one, Health.UNDER_MAINTENANCE) for one in command.components)
    update = press.update(incident_id, Status.SCHEDULED, command.body, affected)
    entry = Published(title=command.title, **press.entry)
    return incident_change(None, announced.moved(update), entry, update)


def _published(incident: Incident, command: Publish, press: _Press) -> IncidentChange:
    if incident.public:
        raise NotPossible(incident.incident_id, incident.status, Status.INVESTIGATING)
    update = press.update(incident.incident_id, Status.INVESTIGATING, command.body, command.affected)
    # The person's judgement takes the place of what the desk guessed.
    confirmed = replace(incident, title=command.title, impact=command.impact, affected=(), owner=press.actor.by)
    return incident_change(incident, confirmed.moved(update), Published(title=command.title, **press.entry), update)


def _updated(incident: Incident, command: PostUpdate, press: _Press) -> IncidentChange:
    _must_be_public(incident, command.status)
    if command.status.ended:
        raise NotPossible(incident.incident_id, incident.status, command.status)
    update = press.update(incident.incident_id, command.status, command.body, command.affected)
    return incident_change(incident, incident.moved(update), Updated(status=command.status, **press.entry), update)


def _resolved(incident: Incident, body: str, press: _Press) -> IncidentChange:
    status = Status.COMPLETED if incident.status.maintenance else Status.RESOLVED
    _must_be_public(incident, status)
    well = tuple(replace(one, health=Health.OPERATIONAL) for one in incident.affected)
    update = press.update(incident.incident_id, status, body, well)
    return incident_change(incident, incident.moved(update), IncidentResolved(**press.entry), update)


def _edited(incident: Incident, command: EditIncident, press: _Press) -> IncidentChange:
    if not (incident.public or incident.open):
        raise NotPossible(incident.incident_id, incident.status, incident.status)
    started_at = min(command.started_at, press.now)
    after = incident.edited(command.title, command.impact, command.affected, started_at, press.now)
    return incident_change(incident, after, IncidentEdited(before=incident.title, **press.entry))


def _update_edited(incident: Incident, command: EditUpdate, press: _Press, updates: Iterable[Update]) -> IncidentChange:
    before = next((one for one in updates if one.update_id == command.update_id), None)
    if before is None:
        raise NotPossible(incident.incident_id, incident.status, incident.status)
    update = replace(before, body=command.body, edited_at=press.now)
    after = replace(incident, edited_at=press.now)
    return incident_change(incident, after, UpdateEdited(before=before.body, **press.entry), update)


def _rescheduled(incident: Incident, command: Reschedule, press: _Press) -> IncidentChange:
    if incident.status is not Status.SCHEDULED:
        raise NotPossible(incident.incident_id, incident.status, Status.SCHEDULED)
    _must_end_later(incident, command.ends, press.now)
    update = press.update(incident.incident_id, Status.SCHEDULED, command.body)
    moved = replace(incident.moved(update), scheduled_for=command.begins, scheduled_until=command.ends)
    return incident_change(incident, moved, Rescheduled(**press.entry), update)


def timely(incident: Incident, drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """The drafts that still fit: "we are working on it" is not posted once it is over."""
    wanted = Occasion.PUBLISHED if incident.open else Occasion.RESOLVED
    return tuple(draft for draft in drafts if draft.occasion is wanted and incident.public)


def possible(incident: Incident, drafts: Iterable[Draft]) -> frozenset[Action]:
    """The actions that fit the incident and its drafted posts now."""
    found = {Action.APPROVE} if any(not draft.approved_by for draft in timely(incident, drafts)) else set()
    if not incident.public:
        candidate = {Action.PUBLISH, Action.DISMISS, Action.EDIT, Action.MEMBERS, Action.MERGE}
        return frozenset(candidate if incident.open else ())
    found |= {Action.EDIT, Action.EDIT_UPDATE}
    if incident.open:
        found |= {Action.UPDATE, Action.RESOLVE}
    if incident.status is Status.SCHEDULED:
        found.add(Action.RESCHEDULE)
    if not incident.status.maintenance:
        found.add(Action.MEMBERS)
    if incident.status is Status.RESOLVED:
        found |= {Action.REOPEN} | ({Action.GO_BACK} if incident.people and incident.go_back_from is None else set())
    return frozenset(found)


def _must_end_later(incident: Incident, ends: datetime, now: datetime) -> None:
    """Raises AlreadyOver."""
    if ends <= now:
        raise AlreadyOver(incident.incident_id, incident.status, Status.SCHEDULED)


def _must_be_public(incident: Incident, wanted: Status) -> None:
    """Only a public incident has updates and an end. Raises NotPossible."""
    if not incident.public:
        raise NotPossible(incident.incident_id, incident.status, wanted)
