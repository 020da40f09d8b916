"""Each new update about an incident → a mail to every subscriber: lease, send, mark."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mentiondesk.domain.status.broadcast import Broadcast
from mentiondesk.domain.status.subscribers import Subscriber
from mentiondesk.ports.channels import Mailer, Undeliverable
from mentiondesk.ports.runtime import TimeLeft
from mentiondesk.ports.status import BroadcastStore, LeaseLost, SubscriberStore
from mentiondesk.ports.tokens import SubscriberTokens
from mentiondesk.presentation.status_site import PublicIncident, PublicUpdate, Site, mails
from mentiondesk.usecases.status.publish_status import ChannelFailed
from mentiondesk.usecases.status.subscribe import LEAVE, leave_address

# Longer than the function may run: a lease that is still held belongs to a run that is still going.
LEASE = timedelta(minutes=4)
_FRESH = timedelta(days=1)
_BATCH = 100
_RESERVE = timedelta(seconds=20)


class BroadcastToSubscribers:
    """Tells each update once to each who had subscribed when it was made, however many runs it takes.

    A crash repeats at most the one mail that was sent and not yet marked. An address that is refused is passed
    over; when the provider takes nothing from anybody, the next run goes on from there.
    """

    name = "subscribers"

    def __init__(
        self, subscribers: SubscriberStore, tellings: BroadcastStore, tokens: SubscriberTokens, mailer: Mailer
    ) -> None:
        self._subscribers = subscribers
        self._tellings = tellings
        self._tokens = tokens
        self._mailer = mailer

    def __call__(self, site: Site, now: datetime, time_left: TimeLeft) -> int:
        if site.api_url is None:
            return 0
        sent = 0
        for told, word in _news(site, now):
            if time_left() <= _RESERVE:
                break
            telling = self._tellings.lease(told.incident.incident_id, word.update_id, now, now + LEASE)
            if telling is not None:
                sent += self._tell(site, told, word, telling, time_left)
        return sent

    def _tell(
        self, site: Site, told: PublicIncident, word: PublicUpdate, telling: Broadcast, time_left: TimeLeft
    ) -> int:
        sent, done = 0, False
        try:
            while time_left() > _RESERVE and not done:
                batch = self._subscribers.page(telling.reached, _BATCH)
                done = not batch
                for subscriber in batch:
                    if time_left() <= _RESERVE:
                        break
                    sent += self._send(site, told, word, subscriber)
                    telling = self._tellings.reach(telling, subscriber.subscriber_id)
        except LeaseLost:
            return sent
        except Undeliverable as refused:
            self._tellings.release(telling, done=False)
            raise ChannelFailed(refused.reason) from refused
        self._tellings.release(telling, done)
        return sent

    def _send(self, site: Site, told: PublicIncident, word: PublicUpdate, subscriber: Subscriber) -> int:
        """How many mails were taken: 1 or 0. Raises Undeliverable when none would be, whoever it is for."""
        if subscriber.confirmed_at is None or subscriber.confirmed_at > word.at:
            return 0
        assert site.api_url is not None, "without it nobody can subscribe"
        leave = leave_address(site.api_url, self._tokens.make(subscriber.subscriber_id, LEAVE))
        try:
            self._mailer.send(subscriber.address, mails.update(site, told, word, leave))
        except Undeliverable as refused:
            if refused.passing:
                raise
            return 0
        return 1


def _news(site: Site, now: datetime) -> Iterator[tuple[PublicIncident, PublicUpdate]]:
    """What was said lately and changes something, oldest first; the same words again are no news."""
    said = [
        (told, word)
        for told in site.told
        for place, word in enumerate(told.words)
        if word.at > now - _FRESH and (word.moves or word.body != told.words[place - 1].body)
    ]
    return iter(sorted(said, key=lambda pair: pair[1].at))
