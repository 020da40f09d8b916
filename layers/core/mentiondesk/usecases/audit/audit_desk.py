"""The audit: all checks, the report, and a heartbeat to an outside address only when everything holds."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from mentiondesk.domain.audit import CASES_SETTLE_IN, HOUR, Check, Finding, Progress, Report
from mentiondesk.ports.audit import AuditStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.x import XRefuses, XTooFarBack, XUnavailable
from mentiondesk.usecases.audit.check_alerts import CheckAlerts
from mentiondesk.usecases.audit.check_cases import CheckCases
from mentiondesk.usecases.audit.count_posts import CountPosts
from mentiondesk.values import Frozen, replace

# Further checks, each with a name for its numbers; they look at the desk as it is now.
FurtherCheck = Callable[[datetime], Iterator[Finding]]
# Hours of posts that one run holds against their cases, where earlier runs failed.
_MOST_HOURS = 48
_RESERVE = timedelta(seconds=30)
# The trouble that operators hear of, by the check that found it.
TROUBLES: Mapping[Check, str] = {
    Check.POSTS: "PostsMissing",
    Check.ALERTS: "AlertsAbsent",
    Check.CASES: "CasesMissing",
    Check.CLOCKS: "CasesWithoutClock",
    Check.FACTS: "FactsMissing",
    Check.SPEND: "SpendDiffers",
    Check.REPLIES: "RepliesLost",
    Check.ENDPOINTS: "EndpointsDisabled",
    Check.COVERAGE: "AuditIncomplete",
}


class Audited(Frozen):
    """A report, and True where all of it holds, the latest daily comparison among it."""

    report: Report
    holds: bool


class AuditDesk:
    """A run each hour; the daily comparison belongs to the first run of a day for which X answers.

    A crash repeats checks, which write nothing but what puts things right.
    """

    def __init__(
        self,
        audits: AuditStore,
        alerts: CheckAlerts,
        cases: CheckCases,
        posts: CountPosts,
        settings: CurrentSettings,
        further: tuple[FurtherCheck, ...] = (),
    ) -> None:
        self._audits = audits
        self._alerts = alerts
        self._cases = cases
        self._posts = posts
        self._settings = settings
        self._further = further

    def __call__(self, now: datetime, time_left: TimeLeft) -> Audited:
        hour = now.replace(minute=0, second=0, microsecond=0)
        progress = self._audits.progress() or Progress(now, hour)
        found = list(self._alerts(now, time_left))
        for check in self._further:
            found += check(now)
        counts = {"subjects": self._alerts.compared, "cases": 0}
        progress = self._hours(progress, now, found, counts, time_left)
        progress = self._day(progress, now, found, counts, time_left)
        self._audits.save(progress)
        report = Report(now, tuple(found), counts)
        if found:
            self._audits.report(report)
        return Audited(report, not found and progress.day_holds)

    def _hours(
        self, progress: Progress, now: datetime, found: list[Finding], counts: dict[str, int], time_left: TimeLeft
    ) -> Progress:
        """Holds the posts of the hours that have settled against their cases."""
        for _ in range(_MOST_HOURS):
            first = progress.cases_until
            if first + HOUR > now - CASES_SETTLE_IN or time_left() < _RESERVE:
                break
            found += self._cases(first, first + HOUR, progress.since, now)
            counts["cases"] += self._cases.compared
            progress = replace(progress, cases_until=first + HOUR)
        return progress

    def _day(
        self, progress: Progress, now: datetime, found: list[Finding], counts: dict[str, int], time_left: TimeLeft
    ) -> Progress:
        """Compares the next day that has settled with X's counts, where the settings ask for it."""
        day = progress.next_day(now) if self._settings().audit.count_posts else None
        if day is None:
            return progress
        try:
            short = [*self._posts(day, now, time_left), *self._posts.spend(day, now)]
        except (XRefuses, XUnavailable, XTooFarBack) as refusal:
            if progress.overdue(now):
                found.append(Finding(Check.COVERAGE, f"{day}", f"X does not tell its counts: {refusal}"))
            return progress
        found += short
        counts |= {"counted": self._posts.counted, "stored": self._posts.stored, "read_again": self._posts.read}
        return progress.compared(day, all(finding.mended for finding in short))


def troubles(report: Report) -> Mapping[str, tuple[int, str]]:
    """Numbers and details of what operators hear, by the name of the trouble."""
    told: dict[str, tuple[int, str]] = {}
    for finding in report.alarms:
        name = TROUBLES[finding.check]
        count, detail = told.get(name, (0, ""))
        told[name] = count + 1, detail or f"{finding.about}: {finding.detail}"
    return told
