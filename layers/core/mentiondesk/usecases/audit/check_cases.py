"""Posts of an hour against their cases: a case that is gone, one that is open without a timer, a wait without fact."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mentiondesk.domain.audit import Check, Finding
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.cases.timers import REPLY_CLOCKS, ReplyTimer, TimerOutcome
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.figures.answers import IGNORED_AFTER
from mentiondesk.domain.figures.facts import WaitFact
from mentiondesk.domain.ids import CaseId
from mentiondesk.ports.audit import MadePosts
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.figures import FactStore
from mentiondesk.ports.runtime import CurrentSettings

# Nearly every fact is recorded so soon after its wait ended; the others are looked for at length.
_SOON = timedelta(minutes=15)


class CheckCases:
    """Looks at each case of the posts once. `compared` counts them."""

    def __init__(self, made: MadePosts, cases: CaseStore, facts: FactStore, settings: CurrentSettings) -> None:
        self._made = made
        self._cases = cases
        self._facts = facts
        self._settings = settings
        self.compared = 0

    def __call__(self, first: datetime, last: datetime, since: datetime, now: datetime) -> Iterator[Finding]:
        """Findings about posts made from `first` up to `last`; waits that began before `since` need no fact."""
        brand = self._settings().brand.name
        posts = (post for post in self._made.made(first, last) if post.case_id is not None)
        case_ids = {post.case_id: post.post_id for post in posts if post.case_id is not None}
        self.compared = len(case_ids)
        for case_id, post_id in case_ids.items():
            case = self._cases.get(case_id)
            if case is None:
                yield Finding(Check.CASES, _name(case_id, brand), f"the case of post {post_id} is gone")
            elif clockless(case):
                yield Finding(Check.CLOCKS, _name(case_id, brand), "it is open and no timer runs")
            else:
                yield from self._waits(case, since, now, brand)

    def _waits(self, case: Case, since: datetime, now: datetime, brand: str) -> Iterator[Finding]:
        for timer in case.timers:
            if timer.began >= since and _counts(timer) and not self._has_fact(case, timer, now):
                detail = f"the wait on {timer.clock} that began at {timer.began:%Y-%m-%d %H:%M} UTC has no fact"
                yield Finding(Check.FACTS, _name(case.case_id, brand), detail)

    def _has_fact(self, case: Case, timer: ReplyTimer, now: datetime) -> bool:
        """Looks where nearly every fact is, then everywhere it can be."""
        wait, ended = (case.case_id, timer.clock, timer.began), timer.ended_at or timer.began
        return any(
            isinstance(fact, WaitFact) and fact.wait == wait
            for until in (ended + _SOON, now)
            for fact in self._facts.between(ended, until)
        )


def clockless(case: Case) -> bool:
    """True when a customer waits and nothing will tell of it; members of an incident hear on the status page."""
    if case.state is not State.OPEN or case.waiting or case.gone:
        return False
    return case.incident_id is None and all(one.outcome is not TimerOutcome.INCIDENT for one in case.timers)


def _counts(timer: ReplyTimer) -> bool:
    """True for a customer's wait that is over in time; one that lasted longer is recorded as ignored."""
    if timer.ended_at is None or timer.clock not in REPLY_CLOCKS or timer.outcome is TimerOutcome.SUPERSEDED:
        return False
    return timer.ended_at <= timer.began + IGNORED_AFTER


def _name(case_id: CaseId, brand: str) -> str:
    return f"case {case_number(case_id, brand)} ({case_id})"
