"""Due escalations and messages → alerts on each channel: lease, plan, batch, deliver, mark."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import StaffId, SubjectId
from mentiondesk.ports.alerts import AlertStore, DueItem, Lease
from mentiondesk.ports.channels import Sender
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.tokens import Links
from mentiondesk.ports.writing import StaffWriter
from mentiondesk.usecases.alerts.batching import Pile, piles
from mentiondesk.usecases.alerts.delivery import Deliverer, Delivery
from mentiondesk.usecases.alerts.notices import Notices
from mentiondesk.usecases.alerts.notified import Notified
from mentiondesk.usecases.alerts.planning import Task, planned

# Longer than the function's timeout in template.yaml: a lease still held belongs to a run that still goes on.
LEASE = timedelta(minutes=2)
_RESERVE = timedelta(seconds=20)
_MOST_ATTEMPTS = 5


def no_links(staff_id: StaffId, subject_id: SubjectId, now: datetime) -> str | None:
    """Links where none can be made: alerts go out all the same."""
    del staff_id, subject_id, now
    return None


class NotifyStaff:
    """A run over what is due; its cost follows what is due, never the backlog.

    A crash may repeat an alert that was sent and not yet recorded. It never loses one: the lease ends, and the item
    is due again. `senders` holds one for each channel; a round takes up to `batch` items.
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
    ) -> None:
        self._alerts = alerts
        self._incidents = incidents
        self._senders = senders
        self._writer = writer
        self._settings = settings
        self._links = links
        self._batch = batch

    def __call__(self, now: datetime, time_left: TimeLeft) -> Notified:
        notified = Notified()
        while time_left() > _RESERVE:
            due = self._alerts.due(now, self._batch)
            self._round(due, now, notified)
            if len(due) < self._batch:
                return notified
        notified.left = True
        return notified

    def _round(self, due: Sequence[DueItem], now: datetime, notified: Notified) -> None:
        settings = self._settings()
        tasks = [planned(lease, settings, now) for lease in self._leased(due, now)]
        deliverer = Deliverer(self._alerts, self._senders, self._writer, settings, now, notified)
        for task in tasks:
            deliverer.record(task.plan.records)
        notices = Notices(self._incidents, self._links, now)
        for pile in piles((task.lease.subject, alert) for task in tasks for alert in task.plan.send):
            deliverer.deliver(_delivery(pile, notices, settings), _together(pile, settings))
        for task in tasks:
            self._mark(task, now, notified)
        notified.subjects += len(tasks)

    def _leased(self, due: Sequence[DueItem], now: datetime) -> list[Lease]:
        """A lease for each item; the latest where a release took the lease of an escalation over."""
        leases = (self._alerts.lease(item, now, now + LEASE) for item in due)
        return list({lease.item: lease for lease in leases if lease is not None}.values())

    def _mark(self, task: Task, now: datetime, notified: Notified) -> None:
        """Ends the lease: due again with the next stage, or soon where an alert reached nobody."""
        escalation = task.lease.escalation
        attempts = escalation.attempts + 1
        if attempts < _MOST_ATTEMPTS and not notified.undelivered.isdisjoint(task.plan.send):
            self._alerts.done(task.lease, escalation.alerted_until, now + timedelta(minutes=attempts), attempts)
        else:
            self._alerts.done(task.lease, now, task.plan.next_at, 0)


def _delivery(pile: Pile, notices: Notices, settings: DeskSettings) -> Delivery:
    staff = settings.roster.find(pile.staff_id)
    assert staff is not None, "alerts are planned from the roster"
    return Delivery(staff, pile.channel, tuple(notices.of(subject, alert) for subject, alert in pile.alerts))


def _together(pile: Pile, settings: DeskSettings) -> bool:
    """True when the pile is one message: cases of one incident always are, however few."""
    return pile.incident_id is not None or len(pile.alerts) > settings.alerts.digest_over
