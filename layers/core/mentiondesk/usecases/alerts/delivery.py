"""Delivery: one batch of notices to one person, on the first way that works."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.notices import Notice
from mentiondesk.domain.alerts.roster import Audience, Channel, Staff
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.ports.alerts import AlertStore
from mentiondesk.ports.channels import Sender, Undeliverable
from mentiondesk.ports.writing import StaffWriter
from mentiondesk.usecases.alerts.batching import batches
from mentiondesk.usecases.alerts.notified import Notified


@dataclass(frozen=True, slots=True)
class Delivery:
    """Notices for one person on one channel. `detail` goes into the ledger: why it is not the channel meant."""

    staff: Staff
    channel: Channel
    notices: tuple[Notice, ...]
    detail: str = ""

    def records(self, outcome: Outcome, now: datetime, via: Channel, message_id: str, detail: str) -> list[Record]:
        """The ledger's lines, one for each notice."""
        digest = len(self.notices) > 1
        return [Record(one.alert, outcome, now, via, message_id, detail, digest=digest) for one in self.notices]


@dataclass(frozen=True, slots=True)
class _Way:
    """A person and one of their addresses."""

    staff: Staff
    channel: Channel
    address: str


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
        self._settings = settings
        self._now = now
        self._notified = notified

    def deliver(self, delivery: Delivery, together: bool) -> None:
        """Sends a message for each notice, or one digest of them all when they go `together` or limits are reached."""
        limited: list[Notice] = []
        for batch in batches(delivery.notices, together):
            if self._over_limit(delivery.staff, delivery.channel):
                limited.extend(batch)
            else:
                self._send(replace(delivery, notices=batch))
        calm = delivery.staff.calm_channel or delivery.channel
        for batch in batches(limited, together=True):
            self._send(replace(delivery, channel=calm, notices=batch, detail=f"{delivery.channel} limit reached"))

    def _over_limit(self, staff: Staff, channel: Channel) -> bool:
        """True when a message on this channel would be one too many for this person; one that is not is counted.

        A person without a calm channel has no limit: nothing else would reach them.
        """
        if not channel.interrupts or staff.calm_channel is None:
            return False
        return not self._alerts.take_text_slot(staff.staff_id, self._now, self._settings.alerts.text_limits)

    def _send(self, delivery: Delivery) -> None:
        """Sends on the first way that works. A text meant as one was counted before."""
        refusals = [delivery.detail] if delivery.detail else []
        for way in self._ways(delivery):
            direct = way.staff is delivery.staff and way.channel is delivery.channel
            if not direct and self._over_limit(way.staff, way.channel):
                refusals.append(f"{way.channel} to {way.staff.staff_id}: {way.channel} limit reached")
                continue
            try:
                message_id = self._senders[way.channel].send(way.address, self._written(way, delivery.notices))
            except Undeliverable as refusal:
                refusals.append(f"{way.channel} to {way.staff.staff_id}: {refusal.reason}")
                continue
            self._notified.fell_back += not direct
            self._notified.without_links += sum(notice.act is None for notice in delivery.notices)
            self.record(delivery.records(Outcome.SENT, self._now, way.channel, message_id, "; ".join(refusals)))
            return
        self.record(delivery.records(Outcome.FAILED, self._now, delivery.channel, "", "; ".join(refusals)))

    def _ways(self, delivery: Delivery) -> Iterator[_Way]:
        """The channel meant, then the person's others, then the leads': each with its address."""
        leads = self._settings.roster.audience(Audience.LEAD, self._now)
        others = (lead for lead in leads if lead.staff_id != delivery.staff.staff_id)
        for staff in (delivery.staff, *others):
            yield from (_Way(staff, *way) for way in staff.ways(delivery.channel))

    def _written(self, way: _Way, notices: Sequence[Notice]) -> Email | str:
        try:
            return self._writer.write(way.channel, way.staff, notices, self._settings.brand.name, self._now)
        except Exception as error:
            # A boundary: one subject that cannot be put into words must not keep the alerts about others back. The
            # function logs the traceback and counts it.
            self._notified.not_written.append(error)
            raise Undeliverable(f"not written: {type(error).__name__}") from error

    def record(self, records: Sequence[Record]) -> None:
        """Writes outcomes into the ledger and counts them."""
        if records:
            self._alerts.record(records)
        self._notified.count(records)
