"""A text → the text as X would get it, with what the checks say about it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.replies.checks.check import check
from mentiondesk.domain.replies.checks.context import CheckContext, RecentReply
from mentiondesk.domain.replies.rules import is_new
from mentiondesk.domain.replies.signature import signed
from mentiondesk.domain.timeline import BrandPosted, CaseEntry, CustomerPosted, notes_in
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.replies import Reviewed
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.usecases.optimistic import kept

_DAY = timedelta(days=1)
# The brand's latest replies that a new one is compared with.
MOST_RECENT = 100


class ReviewReply:
    """Checks and signs a text by the settings in force.

    `recent` gives the brand's replies to all customers since a moment, newest last.
    """

    def __init__(
        self,
        cases: CaseStore,
        incidents: IncidentStore,
        settings: CurrentSettings,
        recent: Callable[[datetime], Sequence[RecentReply]],
    ) -> None:
        self._cases = cases
        self._incidents = incidents
        self._settings = settings
        self._recent = recent

    def __call__(self, case: Case, text: str, author: StaffId, now: datetime) -> Reviewed:
        """The text as it would go out. Raises SubjectGone where the author is no longer staff."""
        settings = self._settings()
        staff, rules = kept(settings.roster.find(author)), settings.replies
        findings = check(text, self._context(case, staff, settings, now))
        return Reviewed(signed(text, staff.name, rules.signature), findings, rules.undo_public)

    def _context(self, case: Case, staff: Staff, settings: DeskSettings, now: datetime) -> CheckContext:
        rules, timeline = settings.replies, self._cases.timeline(case.case_id)
        incident = self._incidents.get(case.incident_id) if case.incident_id else None
        return CheckContext(
            now=now,
            customer=case.customer_id,
            rules=rules.checks,
            approval=rules.approval,
            customer_words=tuple(one.words for one in timeline if isinstance(one, CustomerPosted) and one.words),
            brand_words=tuple(one.words for one in timeline if isinstance(one, BrandPosted) and one.words),
            private_texts=tuple(notes_in(timeline)),
            recent=_recent(case, timeline, self._recent(now - _DAY), now),
            kind=case.kind,
            urgency=case.urgency,
            language=case.language,
            followers=case.profile.followers if case.profile else None,
            new_author=is_new(staff.started, now.astimezone(ZoneInfo(settings.zone)).date(), rules.approval),
            about_incident=incident is not None,
            incident_solved=incident is not None and incident.status is Status.RESOLVED,
            signature=rules.signature.of(staff.name),
        )


def _recent(
    case: Case, timeline: Sequence[CaseEntry], others: Sequence[RecentReply], now: datetime
) -> tuple[RecentReply, ...]:
    """The latest replies to others, and those of this case from its own timeline."""
    own = [
        RecentReply(one.words, one.at, case.customer_id)
        for one in timeline
        if isinstance(one, BrandPosted) and one.words and now - one.at <= _DAY
    ]
    elsewhere = [one for one in others if one.customer != case.customer_id]
    return (*elsewhere[-MOST_RECENT:], *own)
