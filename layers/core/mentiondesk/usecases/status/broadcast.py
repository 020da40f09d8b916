"""Mails each new update about an incident to every subscriber: lease, send, mark."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from mentiondesk.domain.status.broadcast import Broadcast
from mentiondesk.domain.status.public_incident import PublicIncident, PublicUpdate
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.subscribers import Subscriber, SubscriberId
from mentiondesk.ports.channels import Mailer, Undeliverable
from mentiondesk.ports.runtime import TimeLeft
from mentiondesk.ports.status import BroadcastStore, LeaseLost, SubscriberStore
from mentiondesk.ports.tokens import SubscriberTokens
from mentiondesk.ports.writing import CustomerWriter
from mentiondesk.usecases.status.publish_status import ChannelFailed
from mentiondesk.usecases.status.subscribe import LEAVE, leave_address

# Longer than the function may run: a lease that is still held belongs to a run in progress.
LEASE = timedelta(minutes=4)
_FRESH = timedelta(days=1)
_BATCH = 100
_RESERVE = timedelta(seconds=20)


class BroadcastToSubscribers:
    """Mails each update once to everybody subscribed at its time, over as many runs as it takes.

    A crash repeats at most the one mail that was sent and not yet marked. A refused address is skipped and passed
    to `on_refused` as the subscriber's id with the provider's reason; when the provider takes nothing at all, the next
    run goes on from there.
    """

    name = "subscribers"

    def __init__(
        self,
        subscribers: SubscriberStore,
        broadcasts: BroadcastStore,
        tokens: SubscriberTokens,
        mailer: Mailer,
        writer: CustomerWriter,
        on_refused: Callable[[SubscriberId, str], None],
    ) -> None:
        self._subscribers = subscribers
        self._broadcasts = broadcasts
        self._tokens = tokens
        self._mailer = mailer
        self._writer = writer
        self._on_refused = on_refused

    def __call__(self, site: Site, now: datetime, time_left: TimeLeft) -> int:
        if site.api_url is None:
            return 0
        sent = 0
        for incident, update in _news(site, now):
            if time_left() <= _RESERVE:
                break
            broadcast = self._broadcasts.lease(incident.incident.incident_id, update.update_id, now, now + LEASE)
            if broadcast is not None:
                sent += self._send_all(site, incident, update, broadcast, time_left)
        return sent

    def _send_all(
        self, site: Site, incident: PublicIncident, update: PublicUpdate, broadcast: Broadcast, time_left: TimeLeft
    ) -> int:
        sent, done = 0, False
        try:
            while time_left() > _RESERVE and not done:
                batch = self._subscribers.page(broadcast.reached, _BATCH)
                done = not batch
                for subscriber in batch:
                    if time_left() <= _RESERVE:
                        break
                    sent += self._send(site, incident, update, subscriber)
                    broadcast = self._broadcasts.reach(broadcast, subscriber.subscriber_id)
        except LeaseLost:
            return sent
        except Undeliverable as refused:
            self._broadcasts.release(broadcast, done=False)
            raise ChannelFailed(refused.reason) from refused
        self._broadcasts.release(broadcast, done)
        return sent

    def _send(self, site: Site, incident: PublicIncident, update: PublicUpdate, subscriber: Subscriber) -> int:
        """Number of mails taken: 1 or 0. Raises Undeliverable when the provider takes none for anybody."""
        if subscriber.confirmed_at is None or subscriber.confirmed_at > update.at:
            return 0
        assert site.api_url is not None, "without it there are no subscribers"
        leave = leave_address(site.api_url, self._tokens.make(subscriber.subscriber_id, LEAVE))
        try:
            self._mailer.send(subscriber.address, self._writer.update(site, incident, update, leave))
        except Undeliverable as refused:
            if refused.passing:
                raise
            self._on_refused(subscriber.subscriber_id, refused.reason)
            return 0
        return 1


def _news(site: Site, now: datetime) -> Iterator[tuple[PublicIncident, PublicUpdate]]:
    """Updates of the last day that change something, oldest first; a repeated text is no news."""
    fresh = [
        (one, update)
        for one in site.published
        for place, update in enumerate(one.updates)
        if update.at > now - _FRESH and (update.moves or update.body != one.updates[place - 1].body)
    ]
    return iter(sorted(fresh, key=lambda pair: pair[1].at))
