"""Counts what functions gave up on, for the page on the desk's own health, which has no right to look itself."""

from datetime import datetime

from mentiondesk.domain.health import SetAside
from mentiondesk.ports.audit import AuditStore, FailureQueues


class CountSetAside:
    """An alarm on the queues tells the operators; the audit looks once an hour and keeps what it saw."""

    def __init__(self, queues: FailureQueues, audits: AuditStore) -> None:
        self._queues = queues
        self._audits = audits

    def __call__(self, now: datetime) -> SetAside:
        counted = SetAside(now, self._queues.counts())
        self._audits.note_set_aside(counted)
        return counted
