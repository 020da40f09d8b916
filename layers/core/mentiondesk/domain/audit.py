"""The audit of the desk: findings, how far it has come, and the tolerance of its counts."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil

from mentiondesk.values import Frozen, replace

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# X delivers late, and its counts settle: a day is compared when it is the day before yesterday.
SETTLES_IN = 2 * DAY
# X counts and searches so far back.
REACH = timedelta(days=6)
# A day that could not be compared by then is a finding of its own.
_LATEST = timedelta(days=4)
# X says that its counts skip some compliance filtering: a few posts more are no loss.
_FEW, _SHARE = 2, 0.03
# The desk counts what X charges for; X may count a day's posts at another moment.
_SPEND_FEW, _SPEND_SHARE = 50, 0.1
# Posts are held against their cases this long after they were made.
CASES_SETTLE_IN = timedelta(hours=25)


class Check(StrEnum):
    """The parts of the audit."""

    POSTS = "posts"
    ALERTS = "alerts"
    CASES = "cases"
    CLOCKS = "clocks"
    FACTS = "facts"
    SPEND = "spend"
    REPLIES = "replies"
    ENDPOINTS = "endpoints"
    COVERAGE = "coverage"


class AuditRules(Frozen):
    """The settings of the audit: with `count_posts`, X is asked once a day how many posts there were."""

    count_posts: bool = True


class Finding(Frozen):
    """Something that does not hold. `about` names it: an hour, a day, or a case; `mended`: this run put it right.

    `again`: it was tried again by an earlier run, in vain.
    """

    check: Check
    about: str
    detail: str
    mended: bool = False
    again: bool = False

    @property
    def alarms(self) -> bool:
        """True when a person has to hear of it now; an absent alert is tried again first."""
        return not self.mended and (self.again or self.check is not Check.ALERTS)

    def __str__(self) -> str:
        return f"{self.check}: {self.about}, {self.detail}{' (put right)' if self.mended else ''}"


class Progress(Frozen):
    """The audit's place. `since`: the first audit; earlier writes are not compared.

    `cases_until`: posts made until then were held against their cases. `day`: the latest day whose counts were
    compared, and `day_holds`: with what result.
    """

    since: datetime
    cases_until: datetime
    day: date | None = None
    day_holds: bool = True

    def next_day(self, now: datetime) -> date | None:
        """The day to compare now; days that X does not count any more are passed over."""
        first = (self.since + DAY).date() if self.day is None else self.day + DAY
        first = max(first, (now - REACH).date())
        return first if first <= (now - SETTLES_IN).date() else None

    def compared(self, day: date, holds: bool) -> "Progress":
        return replace(self, day=day, day_holds=holds)

    def overdue(self, now: datetime) -> bool:
        """True when a day waits for its comparison for too long."""
        day = (self.since + DAY).date() if self.day is None else self.day + DAY
        return day < (now - _LATEST).date()


class Report(Frozen):
    """The outcome of one audit. `counts` are numbers of what was compared."""

    at: datetime
    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, int] | None = None

    @property
    def alarms(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.alarms)


def tolerated(counted: int) -> int:
    """The posts that may be missing of so many that X counted."""
    return max(_FEW, ceil(counted * _SHARE))


def short(counted: int, stored: int) -> bool:
    """True when so many are missing that posts were lost."""
    return counted - stored > tolerated(counted)


def overspent(billed: int, counted: int) -> bool:
    """True when X billed more posts for a day than the desk read."""
    return billed - counted > max(_SPEND_FEW, ceil(counted * _SPEND_SHARE))
