"""A person's word that a case belongs to an incident, or does not: kept in the case and in the incident, once."""

from contextlib import suppress
from datetime import datetime

from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.commands import LinkIncident, UnlinkIncident
from mentiondesk.domain.ids import CaseId, IncidentId
from mentiondesk.domain.incidents.incident import LinkedPost
from mentiondesk.domain.timeline import IncidentLeft
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident
from mentiondesk.usecases.optimistic import kept


class LinkCase:
    """Links cases to incidents that go on, and takes them out.

    The case comes first, so that a refused link leaves the incident alone. A press that was cut short between the two
    is finished when it is made again.
    """

    def __init__(self, on_case: ChangeCase, on_incident: ChangeIncident, incidents: IncidentStore) -> None:
        self._on_case = on_case
        self._on_incident = on_incident
        self._incidents = incidents

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        command: LinkIncident | UnlinkIncident,
        event_id: str,
        now: datetime,
        version: int | None = None,
    ) -> Case:
        """The case after the command.

        A second press is the first one's success. Raises NotAllowed, SubjectGone, CaseRefuses, or CaseChanged and
        IncidentChanged where others never stop changing one of them.
        """
        whole = self.completed(command) if isinstance(command, LinkIncident) else command
        again = False
        try:
            self._on_case(actor, case_id, whole, event_id, now, version)
        except AlreadyDone:
            again = True
        view = self._on_case.look(actor, case_id, now)
        if isinstance(command, UnlinkIncident):
            left = (one for one in view.acts if isinstance(one, IncidentLeft) and one.entry_id.startswith(event_id))
            for entry in left:
                # Linked once more since then: the old press has nothing left to finish.
                if view.case.incident_id != entry.incident_id:
                    self._take_out(actor, case_id, entry.incident_id, event_id, now, again)
        elif view.case.incident_id == command.incident_id:
            self._put_in(actor, view.case, command.incident_id, event_id, now)
        return view.case

    def completed(self, command: LinkIncident) -> LinkIncident:
        """The command with the facts of its incident. Raises SubjectGone."""
        incident = kept(self._incidents.get(command.incident_id))
        over = not incident.open or incident.status.maintenance
        return LinkIncident(command.incident_id, command.reason, incident.title, stops=incident.public, over=over)

    def _put_in(self, actor: Actor, case: Case, incident_id: IncidentId, event_id: str, now: datetime) -> None:
        """Puts the customer's latest post into the incident."""
        if case.post_id is None or case.said_at is None:
            return
        post = LinkedPost(case.post_id, case.customer_id, case.said_at, case.words, case.case_id)
        with suppress(AlreadyDone):
            self._on_incident.put_in(actor, incident_id, post, event_id, now)

    def _take_out(
        self, actor: Actor, case_id: CaseId, incident_id: IncidentId, event_id: str, now: datetime, again: bool
    ) -> None:
        """Takes every post of the case out of the incident; `again`: also those that a cut press took out in part."""
        posts = self._incidents.joined(incident_id)
        if again:
            posts += self._incidents.taken_out(incident_id)
        for post in posts:
            if post.case_id == case_id:
                with suppress(AlreadyDone):
                    self._on_incident.take_out(actor, incident_id, post.post_id, event_id, now)
