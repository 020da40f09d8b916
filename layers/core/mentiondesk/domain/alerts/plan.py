"""The plan of alerts: what a case or an incident calls for at a moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record
from mentiondesk.domain.alerts.roster import Channel, Roster, Stage
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import ReplyTimer
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.tags import Urgency

# What somebody must see to by a deadline.
Subject = Case | Incident


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send now, what to hold or leave out, and when to look at the case again."""

    send: tuple[Alert, ...]
    records: tuple[Record, ...]
    next_at: datetime | None


def plan(matter: Subject, now: datetime, stages: Sequence[Stage], roster: Roster, ledger: Iterable[Record]) -> Plan:
    """The alerts that `matter` calls for at `now`, given what the ledger of this wait holds.

    Nothing for a case that does not wait. Where several stages have fallen due at once, each person
    hears once per channel, of the latest. Texts wait for the end of quiet hours unless the case is urgent.
    """
    wait = matter.wait
    if wait is None or not matter.waiting:
        return Plan((), (), None)
    ledger = tuple(ledger)
    known = {(r.alert.stage, r.alert.staff_id, r.alert.channel): r for r in ledger if r.outcome is not Outcome.FAILED}
    # One person may be meant twice, as on duty and as the lead.
    fresh = dict.fromkeys(
        alert
        for alert in _alerts_due(matter, wait, now, stages, roster)
        if (alert.stage, alert.staff_id, alert.channel) not in known
    )
    ripe = [r.alert for r in ledger if _ripe(matter, r, now) and _still_theirs(matter, r.alert, now, stages, roster)]
    latest: dict[tuple[StaffId, Channel], Alert] = {}
    records: list[Record] = []
    for alert in sorted([*ripe, *fresh], key=lambda a: a.due_at):
        earlier = latest.pop((alert.staff_id, alert.channel), None)
        if earlier is not None:
            records.append(Record(earlier, Outcome.MERGED, now, earlier.channel, detail=f"said with {alert.stage}"))
        latest[alert.staff_id, alert.channel] = alert
    send: list[Alert] = []
    for alert in latest.values():
        quiet_until = _quiet_until(matter, alert, now, roster)
        if quiet_until is None:
            send.append(alert)
        else:
            records.append(Record(alert, Outcome.HELD, now, alert.channel, detail="quiet hours", until=quiet_until))
    held = [r.until for r in (*known.values(), *records) if r.outcome is Outcome.HELD and r.until]
    ahead = [moment for moment in (*(due.at for due in wait.alerts), *held) if moment > now]
    return Plan(tuple(send), tuple(records), min(ahead, default=None))


def _alerts_due(
    matter: Subject, wait: ReplyTimer, now: datetime, stages: Sequence[Stage], roster: Roster
) -> Iterable[Alert]:
    by_name = {stage.name: stage for stage in stages}
    for due in wait.alerts:
        stage = by_name.get(due.stage)
        done = matter.alerted_until is not None and due.at <= matter.alerted_until
        if stage is None or done or due.at > now:
            continue
        for audience, channel in stage.send:
            for staff in roster.audience(audience, now, matter.owner):
                alert = Alert(matter.matter_id, wait.since, due.stage, staff.staff_id, channel, due.at, wait.answer_by)
                if not _claimed_since(matter, alert):
                    yield replace(alert, channel=staff.reachable(channel))


def _claimed_since(matter: Subject, alert: Alert) -> bool:
    """Whether this person has taken the case since the alert fell due: they know."""
    return matter.owner == alert.staff_id and matter.claimed_at is not None and alert.due_at <= matter.claimed_at


def _ripe(matter: Subject, record: Record, now: datetime) -> bool:
    """Whether this is a held text whose time has come, or one that failed then and was not given up."""
    if record.outcome is Outcome.HELD:
        return (record.until or now) <= now
    marked = matter.alerted_until
    return record.outcome is Outcome.FAILED and marked is not None and record.alert.due_at <= marked < record.at


def _still_theirs(matter: Subject, alert: Alert, now: datetime, stages: Sequence[Stage], roster: Roster) -> bool:
    """Whether a held text still concerns its person; once the case is claimed, only those who hear of claimed cases."""
    if roster.find(alert.staff_id) is None or _claimed_since(matter, alert):
        return False
    if matter.owner is None:
        return True
    audiences = [audience for stage in stages if stage.name == alert.stage for audience, _ in stage.send]
    return any(
        staff.staff_id == alert.staff_id
        for audience in audiences
        for staff in roster.audience(audience, now, matter.owner)
    )


def _quiet_until(matter: Subject, alert: Alert, now: datetime, roster: Roster) -> datetime | None:
    staff = roster.find(alert.staff_id)
    if not alert.channel.interrupts or matter.urgency >= Urgency.HIGH or staff is None or staff.quiet is None:
        return None
    return staff.quiet.closes(now)
