"""An address that mail does not reach, or whose owner calls it spam → no more mail to it."""

from mentiondesk.domain.status.subscribers import SubscriberId, subscriber_id
from mentiondesk.ports.status import SubscriberStore


def forget(subscribers: SubscriberStore, address: str) -> SubscriberId:
    """Forgets the address; tells whose id it was."""
    who = subscriber_id(address)
    subscribers.remove(who)
    return who
