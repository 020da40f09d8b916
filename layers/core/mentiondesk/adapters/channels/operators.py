"""Mail to the operators, through the topic to which alarms publish as well."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.ports.channels import Undeliverable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sns import SNSClient

# Publish, API reference of SNS: ASCII, fewer than 100 characters.
_LONGEST_SUBJECT = 99


class OperatorsTopic:
    """OperatorsChannel on an SNS topic. `sns` gives the client, which takes time to make, when there is news."""

    def __init__(self, sns: "Callable[[], SNSClient]", topic_arn: str) -> None:
        self._sns = sns
        self._topic_arn = topic_arn

    def tell(self, subject: str, text: str) -> None:
        plain = subject.encode("ascii", "replace").decode()[:_LONGEST_SUBJECT]
        try:
            self._sns().publish(TopicArn=self._topic_arn, Subject=plain, Message=text)
        except ClientError as refused:
            raise Undeliverable(refused.response["Error"]["Code"], passing=True) from refused
        except BotoCoreError as failed:
            raise Undeliverable(type(failed).__name__, passing=True) from failed
