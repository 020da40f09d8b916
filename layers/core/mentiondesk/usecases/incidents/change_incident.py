"""An actor's command on an incident → its change, its public update and its entry in the record, once."""

from dataclasses import dataclass
from datetime import datetime

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.changes import IncidentChange
from mentiondesk.domain.incidents.commands import ApprovePost, IncidentCommand, decide, possible
from mentiondesk.domain.incidents.drafts import Draft
from mentiondesk.domain.incidents.incident import Incident, NotPossible, Update
from mentiondesk.domain.status.page import PageComponent
from mentiondesk.domain.timeline import IncidentEntry
from mentiondesk.ports.incidents import DraftStore, IncidentStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.optimistic import kept, retried


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as one actor may see and change it now."""

    actor: Actor
    incident: Incident
    updates: tuple[Update, ...]
    record: tuple[IncidentEntry, ...]
    drafts: tuple[Draft, ...]
    actions: frozenset[Action]
    components: tuple[PageComponent, ...]


class ChangeIncident:
    """Looks at incidents, and changes them by commands. Each command is done once."""

    def __init__(self, incidents: IncidentStore, drafts: DraftStore, settings: CurrentSettings) -> None:
        self._incidents = incidents
        self._drafts = drafts
        self._settings = settings

    def look(self, actor: Actor, incident_id: IncidentId) -> IncidentView:
        """The incident as this actor sees it; changes nothing. Raises SubjectGone."""
        return self.view(actor, kept(self._incidents.get(incident_id)))

    def __call__(
        self,
        actor: Actor,
        incident_id: IncidentId,
        command: IncidentCommand | ApprovePost,
        event_id: str,
        now: datetime,
    ) -> Incident:
        """The incident after the command.

        `event_id` names what caused the command: with the command's action, it is done once. Raises NotAllowed,
        SubjectGone, NotPossible, AlreadyDone, or IncidentChanged when others never stop changing the incident.
        """
        actor.must_be_allowed(command.action)
        current = kept(self._incidents.get(incident_id))
        if isinstance(command, ApprovePost):
            self._approve(incident_id, command, actor, now)
            return current
        entry_id = f"{event_id}-{command.action}"

        def attempt(incident: Incident | None) -> Incident:
            return self._incidents.save(self._decided(kept(incident), command, actor, now, entry_id))

        return retried(current, attempt)

    def _decided(
        self, incident: Incident, command: IncidentCommand, actor: Actor, now: datetime, entry_id: str
    ) -> IncidentChange:
        """Raises AlreadyDone where a second press finds refused what the first one did."""
        try:
            return decide(incident, command, actor, now, entry_id)
        except NotPossible:
            if self._incidents.holds(incident.incident_id, entry_id):
                raise AlreadyDone from None
            raise

    def _approve(self, incident_id: IncidentId, command: ApprovePost, actor: Actor, now: datetime) -> None:
        """A draft is its own record: it keeps who approved it, and when. Raises SubjectGone or AlreadyDone."""
        assert actor.by is not None, "the desk approves nothing by itself"
        draft = self._drafts.approve(incident_id, command.occasion, actor.by, now)
        if draft is None:
            raise SubjectGone
        if (draft.approved_by, draft.approved_at) != (actor.by, now):
            raise AlreadyDone

    def view(self, actor: Actor, incident: Incident) -> IncidentView:
        """The incident, which is as it is stored, as this actor sees it."""
        drafts = tuple(self._drafts.of(incident.incident_id))
        return IncidentView(
            actor=actor,
            incident=incident,
            updates=tuple(self._incidents.updates(incident.incident_id)),
            record=tuple(self._incidents.record(incident.incident_id)),
            drafts=drafts,
            actions=actor.rights & possible(incident, drafts),
            components=self._settings().page.components,
        )
