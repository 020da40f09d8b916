"""The plan of one run: the alerts that an escalation calls for at a moment."""

from collections.abc import Collection, Container, Hashable, Iterable, Iterator, Sequence
from datetime import datetime

from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record
from mentiondesk.domain.alerts.roster import Channel, Roster, Staff, Stage
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.values import Frozen


class Facts(Frozen):
    """The facts about the subject that decide who gets an alert, and whether quiet hours hold it."""

    urgency: Urgency
    owner: StaffId | None = None
    claimed_at: datetime | None = None


class Plan(Frozen):
    """The alerts to send now, the records of those held or merged, and when to look at the subject again.

    `ahead` holds the warnings that fall due by the horizon: a message that goes out now can bring them forward. Where
    all of them do, `ahead_until` is the time of the last, and the stages up to then are done.
    """

    send: tuple[Alert, ...] = ()
    records: tuple[Record, ...] = ()
    next_at: datetime | None = None
    ahead: tuple[Alert, ...] = ()
    ahead_until: datetime | None = None

    def after_ahead(self, timer: ReplyTimer) -> datetime | None:
        """The time to look again once everything ahead has gone out."""
        done = self.ahead_until
        return min((due.at for due in timer.alerts if done is not None and due.at > done), default=None)


def plan(
    escalation: Escalation,
    facts: Facts,
    now: datetime,
    stages: Sequence[Stage],
    roster: Roster,
    ledger: Iterable[Record],
    horizon: datetime | None = None,
) -> Plan:
    """The alerts that a running timer calls for at `now`. `ledger` holds the records of this timer's alerts.

    Each person gets one alert: of the latest stage that has fallen due, on the first of its channels that works now.
    About a critical subject they get one on each channel. Texts wait for the end of quiet hours unless the subject is
    urgent.
    """
    return _Planning(escalation, facts, now, stages, roster, tuple(ledger)).plan(horizon or now)


def absent(
    escalation: Escalation,
    facts: Facts,
    now: datetime,
    stages: Sequence[Stage],
    roster: Roster,
    ledger: Iterable[Record],
) -> tuple[Alert, ...]:
    """The alerts of stages that count as done and of which the ledger knows nothing, for people called then and now."""
    return tuple(_Planning(escalation, facts, now, stages, roster, tuple(ledger)).absent())


class _Planning(Frozen):
    escalation: Escalation
    facts: Facts
    now: datetime
    stages: Sequence[Stage]
    roster: Roster
    ledger: tuple[Record, ...]

    def plan(self, horizon: datetime) -> Plan:
        known = {self._key(r.alert): r for r in self.ledger if r.outcome is not Outcome.FAILED}
        fresh = [alert for alert in self._due() if self._key(alert) not in known]
        owned = [alert for alert in fresh if self._knows(alert)]
        latest, merged = self._latest([*self._ripe(), *(alert for alert in fresh if alert not in owned)])
        merged += [Record(alert, Outcome.MERGED, self.now, alert.channel, detail="works on it") for alert in owned]
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
        coming = [] if self._critical else self._coming(horizon)
        ahead = tuple(alert for alert in self._ahead(coming) if self._key(alert) not in known) if coming else ()
        next_at = self._next_at([*known.values(), *held])
        until = None if held or not ahead else self._ahead_until(coming, known, ahead)
        return Plan(tuple(send), (*merged, *held), next_at, ahead, until)

    def absent(self) -> Iterator[Alert]:
        done_until = self.escalation.alerted_until
        known = {(one.alert.stage, one.alert.staff_id) for one in self.ledger}
        for due in self.escalation.timer.alerts:
            if done_until is not None and due.at <= done_until:
                called_now = {alert.staff_id for alert in self._alerts(due, self.now)}
                for alert in self._alerts(due, due.at):
                    needed = alert.staff_id in called_now and not self._knows(alert)
                    if needed and (alert.stage, alert.staff_id) not in known:
                        yield alert

    @property
    def _critical(self) -> bool:
        return self.facts.urgency is Urgency.CRITICAL

    def _key(self, alert: Alert) -> Hashable:
        """The name of an alert in the ledger of its timer: a person is told of a stage once, or once a channel."""
        return alert.stage, alert.staff_id, alert.channel if self._critical else None

    def _due(self) -> Iterator[Alert]:
        """The alerts of every stage that is due and not done."""
        done_until = self.escalation.alerted_until
        for due in self.escalation.timer.alerts:
            if due.at <= self.now and (done_until is None or due.at > done_until):
                yield from self._alerts(due, self.now)

    def _coming(self, horizon: datetime) -> list[tuple[Due, list[Alert]]]:
        """The stages that fall due after now and by the horizon, with the alerts to the people whom they call then."""
        stages = (due for due in self.escalation.timer.alerts if self.now < due.at <= horizon)
        return [(due, self._alerts(due, due.at)) for due in stages]

    def _ahead(self, coming: Iterable[tuple[Due, Sequence[Alert]]]) -> Iterator[Alert]:
        """The warnings that can be brought forward: to people who are called then and now."""
        for due, alerts in coming:
            if due.at < self.escalation.timer.answer_by:
                news = [one for one in alerts if not self._knows(one) and self._quiet_until(one) is None]
                called_now = {staff.staff_id for staff, _ in self._called(due, self.now)} if news else ()
                yield from (alert for alert in news if alert.staff_id in called_now)

    def _ahead_until(
        self, coming: Sequence[tuple[Due, Iterable[Alert]]], known: Container[Hashable], ahead: Collection[Alert]
    ) -> datetime | None:
        """The time of the last of the coming stages, where `ahead` leaves out nobody whom one of them calls."""
        warns = all(due.at < self.escalation.timer.answer_by for due, _ in coming)
        called = (alert for _, alerts in coming for alert in alerts)
        whole = all(alert in ahead or self._key(alert) in known for alert in called)
        held = any(record.outcome is Outcome.HELD for record in self.ledger)
        return coming[-1][0].at if warns and whole and not held else None

    def _alerts(self, due: Due, at: datetime) -> list[Alert]:
        """The alerts of one stage to the people whom it calls at `at`."""
        subject_id, timer = self.escalation.subject_id, self.escalation.timer
        since, answer_by, planned_at = timer.since, timer.answer_by, timer.planned_at
        return [
            Alert(subject_id, since, due.stage, staff.staff_id, channel, due.at, answer_by, planned_at)
            for staff, channel in self._called(due, at)
        ]

    def _called(self, due: Due, at: datetime) -> list[tuple[Staff, Channel]]:
        """The people of a stage, each with the channel to use, or with each channel where the subject is critical."""
        stage = self._stage(due.stage)
        if stage is None:
            return []
        claimed = self.facts.owner is not None and self.roster.find(self.facts.owner) is not None
        if (stage.unless_claimed and claimed) or (stage.once_claimed and not claimed):
            return []
        ways = self._ways(stage, at).values()
        if self._critical:
            return [(staff, channel) for staff, channels in ways for channel in channels]
        return [(staff, self._first(staff, channels)) for staff, channels in ways]

    def _stage(self, name: str) -> Stage | None:
        for stage in self.stages:
            if stage.name == name:
                return stage
        return None

    def _ways(self, stage: Stage, at: datetime) -> dict[StaffId, tuple[Staff, list[Channel]]]:
        """The people of a stage with the channels that it names for them; a person may be meant twice.

        No phone rings about a post that triage is unsure of.
        """
        ways: dict[StaffId, tuple[Staff, list[Channel]]] = {}
        for audience, channel in stage.send:
            if channel.interrupts and self.escalation.timer.clock is Clock.UNSURE:
                continue
            for staff in self.roster.audience(audience, at, self.facts.owner):
                way, known = staff.reachable(channel), ways.get(staff.staff_id)
                if known is None:
                    ways[staff.staff_id] = staff, [way]
                elif way not in known[1]:
                    known[1].append(way)
        return ways

    def _first(self, staff: Staff, channels: Sequence[Channel]) -> Channel:
        """The first channel that quiet hours do not hold, else the first."""
        if len(channels) == 1:
            return channels[0]
        return next((channel for channel in channels if self._held_until(staff, channel) is None), channels[0])

    def _knows(self, alert: Alert) -> bool:
        """True when this person works on the case and needs no such alert.

        They have claimed it since the alert fell due, or it is not the last warning before the deadline. Danger that
        came after the claim is news to them, too.
        """
        claimed_at = self.facts.claimed_at
        if self.facts.owner != alert.staff_id or claimed_at is None:
            return False
        timer = self.escalation.timer
        last_warning = max((due.at for due in timer.alerts if due.at < timer.answer_by), default=timer.since)
        return alert.due_at <= claimed_at or (alert.due_at < last_warning and not self._critical)

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
        if self.roster.find(alert.staff_id) is None or self._knows(alert):
            return False
        if self.facts.owner is None:
            return True
        stages = (stage for stage in self.stages if stage.name == alert.stage)
        return any(alert.staff_id in self._ways(stage, self.now) for stage in stages)

    def _quiet_until(self, alert: Alert) -> datetime | None:
        staff = self.roster.find(alert.staff_id)
        return self._held_until(staff, alert.channel) if staff else None

    def _held_until(self, staff: Staff, channel: Channel) -> datetime | None:
        """The end of the quiet hours that hold messages to this person on this channel now."""
        if staff.quiet is None or not channel.interrupts or self.facts.urgency >= Urgency.HIGH:
            return None
        return staff.quiet.closes(self.now)

    def _latest(self, alerts: Sequence[Alert]) -> tuple[Iterable[Alert], list[Record]]:
        """The latest alert for each person, and the records of the others.

        What quiet hours hold stands for nothing that can go now. Of a critical subject there is one on each channel.
        """
        latest: dict[Hashable, Alert] = {}
        merged: list[Record] = []
        if not alerts:
            return (), merged
        for alert in sorted(alerts, key=lambda one: one.due_at):
            held = self._quiet_until(alert) is not None
            whom = alert.staff_id, alert.channel if self._critical else None, held
            earlier = latest.pop(whom, None)
            if earlier is not None:
                merged.append(
                    Record(earlier, Outcome.MERGED, self.now, earlier.channel, detail=f"said with {alert.stage}")
                )
            latest[whom] = alert
        return latest.values(), merged

    def _next_at(self, records: Iterable[Record]) -> datetime | None:
        held = [record.until for record in records if record.outcome is Outcome.HELD and record.until]
        stages = [due.at for due in self.escalation.timer.alerts]
        return min((moment for moment in (*stages, *held) if moment > self.now), default=None)
