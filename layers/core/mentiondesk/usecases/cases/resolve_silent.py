"""Cases whose customers have been silent for long → resolved, where the settings say so."""

from datetime import datetime

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.cases.case import CaseRefuses
from mentiondesk.domain.cases.commands import ResolveSilent
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.cases.change_case import ChangeCase

# Upper bound on the cases of one run; the next run resolves the others.
_MOST = 100


class ResolveSilentCases:
    """A run costs nothing where the policy has no `resolve_after`."""

    def __init__(self, cases: CaseStore, change: ChangeCase, settings: CurrentSettings) -> None:
        self._cases = cases
        self._change = change
        self._settings = settings

    def __call__(self, now: datetime) -> int:
        """The number of cases that were resolved. Raises CaseChanged."""
        if self._settings().policy.resolve_after is None:
            return 0
        resolved = 0
        for case_id in self._cases.silent(now, _MOST):
            try:
                self._change(DESK, case_id, ResolveSilent(), f"{now:%Y-%m-%dT%H:%M:%S.%fZ}-desk-silent", now)
            except (CaseRefuses, AlreadyDone, SubjectGone):
                # The list is a little stale: somebody wrote, or closed the case.
                continue
            resolved += 1
        return resolved
