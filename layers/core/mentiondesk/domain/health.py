"""The health of the desk itself: troubles that go on, and how far reading and the audit have come."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.audit import CASES_SETTLE_IN
from mentiondesk.domain.audit import Report as AuditReport
from mentiondesk.domain.posts.cursor import Cursor
from mentiondesk.domain.troubles import Report, Told
from mentiondesk.values import Frozen

# The audit runs each hour.
AUDIT_LATE = timedelta(hours=3)


class Trouble(Frozen):
    """A trouble that goes on: since when, and (`told_at`) when the operators last heard of it; None: not yet."""

    name: str
    since: datetime
    told_at: datetime | None = None


class GivenUp(StrEnum):
    """Work that a function gave up on and set aside, by the queue that holds it for an operator."""

    STREAM = "stream"
    MAIL_REPORTS = "mail_reports"


class SetAside(Frozen):
    """The number of messages in each of these queues at a time, as SQS counts them: nearly."""

    at: datetime
    counts: Mapping[GivenUp, int]

    @property
    def any(self) -> bool:
        return any(self.counts.values())


class DeskHealth(Frozen):
    """`audited_until`: posts made until then were held against their cases; None before the first audit.

    `findings` are those of the audits of the last day, the latest first. `set_aside` is what the last audit counted;
    None before the first.
    """

    troubles: tuple[Trouble, ...]
    cursors: tuple[Cursor, ...]
    audited_until: datetime | None
    findings: tuple[AuditReport, ...]
    set_aside: SetAside | None = None

    def audit_late(self, now: datetime) -> bool:
        """True when the audit has not come on for hours."""
        return self.audited_until is not None and now - self.audited_until > CASES_SETTLE_IN + AUDIT_LATE

    def fine(self, now: datetime) -> bool:
        """True when nothing is known that an operator has to look at."""
        stopped = any(one.obstacle for one in self.cursors)
        given_up = self.set_aside is not None and self.set_aside.any
        return not (self.troubles or stopped or self.findings or given_up or self.audit_late(now))


def troubles(reports: Iterable[Report], told: Iterable[Told]) -> tuple[Trouble, ...]:
    """Troubles that the operators know of, then lately counted ones that are no alarm yet, by name."""
    known = {one.name: Trouble(one.name, one.since, one.told_at) for one in told}
    lately: dict[str, datetime] = {}
    for report in reports:
        if report.name not in known:
            lately[report.name] = min(report.at, lately.get(report.name, report.at))
    fresh = (Trouble(name, since) for name, since in sorted(lately.items()))
    return (*sorted(known.values(), key=lambda one: one.since), *fresh)
