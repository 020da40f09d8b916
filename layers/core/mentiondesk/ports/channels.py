"""Email and text providers."""

from typing import Protocol

from mentiondesk.domain.alerts.messages import Email


class Undeliverable(Exception):
    """The provider did not take a message; `reason` is its error code, without addresses or text.

    `passing`: it would have refused any message just now, whoever it is for.
    """

    def __init__(self, reason: str, passing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


class Mailer(Protocol):
    def send(self, address: str, email: Email) -> str:
        """Hands one mail to the provider; returns its message id. Raises Undeliverable."""


class Texter(Protocol):
    def send(self, number: str, text: str) -> str:
        """Hands one text to the provider; returns its message id. Raises Undeliverable."""
