"""An address that mail does not reach, or whose owner calls it spam → no more mail to it."""

from mentiondesk.domain.status.subscribers import SubscriberId
from mentiondesk.ports.status import SubscriberStore


def forget(subscribers: SubscriberStore, address: str) -> SubscriberId:
    """Removes the address, and returns its id."""
    return subscribers.forget(address)
