"""Notices: the facts that one alert reports to one person."""

from collections.abc import Iterable
from datetime import datetime

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.message import HOURLY, OwnerNews
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.incidents.incident import STILL_UNCONFIRMED, UNCONFIRMED, Incident, LinkedPost, Status
from mentiondesk.values import Frozen, replace


class CaseNotice(Frozen):
    """An alert about a case; `more` counts the other cases of its customer that the message is about as well.

    `beside` counts the alerts of the desk that are not named and fall due before the person's next message.

    `incident` is the incident that the case is part of, if any. `act` is the address of the page with the
    person's actions; None when no link could be made. `owner_name` is how the case's owner is called.
    `desk` is the address of the desk that staff sign in to; empty where there is none.
    """

    case: Case
    alert: Alert
    incident: Incident | None = None
    act: str | None = None
    more: int = 0
    beside: int = 0
    owner_name: str = ""
    desk: str = ""


class IncidentNotice(Frozen):
    """An alert about an incident.

    `posts` are the posts of customers to go back to, oldest first, once the incident is resolved; in an hourly
    message, those that are new. `act` and `desk` are as in a case's notice.
    """

    incident: Incident
    alert: Alert
    posts: tuple[LinkedPost, ...] = ()
    act: str | None = None
    desk: str = ""

    @property
    def hourly(self) -> bool:
        """True for the hourly message about a public incident."""
        return self.alert.stage == HOURLY

    @property
    def about_post(self) -> bool:
        """True when it is about a post of the brand: it waits for a yes, or something became of it."""
        return self.alert.stage in set(OwnerNews)

    @property
    def unconfirmed(self) -> bool:
        """True when nobody has confirmed or dismissed the incident in time."""
        return self.alert.stage in (UNCONFIRMED, STILL_UNCONFIRMED)

    @property
    def going_back(self) -> bool:
        """True when the incident is resolved and staff go back to its customers."""
        return self.incident.status is Status.RESOLVED


Notice = CaseNotice | IncidentNotice


def by_customer(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """The notices with one for each customer: the one of their cases that comes first, and how many more there are."""
    first: dict[object, CaseNotice] = {}
    others: list[Notice] = []
    for notice in notices:
        if not isinstance(notice, CaseNotice):
            others.append(notice)
            continue
        customer = notice.case.customer_id
        held = first.get(customer)
        first[customer] = replace(min(held, notice, key=_order), more=held.more + 1) if held else notice
    return (*others, *first.values())


def _order(notice: CaseNotice) -> tuple[int, datetime]:
    """The most urgent case comes first, then the earliest deadline."""
    return -notice.case.urgency.rank, notice.alert.answer_by
