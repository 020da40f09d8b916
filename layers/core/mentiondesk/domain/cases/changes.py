"""A change of a case, with all that is written in its transaction."""

from dataclasses import dataclass

from mentiondesk.domain.alerts.escalation import EscalationChange, HoldEscalation, StartEscalation, escalation_change
from mentiondesk.domain.alerts.message import CaseReleased, StaffMessage
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.figures.facts import CaseFact, facts_of
from mentiondesk.domain.timeline import CaseEntry, Released, Snoozed, Undone


@dataclass(frozen=True, slots=True)
class CaseChange:
    """`before` is the case as it was stored (None: there was none), `after` the case with `entry` in its timeline."""

    before: Case | None
    after: Case
    entry: CaseEntry
    escalation: EscalationChange | None = None
    messages: tuple[StaffMessage, ...] = ()
    # The desk asks X about the customer in its next run.
    look_up: bool = False
    # What figures count of it.
    facts: tuple[CaseFact, ...] = ()


def case_change(
    before: Case | None, after: Case, entry: CaseEntry, facts: tuple[CaseFact, ...] | None = None
) -> CaseChange:
    """The change with what follows for the alerts and for figures.

    `facts` are given where the case was folded anew; else the entry stands behind all others.
    """
    told = facts_of(before, after, entry) if facts is None else facts
    return CaseChange(before, after, entry, _escalation(before, after, entry), _messages(after, entry), facts=told)


def _escalation(before: Case | None, after: Case, entry: CaseEntry) -> EscalationChange | None:
    if isinstance(entry, Snoozed):
        return HoldEscalation(entry.until)
    timer = after.timer
    if isinstance(entry, Undone) and timer is not None and timer.running and timer.alerts:
        # As if there had been no snooze; the ledger knows the stages that have gone out.
        return StartEscalation(timer)
    return escalation_change(before.timer if before else None, timer)


def _messages(after: Case, entry: CaseEntry) -> tuple[StaffMessage, ...]:
    timer = after.timer
    if isinstance(entry, Released) and timer is not None and timer.running and timer.alerts:
        return (CaseReleased(after.case_id, entry.at),)
    return ()
