"""Counts of mails in an hour or a day, so that one kind of mail leaves the others their quota."""

from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.table import Absent, AtMost, Or, Refused, Table, Update

_KEPT = timedelta(days=2)
_SENT = "sent"


class MailBudgets:
    """MailBudget on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, name: str, since: datetime, mails: int, most: int) -> bool:
        if mails > most:
            return False
        expires = {keys.EXPIRES: keys.expiry(since + _KEPT), keys.SCHEMA: 1}
        within = Or((Absent(_SENT), AtMost(_SENT, most - mails)))
        try:
            self._table.update(Update(keys.budget(name, since), expires, within, add={_SENT: mails}))
        except Refused:
            return False
        return True
