"""The plan of one run: the alerts that an escalation calls for at a moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record
from mentiondesk.domain.alerts.roster import Channel, Roster, Staff, Stage
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.posts.tags import Urgency


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts about the subject that decide who gets an alert, and whether quiet hours hold it."""

    urgency: Urgency
    owner: StaffId | None = None
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The alerts to send now, the records of those held or merged, and when to look at the subject again."""

    send: tuple[Alert, ...] = ()
    records: tuple[Record, ...] = ()
    next_at: datetime | None = None


def plan(
    escalation: Escalation,
    facts: Facts,
    now: datetime,
    stages: Sequence[Stage],
    roster: Roster,
    ledger: Iterable[Record],
) -> Plan:
    """The alerts that a running timer calls for at `now`. `ledger` holds the records of this timer's alerts.

    Where several stages have fallen due at once, each person gets one alert per channel, of the latest. Texts wait
    for the end of quiet hours unless the subject is urgent.
    """
    return _Planning(escalation, facts, now, stages, roster, tuple(ledger)).plan()


@dataclass(frozen=True, slots=True)
class _Planning:
    escalation: Escalation
    facts: Facts
    now: datetime
    stages: Sequence[Stage]
    roster: Roster
    ledger: tuple[Record, ...]

    def plan(self) -> Plan:
        known = {_key(r.alert): r for r in self.ledger if r.outcome is not Outcome.FAILED}
        # A person may be meant twice, as on duty and as the lead.
        fresh = dict.fromkeys(alert for alert in self._due() if _key(alert) not in known)
        latest, merged = _latest([*self._ripe(), *fresh], self.now)
        send: list[Alert] = []
        held: list[Record] = []
        for alert in latest:
            quiet_until = self._quiet_until(alert)
            if quiet_until is None:
                send.append(alert)
            else:
                held.append(
                    Record(alert, Outcome.HELD, self.now, alert.channel, detail="quiet hours", until=quiet_until)
                )
        return Plan(tuple(send), (*merged, *held), self._next_at([*known.values(), *held]))

    def _due(self) -> Iterable[Alert]:
        """The alerts of every stage that is due and not done."""
        by_name = {stage.name: stage for stage in self.stages}
        timer, done_until = self.escalation.timer, self.escalation.alerted_until
        for due in timer.alerts:
            stage = by_name.get(due.stage)
            if stage is None or due.at > self.now or (done_until is not None and due.at <= done_until):
                continue
            for staff, channel in self._called(stage):
                alert = Alert(
                    self.escalation.subject_id,
                    timer.since,
                    due.stage,
                    staff.staff_id,
                    staff.reachable(channel),
                    due.at,
                    timer.answer_by,
                )
                if not self._claimed_since(alert):
                    yield alert

    def _called(self, stage: Stage) -> Iterable[tuple[Staff, Channel]]:
        """The people and the channels of a stage. Nobody gets a text about a post that triage is unsure of."""
        for audience, channel in stage.send:
            if channel is Channel.TEXT and self.escalation.timer.clock is Clock.UNSURE:
                continue
            for staff in self.roster.audience(audience, self.now, self.facts.owner):
                yield staff, channel

    def _claimed_since(self, alert: Alert) -> bool:
        """True when this person has claimed the case since the alert fell due: they know."""
        claimed_at = self.facts.claimed_at
        return self.facts.owner == alert.staff_id and claimed_at is not None and alert.due_at <= claimed_at

    def _ripe(self) -> Iterable[Alert]:
        """The alerts of earlier runs that can go now and still concern their people."""
        return (one.alert for one in self.ledger if self._is_ripe(one) and self._still_theirs(one.alert))

    def _is_ripe(self, record: Record) -> bool:
        """True for a held text whose time has come, or one that failed then and was not given up."""
        if record.outcome is Outcome.HELD:
            return (record.until or self.now) <= self.now
        marked = self.escalation.alerted_until
        return record.outcome is Outcome.FAILED and marked is not None and record.alert.due_at <= marked < record.at

    def _still_theirs(self, alert: Alert) -> bool:
        """True when a held text still concerns its person: of a claimed case, only those whom its stage still calls."""
        if self.roster.find(alert.staff_id) is None or self._claimed_since(alert):
            return False
        if self.facts.owner is None:
            return True
        called = (staff for stage in self.stages if stage.name == alert.stage for staff, _ in self._called(stage))
        return any(staff.staff_id == alert.staff_id for staff in called)

    def _quiet_until(self, alert: Alert) -> datetime | None:
        staff = self.roster.find(alert.staff_id)
        if staff is None or staff.quiet is None or not alert.channel.interrupts or self.facts.urgency >= Urgency.HIGH:
            return None
        return staff.quiet.closes(self.now)

    def _next_at(self, records: Iterable[Record]) -> datetime | None:
        held = [record.until for record in records if record.outcome is Outcome.HELD and record.until]
        stages = [due.at for due in self.escalation.timer.alerts]
        return min((moment for moment in (*stages, *held) if moment > self.now), default=None)


def _key(alert: Alert) -> tuple[str, StaffId, Channel]:
    """The name of an alert in the ledger of its timer."""
    return alert.stage, alert.staff_id, alert.channel


def _latest(alerts: Iterable[Alert], now: datetime) -> tuple[Iterable[Alert], list[Record]]:
    """The latest alert for each person and channel, and the records of those that it stands for."""
    latest: dict[tuple[StaffId, Channel], Alert] = {}
    merged: list[Record] = []
    for alert in sorted(alerts, key=lambda one: one.due_at):
        earlier = latest.pop((alert.staff_id, alert.channel), None)
        if earlier is not None:
            merged.append(Record(earlier, Outcome.MERGED, now, earlier.channel, detail=f"said with {alert.stage}"))
        latest[alert.staff_id, alert.channel] = alert
    return latest.values(), merged
