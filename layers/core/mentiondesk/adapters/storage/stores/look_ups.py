"""Customers whom the desk asks X about in its next run."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Delete, Put, Query, Table
from mentiondesk.domain.cases.case import Case
from mentiondesk.ports.cases import WantedLookUp

# A look-up that X refused for longer is not worth its price any more.
_KEPT = timedelta(minutes=15)


def put_look_up(case: Case, at: datetime) -> Put:
    """The write that asks for a look-up of the case's customer and latest post."""
    assert case.post_id is not None, "a case that waits has a post"
    wanted = WantedLookUp(case.case_id, case.post_id, at)
    return Put(Item(keys.look_up(at, case.case_id), wanted, {keys.EXPIRES: keys.expiry(at + _KEPT)}))


class LookUps:
    """LookUpStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def wanted(self, now: datetime, limit: int) -> Sequence[WantedLookUp]:
        query = Query(keys.LOOK_UPS, first=keys.stamp(now - _KEPT), limit=limit)
        return [item.read(WantedLookUp) for item in self._table.query(query)]

    def done(self, wanted: WantedLookUp) -> None:
        self._table.transact({"look up": Delete(keys.look_up(wanted.at, wanted.case_id))})
