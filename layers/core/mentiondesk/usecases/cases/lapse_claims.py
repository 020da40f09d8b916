"""Claims without a sign of work → cases without an owner, while there is time to answer."""

from datetime import datetime

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.cases.case import CaseRefuses
from mentiondesk.domain.cases.claims import lapses_at
from mentiondesk.domain.cases.commands import Lapse
from mentiondesk.ports.cases import CaseChanged, CaseStore
from mentiondesk.ports.claims import ClaimWatch, ClaimWatches
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.cases.change_case import ChangeCase

# Upper bound on the watches of one run; the next run, a minute later, looks at the others.
_MOST = 100


class LapseClaims:
    """A run over the watches that are due; its cost follows those, never the backlog.

    A watch is planned for the earliest moment at which its claim can lapse, and planned anew where the owner has done
    something since. The lapse, the messages about it and the end of the watch are one transaction.
    """

    def __init__(self, cases: CaseStore, watches: ClaimWatches, change: ChangeCase, settings: CurrentSettings) -> None:
        self._cases = cases
        self._watches = watches
        self._change = change
        self._settings = settings

    def __call__(self, now: datetime) -> int:
        """The number of claims that lapsed."""
        return sum(self._look(watch, now) for watch in self._watches.due(now, _MOST))

    def _look(self, watch: ClaimWatch, now: datetime) -> bool:
        case = self._cases.get(watch.case_id)
        owner = case.owner if case else None
        if case is None or owner is None:
            self._watches.end(watch)
            return False
        at = lapses_at(case, self._watches.seen(case.case_id, owner), self._settings().policy.lapse)
        if at is None:
            self._watches.end(watch)
        elif at > now:
            self._watches.move(watch, at)
        else:
            return self._lapse(watch, Lapse(owner), now)
        return False

    def _lapse(self, watch: ClaimWatch, command: Lapse, now: datetime) -> bool:
        try:
            self._change(DESK, watch.case_id, command, f"{now:%Y-%m-%dT%H:%M:%S.%fZ}-desk-lapse", now)
        except (CaseRefuses, AlreadyDone, SubjectGone):
            self._watches.end(watch)
            return False
        except CaseChanged:
            # Others never stop changing the case, which is a sign of work; the next run looks again.
            return False
        return True
