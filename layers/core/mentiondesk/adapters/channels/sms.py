"""Texts through End User Messaging SMS, which refuses at once what it will not send, and says why."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.domain.alerts.messages import Email, plain_text
from mentiondesk.ports.channels import Undeliverable


class EndUserMessagingTexter:
    """Sender on End User Messaging. `origin`: the phone number, pool or sender id that texts come from.

    Without it the service chooses among those of the account. A spending limit that is reached, a number that is not
    verified in the sandbox, and a number that opted out are refusals here, where SNS answers with a message id.
    `sms` gives the client, which takes time to make, when a text is sent.
    """

    def __init__(self, sms: Callable[[], Any], origin: str | None = None) -> None:
        self._sms = sms
        self._origin = {"OriginationIdentity": origin} if origin else {}

    def send(self, number: str, message: Email | str) -> str:
        try:
            sent = self._sms().send_text_message(
                DestinationPhoneNumber=number,
                MessageBody=plain_text(message),
                MessageType="TRANSACTIONAL",
                **self._origin,
            )
        except ClientError as refused:
            raise Undeliverable(_reason(refused)) from refused
        except BotoCoreError as failed:
            raise Undeliverable(type(failed).__name__) from failed
        return str(sent["MessageId"])


def _reason(refused: ClientError) -> str:
    """The error's code, with the reason that most errors of this service carry beside it."""
    answer: dict[str, Any] = dict(refused.response)
    return " ".join(filter(None, (answer["Error"]["Code"], answer.get("Reason"))))
