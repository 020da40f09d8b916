"""One act on several cases that a person ticked: each case is decided by itself, and none of them is answered."""

from collections.abc import Sequence
from datetime import datetime

from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.cases.case import CaseRefuses, ChangedMeanwhile
from mentiondesk.domain.cases.commands import Dismiss, HandOver, LinkIncident, MarkAnswered
from mentiondesk.domain.cases.waiting import WaitingCase
from mentiondesk.domain.ids import CaseId
from mentiondesk.ports.cases import CaseChanged
from mentiondesk.ports.desk import WaitingStore
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.list_waiting import PAGE
from mentiondesk.usecases.incidents.link_case import LinkCase
from mentiondesk.values import Frozen

# The acts that fit many cases at once. A reply is written for one customer, and never among them.
ManyCommand = MarkAnswered | Dismiss | HandOver | LinkIncident


class TooManyCases(Exception):
    """More cases than one page of the list has."""


class Ticked(Frozen):
    """A case that a person ticked, and its version as they saw it."""

    case_id: CaseId
    version: int


class Decided(Frozen):
    """The result for one case, or what it would be: the case where it is stored, and the reason where it is refused."""

    case_id: CaseId
    found: WaitingCase | None
    refusal: Exception | None = None

    @property
    def done(self) -> bool:
        return self.refusal is None


class ChangeMany:
    """Does one act on up to a page of cases."""

    def __init__(self, change: ChangeCase, link: LinkCase, waiting: WaitingStore) -> None:
        self._change = change
        self._link = link
        self._waiting = waiting

    def foresee(
        self, actor: Actor, ticked: Sequence[Ticked], command: ManyCommand | None, now: datetime
    ) -> tuple[Decided, ...]:
        """The cases with what the act would do to each as it is now; without a command, those that have changed.

        Changes nothing. Raises NotAllowed or TooManyCases.
        """
        _must_be_allowed(actor, ticked, command)
        found = self._waiting.cases([one.case_id for one in ticked], now)
        return tuple(
            Decided(
                one.case_id, found.get(one.case_id), self._refusal(actor, one, found.get(one.case_id), command, now)
            )
            for one in ticked
        )

    def __call__(
        self, actor: Actor, ticked: Sequence[Ticked], command: ManyCommand, event_id: str, now: datetime
    ) -> tuple[Decided, ...]:
        """The result for each case, as it is afterwards. The same event is one act in each of them.

        Raises NotAllowed or TooManyCases.
        """
        _must_be_allowed(actor, ticked, command)
        refusals = {one.case_id: self._do(actor, one, command, event_id, now) for one in ticked}
        found = self._waiting.cases([one.case_id for one in ticked], now)
        return tuple(Decided(case_id, found.get(case_id), refused) for case_id, refused in refusals.items())

    def _do(self, actor: Actor, one: Ticked, command: ManyCommand, event_id: str, now: datetime) -> Exception | None:
        """The reason why this case was not changed; None where it was, by this press or one before."""
        try:
            if isinstance(command, LinkIncident):
                self._link(actor, one.case_id, command, event_id, now, one.version)
            else:
                self._change(actor, one.case_id, command, event_id, now, one.version)
        except AlreadyDone:
            return None
        except (CaseRefuses, SubjectGone, CaseChanged, IncidentChanged) as refused:
            return refused
        return None

    def _refusal(
        self, actor: Actor, one: Ticked, found: WaitingCase | None, command: ManyCommand | None, now: datetime
    ) -> Exception | None:
        if found is None:
            return SubjectGone()
        if found.case.version != one.version:
            return ChangedMeanwhile(one.case_id)
        return self._change.refusal(actor, found.case, command, now) if command is not None else None


def _must_be_allowed(actor: Actor, ticked: Sequence[Ticked], command: ManyCommand | None) -> None:
    if len(ticked) > PAGE:
        raise TooManyCases
    if command is not None:
        actor.must_be_allowed(command.action)
