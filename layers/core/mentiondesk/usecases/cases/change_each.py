"""A command of the desk on each of several cases, in few requests."""

from collections.abc import Sequence
from datetime import datetime

from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.commands import CaseCommand
from mentiondesk.domain.ids import CaseId
from mentiondesk.ports.cases import CaseBatches, CaseChanged
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.cases.change_case import ChangeCase


class ChangeEach:
    """Changes cases that were read just now. One that has changed since is changed by itself, as `ChangeCase` does."""

    def __init__(self, change: ChangeCase, cases: CaseBatches) -> None:
        self._change = change
        self._cases = cases

    def __call__(
        self, actor: Actor, acts: Sequence[tuple[Case, CaseCommand]], event_id: str, now: datetime
    ) -> list[bool]:
        """True for each case that holds its entry now; the event is one act in each. Raises NotAllowed, CaseRefuses."""
        changes = [self._change.planned(actor, case, command, event_id, now) for case, command in acts]
        saved = zip(acts, self._cases.save_each(changes), strict=True)
        return [done or self._alone(actor, case.case_id, command, event_id, now) for (case, command), done in saved]

    def _alone(self, actor: Actor, case_id: CaseId, command: CaseCommand, event_id: str, now: datetime) -> bool:
        try:
            self._change(actor, case_id, command, event_id, now)
        except AlreadyDone:
            return True
        except (CaseChanged, SubjectGone):
            return False
        return True
