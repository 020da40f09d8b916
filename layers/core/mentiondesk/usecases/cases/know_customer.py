"""The snapshot of a case's customer: their other cases, what they waited for, and what they were promised."""

from datetime import datetime

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.customers.snapshot import Snapshot, kinds_of, last_promise, last_wait
from mentiondesk.ports.customers import CustomerStore

# The cases of a customer that a page looks at.
MOST = 20


class KnowCustomer:
    """Makes snapshots, each by two requests."""

    def __init__(self, customers: CustomerStore) -> None:
        self._customers = customers

    def __call__(self, case: Case, now: datetime) -> Snapshot:
        known = self._customers.known(case.customer_id)
        ids = [one for one in known.cases if one != case.case_id]
        found = self._customers.find(ids[:MOST], case.incident_id)
        others = tuple(sorted(found.cases.values(), key=lambda one: one.opened_at, reverse=True))
        cases = sorted((case, *others), key=lambda one: one.opened_at, reverse=True)
        return Snapshot(
            others=others,
            more=len(ids) > MOST,
            first_post_at=known.first_post_at,
            posts=known.posts,
            kinds=kinds_of(cases, now),
            waited=last_wait(cases),
            promise=last_promise(cases, now),
            incident=found.incident.title if found.incident else "",
            strikes=len(known.record.counting(now)),
            silenced=known.record.silenced(now),
        )
