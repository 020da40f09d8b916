"""What is kept of a customer: counts and the latest case, strikes, and an item for each of their cases."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Query, Table, Update
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, IncidentId, UserId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.strikes.record import CustomerRecord
from mentiondesk.ports.customers import Found, KnownCustomer

LATEST_CASE = "latest_case"


def case_of_customer(case: Case, expires: int) -> Update:
    """The write by which a case is found from its customer."""
    return Update(keys.case_of_customer(case), {keys.EXPIRES: expires, keys.SCHEMA: 1})


class Customers:
    """CustomerStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def known(self, customer: UserId) -> KnownCustomer:
        found = {item.key.sk: item for item in self._table.query(Query(keys.customer(customer).pk))}
        record, counts = found.get(keys.strikes(customer).sk), found.get(keys.customer(customer).sk)
        return KnownCustomer(
            record.read(CustomerRecord) if record else CustomerRecord(customer),
            tuple(_cases(customer, found, counts)),
            counts.value("first_post_at", datetime) if counts else None,
            (counts.value("posts", int) or 0) if counts else 0,
        )

    def find(self, case_ids: Sequence[CaseId], incident_id: IncidentId | None) -> Found:
        wanted = [keys.case(one) for one in case_ids]
        wanted += [keys.incident(incident_id)] if incident_id else []
        items = list(self._table.get_many(wanted)) if wanted else []
        cases = [item.read(Case) for item in items if item.key.sk == keys.CASE and item.schema]
        incidents = [item.read(Incident) for item in items if item.key.sk == keys.INCIDENT and item.schema]
        return Found({one.case_id: one for one in cases}, incidents[0] if incidents else None)


def _cases(customer: UserId, names: Iterable[str], counts: Item | None) -> list[CaseId]:
    """The customer's cases, the latest first. Those from before there were items for them: the latest of them."""
    marks = sorted((name for name in names if name.startswith(keys.CASE_OF_CUSTOMER)), reverse=True)
    found = [keys.case_in(customer, name) for name in marks]
    latest = counts.value(LATEST_CASE, str) if counts else None
    if latest and (case_id := CaseId.parse(latest)) not in found:
        found.insert(0, case_id)
    return found
