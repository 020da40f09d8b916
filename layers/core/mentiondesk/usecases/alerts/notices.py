"""Notices: the facts of each alert, looked up once a round."""

from datetime import datetime

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.message import HOURLY
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice, Notice
from mentiondesk.domain.alerts.roster import Channel, Roster
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Status
from mentiondesk.domain.subject import Subject
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.tokens import Links


class Notices:
    """Makes the notices of one round; reads each incident at most once. `desk`: the address of the signed-in desk."""

    def __init__(
        self,
        incidents: IncidentStore,
        links: Links,
        text_links: Links,
        roster: Roster,
        now: datetime,
        desk: str = "",
    ) -> None:
        self._incidents = incidents
        self._roster = roster
        self._links = links
        self._text_links = text_links
        self._now = now
        self._desk = desk
        self._known: dict[IncidentId, Incident | None] = {}

    def of(self, subject: Subject, alert: Alert, short: bool = False) -> Notice:
        """The facts of an alert; with a `short` link where it goes into a text."""
        # A link acts as one person, and anybody may read a room.
        room = alert.channel is Channel.ROOM
        links = self._text_links if short else self._links
        act = None if room else links(alert.staff_id, subject.subject_id, self._now)
        match subject:
            case Case():
                incident = self._incident(subject.incident_id)
                return CaseNotice(subject, alert, incident, act, owner_name=self._name(subject.owner), desk=self._desk)
            case Incident():
                return IncidentNotice(subject, alert, self._posts(subject, alert), act, self._desk)

    def _name(self, staff_id: StaffId | None) -> str:
        """The name of a person; of one who has left the settings, the id."""
        found = self._roster.find(staff_id) if staff_id is not None else None
        return found.name if found else staff_id or ""

    def _posts(self, incident: Incident, alert: Alert) -> tuple[LinkedPost, ...]:
        """The posts to go back to, or those that are new since the last hourly message."""
        if incident.status is not Status.RESOLVED and alert.stage != HOURLY:
            return ()
        posts = self._incidents.joined(incident.incident_id)
        return tuple(post for post in posts if alert.stage != HOURLY or post.at > alert.since)

    def _incident(self, incident_id: IncidentId | None) -> Incident | None:
        if incident_id is None:
            return None
        if incident_id not in self._known:
            self._known[incident_id] = self._incidents.get(incident_id)
        return self._known[incident_id]
