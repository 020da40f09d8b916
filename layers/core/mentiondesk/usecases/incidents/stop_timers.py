"""A public incident → the cases in it leave the ladder: their timers stop until it is resolved."""

from datetime import datetime, timedelta

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.cases.case import CaseRefuses
from mentiondesk.domain.cases.commands import JoinIncident, LeaveIncident
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident, LinkedPost
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.runtime import TimeLeft
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.optimistic import retried
from mentiondesk.values import replace

_RESERVE = timedelta(seconds=20)


class StopTimers:
    """Stops the timers of the cases whose posts were linked to a public incident; what is critical runs on.

    A case that a person took out waits again. A post that is classified while the incident is public starts no timer
    in the first place. An incident remembers for how many of its posts this is done, and the timeline of each case
    that it was.
    """

    def __init__(self, incidents: IncidentStore, change_case: ChangeCase) -> None:
        self._incidents = incidents
        self._change_case = change_case

    def __call__(self, now: datetime, time_left: TimeLeft) -> int:
        """A run; returns the number of cases. Raises CaseChanged or IncidentChanged."""
        stopped = 0
        for incident in self._incidents.open():
            if not incident.public or incident.status.maintenance:
                continue
            for post in self._incidents.taken_out(incident.incident_id):
                self._change(incident, post, LeaveIncident(incident.incident_id), "left", now)
            if incident.posts <= incident.stopped_for:
                continue
            for post in self._incidents.joined(incident.incident_id):
                if time_left() < _RESERVE:
                    return stopped
                stopped += self._change(incident, post, JoinIncident(incident.incident_id), "joined", now)
            self._remember(incident)
        return stopped

    def _change(
        self, incident: Incident, post: LinkedPost, command: JoinIncident | LeaveIncident, name: str, now: datetime
    ) -> bool:
        """Stops the case's timers, or starts one; False where that does not fit, or was done for this post before."""
        if post.case_id is None:
            return False
        published = incident.published_at or incident.created_at
        event_id = f"{published:%Y-%m-%dT%H:%M:%S.%fZ}-{incident.incident_id}-{post.post_id}-{name}"
        try:
            self._change_case(DESK, post.case_id, command, event_id, now)
        except (CaseRefuses, AlreadyDone, SubjectGone):
            return False
        return True

    def _remember(self, incident: Incident) -> None:
        done = incident.posts

        def attempt(current: Incident | None) -> None:
            if current is not None and current.stopped_for < done:
                self._incidents.save(incident_change(current, replace(current, stopped_for=done)))

        retried(incident, attempt)
