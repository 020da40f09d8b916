"""The auditor's progress and its reports."""

from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, Less, Or, Query, Refused, Table, Update
from mentiondesk.domain.audit import DAY, Progress, Report
from mentiondesk.domain.health import SetAside
from mentiondesk.domain.ids import SubjectId

_AT = "at"
_KEPT = timedelta(days=90)


class Audits:
    """AuditStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def progress(self) -> Progress | None:
        found = self._table.get(keys.audit_progress())
        return found.read(Progress) if found else None

    def save(self, progress: Progress) -> None:
        self._table.put(Item(keys.audit_progress(), progress))

    def note_set_aside(self, counted: SetAside) -> None:
        self._table.put(Item(keys.given_up(), counted))

    def set_aside(self) -> SetAside | None:
        found = self._table.get(keys.given_up())
        return found.read(SetAside) if found else None

    def tried_again(self, subject_id: SubjectId, now: datetime) -> bool:
        noted = {_AT: now, keys.EXPIRES: keys.expiry(now + DAY), keys.SCHEMA: 1}
        first = Or((Absent(), Less(_AT, now - DAY)))
        try:
            self._table.update(Update(keys.audit_retried(subject_id), noted, first))
        except Refused:
            return True
        return False

    def report(self, report: Report) -> None:
        self._table.put(Item(keys.audit_report(report.at), report, {keys.EXPIRES: keys.expiry(report.at + _KEPT)}))

    def reports(self, since: datetime) -> list[Report]:
        key = keys.audit_report(since)
        return [item.read(Report) for item in self._table.query(Query(key.pk, first=key.sk))]
