"""Notices: the facts of each alert, looked up once a round."""

from datetime import datetime

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice, Notice
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.domain.subject import Subject
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.tokens import Links


class Notices:
    """Makes the notices of one round; reads each incident at most once."""

    def __init__(self, incidents: IncidentStore, links: Links, now: datetime) -> None:
        self._incidents = incidents
        self._links = links
        self._now = now
        self._known: dict[IncidentId, Incident | None] = {}

    def of(self, subject: Subject, alert: Alert) -> Notice:
        # A link acts as one person, and anybody may read a room.
        room = alert.channel is Channel.ROOM
        act = None if room else self._links(alert.staff_id, subject.subject_id, self._now)
        match subject:
            case Case():
                return CaseNotice(subject, alert, self._incident(subject.incident_id), act)
            case Incident():
                posts = self._incidents.joined(subject.incident_id) if subject.status is Status.RESOLVED else []
                return IncidentNotice(subject, alert, tuple(posts), act)

    def _incident(self, incident_id: IncidentId | None) -> Incident | None:
        if incident_id is None:
            return None
        if incident_id not in self._known:
            self._known[incident_id] = self._incidents.get(incident_id)
        return self._known[incident_id]
