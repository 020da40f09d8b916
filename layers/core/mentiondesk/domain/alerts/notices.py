"""Notices: the facts that one alert reports to one person."""

from dataclasses import dataclass

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.incidents.incident import STILL_UNCONFIRMED, UNCONFIRMED, Incident, LinkedPost, Status


@dataclass(frozen=True, slots=True)
class CaseNotice:
    """An alert about a case.

    `incident` is the incident that the case is part of, if any. `act` is the address of the page with the
    person's actions; None when no link could be made.
    """

    case: Case
    alert: Alert
    incident: Incident | None = None
    act: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """An alert about an incident.

    `posts` are the posts of customers to go back to, oldest first; empty until the incident is resolved. `act`
    is as in a case's notice.
    """

    incident: Incident
    alert: Alert
    posts: tuple[LinkedPost, ...] = ()
    act: str | None = None

    @property
    def unconfirmed(self) -> bool:
        """True when nobody has confirmed or dismissed the incident in time."""
        return self.alert.stage in (UNCONFIRMED, STILL_UNCONFIRMED)

    @property
    def going_back(self) -> bool:
        """True when the incident is resolved and staff go back to its customers."""
        return self.incident.status is Status.RESOLVED


Notice = CaseNotice | IncidentNotice
