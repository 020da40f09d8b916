"""Channels: the providers that take messages."""

from typing import Protocol

from mentiondesk.domain.alerts.messages import Email


class Undeliverable(Exception):
    """The provider did not take a message; `reason` is its error code, without addresses or text.

    `passing`: the provider would have refused any message just now, whoever it is for. Mails to subscribers are then
    tried again later; an alert goes to the next channel either way.
    """

    def __init__(self, reason: str, passing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


class Sender(Protocol):
    """A channel's way out."""

    def send(self, address: str, message: Email | str, /) -> str:
        """Hands one message to the provider, as the channel's writer made it; returns its id. Raises Undeliverable."""


class Mailer(Protocol):
    """The way out for mails alone."""

    def send(self, address: str, email: Email, /) -> str:
        """Hands one mail to the provider; returns its message id. Raises Undeliverable."""
