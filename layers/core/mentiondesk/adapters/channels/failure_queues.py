"""The queues on SQS in which failed work waits for an operator."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mentiondesk.domain.health import GivenUp

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsFailureQueues:
    """FailureQueues on SQS, by the address of each."""

    def __init__(self, sqs: "SQSClient", urls: Mapping[GivenUp, str]) -> None:
        self._sqs = sqs
        self._urls = urls

    def counts(self) -> Mapping[GivenUp, int]:
        return {name: self._count(url) for name, url in self._urls.items()}

    def _count(self, url: str) -> int:
        got = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(got["Attributes"]["ApproximateNumberOfMessages"])
