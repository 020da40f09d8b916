"""Mails each new update about an incident to its subscribers: lease, send a batch, mark."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.status.broadcast import Broadcast
from mentiondesk.domain.status.public_incident import PublicIncident, PublicUpdate
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.subscribers import Subscriber, SubscriberId
from mentiondesk.ports.channels import Mailer, Undeliverable
from mentiondesk.ports.runtime import TimeLeft
from mentiondesk.ports.status import BroadcastStore, LeaseLost, MailBudget, SubscriberStore
from mentiondesk.ports.tokens import SubscriberTokens
from mentiondesk.ports.writing import CustomerWriter
from mentiondesk.usecases.status.publish_status import ChannelFailed
from mentiondesk.usecases.status.subscribe import LEAVE, leave_address
from mentiondesk.values import Frozen

# Longer than the function may run: a lease that is still held belongs to a run in progress.
LEASE = timedelta(minutes=4)
_FRESH = timedelta(days=1)
_RESERVE = timedelta(seconds=20)
# The time that one batch may take from the provider's rate.
_BEAT = timedelta(seconds=1)

Mail = tuple[Subscriber, Email]
# Calls the function once for each mail, at once or one after the other; outcomes in the mails' order.
Sending = Callable[[Callable[[Mail], Undeliverable | None], Sequence[Mail]], Iterable[Undeliverable | None]]


class _Work(Frozen):
    """One update on its way."""

    site: Site
    incident: PublicIncident
    update: PublicUpdate
    now: datetime


class BroadcastToSubscribers:
    """Mails each update once to everybody subscribed at its time, over as many runs as it takes.

    A batch is as many mails as the settings allow in a second, and each is counted against the day: staff's alerts
    share the provider's quota. A crash, or a provider that takes no more mails in the middle of a batch, repeats at
    most that batch's. A refused address is skipped and passed to `on_refused` as the subscriber's id with the
    provider's reason; when the provider takes nothing at all, the next run goes on from there. `pause` is called
    between full batches.
    """

    name = "subscribers"

    def __init__(
        self,
        subscribers: SubscriberStore,
        broadcasts: BroadcastStore,
        budget: MailBudget,
        tokens: SubscriberTokens,
        mailer: Mailer,
        writer: CustomerWriter,
        on_refused: Callable[[SubscriberId, str], None],
        sending: Sending,
        pause: Callable[[timedelta], None],
    ) -> None:
        self._subscribers = subscribers
        self._broadcasts = broadcasts
        self._budget = budget
        self._tokens = tokens
        self._mailer = mailer
        self._writer = writer
        self._on_refused = on_refused
        self._sending = sending
        self._pause = pause

    def __call__(self, site: Site, now: datetime, time_left: TimeLeft) -> int:
        if site.api_url is None:
            return 0
        sent = 0
        for incident, update in _news(site, now):
            if time_left() <= _RESERVE:
                break
            broadcast = self._broadcasts.lease(incident.incident.incident_id, update.update_id, now, now + LEASE)
            if broadcast is not None:
                sent += self._send_all(_Work(site, incident, update, now), broadcast, time_left)
        return sent

    def _send_all(self, work: _Work, broadcast: Broadcast, time_left: TimeLeft) -> int:
        """Number of mails taken. Raises ChannelFailed when the provider takes none just now."""
        size, sent, done = work.site.page.mails.a_second, 0, False
        try:
            while time_left() > _RESERVE and not done:
                batch = self._subscribers.page(broadcast.reached, size)
                done = len(batch) < size
                reached, count, failed = self._send_batch(work, batch)
                sent += count
                if reached is not None:
                    broadcast = self._broadcasts.reach(broadcast, reached)
                if failed is not None:
                    self._broadcasts.release(broadcast, done=False)
                    raise ChannelFailed(failed.reason) from failed
                if not done:
                    self._pause(_BEAT)
        except LeaseLost:
            return sent
        self._broadcasts.release(broadcast, done)
        return sent

    def _send_batch(
        self, work: _Work, batch: Sequence[Subscriber]
    ) -> tuple[SubscriberId | None, int, Undeliverable | None]:
        """The last subscriber up to whom nothing is left to send, the mails taken, and the refusal that stopped it."""
        mails = [(one, self._mail(work, one)) for one in batch if _hears_of(one, work)]
        if mails and not self._within_the_day(work, len(mails)):
            return None, 0, Undeliverable("the day's mails are used up", passing=True)
        outcomes = list(self._sending(self._send, mails))
        stopped = {one.subscriber_id: out for (one, _), out in zip(mails, outcomes, strict=True) if out and out.passing}
        for (one, _), outcome in zip(mails, outcomes, strict=True):
            if outcome is not None and not outcome.passing:
                self._on_refused(one.subscriber_id, outcome.reason)
        through = [one.subscriber_id for one in batch]
        if stopped:
            through = through[: min(through.index(one) for one in stopped)]
        return (through[-1] if through else None), outcomes.count(None), next(iter(stopped.values()), None)

    def _within_the_day(self, work: _Work, mails: int) -> bool:
        day = work.now.replace(hour=0, minute=0, second=0, microsecond=0)
        return self._budget.take("updates", day, mails, work.site.page.mails.a_day)

    def _send(self, mail: Mail) -> Undeliverable | None:
        """The refusal; None when the mail was taken."""
        subscriber, email = mail
        try:
            self._mailer.send(subscriber.address, email)
        except Undeliverable as refused:
            return refused
        return None

    def _mail(self, work: _Work, subscriber: Subscriber) -> Email:
        assert work.site.api_url is not None, "without it there are no subscribers"
        leave = leave_address(work.site.api_url, self._tokens.make(subscriber.subscriber_id, LEAVE))
        return self._writer.update(work.site, work.incident, work.update, leave)


def _hears_of(subscriber: Subscriber, work: _Work) -> bool:
    """True when the update came after the subscription, about something that the subscriber wants to hear of."""
    if subscriber.confirmed_at is None or subscriber.confirmed_at > work.update.at:
        return False
    incident = work.incident.incident
    return subscriber.wants(incident.incident_id, [one.component for one in incident.affected])


def _news(site: Site, now: datetime) -> Iterator[tuple[PublicIncident, PublicUpdate]]:
    """Updates of the last day that change something, oldest first; a repeated text is no news."""
    fresh = [
        (one, update)
        for one in site.published
        for place, update in enumerate(one.updates)
        if update.at > now - _FRESH and (update.moves or update.body != one.updates[place - 1].body)
    ]
    return iter(sorted(fresh, key=lambda pair: pair[1].at))
