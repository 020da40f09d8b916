"""A button behind a link about a case: claimed, answered elsewhere, needs no answer, snoozed, released."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.access.links import Action, Link, SubjectGone
from mentiondesk.domain.alerts.roster import Audience, Staff
from mentiondesk.domain.cases.case import Case, CaseRefuses
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import CaseId
from mentiondesk.ports.cases import AlreadyDone, CaseChanged, CaseStore
from mentiondesk.ports.runtime import CurrentSettings

# Writers of one case come to rest long before this.
_ATTEMPTS = 8


class SnoozeFor(StrEnum):
    """How long alerts wait; never past the next one that goes to a lead."""

    HALF_HOUR = "30m"
    HOUR = "1h"
    LEAD_IS_TOLD = "lead"

    def until(self, now: datetime) -> datetime:
        match self:
            case SnoozeFor.HALF_HOUR:
                return now + timedelta(minutes=30)
            case SnoozeFor.HOUR:
                return now + timedelta(hours=1)
            case SnoozeFor.LEAD_IS_TOLD:
                return datetime.max.replace(tzinfo=now.tzinfo)


@dataclass(frozen=True, slots=True)
class CaseAct:
    """What somebody wants done. `reason` is for no_answer, `hold` for snooze."""

    action: Action
    reason: str = ""
    hold: SnoozeFor = SnoozeFor.HALF_HOUR


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as one person may see and change it now; `holds` are the snoozes there are, with their ends."""

    staff: Staff
    case: Case
    events: tuple[Event, ...]
    actions: frozenset[Action]
    holds: tuple[tuple[SnoozeFor, datetime], ...]


class ChangeCase:
    """Looking changes nothing. Each act is done once, with its line in the record."""

    def __init__(self, cases: CaseStore, settings: CurrentSettings) -> None:
        self._cases = cases
        self._settings = settings

    def look(self, link: Link, now: datetime) -> CaseView:
        """Raises LinkRefused."""
        staff = link.holder(self._settings().roster, now)
        return self._view(link, staff, self._kept(self._cases.get(CaseId(link.matter_id))), now)

    def __call__(self, link: Link, act: CaseAct, event_id: str, now: datetime) -> CaseView:
        """Raises LinkRefused, CaseRefuses, AlreadyDone, or CaseChanged when others never stop changing it."""
        settings = self._settings()
        staff = link.holder(settings.roster, now)
        link.must_allow(act.action)
        case = self._kept(self._cases.get(CaseId(link.matter_id)))
        # One page has several buttons: each of them is pressed once.
        event_id = f"{event_id}-{act.action}"
        for _ in range(_ATTEMPTS):
            try:
                changed = _changed(case, act, staff, settings, now)
            except CaseRefuses:
                self._must_be_new(case.case_id, event_id)
                raise
            if changed is case:
                raise AlreadyDone
            event = Event(event_id, now, staff.staff_id, act.action, _detail(act, changed))
            try:
                saved = self._cases.save(changed, event)
            except CaseChanged as moved:
                case = self._kept(moved.current)
            except AlreadyDone:
                self._must_be_new(case.case_id, event_id)
                case = self._kept(self._cases.get(case.case_id))
            else:
                return self._view(link, staff, saved, now)
        raise CaseChanged(case)

    def _kept(self, case: Case | None) -> Case:
        if case is None:
            raise SubjectGone
        return case

    def _must_be_new(self, case_id: CaseId, event_id: str) -> None:
        """Raises AlreadyDone when this is in the record: what a second press finds refused, the first one did.

        A press that only met another one on its way is not in the record and is tried again.
        """
        if any(event.event_id == event_id for event in self._cases.events(case_id)):
            raise AlreadyDone

    def _view(self, link: Link, staff: Staff, case: Case, now: datetime) -> CaseView:
        settings = self._settings()

        def after(act: CaseAct) -> Case | None:
            try:
                changed = _changed(case, act, staff, settings, now)
            except CaseRefuses:
                return None
            return None if changed is case else changed

        snoozed = [(hold, after(CaseAct(Action.SNOOZE, hold=hold))) for hold in SnoozeFor]
        holds = tuple((hold, held.due_at) for hold, held in snoozed if held and held.due_at)
        return CaseView(
            staff=staff,
            case=case,
            events=tuple(self._cases.events(case.case_id)),
            actions=frozenset(
                action for action in link.actions if (holds if action is Action.SNOOZE else after(CaseAct(action)))
            ),
            holds=holds,
        )


def _changed(case: Case, act: CaseAct, staff: Staff, settings: DeskSettings, now: datetime) -> Case:
    """Raises CaseRefuses."""
    by = staff.staff_id
    match act.action:
        case Action.CLAIM:
            return case.claim(by, now)
        case Action.ANSWERED:
            return case.answered_elsewhere(now)
        case Action.NO_ANSWER:
            return case.needs_no_answer(by, act.reason, now)
        case Action.SNOOZE:
            return case.snooze(by, act.hold.until(now), settings.policy)
        case Action.RELEASE:
            return case.release(by, now, lead=not staff.roles.isdisjoint({Audience.LEAD, Audience.MANAGER}))
        case _:
            raise AssertionError("links for cases hold actions for cases")


def _detail(act: CaseAct, changed: Case) -> str:
    if act.action is Action.SNOOZE and changed.due_at:
        return f"until {changed.due_at:%Y-%m-%d %H:%M} UTC"
    return act.reason
