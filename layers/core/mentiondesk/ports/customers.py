"""The desk's memory of a customer beside their cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, IncidentId, UserId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.strikes.record import CustomerRecord
from mentiondesk.values import Frozen, field


class KnownCustomer(Frozen):
    """A customer's counts, their record of strikes, and the ids of their cases, the latest first."""

    record: CustomerRecord
    cases: tuple[CaseId, ...] = ()
    first_post_at: datetime | None = None
    posts: int = 0


class Found(Frozen):
    """Cases by their ids, and an incident where one was asked for and is stored."""

    cases: Mapping[CaseId, Case] = field(default_factory=dict)
    incident: Incident | None = None


class CustomerStore(Protocol):
    """Customers, each read by one request."""

    def known(self, customer: UserId) -> KnownCustomer:
        """All that is kept of a customer; empty for one that is not stored."""

    def find(self, case_ids: Sequence[CaseId], incident_id: IncidentId | None) -> Found:
        """Up to 50 cases and an incident, by one request; nothing is read where nothing is asked for."""
