"""A button behind a link about an incident: published, no incident, an update, resolved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from mentiondesk.domain.access.links import Action, Link, SubjectGone
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, NotPossible, Status, Update
from mentiondesk.domain.status.page import PageComponent
from mentiondesk.ports.cases import AlreadyDone
from mentiondesk.ports.incidents import DraftStore, IncidentChanged, IncidentStore
from mentiondesk.ports.runtime import CurrentSettings

# Writers of one incident come to rest long before this.
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Publish:
    """It is true: the status page says "investigating"."""

    action: ClassVar = Action.PUBLISH
    title: str
    impact: Impact
    body: str
    affected: tuple[Affected, ...] = ()


@dataclass(frozen=True, slots=True)
class Dismiss:
    """It is no incident."""

    action: ClassVar = Action.DISMISS
    reason: str


@dataclass(frozen=True, slots=True)
class Tell:
    """A further public word about it."""

    action: ClassVar = Action.UPDATE
    status: Status
    body: str
    affected: tuple[Affected, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolve:
    """It is over, and everything it touched works again."""

    action: ClassVar = Action.RESOLVE
    body: str


@dataclass(frozen=True, slots=True)
class Approve:
    """The drafted post on X may go out as it is."""

    action: ClassVar = Action.APPROVE
    occasion: Occasion


IncidentAct = Publish | Dismiss | Tell | Resolve | Approve


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as one person may see and change it now."""

    staff: Staff
    incident: Incident
    updates: tuple[Update, ...]
    events: tuple[Event, ...]
    drafts: tuple[Draft, ...]
    actions: frozenset[Action]
    components: tuple[PageComponent, ...]


class ChangeIncident:
    """Looking changes nothing. Each act is done once, with its public word and its line in the record."""

    def __init__(self, incidents: IncidentStore, drafts: DraftStore, settings: CurrentSettings) -> None:
        self._incidents = incidents
        self._drafts = drafts
        self._settings = settings

    def look(self, link: Link, now: datetime) -> IncidentView:
        """Raises LinkRefused."""
        staff = link.holder(self._settings().roster, now)
        return self._view(link, staff, self._kept(self._incidents.get(IncidentId(link.matter_id))))

    def __call__(self, link: Link, act: IncidentAct, event_id: str, now: datetime) -> IncidentView:
        """Raises LinkRefused, NotPossible, AlreadyDone, or IncidentChanged when others never stop changing it."""
        staff = link.holder(self._settings().roster, now)
        link.must_allow(act.action)
        incident = self._kept(self._incidents.get(IncidentId(link.matter_id)))
        if isinstance(act, Approve):
            self._approve(incident.incident_id, act.occasion, staff.staff_id, now)
            return self._view(link, staff, incident)
        event = Event(f"{event_id}-{act.action}", now, staff.staff_id, act.action, _detail(act))
        for _ in range(_ATTEMPTS):
            try:
                changed, update = _changed(incident, act, staff.staff_id, now)
            except NotPossible:
                self._must_be_new(incident.incident_id, event.event_id)
                raise
            try:
                saved = self._incidents.save(changed, update, event)
            except IncidentChanged as moved:
                incident = self._kept(moved.current)
            except AlreadyDone:
                self._must_be_new(incident.incident_id, event.event_id)
                incident = self._kept(self._incidents.get(incident.incident_id))
            else:
                return self._view(link, staff, saved)
        raise IncidentChanged(incident)

    def _approve(self, incident_id: IncidentId, occasion: Occasion, by: StaffId, now: datetime) -> None:
        """A draft is its own record: whose yes it was and when. Raises SubjectGone or AlreadyDone."""
        draft = self._drafts.approve(incident_id, occasion, by, now)
        if draft is None:
            raise SubjectGone
        if (draft.approved_by, draft.approved_at) != (by, now):
            raise AlreadyDone

    def _kept(self, incident: Incident | None) -> Incident:
        if incident is None:
            raise SubjectGone
        return incident

    def _must_be_new(self, incident_id: IncidentId, event_id: str) -> None:
        """Raises AlreadyDone when this is in the record: what a second press finds refused, the first one did.

        A press that only met another one on its way is not in the record and is tried again.
        """
        if any(event.event_id == event_id for event in self._incidents.events(incident_id)):
            raise AlreadyDone

    def _view(self, link: Link, staff: Staff, incident: Incident) -> IncidentView:
        drafts = tuple(self._drafts.of(incident.incident_id))
        return IncidentView(
            staff=staff,
            incident=incident,
            updates=tuple(self._incidents.updates(incident.incident_id)),
            events=tuple(self._incidents.events(incident.incident_id)),
            drafts=drafts,
            actions=link.actions & _possible(incident, drafts),
            components=self._settings().page.components,
        )


def _possible(incident: Incident, drafts: Iterable[Draft]) -> frozenset[Action]:
    approve = {Action.APPROVE} if any(not draft.approved_by for draft in drafts) else set()
    if not incident.open:
        return frozenset(approve)
    if not incident.public:
        return frozenset({Action.PUBLISH, Action.DISMISS})
    return frozenset({Action.UPDATE, Action.RESOLVE} | approve)


def _changed(
    incident: Incident, act: Publish | Dismiss | Tell | Resolve, by: StaffId, now: datetime
) -> tuple[Incident, Update | None]:
    """Raises NotPossible."""
    match act:
        case Dismiss(reason):
            return incident.dismissed(reason, now), None
        case Publish(title, impact, body, affected):
            if incident.public:
                raise NotPossible(incident.incident_id, incident.status, Status.INVESTIGATING)
            update = Update(incident.incident_id, now, Status.INVESTIGATING, body, affected, by)
            # What the desk guessed gives way to what the person said.
            return replace(incident, title=title, impact=impact, affected=()).moved(update), update
        case Tell(status, body, affected):
            if status.ended:
                raise NotPossible(incident.incident_id, incident.status, status)
            update = Update(incident.incident_id, now, status, body, affected, by)
            return _told_of(incident, status).moved(update), update
        case Resolve(body):
            status = Status.COMPLETED if incident.status.maintenance else Status.RESOLVED
            well = tuple(replace(one, health=Health.OPERATIONAL) for one in incident.affected)
            update = Update(incident.incident_id, now, status, body, well, by)
            return _told_of(incident, status).moved(update), update


def _told_of(incident: Incident, wanted: Status) -> Incident:
    """Only what is public has updates and an end. Raises NotPossible."""
    if not incident.public:
        raise NotPossible(incident.incident_id, incident.status, wanted)
    return incident


def _detail(act: Publish | Dismiss | Tell | Resolve) -> str:
    """What the record says beside the action; public words stand in the update."""
    match act:
        case Publish(title):
            return title
        case Dismiss(reason):
            return reason
        case Tell(status):
            return str(status)
        case Resolve():
            return ""
