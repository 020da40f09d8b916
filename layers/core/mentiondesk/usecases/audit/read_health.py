"""Reads the desk's knowledge of its own health; changes nothing."""

from datetime import datetime

from mentiondesk.domain.audit import DAY
from mentiondesk.domain.health import DeskHealth, troubles
from mentiondesk.domain.troubles import LOOKS_BACK
from mentiondesk.ports.audit import AuditStore
from mentiondesk.ports.operators import TroubleStore
from mentiondesk.ports.posts import CursorStore


class ReadHealth:
    """Reads troubles, cursors and audits."""

    def __init__(self, reports: TroubleStore, cursors: CursorStore, audits: AuditStore) -> None:
        self._reports = reports
        self._cursors = cursors
        self._audits = audits

    def __call__(self, now: datetime) -> DeskHealth:
        """The health at `now`: what was counted or told lately, and the audits of the last day."""
        reports, told = self._reports.load(now - LOOKS_BACK)
        progress = self._audits.progress()
        cursors = sorted(self._cursors.load().values(), key=lambda one: one.source)
        findings = sorted(self._audits.reports(now - DAY), key=lambda one: one.at, reverse=True)
        until = progress.cases_until if progress else None
        set_aside = self._audits.set_aside()
        return DeskHealth(troubles(reports, told), tuple(cursors), until, tuple(findings), set_aside)
