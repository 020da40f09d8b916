"""A stand-in for every service outside AWS that takes alerts: what it is given stays on this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from infra.local.moto_server import Outbox, Sent
from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.channels.sms import EndUserMessagingTexter
from mentiondesk.adapters.channels.sns import SnsTexter
from mentiondesk.composition import notify_staff
from mentiondesk.domain.alerts.messages import Email, plain_text
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.ports.channels import Sender
from mentiondesk.runtime.config import NotifyConfig

_ON_AWS = (SesMailer, EndUserMessagingTexter, SnsTexter)


class Receiver:
    """Sender that puts the text of each message into the outbox."""

    def __init__(self, channel: Channel, outbox: Outbox) -> None:
        self._channel = channel
        self._outbox = outbox

    def send(self, address: str, message: Email | str) -> str:
        name = f"{self._channel}-{len(self._outbox.sent)}"
        self._outbox.sent.append(Sent(name, self._channel, address, "", plain_text(message)))
        return name


@contextmanager
def received_here(outbox: Outbox) -> Iterator[None]:
    """Lets the notifier keep its senders through AWS, which moto plays; all others become receivers."""
    sender_of: Callable[[Channel, NotifyConfig], Sender] = notify_staff.sender_of

    def here(channel: Channel, config: NotifyConfig) -> Sender:
        found = sender_of(channel, config)
        return found if isinstance(found, _ON_AWS) else Receiver(channel, outbox)

    with patch.object(notify_staff, "sender_of", here):
        yield
