"""Counts what functions gave up on, for the operators and for the page on the desk's own health."""

from datetime import datetime

from mentiondesk.domain.health import GivenUp, SetAside
from mentiondesk.ports.audit import AuditStore, FailureQueues


class CountSetAside:
    """The audit looks once an hour and keeps what it saw."""

    def __init__(self, queues: FailureQueues, audits: AuditStore) -> None:
        self._queues = queues
        self._audits = audits

    def __call__(self, now: datetime) -> SetAside:
        counted = SetAside(now, self._queues.counts())
        self._audits.note_set_aside(counted)
        return counted


def set_aside_troubles(counted: SetAside) -> dict[str, int]:
    """The counts that operators hear of from here; an alarm knows the queue of the stream's failures."""
    return {"MailsSetAside": counted.counts.get(GivenUp.MAIL_REPORTS, 0)}
