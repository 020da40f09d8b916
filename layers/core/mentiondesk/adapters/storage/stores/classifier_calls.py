"""The count of calls of the external classifier."""

from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.table import Absent, Conflict, Less, Or, Refused, Table, Update
from mentiondesk.ports.triage import ClassifierUnavailable

_KEPT = timedelta(days=40)
_ASKED = "asked"


class ClassifierCalls:
    """ClassifierBudget on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, now: datetime, a_day: int) -> bool:
        if a_day < 1:
            return False
        expires = {keys.EXPIRES: keys.expiry(now + _KEPT), keys.SCHEMA: 1}
        within = Or((Absent(_ASKED), Less(_ASKED, a_day)))
        try:
            self._table.update(Update(keys.opinions(now), expires, within, add={_ASKED: 1}))
        except Refused:
            return False
        except (Conflict, BotoCoreError, ClientError) as failed:
            raise ClassifierUnavailable("the table does not count it") from failed
        return True
