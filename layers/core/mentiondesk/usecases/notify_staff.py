"""Due alerts → email and text: lease, send, mark."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mentiondesk.domain.alerts import Outcome, Plan, Record, plan
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.policy import Audience, Channel
from mentiondesk.domain.roster import Staff
from mentiondesk.messages import Notice, Writer
from mentiondesk.ports import AlertStore, CurrentSettings, Lease, Mailer, Texter, TimeLeft, Undeliverable
from mentiondesk.settings import Settings

# Longer than the function may run: a lease that is still held belongs to a run that is still going.
LEASE = timedelta(minutes=2)
_BATCH = 200
_RESERVE = timedelta(seconds=20)
_MOST_ATTEMPTS = 5


@dataclass(slots=True)
class Notified:
    """What one run did; `failed` counts alerts that no channel took."""

    cases: int = 0
    sent: int = 0
    held: int = 0
    fell_back: int = 0
    failed: int = 0
    left: bool = False
    records: list[Record] = field(default_factory=list)


class NotifyStaff:
    """One run over what is due; its cost follows what is due, never the backlog.

    A crash may repeat an alert that was sent and not yet recorded; it never loses one: the lease ends
    and the case is due again.
    """

    def __init__(
        self, alerts: AlertStore, mailer: Mailer, texter: Texter, writer: Writer, settings: CurrentSettings
    ) -> None:
        self._alerts = alerts
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

    def _round(self, due: Sequence[CaseId], now: datetime, notified: Notified) -> None:
        settings = self._settings()
        leased = [lease for case_id in due if (lease := self._alerts.lease(case_id, now, now + LEASE))]
        plans = [
            (lease, plan(lease.case, now, settings.policy.stages, settings.roster, lease.ledger)) for lease in leased
        ]
        by_person: dict[tuple[StaffId, Channel], list[Notice]] = defaultdict(list)
        for lease, planned in plans:
            self._note(planned.records, notified)
            for alert in planned.send:
                by_person[alert.staff_id, alert.channel].append(Notice(lease.case, alert))
        for (staff_id, channel), notices in by_person.items():
            staff = settings.roster.find(staff_id)
            assert staff is not None, "alerts are planned from the roster"
            self._tell(_Delivery(staff, channel, tuple(notices)), settings, now, notified)
        failed = {r.alert.case_id for r in notified.records if r.outcome is Outcome.FAILED}
        for lease, planned in plans:
            self._mark(lease, planned, failed, now)
        notified.cases += len(leased)

    def _tell(self, delivery: "_Delivery", settings: Settings, now: datetime, notified: Notified) -> None:
        """One message for each notice, or one digest for all when they are many or limits are reached."""
        if len(delivery.notices) > settings.alerts.digest_over:
            batches = [delivery.notices]
        else:
            batches = [(notice,) for notice in delivery.notices]
        limited: list[Notice] = []
        for batch in batches:
            if self._over_limit(delivery.staff, delivery.channel, settings, now):
                limited.extend(batch)
            else:
                self._deliver(replace(delivery, notices=batch), settings, now, notified)
        if limited:
            by_mail = replace(delivery, channel=Channel.EMAIL, notices=tuple(limited), detail="text limit reached")
            self._deliver(by_mail, settings, now, notified)

    def _over_limit(self, staff: Staff, channel: Channel, settings: Settings, now: datetime) -> bool:
        """Whether a text would be one too many for this person; one that is not is counted.

        Who has no email has no limit: nothing else would reach them.
        """
        if channel is not Channel.TEXT or not staff.email:
            return False
        return not self._alerts.take_text_slot(staff.staff_id, now, settings.alerts.limits)

    def _deliver(self, delivery: "_Delivery", settings: Settings, now: datetime, notified: Notified) -> None:
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
        self, staff: Staff, channel: Channel, address: str, notices: Sequence[Notice], settings: Settings, now: datetime
    ) -> str:
        try:
            email = self._writer.email(staff, notices, settings.brand.name, now) if channel is Channel.EMAIL else None
            text = self._writer.text(staff, notices, now) if channel is Channel.TEXT else ""
        except Exception as error:
            # One case that cannot be put into words must not keep the others' alerts back; an operator hears of it.
            raise Undeliverable(f"not written: {type(error).__name__}") from error
        return self._mailer.send(address, email) if email else self._texter.send(address, text)

    def _note(self, records: Sequence[Record], notified: Notified) -> None:
        if records:
            self._alerts.record(records)
        notified.records.extend(records)
        notified.sent += sum(r.outcome is Outcome.SENT for r in records)
        notified.held += sum(r.outcome is Outcome.HELD for r in records)
        notified.failed += sum(r.outcome is Outcome.FAILED for r in records)

    def _mark(self, lease: Lease, planned: Plan, failed: set[CaseId], now: datetime) -> None:
        attempts = lease.case.attempts + 1
        if lease.case.case_id in failed and attempts < _MOST_ATTEMPTS:
            retry_at = now + timedelta(minutes=attempts)
            self._alerts.done(lease, lease.case.alerted_until, retry_at, attempts)
        else:
            self._alerts.done(lease, now, planned.next_at, 0)


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


def _ways(delivery: _Delivery, settings: Settings) -> Iterator[tuple[Staff, Channel, str]]:
    """The channel meant, then the person's other one, then the leads': each with its address."""
    leads = settings.roster.audience(Audience.LEAD, delivery.notices[0].alert.due_at)
    for staff in (delivery.staff, *(lead for lead in leads if lead.staff_id != delivery.staff.staff_id)):
        for channel in (delivery.channel, delivery.channel.other):
            address = staff.address(channel)
            if address:
                yield staff, channel, address
