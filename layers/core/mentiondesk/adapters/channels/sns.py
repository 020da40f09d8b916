"""Texts through SNS."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.domain.alerts.messages import Email, plain_text
from mentiondesk.ports.channels import Undeliverable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sns import SNSClient


class SnsTexter:
    """Sender on SNS, straight to a phone. `sns` gives the client, which takes time to make, when a text is sent."""

    def __init__(self, sns: "Callable[[], SNSClient]") -> None:
        self._sns = sns

    def send(self, number: str, message: Email | str) -> str:
        try:
            sent = self._sns().publish(
                PhoneNumber=number,
                Message=plain_text(message),
                # Transactional texts are delivered first and cost the same.
                MessageAttributes={"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}},
            )
        except ClientError as refused:
            raise Undeliverable(refused.response["Error"]["Code"]) from refused
        except BotoCoreError as failed:
            raise Undeliverable(type(failed).__name__) from failed
        return sent["MessageId"]
