"""Requests for mail on a queue, so that the form that takes them looks nothing up and sends nothing."""

from typing import TYPE_CHECKING

from mentiondesk.adapters.plain import json_text, read_json
from mentiondesk.domain.status.subscribers import MailRequest

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class QueuedMailRequests:
    """MailRequests on SQS."""

    def __init__(self, sqs: "SQSClient", queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def add(self, request: MailRequest) -> None:
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json_text(request))


def requested(body: str) -> MailRequest:
    """The request in a message of the queue. Raises ValueError, without the message's words."""
    return read_json(MailRequest, body)
