"""Mail through SES."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.ports import Email, Undeliverable

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class SesMailer:
    """Mailer on SES v2. SES builds the message, so nothing in it can become a header."""

    def __init__(self, ses: "SESV2Client", sender: str) -> None:
        self._ses = ses
        self._sender = sender

    def send(self, address: str, email: Email) -> str:
        try:
            sent = self._ses.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [address]},
                Content={
                    "Simple": {
                        "Subject": {"Data": email.subject, "Charset": "UTF-8"},
                        "Body": {
                            "Text": {"Data": email.text, "Charset": "UTF-8"},
                            "Html": {"Data": email.html, "Charset": "UTF-8"},
                        },
                    }
                },
            )
        except ClientError as refused:
            raise Undeliverable(refused.response["Error"]["Code"]) from refused
        except BotoCoreError as failed:
            raise Undeliverable(type(failed).__name__) from failed
        return sent["MessageId"]
