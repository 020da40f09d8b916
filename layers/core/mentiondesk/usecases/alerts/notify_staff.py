"""Due escalations and messages → alerts on each channel: lease, plan, gather, deliver, mark."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from mentiondesk.domain.alerts.budget import Counted, Interruption
from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record
from mentiondesk.domain.alerts.roster import CHANNELS, Audience, Channel, Staff
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import CaseId, StaffId, SubjectId, UserId
from mentiondesk.ports.alerts import AlertStore, DueItem
from mentiondesk.ports.channels import Sender
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.tokens import Links
from mentiondesk.ports.writing import StaffWriter
from mentiondesk.usecases.alerts.delivery import Deliverer, Delivery
from mentiondesk.usecases.alerts.gathering import Message, by_person, joining, share, with_ahead
from mentiondesk.usecases.alerts.notices import Notices
from mentiondesk.usecases.alerts.notified import Notified
from mentiondesk.usecases.alerts.planning import Task, planned
from mentiondesk.values import replace

# Longer than the function's timeout in template.yaml: a lease still held belongs to a run that still goes on.
LEASE = timedelta(minutes=2)
_RESERVE = timedelta(seconds=20)
# The time that a leased item still costs, to be recorded and marked: two writes of prices.json.
_TO_MARK = timedelta(milliseconds=10)
# Tries of a message that is refused for good; one refused for a while is tried until it goes out or the wait is over.
_MOST_ATTEMPTS = 5
_MINUTE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=30)
# Items that one run looks at to bring their warnings forward.
_MOST_AHEAD = 500
_Due = Callable[[datetime, int], Sequence[DueItem]]


def no_links(staff_id: StaffId, subject_id: SubjectId, now: datetime) -> str | None:
    """Links where none can be made: alerts go out all the same."""
    del staff_id, subject_id, now
    return None


@dataclass(slots=True)
class _Run:
    """The work of a run on one part of what is due.

    `later` holds the alerts that wait, with when they may go, `ahead` those in messages. `beside`
    counts what is not worked on in this run and falls due before the next message, by that message's time.
    """

    now: datetime
    notified: Notified
    # The run's deliverer, with the settings in force: they are read where something is due.
    opened: Callable[[], Deliverer]
    tasks: dict[DueItem, Task] = field(default_factory=dict)
    later: dict[Alert, datetime] = field(default_factory=dict)
    ahead: set[Alert] = field(default_factory=set)
    beside: dict[datetime, int] = field(default_factory=dict)

    @property
    def deliverer(self) -> Deliverer:
        return self.opened()

    @property
    def settings(self) -> DeskSettings:
        return self.deliverer.settings

    def brought_forward(self, alerts: Sequence[Alert]) -> bool:
        """True when all of these went out ahead of their time."""
        return self.ahead.issuperset(alerts) and self.notified.undelivered.isdisjoint(alerts)


class NotifyStaff:
    """A run over what is due; its cost follows what is due, never the backlog.

    A crash may repeat an alert that was sent and not yet recorded. It never loses one: the lease ends, and the item
    is due again. `senders` holds one for each channel; the index is read `batch` items at a time. `text_links` makes
    the links of messages that ring a phone, which are short. `desk` is the address of the desk that staff sign in to.
    """

    def __init__(
        self,
        alerts: AlertStore,
        incidents: IncidentStore,
        senders: Mapping[Channel, Sender],
        writer: StaffWriter,
        settings: CurrentSettings,
        links: Links = no_links,
        batch: int = 200,
        desk: str = "",
        text_links: Links | None = None,
    ) -> None:
        self._alerts = alerts
        self._incidents = incidents
        self._senders = senders
        self._writer = writer
        self._settings = settings
        self._links = links
        self._text_links = text_links or links
        self._batch = batch
        self._desk = desk

    def __call__(self, now: datetime, time_left: TimeLeft) -> Notified:
        notified = Notified()
        opened = cache(lambda: self._deliverer(now, notified))
        # Critical alerts are told before anything else is looked at: behind a backlog they would be late.
        for due in (self._alerts.critical_due, self._alerts.due):
            self._tell(_Run(now, notified, opened), due, time_left)
        return notified

    def _deliverer(self, now: datetime, notified: Notified) -> Deliverer:
        return Deliverer(self._alerts, self._senders, self._writer, self._settings(), now, notified)

    def _tell(self, run: _Run, due: _Due, time_left: TimeLeft) -> None:
        """Tells of what is due in one part of the index, as far as the time goes, and marks it."""
        self._take_due(run, due, time_left)
        if not run.tasks:
            return
        now, settings, notified, deliverer = run.now, run.settings, run.notified, run.deliverer
        messages = self._messages(run)
        if any(one.gathers for one in messages):
            messages = messages if notified.left else self._with_ahead(run, messages)
        for task in run.tasks.values():
            deliverer.record(task.plan.records)
        notices = Notices(self._incidents, self._links, self._text_links, settings.roster, now, self._desk)
        for message in messages:
            deliverer.record(_merged(message, now))
            deliverer.deliver(self._beside(run, _delivery(message, notices, settings), message))
        for task in run.tasks.values():
            self._mark(task, run)
        notified.gathered += len(run.later)

    def _take_due(self, run: _Run, due: _Due, time_left: TimeLeft) -> None:
        """Leases and plans everything that is due, as far as the time goes."""
        while time_left() > _RESERVE + len(run.tasks) * _TO_MARK:
            items = due(run.now, self._batch)
            before = len(run.tasks)
            self._lease(items, run)
            run.notified.subjects += len(run.tasks) - before
            if len(items) < self._batch:
                return
        run.notified.left = True

    def _lease(self, items: Iterable[DueItem], run: _Run) -> None:
        """Adds the tasks of items that are due; a release takes the lease of an escalation over."""
        leases = (self._alerts.lease(item, run.now, run.now + LEASE) for item in items)
        tasks = (planned(lease, run.settings, run.now) for lease in leases if lease is not None)
        run.tasks.update({task.lease.item: task for task in tasks})

    def _hold(self, tasks: Iterable[Task], run: _Run) -> list[Task]:
        """Leases what was peeked at and planned in this run, and adds its tasks."""
        held = ((task, self._alerts.hold(task.lease, run.now + LEASE)) for task in tasks)
        found = [replace(task, lease=lease) for task, lease in held if lease is not None]
        run.tasks.update({task.lease.item: task for task in found})
        return found

    def _messages(self, run: _Run) -> list[Message]:
        """The messages that may go now: to leads first, so that one who stands in for others hears of a case once."""
        people = by_person(run.tasks.values())
        leads = {one.staff_id for one in run.settings.roster.audience(Audience.LEAD, run.now)}
        messages: list[Message] = []
        for staff_id in sorted(people, key=lambda one: one not in leads):
            latest = run.deliverer.interrupted.latest(staff_id)
            wanted, budget = people[staff_id], run.settings.alerts.budget
            theirs = share(staff_id, wanted, latest, run.now, budget, crowded=run.notified.left)
            run.deliverer.record(_told_by_number(theirs.counted, run.now))
            messages += theirs.messages
            run.later.update(theirs.later)
        return messages

    def _with_ahead(self, run: _Run, messages: Sequence[Message]) -> list[Message]:
        """The messages about cases, with the warnings that fall due before the next one may go."""
        budget = run.settings.alerts.budget
        horizon = run.now + budget.gather
        peeked = (self._alerts.peek(item) for item in self._near(run, messages, horizon))
        tasks = [planned(lease, run.settings, run.now) for lease in peeked if lease is not None]
        wanted = {one.alert.subject_id for message in self._joined(run, messages, tasks) for one in message.wanted}
        others = self._hold((task for task in tasks if task.lease.item.subject_id in wanted), run)
        found = self._joined(run, messages, others)
        sent = {alert for message in found for alert in message.alerts}
        run.ahead |= sent
        for alert in (alert for task in others for alert in task.plan.send if alert not in sent):
            # It waits for a message to somebody else; the next run decides about it anew.
            run.later[alert] = run.now + _MINUTE
        run.later = {alert: moment for alert, moment in run.later.items() if alert not in sent}
        return found

    def _joined(self, run: _Run, messages: Iterable[Message], others: Sequence[Task]) -> list[Message]:
        """The messages with what the run's own tasks and others hold for their people."""
        held, budget = joining((*run.tasks.values(), *others)), run.settings.alerts.budget
        found = []
        for message in messages:
            latest = run.deliverer.interrupted.latest(message.staff_id)
            theirs = held[message.staff_id] if message.gathers else ()
            found.append(with_ahead(message, theirs, latest, run.now, budget))
        return found

    def _near(self, run: _Run, messages: Iterable[Message], horizon: datetime) -> list[DueItem]:
        """The items whose warnings a message could bring forward: soon enough, or about one of its customers."""
        gathers = [one for one in messages if one.gathers]
        budget, latest = run.settings.alerts.budget, run.deliverer.interrupted.latest
        soon = max(latest(one.staff_id).horizon(run.now, budget) for one in gathers)
        named = {one.alert.subject_id for message in gathers for one in message.wanted}
        customers = {one.customer for one in named if isinstance(one, CaseId)}
        near = self._alerts.due(soon, _MOST_AHEAD)
        theirs = self._alerts.due(horizon, _MOST_AHEAD) if soon < horizon else ()
        items = dict.fromkeys((*near, *(one for one in theirs if _customer(one) in customers)))
        return [one for one in items if _has_warnings(one) and one not in run.tasks]

    def _beside(self, run: _Run, delivery: Delivery, message: Message) -> Delivery:
        """The delivery with the number of items that this run leaves and that fall due before the next message."""
        if not message.gathers:
            return delivery
        latest = run.deliverer.interrupted.latest(message.staff_id).after(Interruption(run.now))
        until = latest.horizon(run.now, run.settings.alerts.budget)
        if until not in run.beside:
            run.beside[until] = max(self._alerts.count_due(until) - len(run.tasks), 0)
        return replace(delivery, beside=run.beside[until], next_at=until)

    def _mark(self, task: Task, run: _Run) -> None:
        """Ends the lease: due again with the next stage, or sooner where an alert waits or reached nobody."""
        escalation, plan = task.lease.escalation, task.plan
        waits = [run.later[alert] for alert in plan.send if alert in run.later]
        failed = run.notified.undelivered.intersection(plan.send)
        attempts = escalation.attempts + 1 if failed else 0
        if failed and (attempts < _MOST_ATTEMPTS or not run.notified.passing.isdisjoint(failed)):
            waits.append(run.now + _pause(attempts))
        marked, then = (escalation.alerted_until, plan.next_at) if waits else (run.now, plan.next_at)
        if not waits and plan.ahead_until is not None and run.brought_forward(plan.ahead):
            marked, then = plan.ahead_until, plan.after_ahead(escalation.timer)
        next_at = min((moment for moment in (*waits, then) if moment is not None), default=None)
        self._alerts.done(task.lease, marked, next_at, attempts if waits else 0)


def _has_warnings(item: DueItem) -> bool:
    """True for the escalation of a case: only cases have warnings that can be brought forward."""
    return item.message_id is None and isinstance(item.subject_id, CaseId)


def _customer(item: DueItem) -> UserId | None:
    return item.subject_id.customer if isinstance(item.subject_id, CaseId) else None


def _merged(message: Message, now: datetime) -> list[Record]:
    return [
        Record(alert, Outcome.MERGED, now, alert.channel, detail="said with a later stage") for alert in message.merged
    ]


def _told_by_number(counted: Mapping[Alert, Counted], now: datetime) -> list[Record]:
    return [
        Record(alert, Outcome.SENT, now, by.via, by.message_id, "counted in an earlier message", digest=True)
        for alert, by in counted.items()
    ]


def _pause(attempts: int) -> timedelta:
    """The time until an alert that reached nobody is tried again: later and later."""
    return min(timedelta(minutes=attempts), _LONGEST_PAUSE)


def _delivery(message: Message, notices: Notices, settings: DeskSettings) -> Delivery:
    staff: Staff | None = settings.roster.find(message.staff_id)
    assert staff is not None, "alerts are planned from the roster"
    # A short message holds the link of the case that it names: of the most urgent ones, the first that is due.
    first = min(message.wanted, key=lambda one: (-one.subject.urgency.rank, one.alert.answer_by))
    short = CHANNELS[message.channel].short
    found = tuple(notices.of(one.subject, one.alert, short and one is first) for one in message.wanted)
    return Delivery(staff, message.channel, found, message.critical)
