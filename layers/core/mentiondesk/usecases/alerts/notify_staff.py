"""Due alerts → email and text: lease, send, mark."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice, Notice
from mentiondesk.domain.alerts.plan import Plan, Subject, plan
from mentiondesk.domain.alerts.roster import Audience, Channel, Staff, Stage
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import IncidentId, StaffId, SubjectId
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.ports.alerts import AlertStore, Lease
from mentiondesk.ports.channels import Mailer, Texter, Undeliverable
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.tokens import Links
from mentiondesk.ports.writing import StaffWriter

# Longer than the function may run: a lease that is still held belongs to a run that is still going.
LEASE = timedelta(minutes=2)
_BATCH = 200
_RESERVE = timedelta(seconds=20)
_MOST_ATTEMPTS = 5


def no_links(staff_id: StaffId, matter: Subject, now: datetime) -> str | None:
    """Links where none can be made: alerts go out all the same."""
    del staff_id, matter, now
    return None


@dataclass(slots=True)
class Notified:
    """What one run did; `failed` counts alerts that no channel took."""

    matters: int = 0
    sent: int = 0
    held: int = 0
    fell_back: int = 0
    failed: int = 0
    left: bool = False
    records: list[Record] = field(default_factory=list)


class NotifyStaff:
    """One run over what is due; its cost follows what is due, never the backlog.

    A crash may repeat an alert that was sent and not yet recorded; it never loses one: the lease ends
    and the matter is due again.
    """

    def __init__(
        self,
        alerts: AlertStore,
        incidents: IncidentStore,
        mailer: Mailer,
        texter: Texter,
        writer: StaffWriter,
        settings: CurrentSettings,
        links: Links = no_links,
    ) -> None:
        self._alerts = alerts
        self._incidents = incidents
        self._links = links
        self._mailer = mailer
        self._texter = texter
        self._writer = writer
        self._settings = settings

    def __call__(self, now: datetime, time_left: TimeLeft) -> Notified:
        notified = Notified()
        while time_left() > _RESERVE:
            due = self._alerts.due(now, _BATCH)
            self._round(due, now, notified)
            if len(due) < _BATCH:
                return notified
        notified.left = True
        return notified

    def _round(self, due: Sequence[SubjectId], now: datetime, notified: Notified) -> None:
        settings = self._settings()
        leased = [lease for matter_id in due if (lease := self._alerts.lease(matter_id, now, now + LEASE))]
        plans = [
            (lease, plan(lease.matter, now, _stages(lease.matter, settings), settings.roster, lease.ledger))
            for lease in leased
        ]
        notices = _Notices(self._incidents, self._links, now)
        # Cases that are part of one incident go out as one message, however few.
        piles: dict[tuple[StaffId, Channel, IncidentId | None], list[Notice]] = defaultdict(list)
        for lease, planned in plans:
            self._note(planned.records, notified)
            for alert in planned.send:
                piles[alert.staff_id, alert.channel, lease.matter.incident_id].append(notices.of(lease.matter, alert))
        for (staff_id, channel, incident_id), pile in piles.items():
            staff = settings.roster.find(staff_id)
            assert staff is not None, "alerts are planned from the roster"
            together = incident_id is not None or len(pile) > settings.alerts.digest_over
            self._tell(_Delivery(staff, channel, tuple(pile)), together, settings, now, notified)
        failed = {r.alert.matter_id for r in notified.records if r.outcome is Outcome.FAILED}
        for lease, planned in plans:
            self._mark(lease, planned, failed, now)
        notified.matters += len(leased)

    def _tell(
        self, delivery: "_Delivery", together: bool, settings: DeskSettings, now: datetime, notified: Notified
    ) -> None:
        """One message for each notice, or one digest for all when they belong together or limits are reached."""
        limited: list[Notice] = []
        for batch in _batches(delivery.notices, together):
            if self._over_limit(delivery.staff, delivery.channel, settings, now):
                limited.extend(batch)
            else:
                self._deliver(replace(delivery, notices=batch), settings, now, notified)
        for batch in _batches(tuple(limited), together=True):
            by_mail = replace(
                delivery,
                channel=delivery.staff.calm_channel or delivery.channel,
                notices=batch,
                detail="text limit reached",
            )
            self._deliver(by_mail, settings, now, notified)

    def _over_limit(self, staff: Staff, channel: Channel, settings: DeskSettings, now: datetime) -> bool:
        """Whether a text would be one too many for this person; one that is not is counted.

        Who has no other channel has no limit: nothing else would reach them.
        """
        if not channel.interrupts or staff.calm_channel is None:
            return False
        return not self._alerts.take_text_slot(staff.staff_id, now, settings.alerts.text_limits)

    def _deliver(self, delivery: "_Delivery", settings: DeskSettings, now: datetime, notified: Notified) -> None:
        """Sends on the first way that works, and records it at once. A text meant as one was counted before."""
        refusals: list[str] = [delivery.detail] if delivery.detail else []
        for staff, channel, address in _ways(delivery, settings):
            direct = staff is delivery.staff and channel is delivery.channel
            if not direct and self._over_limit(staff, channel, settings, now):
                refusals.append(f"{channel} to {staff.staff_id}: text limit reached")
                continue
            try:
                message_id = self._send(staff, channel, address, delivery.notices, settings, now)
            except Undeliverable as refusal:
                refusals.append(f"{channel} to {staff.staff_id}: {refusal.reason}")
                continue
            notified.fell_back += not direct
            self._note(delivery.records(Outcome.SENT, now, channel, message_id, "; ".join(refusals)), notified)
            return
        self._note(delivery.records(Outcome.FAILED, now, delivery.channel, "", "; ".join(refusals)), notified)

    def _send(
        self,
        staff: Staff,
        channel: Channel,
        address: str,
        notices: Sequence[Notice],
        settings: DeskSettings,
        now: datetime,
    ) -> str:
        try:
            written = self._writer.write(channel, staff, notices, settings.brand.name, now)
        except Exception as error:
            # One matter that cannot be put into words must not keep the others' alerts back; an operator hears of it.
            raise Undeliverable(f"not written: {type(error).__name__}") from error
        return (
            self._mailer.send(address, written) if isinstance(written, Email) else self._texter.send(address, written)
        )

    def _note(self, records: Sequence[Record], notified: Notified) -> None:
        if records:
            self._alerts.record(records)
        notified.records.extend(records)
        notified.sent += sum(r.outcome is Outcome.SENT for r in records)
        notified.held += sum(r.outcome is Outcome.HELD for r in records)
        notified.failed += sum(r.outcome is Outcome.FAILED for r in records)

    def _mark(self, lease: Lease, planned: Plan, failed: set[SubjectId], now: datetime) -> None:
        attempts = lease.matter.attempts + 1
        if lease.matter.matter_id in failed and attempts < _MOST_ATTEMPTS:
            retry_at = now + timedelta(minutes=attempts)
            self._alerts.done(lease, lease.matter.alerted_until, retry_at, attempts)
        else:
            self._alerts.done(lease, now, planned.next_at, 0)


def _stages(matter: Subject, settings: DeskSettings) -> Sequence[Stage]:
    return settings.incidents.stages if isinstance(matter, Incident) else settings.policy.stages


def _batches(notices: tuple[Notice, ...], together: bool) -> Iterator[tuple[Notice, ...]]:
    """What goes out as one message each: an incident always by itself."""
    incidents = [notice for notice in notices if isinstance(notice, IncidentNotice)]
    cases = [notice for notice in notices if isinstance(notice, CaseNotice)]
    yield from ((notice,) for notice in incidents)
    if together and cases:
        yield tuple(cases)
    else:
        yield from ((notice,) for notice in cases)


class _Notices:
    """Makes notices; looks an incident up once a round."""

    def __init__(self, incidents: IncidentStore, links: Links, now: datetime) -> None:
        self._incidents = incidents
        self._links = links
        self._now = now
        self._known: dict[IncidentId, Incident | None] = {}

    def of(self, matter: Subject, alert: Alert) -> Notice:
        act = self._links(alert.staff_id, matter, self._now)
        if isinstance(matter, Incident):
            posts = self._incidents.joined(matter.incident_id) if matter.status is Status.RESOLVED else []
            return IncidentNotice(matter, alert, tuple(posts), act)
        return CaseNotice(matter, alert, self._incident(matter.incident_id), act)

    def _incident(self, incident_id: IncidentId | None) -> Incident | None:
        if incident_id is None:
            return None
        if incident_id not in self._known:
            self._known[incident_id] = self._incidents.get(incident_id)
        return self._known[incident_id]


@dataclass(frozen=True, slots=True)
class _Delivery:
    """Notices for one person that go out as one message."""

    staff: Staff
    channel: Channel
    notices: tuple[Notice, ...]
    detail: str = ""

    def records(self, outcome: Outcome, now: datetime, via: Channel, message_id: str, detail: str) -> list[Record]:
        together = len(self.notices) > 1
        return [Record(n.alert, outcome, now, via, message_id, detail, digest=together) for n in self.notices]


def _ways(delivery: _Delivery, settings: DeskSettings) -> Iterator[tuple[Staff, Channel, str]]:
    """The channel meant, then the person's other one, then the leads': each with its address."""
    leads = settings.roster.audience(Audience.LEAD, delivery.notices[0].alert.due_at)
    for staff in (delivery.staff, *(lead for lead in leads if lead.staff_id != delivery.staff.staff_id)):
        yield from ((staff, channel, address) for channel, address in staff.ways(delivery.channel))
