"""Troubles of the desk itself that its running code notices, and the rules by which an operator hears of them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from mentiondesk.values import Frozen

# A trouble that goes on is told again after this.
TOLD_AGAIN_AFTER = timedelta(days=1)
_CALM = timedelta(minutes=15)


class Report(Frozen):
    """The number of times that something went wrong in one minute, with a word on what it was about."""

    name: str
    at: datetime
    count: int
    detail: str = ""


class Rule(Frozen):
    """Tells an operator when `within` this time there were `count` failures in at least `minutes` different minutes."""

    within: timedelta = timedelta(minutes=5)
    minutes: int = 1
    count: int = 1

    def alarms(self, reports: Iterable[Report], now: datetime) -> bool:
        """True when these reports of one trouble are enough to tell somebody."""
        recent = [one for one in reports if one.at > now - self.within]
        return len({one.at for one in recent}) >= self.minutes and sum(one.count for one in recent) >= self.count

    @property
    def calm(self) -> timedelta:
        """The time without any report after which the trouble is over."""
        return max(self.within, _CALM)


_AT_ONCE = Rule()
_LASTING = Rule(timedelta(minutes=6), minutes=5)
_HOUR = timedelta(hours=1)
# The audit runs each hour: what it finds again is one trouble that goes on.
_AUDITED = Rule(timedelta(minutes=90))
# Every trouble by the name of its count, with the rule by which operators hear of it.
RULES: Mapping[str, Rule] = {
    "XTokenRefused": _AT_ONCE,
    "XAccessRefused": _AT_ONCE,
    "XAccountUnknown": _AT_ONCE,
    "XAccountSuspended": _AT_ONCE,
    "XSearchRefused": _AT_ONCE,
    "XCreditsSpent": _AT_ONCE,
    "XMonthCapped": _AT_ONCE,
    # Longer than one of X's 15-minute windows.
    "XRateLimited": Rule(timedelta(minutes=20), minutes=16),
    "XUnavailable": _LASTING,
    "XShapeUnknown": _AT_ONCE,
    "ReadBudgetSpent": _AT_ONCE,
    "ReadsPaced": Rule(timedelta(minutes=30), minutes=15),
    "ReadsFlooded": _AT_ONCE,
    "ReadBudgetNearlySpent": _AT_ONCE,
    "MentionsDeep": _AT_ONCE,
    "MentionsUnread": _AT_ONCE,
    "PostsOutOfReach": _AT_ONCE,
    "PostsSetAside": _AT_ONCE,
    "PostsRedelivered": Rule(_HOUR, minutes=2),
    "OpinionsFailed": Rule(_HOUR, count=5),
    "AlertsFailed": _AT_ONCE,
    "AlertsWithoutLinks": _AT_ONCE,
    "NotWritten": _AT_ONCE,
    "AlertsLeft": _LASTING,
    "StaffMailFails": Rule(_HOUR),
    "IncidentSavesGivenUp": Rule(minutes=3),
    "StatusChannelsFailed": _AT_ONCE,
    "SubscribersRefused": Rule(_HOUR),
    "ConfirmationsFailed": Rule(_HOUR, count=5),
    "ConfirmationsHeld": Rule(_HOUR, count=20),
    "SubscribersNearlyFull": Rule(_HOUR),
    "PagesFailed": _AT_ONCE,
    "SubscriberPagesFailed": _AT_ONCE,
    "SavesGivenUp": _AT_ONCE,
    "DeskPagesFailed": _AT_ONCE,
    "DeskSavesGivenUp": _AT_ONCE,
    "SignInsRefused": Rule(_HOUR, count=20),
    "SignInCodesFailed": _AT_ONCE,
    "ReportsFailed": _AT_ONCE,
    # Longer than a send in doubt takes to be decided, where the own timeline can be read.
    "RepliesInDoubt": Rule(timedelta(minutes=30), minutes=20),
    "RepliesRefused": Rule(_HOUR, count=5),
    "RepliesLate": _AT_ONCE,
    "PostingRefused": _AT_ONCE,
    "RepliesLost": _AUDITED,
    "EndpointsDisabled": _AUDITED,
    "EventsGivenUp": Rule(_HOUR),
    "PostsMissing": _AUDITED,
    "AlertsAbsent": _AUDITED,
    "CasesMissing": _AUDITED,
    "CasesWithoutClock": _AUDITED,
    "FactsMissing": _AUDITED,
    "SpendDiffers": _AUDITED,
    "AuditIncomplete": _AUDITED,
    # Counted every ten minutes, and a look may be missed.
    "AuditStopped": Rule(timedelta(minutes=30)),
    "MailsSetAside": _AUDITED,
}
LOOKS_BACK = max(rule.calm for rule in RULES.values())


class Told(Frozen):
    """A trouble that goes on, as an operator heard of it."""

    name: str
    since: datetime
    told_at: datetime


class Notice(Frozen):
    """A mail to the operators: a trouble has begun or goes on, or `over`."""

    name: str
    since: datetime
    details: tuple[str, ...] = ()
    over: bool = False


def notices(reports: Iterable[Report], told: Iterable[Told], now: datetime) -> Iterator[Notice]:
    """The mails that are due, from the reports of the last `LOOKS_BACK` and what was told before."""
    by_name: dict[str, list[Report]] = {name: [] for name in RULES}
    for report in reports:
        by_name.get(report.name, []).append(report)
    before = {one.name: one for one in told}
    for name, rule in RULES.items():
        known, found = before.get(name), by_name[name]
        details = tuple(dict.fromkeys(one.detail for one in found if one.detail))
        if rule.alarms(found, now) and (known is None or now - known.told_at >= TOLD_AGAIN_AFTER):
            yield Notice(name, known.since if known else min(one.at for one in found), details)
        elif known is not None and all(one.at <= now - rule.calm for one in found):
            yield Notice(name, known.since, over=True)
