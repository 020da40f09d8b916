"""Snapshots: what the desk knows of a customer beside the case that is open, from their other cases.

Nothing is inferred: it holds counts, times and the desk's own acts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.cases.case import OWN_CLOCKS, Case
from mentiondesk.domain.cases.timers import Clock, ReplyTimer, TimerOutcome
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.values import Frozen

COUNTED_FOR = timedelta(days=90)
_DONE = (TimerOutcome.ANSWERED, TimerOutcome.ANSWERED_ELSEWHERE, TimerOutcome.SOLVED)


class Kept(StrEnum):
    """The outcome of a promise."""

    OPEN = "open"
    OVERDUE = "overdue"
    KEPT = "kept"
    LATE = "late"
    DROPPED = "dropped"
    """Staff decided against it, or closed the case."""
    OVERTAKEN = "overtaken"
    """The customer wrote again, or an incident took the case, before it was due."""


class Promise(Frozen):
    """The next step that the brand owed the customer after it had answered, by when, and what became of it."""

    case_id: CaseId
    clock: Clock
    since: datetime
    by: datetime
    kept: Kept


class Snapshot(Frozen):
    """A customer as the page of one of their cases shows them.

    `others`: their other cases, the latest first; `more`: there are more than these. `kinds` counts all of their cases
    that began in the last 90 days. `waited`: the time to the first answer in their latest case that has one.
    """

    others: tuple[Case, ...]
    more: bool = False
    first_post_at: datetime | None = None
    posts: int = 0
    kinds: Mapping[Kind, int] | None = None
    waited: timedelta | None = None
    promise: Promise | None = None
    incident: str = ""
    strikes: int = 0
    silenced: bool = False


def kinds_of(cases: Iterable[Case], now: datetime) -> dict[Kind, int]:
    """The number of cases of each kind that began in the last 90 days, the most frequent first."""
    return dict(Counter(one.kind for one in cases if now - one.opened_at < COUNTED_FOR).most_common())


def waited_in(case: Case) -> timedelta | None:
    """The customer's wait for the first answer; None where there was none, or nobody asked."""
    if case.asked_at is None or case.first_answer_at is None:
        return None
    return max(case.first_answer_at - case.asked_at, timedelta(0))


def last_wait(cases: Iterable[Case]) -> timedelta | None:
    """The wait in the first of these cases that has one."""
    return next((wait for one in cases if (wait := waited_in(one)) is not None), None)


def last_promise(cases: Sequence[Case], now: datetime) -> Promise | None:
    """The promise that was made last in any of the cases."""
    made = [(one.case_id, timer) for one in cases for timer in one.timers if timer.clock in OWN_CLOCKS]
    if not made:
        return None
    case_id, timer = max(made, key=lambda one: one[1].since)
    return Promise(case_id, timer.clock, timer.since, timer.answer_by, _kept(timer, now))


def _kept(timer: ReplyTimer, now: datetime) -> Kept:
    if timer.running:
        return Kept.OVERDUE if timer.breached(now) else Kept.OPEN
    if timer.outcome in _DONE:
        return Kept.LATE if timer.breached(now) else Kept.KEPT
    overtaken = timer.outcome in (TimerOutcome.SUPERSEDED, TimerOutcome.INCIDENT)
    return Kept.OVERTAKEN if overtaken else Kept.DROPPED
