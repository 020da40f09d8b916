"""A button behind a link about an incident: published, no incident, an update, resolved."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents import Affected, Health, Impact, Incident, NotPossible, Status, Update
from mentiondesk.domain.links import Action, Link, MatterGone
from mentiondesk.domain.policy import Clock
from mentiondesk.domain.roster import Staff
from mentiondesk.ports import AlreadyDone, CurrentSettings, IncidentChanged, IncidentStore
from mentiondesk.settings import ComponentSettings, Settings

# Writers of one incident come to rest long before this.
_ATTEMPTS = 8
# Of people who write, two in three expect to hear within the day.
_GO_BACK_WITHIN = timedelta(hours=24)


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


IncidentAct = Publish | Dismiss | Tell | Resolve


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as one person may see and change it now."""

    staff: Staff
    incident: Incident
    updates: tuple[Update, ...]
    events: tuple[Event, ...]
    actions: frozenset[Action]
    components: tuple[ComponentSettings, ...]


class ActOnIncident:
    """Looking changes nothing. Each act is done once, with its public word and its line in the record."""

    def __init__(self, incidents: IncidentStore, settings: CurrentSettings) -> None:
        self._incidents = incidents
        self._settings = settings

    def look(self, link: Link, now: datetime) -> IncidentView:
        """Raises LinkRefused."""
        staff = link.holder(self._settings().roster, now)
        return self._view(link, staff, self._kept(self._incidents.get(IncidentId(link.matter_id))))

    def __call__(self, link: Link, act: IncidentAct, event_id: str, now: datetime) -> IncidentView:
        """Raises LinkRefused, NotPossible, AlreadyDone, or IncidentChanged when others never stop changing it."""
        settings = self._settings()
        staff = link.holder(settings.roster, now)
        link.must_allow(act.action)
        incident = self._kept(self._incidents.get(IncidentId(link.matter_id)))
        event = Event(f"{event_id}-{act.action}", now, staff.staff_id, act.action, _detail(act))
        for _ in range(_ATTEMPTS):
            try:
                changed, update = _changed(incident, act, staff.staff_id, settings, now)
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

    def _kept(self, incident: Incident | None) -> Incident:
        if incident is None:
            raise MatterGone
        return incident

    def _must_be_new(self, incident_id: IncidentId, event_id: str) -> None:
        """Raises AlreadyDone when this is in the record: what a second press finds refused, the first one did.

        A press that only met another one on its way is not in the record and is tried again.
        """
        if any(event.event_id == event_id for event in self._incidents.events(incident_id)):
            raise AlreadyDone

    def _view(self, link: Link, staff: Staff, incident: Incident) -> IncidentView:
        return IncidentView(
            staff=staff,
            incident=incident,
            updates=tuple(self._incidents.updates(incident.incident_id)),
            events=tuple(self._incidents.events(incident.incident_id)),
            actions=link.actions & _possible(incident),
            components=self._settings().status_page.components,
        )


def _possible(incident: Incident) -> frozenset[Action]:
    if not incident.open:
        return frozenset()
    if not incident.public:
        return frozenset({Action.PUBLISH, Action.DISMISS})
    return frozenset({Action.UPDATE, Action.RESOLVE})


def _changed(
    incident: Incident, act: IncidentAct, by: StaffId, settings: Settings, now: datetime
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
            return _to_go_back(_told_of(incident, status).moved(update), settings, now), update


def _told_of(incident: Incident, wanted: Status) -> Incident:
    """Only what is public has updates and an end. Raises NotPossible."""
    if not incident.public:
        raise NotPossible(incident.incident_id, incident.status, wanted)
    return incident


def _to_go_back(incident: Incident, settings: Settings, now: datetime) -> Incident:
    """With customers in it, staff are told at once whom to go back to."""
    if not incident.people or incident.status is not Status.RESOLVED:
        return incident
    follow_up = settings.targets.follow_up
    return incident.told("go_back", Clock.FOLLOW_UP, follow_up.within if follow_up else _GO_BACK_WITHIN, now)


def _detail(act: IncidentAct) -> str:
    return act.reason if isinstance(act, Dismiss) else act.body
