"""Codes on a queue, on their way from the door to the function that mails them."""

from typing import TYPE_CHECKING

from mentiondesk.adapters.plain import json_text, read_json
from mentiondesk.domain.access.sign_in import MailedCode

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class QueuedCodes:
    """CodeMails on SQS."""

    def __init__(self, sqs: "SQSClient", queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def add(self, mailed: MailedCode) -> None:
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json_text(mailed))


def mailed_code(body: str) -> MailedCode:
    """The code in a message of the queue. Raises ValueError, without the message's words."""
    return read_json(MailedCode, body)
