"""Every alert that was due against the ledger: one of which nothing is known is tried again, then a person hears."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched

from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.alerts.message import FollowUpList, IncidentNoticed, message_id
from mentiondesk.domain.alerts.plan import absent
from mentiondesk.domain.audit import Check, Finding
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.cases.timers import Clock, ReplyTimer
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import SubjectId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.subject import Subject
from mentiondesk.ports.audit import AlertAudit, AuditStore, Escalated
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.usecases.alerts.planning import facts_of, stages_of

# The notifier runs each minute: what is due for longer waits for a run that does not come.
_STUCK_AFTER = timedelta(minutes=30)
_MOST = 20_000
_AT_ONCE = 50
_RESERVE = timedelta(seconds=30)
# The timers of incidents that begin with a message of their own.
_MESSAGES: dict[Clock, type[IncidentNoticed | FollowUpList]] = {
    Clock.CONFIRM: IncidentNoticed,
    Clock.GO_BACK: FollowUpList,
}


class CheckAlerts:
    """Looks at the running timers of open cases and incidents. `compared` counts them."""

    def __init__(
        self,
        alerts: AlertAudit,
        cases: CaseStore,
        incidents: IncidentStore,
        audits: AuditStore,
        settings: CurrentSettings,
    ) -> None:
        self._alerts = alerts
        self._cases = cases
        self._incidents = incidents
        self._audits = audits
        self._settings = settings
        self.compared = 0

    def __call__(self, now: datetime, time_left: TimeLeft) -> Iterator[Finding]:
        settings, self.compared = self._settings(), 0
        subjects: list[SubjectId] = [*self._cases.open(_MOST)]
        subjects += [incident.incident_id for incident in self._incidents.open()]
        for some in batched(subjects, _AT_ONCE, strict=False):
            if time_left() < _RESERVE:
                left = len(subjects) - self.compared
                yield Finding(Check.COVERAGE, "alerts", f"there was no time to look at {left} subjects")
                return
            for found in self._alerts.escalated(some):
                yield from self._of(found, settings, now)
            self.compared += len(some)

    def _of(self, found: Escalated, settings: DeskSettings, now: datetime) -> Iterator[Finding]:
        timer = found.subject.timer
        if timer is None or not timer.running:
            return
        if timer.alerts and (lost := self._lost(found, timer, settings, now)):
            # Read once more: the subject may have changed between the two reads.
            again = next(iter(self._alerts.escalated([found.subject.subject_id])), None)
            unchanged = again is not None and again.subject == found.subject
            if again is not None and unchanged and self._lost(again, timer, settings, now):
                mended = self._alerts.restart(found.subject, timer, now)
                yield self._finding(found.subject, settings, lost, mended, now)
        message = _message_lost(found, now)
        told = self._alerts.ledger(found.subject.subject_id, timer) if message else ()
        if message and not any(one.alert.stage == message_id(message) for one in told):
            self._alerts.message_again(message)
            yield self._finding(found.subject, settings, f"the message {message_id(message)}", True, now)

    def _finding(self, subject: Subject, settings: DeskSettings, lost: str, mended: bool, now: datetime) -> Finding:
        again = self._audits.tried_again(subject.subject_id, now)
        detail = f"{lost} absent; {'tried again before, in vain' if again else 'tried again'}"
        return Finding(Check.ALERTS, _name(subject, settings), detail, mended and not again, again)

    def _lost(self, found: Escalated, timer: ReplyTimer, settings: DeskSettings, now: datetime) -> str:
        """The alerts of the timer that are absent, in words; empty where none is."""
        escalation = found.escalation
        if escalation is None or not escalation.is_of(timer):
            return "its escalation is"
        if _stuck(escalation, timer, now):
            return "a run of the notifier that is due is"
        if escalation.alerted_until is None:
            return ""
        stages, facts = stages_of(found.subject, settings), facts_of(found.subject)
        ledger = self._alerts.ledger(found.subject.subject_id, timer)
        lost = absent(escalation, facts, now, stages, settings.roster, ledger)
        if isinstance(found.subject, Incident):
            # An incident that became critical calls more people; a message of its own told them.
            told = {record.alert.stage for record in ledger}
            lost = tuple(one for one in lost if one.stage not in told)
        names = dict.fromkeys(f"{one.stage} to {one.staff_id}" for one in lost)
        return f"{', '.join(names)}:" if names else ""


def _stuck(escalation: Escalation, timer: ReplyTimer, now: datetime) -> bool:
    """True when alerts are to come and nothing will start them."""
    done = escalation.alerted_until
    to_come = any(done is None or due.at > done for due in timer.alerts)
    due_at = escalation.due_at
    return to_come and (due_at is None or due_at < now - _STUCK_AFTER)


def _message_lost(found: Escalated, now: datetime) -> IncidentNoticed | FollowUpList | None:
    """The message with which an incident's timer began, where it is not to be sent any more."""
    timer = found.subject.timer
    if not isinstance(found.subject, Incident) or timer is None:
        return None
    kind = _MESSAGES.get(timer.clock)
    message = kind(found.subject.incident_id, now) if kind else None
    return message if message and message_id(message) not in found.messages else None


def _name(subject: Subject, settings: DeskSettings) -> str:
    if isinstance(subject, Case):
        return f"case {case_number(subject.case_id, settings.brand.name)} ({subject.case_id})"
    return f"incident {subject.incident_id}"
