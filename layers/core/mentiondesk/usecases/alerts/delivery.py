"""Delivery: the notices of one message to one person, on the first way that works."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from mentiondesk.domain.alerts.budget import Counted, Interruption, Interruptions
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.notices import CaseNotice, Notice, by_customer
from mentiondesk.domain.alerts.roster import Audience, Channel, Staff
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import CaseId, StaffId, SubjectId
from mentiondesk.ports.alerts import AlertStore
from mentiondesk.ports.channels import Sender, Undeliverable
from mentiondesk.ports.writing import StaffWriter
from mentiondesk.usecases.alerts.notified import Notified
from mentiondesk.values import Frozen, replace

# Cases of one message that its record names; more would make the record large and change nothing.
_MOST_NAMED = 200


class NotWritten(Undeliverable):
    """The writer failed on a message."""


class Delivery(Frozen):
    """The notices of one message. `detail` goes into the ledger: why it is not the channel meant.

    `critical`: the message is about danger. No limit holds it, and each channel is a way of its own. `beside` counts
    the alerts that are not named and fall due before the next message, which may go at `next_at`.
    """

    staff: Staff
    channel: Channel
    notices: tuple[Notice, ...]
    critical: bool = False
    detail: str = ""
    beside: int = 0
    next_at: datetime | None = None

    def counted(self, via: Channel, message_id: str) -> Counted | None:
        """The alerts that the message counts."""
        return Counted(self.next_at, via, message_id) if self.beside and self.next_at is not None else None

    def records(self, outcome: Outcome, now: datetime, via: Channel, message_id: str, detail: str) -> list[Record]:
        """The ledger's lines, one for each notice."""
        digest = len(self.notices) > 1
        return [Record(one.alert, outcome, now, via, message_id, detail, digest=digest) for one in self.notices]


class _Way(Frozen):
    """A person and one of their addresses."""

    staff: Staff
    channel: Channel
    address: str


class Interrupted:
    """The latest messages of each person, as stored, and the subjects that this run has told them of."""

    def __init__(self, alerts: AlertStore, now: datetime) -> None:
        self._alerts = alerts
        self._now = now
        self._latest: dict[StaffId, Interruptions] = {}
        self._told: dict[tuple[StaffId, Channel | None], dict[SubjectId, str]] = {}

    def latest(self, staff_id: StaffId) -> Interruptions:
        if staff_id not in self._latest:
            self._latest[staff_id] = self._alerts.interruptions(staff_id)
        return self._latest[staff_id]

    def told(self, way: _Way, delivery: Delivery) -> Mapping[SubjectId, str]:
        """The subjects that this run has told the person of, with the messages; if critical, on this channel."""
        return self._told.get((way.staff.staff_id, way.channel if delivery.critical else None), {})

    def add(self, way: _Way, delivery: Delivery, message_id: str) -> None:
        """Counts a message that has gone out."""
        subjects = [notice.alert.subject_id for notice in delivery.notices]
        cases = tuple(one for one in subjects if isinstance(one, CaseId))[:_MOST_NAMED]
        staff_id = way.staff.staff_id
        counted = delivery.counted(way.channel, message_id)
        one = Interruption(self._now, cases, delivery.critical, counted)
        self._latest[staff_id] = self.latest(staff_id).after(one)
        self._alerts.interrupted(staff_id, self._latest[staff_id], self._now)
        for channel in (way.channel, None):
            self._told.setdefault((staff_id, channel), {}).update(dict.fromkeys(subjects, message_id))


class Deliverer:
    """Delivers within each person's limits, and records every outcome at once.

    `senders` holds one for each channel.
    """

    def __init__(
        self,
        alerts: AlertStore,
        senders: Mapping[Channel, Sender],
        writer: StaffWriter,
        settings: DeskSettings,
        now: datetime,
        notified: Notified,
    ) -> None:
        self._alerts = alerts
        self._senders = senders
        self._writer = writer
        self.settings = settings
        self._now = now
        self._notified = notified
        self.interrupted = Interrupted(alerts, now)

    def deliver(self, delivery: Delivery) -> None:
        """Sends one message, on the calm channel where the person's limit is reached."""
        if self._over_limit(delivery, delivery.staff, delivery.channel):
            calm = delivery.staff.calm_channel or delivery.channel
            delivery = replace(delivery, channel=calm, detail=f"{delivery.channel} limit reached")
        self._send(delivery)

    def _over_limit(self, delivery: Delivery, staff: Staff, channel: Channel) -> bool:
        """True when a message on this channel would be one too many for this person; one that is not is counted.

        A person without a calm channel has no limit: nothing else would reach them. Danger has none.
        """
        if delivery.critical or not channel.interrupts or staff.calm_channel is None:
            return False
        return not self._alerts.take_text_slot(staff.staff_id, self._now, self.settings.alerts.text_limits)

    def _send(self, delivery: Delivery) -> None:
        """Sends on the first way that works. A text meant as one was counted before."""
        refusals = [delivery.detail] if delivery.detail else []
        for way in self._ways(delivery):
            direct = way.staff is delivery.staff and way.channel is delivery.channel
            delivery = self._untold(way, delivery, refusals)
            if not delivery.notices:
                return
            if not direct and self._over_limit(delivery, way.staff, way.channel):
                refusals.append(f"{way.channel} to {way.staff.staff_id}: {way.channel} limit reached")
                continue
            try:
                message_id = self._senders[way.channel].send(
                    way.address, self._written(way, delivery.notices, delivery.beside)
                )
            except NotWritten as refusal:
                if len(delivery.notices) > 1:
                    self._send_apart(way, delivery)
                    return
                refusals.append(f"{way.channel} to {way.staff.staff_id}: {refusal.reason}")
                continue
            except Undeliverable as refusal:
                refusals.append(f"{way.channel} to {way.staff.staff_id}: {refusal.reason}")
                if refusal.passing:
                    self._notified.passing.update(notice.alert for notice in delivery.notices)
                continue
            self._notified.fell_back += not direct
            self._notified.messages += 1
            if way.channel is not Channel.ROOM:
                self._notified.without_links += sum(notice.act is None for notice in delivery.notices)
            self.record(delivery.records(Outcome.SENT, self._now, way.channel, message_id, "; ".join(refusals)))
            self.interrupted.add(way, delivery, message_id)
            return
        self.record(delivery.records(Outcome.FAILED, self._now, delivery.channel, "", "; ".join(refusals)))

    def _send_apart(self, way: _Way, delivery: Delivery) -> None:
        """Sends what can be written as one message, and each of the others by itself."""
        writable = tuple(one for one in delivery.notices if self._can_write(way, one))
        others = tuple(one for one in delivery.notices if one not in writable)
        if others:
            # The failure of the whole is that of these, which report it themselves.
            self._notified.not_written.pop()
        groups = (writable, *((one,) for one in others)) if others else ((one,) for one in writable)
        for notices in groups:
            self._send(replace(delivery, notices=notices))

    def _can_write(self, way: _Way, notice: Notice) -> bool:
        try:
            self._written(way, (notice,))
        except NotWritten:
            self._notified.not_written.pop()
            return False
        return True

    def _untold(self, way: _Way, delivery: Delivery, refusals: Sequence[str]) -> Delivery:
        """The delivery without the subjects that this run has told the person of: these count as sent with that."""
        told = self.interrupted.told(way, delivery)
        detail = "; ".join((*refusals, f"told {way.staff.staff_id} already"))
        again = [one for one in delivery.notices if one.alert.subject_id in told]
        self.record(
            [
                Record(one.alert, Outcome.SENT, self._now, way.channel, told[one.alert.subject_id], detail, digest=True)
                for one in again
            ]
        )
        return replace(delivery, notices=tuple(one for one in delivery.notices if one.alert.subject_id not in told))

    def _ways(self, delivery: Delivery) -> Iterator[_Way]:
        """The channel meant, then the person's others, then the leads': each with its address.

        A room stands in for nobody, and nobody for a room.
        """
        room = delivery.channel is Channel.ROOM
        leads = () if room else self.settings.roster.audience(Audience.LEAD, self._now)
        others = (lead for lead in leads if lead.staff_id != delivery.staff.staff_id)
        for staff in (delivery.staff, *others):
            yield from (_Way(staff, *way) for way in staff.ways(delivery.channel))

    def _written(self, way: _Way, notices: Sequence[Notice], beside: int = 0) -> Email | str:
        try:
            told: Sequence[Notice] = by_customer(notices)
            if beside:
                told = [replace(one, beside=beside) if isinstance(one, CaseNotice) else one for one in told]
            return self._writer.write(way.channel, way.staff, told, self.settings.brand.name, self._now)
        except Exception as error:
            # A boundary: one subject that cannot be put into words must not keep the alerts about others back. The
            # function logs the traceback and counts it.
            self._notified.not_written.append(error)
            raise NotWritten(f"not written: {type(error).__name__}") from error

    def record(self, records: Iterable[Record]) -> None:
        """Writes outcomes into the ledger and counts them."""
        records = tuple(records)
        if records:
            self._alerts.record(records)
        self._notified.count(records)
