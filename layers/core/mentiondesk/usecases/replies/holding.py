"""The decision whether a text goes out, stops, or waits for another person."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

from mentiondesk.domain.alerts.message import OwnerNews, OwnerTold
from mentiondesk.domain.alerts.roster import Audience
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.reply import Reply, ReplyBlocked
from mentiondesk.domain.replies.rules import Unattended

_APPROVERS = frozenset({Audience.LEAD, Audience.MANAGER})


def asks_another(findings: Iterable[Finding]) -> bool:
    """True where the checks ask for another person's yes, whether or not there is anybody to give it."""
    return any(one.outcome is Outcome.HOLD for one in findings)


def waits_for_another(settings: DeskSettings, author: StaffId, findings: Iterable[Finding], now: datetime) -> bool:
    """True when another person has to approve, and there is one.

    A desk of one person has nobody to ask; where nobody is on duty who may approve, the settings decide.
    """
    if not asks_another(findings):
        return False
    others = [one for one in settings.roster.staff if one.staff_id != author and one.roles & _APPROVERS]
    if settings.replies.approval.nobody_on_duty is Unattended.RELEASE:
        return any(one.on_duty(now) for one in others)
    return bool(others)


def told_of_post(post: Reply, news: OwnerNews | None, now: datetime) -> tuple[OwnerTold, ...]:
    """The message about a post on an incident, to its author or those who may approve it."""
    return (OwnerTold(post.subject_id, now, news, post.author),) if news is not None else ()


def must_pass(findings: Iterable[Finding], accepted: AbstractSet[str]) -> None:
    """Raises ReplyBlocked for what the checks stop, and for warnings that were not clicked away."""
    stopping = tuple(one for one in findings if _stops(one, accepted))
    if stopping:
        raise ReplyBlocked(stopping)


def _stops(finding: Finding, accepted: AbstractSet[str]) -> bool:
    unread = finding.outcome is Outcome.WARN and finding.rule not in accepted
    return finding.outcome is Outcome.BLOCK or unread
