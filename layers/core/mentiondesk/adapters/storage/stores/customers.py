"""A customer's items: counts and the latest case, strikes, and one for each of their cases."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, Query, Table, Update, Write
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, IncidentId, UserId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.strikes.record import CustomerRecord
from mentiondesk.ports.cases import Classified
from mentiondesk.ports.customers import Found, KnownCustomer

# The case of the latest post, and when that case began.
LATEST_CASE, LATEST_OPENED_AT = "latest_case", "latest_opened_at"


def cases_of_customer(change: Classified, expires: int) -> dict[str, Write]:
    """The writes by which a new case is found from its customer: its mark, and that of the case before.

    A customer's only case needs none, since it is their latest. Nothing moves on from a latest case without a mark:
    the first case is written only while there is no latest one.
    """
    assert change.case is not None, "a mark is of a case"
    case, before, kept = change.case.after, change.earlier, {keys.EXPIRES: expires, keys.SCHEMA: 1}
    if before is None:
        latest = {LATEST_CASE: str(case.case_id), LATEST_OPENED_AT: case.opened_at, **kept}
        return {"customer": Update(keys.customer(case.customer_id), latest, Absent(LATEST_CASE))}
    parts: dict[str, Write] = {"mark": Update(keys.case_of_customer(case.case_id, case.opened_at), kept)}
    if before.opened_at is not None and before.case_id != case.case_id:
        parts["earlier mark"] = Update(keys.case_of_customer(before.case_id, before.opened_at), kept)
    return parts


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
    """The customer's cases, the latest first: those with marks, and the latest one, which needs none."""
    marks = sorted((name for name in names if name.startswith(keys.CASE_OF_CUSTOMER)), reverse=True)
    # A case whose beginning has moved since has two marks.
    found = list(dict.fromkeys(keys.case_in(customer, name) for name in marks))
    latest = counts.value(LATEST_CASE, str) if counts else None
    if latest and (case_id := CaseId.parse(latest)) not in found:
        found.insert(0, case_id)
    return found
