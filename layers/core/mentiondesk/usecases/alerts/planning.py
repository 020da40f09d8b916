"""Planning: each leased item with the alerts that it calls for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mentiondesk.domain.alerts.plan import Facts, Plan, plan
from mentiondesk.domain.alerts.roster import Stage
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.subject import Subject
from mentiondesk.ports.alerts import Lease


@dataclass(frozen=True, slots=True)
class Task:
    """A leased item and its plan."""

    lease: Lease
    plan: Plan


def planned(lease: Lease, settings: DeskSettings, now: datetime) -> Task:
    """The task of a lease. Its plan is empty where the subject waits for nothing any more."""
    horizon = now + settings.alerts.budget.gather
    if not lease.escalation.is_of(lease.subject.timer):
        return Task(lease, Plan())
    facts, stages = _facts(lease.subject), _stages(lease.subject, settings)
    return Task(lease, plan(lease.escalation, facts, now, stages, settings.roster, lease.ledger, horizon))


def _facts(subject: Subject) -> Facts:
    match subject:
        case Case():
            return Facts(subject.urgency, subject.owner, subject.claimed_at)
        case Incident():
            # The owner of an incident has published it; its alerts go to their audiences all the same.
            return Facts(subject.urgency)


def _stages(subject: Subject, settings: DeskSettings) -> Sequence[Stage]:
    match subject:
        case Case():
            return settings.policy.all_stages
        case Incident():
            return settings.incidents.stages
