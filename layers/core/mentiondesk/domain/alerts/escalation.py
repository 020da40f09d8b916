"""Escalation: how far the alerts of one running timer have gone, and when the notifier looks next."""

from datetime import datetime

from mentiondesk.domain.cases.timers import ReplyTimer
from mentiondesk.domain.ids import SubjectId
from mentiondesk.values import Frozen


class Escalation(Frozen):
    """The alerts of one timer of a case or an incident.

    The notifier looks next at `due_at`; None when no alert is to come. Stages due up to `alerted_until` have gone
    out. `attempts` counts the runs in a row in which an alert reached nobody.
    """

    subject_id: SubjectId
    timer: ReplyTimer
    due_at: datetime | None
    alerted_until: datetime | None = None
    attempts: int = 0

    def is_of(self, timer: ReplyTimer | None) -> bool:
        """True when this timer of the subject is the one escalated, and still runs."""
        if timer is None or not timer.running:
            return False
        mine = self.timer
        return (timer.clock, timer.since, timer.planned_at) == (mine.clock, mine.since, mine.planned_at)


class StartEscalation(Frozen):
    """Puts the escalation of this timer anew. The timer has alerts; the escalation is due with the first of them."""

    timer: ReplyTimer


class StopEscalation(Frozen):
    """Takes the escalation away."""


class HoldEscalation(Frozen):
    """Makes the escalation due at `until`, and not before."""

    until: datetime


EscalationChange = StartEscalation | StopEscalation | HoldEscalation


def started(subject_id: SubjectId, timer: ReplyTimer) -> Escalation:
    """The escalation of a timer that has alerts, before any of them."""
    return Escalation(subject_id, timer, timer.alerts[0].at)


def escalation_change(before: ReplyTimer | None, after: ReplyTimer | None) -> EscalationChange | None:
    """The change that the timers to work by ask for; None leaves the escalation as it is."""
    if before == after:
        return None
    if after is not None and after.running and after.alerts:
        return StartEscalation(after)
    return StopEscalation() if before is not None and before.running and before.alerts else None
