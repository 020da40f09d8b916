"""Open cases without an answer for 72 hours → facts."""

from datetime import datetime, timedelta

from mentiondesk.domain.figures.answers import IGNORED_AFTER
from mentiondesk.domain.figures.facts import ignored_waits
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.figures import FactStore

# Runs that failed for this long are made good; what an answer ends later records the fact itself.
_MADE_GOOD = timedelta(hours=12)


class NoteIgnored:
    """Records that waits were ignored, at the hour at which it became so.

    A wait's deadline lies in its 72 hours, so that only cases that became late in the last days are looked at,
    however long the backlog is. Deadlines in opening hours can lie later; those waits are found at their deadline.
    """

    def __init__(self, cases: CaseStore, facts: FactStore) -> None:
        self._cases = cases
        self._facts = facts

    def __call__(self, now: datetime) -> int:
        """The number of facts."""
        found = 0
        for case_id in self._facts.late_since(now - IGNORED_AFTER - _MADE_GOOD, now):
            case = self._cases.get(case_id)
            for fact in ignored_waits(case, now) if case is not None else ():
                if max(fact.recorded_at, fact.answer_by) > now - _MADE_GOOD:
                    self._facts.add(fact)
                    found += 1
        return found
