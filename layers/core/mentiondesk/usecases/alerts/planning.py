"""Planning: each leased item with the alerts that it calls for."""

from collections.abc import Sequence
from datetime import datetime

from mentiondesk.domain.alerts.budget import HOUR
from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record
from mentiondesk.domain.alerts.message import BECAME_CRITICAL, HOURLY, NEWS, Hears, OwnerNews
from mentiondesk.domain.alerts.plan import Facts, Plan, plan
from mentiondesk.domain.alerts.roster import Audience, Channel, Staff, Stage
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.subject import Subject
from mentiondesk.ports.alerts import Lease
from mentiondesk.values import Frozen, replace

# A slow problem interrupts nobody: the leads read of it.
_LEADS_MAIL = ((Audience.LEAD, Channel.EMAIL),)


class Task(Frozen):
    """A leased item and its plan."""

    lease: Lease
    plan: Plan


def planned(lease: Lease, settings: DeskSettings, now: datetime) -> Task:
    """The task of a lease. Its plan is empty where the subject waits for nothing any more."""
    if lease.item.message_id == HOURLY and isinstance(lease.subject, Incident):
        return Task(lease, _hourly(lease, lease.subject, settings, now))
    if lease.to is not None:
        return Task(lease, _to_owner(lease, lease.to, settings, now))
    horizon = now + settings.alerts.budget.gather
    if lease.item.message_id != BECAME_CRITICAL and not lease.escalation.is_of(lease.subject.timer):
        return Task(lease, Plan())
    facts, stages = facts_of(lease.subject), stages_of(lease.subject, settings)
    return Task(lease, plan(lease.escalation, facts, now, stages, settings.roster, lease.ledger, horizon))


def _hourly(lease: Lease, incident: Incident, settings: DeskSettings, now: datetime) -> Plan:
    """One mail to the incident's owner, where something is new, and the next in an hour."""
    known = {record.alert.staff_id for record in lease.ledger if record.outcome is Outcome.SENT}
    since = lease.escalation.timer.since
    owner = settings.roster.find(incident.owner) if incident.owner is not None else None
    people = [owner] if owner else settings.roster.audience(Audience.LEAD, now)
    news = incident.latest_at is not None and incident.latest_at > since
    send = tuple(
        Alert(incident.incident_id, since, HOURLY, one.staff_id, one.reachable(Channel.EMAIL), since, since)
        for one in people
        if news and one.staff_id not in known
    )
    return Plan(send, (), now + HOUR)


def _to_owner(lease: Lease, to: StaffId, settings: DeskSettings, now: datetime) -> Plan:
    """One message to each person whom it concerns."""
    timer, known = lease.escalation.timer, {record.alert.staff_id for record in lease.ledger if _went_out(record)}
    (due,) = timer.alerts
    people = dict.fromkeys(_concerned(OwnerNews(due.stage), settings.roster.find(to), settings, now))
    send = (
        Alert(lease.item.subject_id, timer.since, due.stage, one.staff_id, way, due.at, timer.answer_by)
        for one in people
        if one.staff_id not in known
        for way in (one.reachable(Channel.EMAIL),)
    )
    return Plan(tuple(send))


def _concerned(news: OwnerNews, person: Staff | None, settings: DeskSettings, now: datetime) -> tuple[Staff, ...]:
    """The people who hear of it: the person, who may have left, and leads where it cannot wait for that person."""
    leads, own = tuple(settings.roster.audience(Audience.LEAD, now)), (person,) if person else ()
    match NEWS[news].hears:
        case Hears.LEADS:
            return tuple(one for one in leads if one != person)
        case Hears.BOTH:
            return (*own, *leads)
        case Hears.INSTEAD:
            return own if person is not None and person.on_duty(now) else (*own, *leads)
        case Hears.PERSON:
            return own


def _went_out(record: Record) -> bool:
    return record.outcome is Outcome.SENT


def facts_of(subject: Subject) -> Facts:
    """The facts about a subject that decide who gets its alerts."""
    match subject:
        case Case():
            return Facts(subject.urgency, subject.owner, subject.claimed_at)
        case Incident():
            # The owner of an incident has published it; its alerts go to their audiences all the same.
            return Facts(subject.urgency)


def stages_of(subject: Subject, settings: DeskSettings) -> Sequence[Stage]:
    """The stages that the alerts of a subject's timer may name."""
    match subject:
        case Case():
            assert subject.timer is not None, "the escalation is of a timer"
            return settings.policy.stages_of(subject.timer)
        case Incident(slow=True):
            return [replace(stage, send=_LEADS_MAIL) for stage in settings.incidents.stages]
        case Incident(critical=True):
            # The channels that ring duty and lead for a case ring them for an incident too.
            rings = settings.policy.critical[0].send if settings.policy.critical else ()
            stages = settings.incidents.stages
            return [replace(stage, send=tuple(dict.fromkeys((*stage.send, *rings)))) for stage in stages]
        case Incident():
            return settings.incidents.stages
