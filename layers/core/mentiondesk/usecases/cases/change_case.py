"""An actor's command on a case → one entry in its timeline, once."""

from datetime import datetime

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.cases.case import Case, CaseRefuses, ChangedMeanwhile
from mentiondesk.domain.cases.changes import CaseChange, case_change, rebuilt
from mentiondesk.domain.cases.commands import CaseCommand, Correct, Snooze, SnoozeFor, decide, possible
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.timeline import CaseAct, CaseActEntry, CaseEntry, Snoozed, Undone
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.usecases.optimistic import kept, retried
from mentiondesk.values import Frozen, replace


class CaseView(Frozen):
    """A case as one actor may see and change it now.

    `snoozes` are the spans that are possible and differ, with their ends; `kinds` those that the case may be instead.
    """

    actor: Actor
    case: Case
    timeline: tuple[CaseEntry, ...]
    actions: frozenset[Action]
    snoozes: tuple[tuple[SnoozeFor, datetime], ...]
    kinds: tuple[Kind, ...] = ()

    @property
    def acts(self) -> tuple[CaseActEntry, ...]:
        """The acts of staff and of the desk alone, in their order."""
        return tuple(entry for entry in self.timeline if isinstance(entry, CaseAct))


class ChangeCase:
    """Looks at cases, and changes them by commands. Each command is done once, whoever else changes the case."""

    def __init__(self, cases: CaseStore, settings: CurrentSettings) -> None:
        self._cases = cases
        self._settings = settings

    def look(self, actor: Actor, case_id: CaseId, now: datetime) -> CaseView:
        """The case as this actor sees it; changes nothing. Raises SubjectGone."""
        return self.view(actor, kept(self._cases.get(case_id)), now)

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        command: CaseCommand,
        event_id: str,
        now: datetime,
        version: int | None = None,
    ) -> Case:
        """The case with the command's entry in its timeline.

        `event_id` names what caused the command, for example one showing of a page: with the command's action, it
        is done once. With a `version`, the command is for the case as it was then, and refused as ChangedMeanwhile
        for any other. Raises NotAllowed, SubjectGone, CaseRefuses, AlreadyDone, or CaseChanged when others never
        stop changing the case.
        """

        def attempt(case: Case | None) -> Case:
            return self._cases.save(self.planned(actor, kept(case), command, event_id, now, version))

        actor.must_be_allowed(command.action)
        return retried(self._cases.get(case_id), attempt)

    def planned(
        self,
        actor: Actor,
        case: Case,
        command: CaseCommand,
        event_id: str,
        now: datetime,
        version: int | None = None,
    ) -> CaseChange:
        """The change that the command makes of the case. Raises NotAllowed, CaseRefuses or AlreadyDone."""
        actor.must_be_allowed(command.action)
        entry_id = f"{event_id}-{command.action}" if command.action else event_id
        return self._change(case, self._decided(case, command, actor, now, entry_id, version))

    def refusal(self, actor: Actor, case: Case, command: CaseCommand, now: datetime) -> CaseRefuses | None:
        """The reason why a command does not fit the case as it is now; None where it fits. Changes nothing."""
        settings = self._settings()
        try:
            decide(_present(case, settings.roster), command, actor, now, "", settings.policy)
        except CaseRefuses as refuses:
            return refuses
        return None

    def _change(self, case: Case, entry: CaseActEntry) -> CaseChange:
        """The case with one more entry. Without an act that is undone, it is folded anew."""
        policy = self._settings().policy
        if not isinstance(entry, Undone):
            return case_change(case, apply(case, entry, policy), entry)
        return rebuilt(case, case.case_id, self._cases.timeline(case.case_id), entry, policy)

    def _decided(
        self, case: Case, command: CaseCommand, actor: Actor, now: datetime, entry_id: str, version: int | None
    ) -> CaseActEntry:
        """Raises AlreadyDone where a second press finds refused what the first one did."""
        settings = self._settings()
        try:
            if version not in (None, case.version):
                raise ChangedMeanwhile(case.case_id)
            return decide(_present(case, settings.roster), command, actor, now, entry_id, settings.policy)
        except CaseRefuses:
            if self._cases.holds(case.case_id, entry_id):
                raise AlreadyDone from None
            raise

    def view(self, actor: Actor, case: Case, now: datetime) -> CaseView:
        """The case, which is as it is stored, as this actor sees it."""
        settings = self._settings()
        fitting = list(possible(_present(case, settings.roster), actor, now, settings.policy))
        # Spans that end with the same alert are one choice: the shortest of them.
        snoozes = {
            entry.until: command.hold
            for command, entry in reversed(fitting)
            if isinstance(command, Snooze) and isinstance(entry, Snoozed)
        }
        return CaseView(
            actor=actor,
            case=case,
            timeline=tuple(self._cases.timeline(case.case_id)),
            actions=frozenset(command.action for command, _ in fitting if command.action),
            snoozes=tuple((span, until) for until, span in sorted(snoozes.items())),
            kinds=tuple(command.kind for command, _ in fitting if isinstance(command, Correct) and command.kind),
        )


def _present(case: Case, roster: Roster) -> Case:
    """The case as commands meet it: without an owner who has left the settings."""
    if case.owner is None or roster.find(case.owner) is not None:
        return case
    return replace(case, owner=None, claimed_at=None)
