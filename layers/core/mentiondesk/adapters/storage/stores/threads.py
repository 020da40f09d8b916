"""People who complain in a conversation that somebody else began."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Query, Table
from mentiondesk.domain.ids import CaseId, UserId

# A conversation in which nobody joined for longer is over.
_KEPT = timedelta(days=3)
# Beyond so many people, further ones make no difference.
_MOST = 200


class Threads:
    """ThreadStore on the table: an item a person, ids alone."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def joined(self, case_id: CaseId, at: datetime) -> Sequence[UserId]:
        key = keys.thread_person(case_id, at)
        self._table.put(Item(key, None, {keys.EXPIRES: keys.expiry(at + _KEPT)}))
        rows = self._table.query(Query(key.pk, limit=_MOST))
        return list(dict.fromkeys(UserId(row.key.sk.rpartition("#")[2]) for row in rows))
