"""Posts of an hour against their cases: a case that is gone, and one that is open without a timer."""

from collections.abc import Iterator
from datetime import datetime

from mentiondesk.domain.audit import Check, Finding
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.cases.timers import TimerOutcome
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId
from mentiondesk.ports.audit import MadePosts
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.runtime import CurrentSettings


class CheckCases:
    """Looks at each case of the posts once. `compared` counts them."""

    def __init__(self, made: MadePosts, cases: CaseStore, settings: CurrentSettings) -> None:
        self._made = made
        self._cases = cases
        self._settings = settings
        self.compared = 0

    def __call__(self, first: datetime, last: datetime) -> Iterator[Finding]:
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


def clockless(case: Case) -> bool:
    """True when a customer waits and nothing will tell of it; members of an incident hear on the status page."""
    if case.state is not State.OPEN or case.waiting or case.gone:
        return False
    return case.incident_id is None and all(one.outcome is not TimerOutcome.INCIDENT for one in case.timers)


def _name(case_id: CaseId, brand: str) -> str:
    return f"case {case_number(case_id, brand)} ({case_id})"
