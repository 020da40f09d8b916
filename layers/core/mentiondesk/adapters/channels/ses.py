"""Mail through SES."""

from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from mentiondesk.domain.alerts.messages import Email
from mentiondesk.ports.channels import Undeliverable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import MessageTypeDef


# Refusals of this mail or this address. Every other error, AWS's common ones included, says nothing about them: the
# same mail is taken later. Source: SES v2 API, SendEmail, Errors; AWS APIs, Common Errors.
_FOR_GOOD = (
    "BadRequestException",
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "MessageRejected",
    "ValidationError",
    "ValidationException",
)


class SesMailer:
    """Sender and Mailer on SES v2. SES builds the message, so nothing in it can become a header.

    `ses` gives the client, which takes time to make, when a mail is sent. `events`: the configuration set that reports
    bounces and complaints.
    """

    def __init__(self, ses: "Callable[[], SESV2Client]", sender: str, events: str | None = None) -> None:
        self._ses = ses
        self._sender = sender
        self._events: dict[str, Any] = {"ConfigurationSetName": events} if events else {}

    def send(self, address: str, message: Email | str) -> str:
        # A bare text is its own subject.
        email = message if isinstance(message, Email) else Email(message, message, "")
        simple: MessageTypeDef = {
            "Subject": {"Data": email.subject, "Charset": "UTF-8"},
            "Body": {
                "Text": {"Data": email.text, "Charset": "UTF-8"},
                "Html": {"Data": email.html, "Charset": "UTF-8"},
            },
        }
        if email.headers:
            simple["Headers"] = [{"Name": name, "Value": value} for name, value in email.headers]
        try:
            sent = self._ses().send_email(
                FromEmailAddress=self._from(email),
                Destination={"ToAddresses": [address]},
                Content={"Simple": simple},
                **self._events,
            )
        except ClientError as refused:
            code = refused.response["Error"]["Code"]
            raise Undeliverable(code, passing=code not in _FOR_GOOD) from refused
        except BotoCoreError as failed:
            lasting = isinstance(failed, ParamValidationError)
            raise Undeliverable(type(failed).__name__, passing=not lasting) from failed
        return sent["MessageId"]

    def _from(self, email: Email) -> str:
        """The sender's address, with the mail's name for it where it has one."""
        return formataddr((email.sender, parseaddr(self._sender)[1])) if email.sender else self._sender
