"""Notes on the local bus: Lambda's asynchronous runs, their retries, what fails for good, and the timer of replies."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from infra.local.cloud import Function, NotesSource, TimerSource
from infra.transform import REGION

NOTE = {"source": "mentiondesk", "detail-type": "code.requested", "detail": {"code": "secret"}}


class Mails(Function):
    """A function whose runs fail as often as `failures_to_come` says."""

    failures_to_come: int = 0
    runs: int = 0

    def __call__(self, event: dict[str, Any]) -> None:
        assert event == NOTE
        self.runs += 1
        if self.runs <= self.failures_to_come:
            raise RuntimeError("no mail")


def delivered(failures: int) -> tuple[Mails, list[dict[str, Any]], int]:
    """The function after three deliveries, what was set aside, and the number of notes that are left."""
    mails = Mails("SendSignInCodes", Path(), {}, timedelta(seconds=30), 256, lambda *_: None)
    mails.failures_to_come = failures
    queues: Any = boto3.client("sqs", region_name=REGION)
    url = queues.create_queue(QueueName="notes", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    queues.send_message(QueueUrl=url, MessageBody=json.dumps(NOTE))
    aside: list[dict[str, Any]] = []
    source = NotesSource(mails, url, queues, 1, retries=2, set_aside=aside.append)
    for _ in range(3):
        source.pump()
    found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return mails, aside, int(found["Attributes"]["ApproximateNumberOfMessages"])


@pytest.mark.parametrize(("failures", "runs"), [(0, 1), (1, 2), (2, 3)])
@mock_aws
def test_a_run_that_fails_is_tried_twice_more(failures: int, runs: int) -> None:
    mails, aside, left = delivered(failures)
    assert (mails.runs, aside, left) == (runs, [], 0)


@mock_aws
def test_a_note_whose_third_run_fails_is_set_aside_with_its_function() -> None:
    mails, aside, left = delivered(9)
    assert (mails.runs, left) == (3, 0)
    assert aside == [{"requestContext": {"functionArn": mails.arn}, "requestPayload": NOTE}]


class Sender(Function):
    """A function that keeps what it is started with, and whose first run fails."""

    events: list[dict[str, Any]]

    def __call__(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if len(self.events) == 1:
            raise RuntimeError("no answer")


@mock_aws
def test_the_timer_starts_the_sender_at_the_time_of_a_note_and_once() -> None:
    sender = Sender("SendReply", Path(), {}, timedelta(seconds=60), 256, lambda *_: None)
    sender.events = []
    queues: Any = boto3.client("sqs", region_name=REGION)
    url = queues.create_queue(QueueName="timer")["QueueUrl"]
    notes = [{"reply": str(second), "at": f"2026-06-17T12:00:{second:02}Z"} for second in (20, 10, 30)]
    for note in notes:
        queues.send_message(QueueUrl=url, MessageBody=json.dumps({"detail": note}))
    source = TimerSource(sender, url, queues, batch_size=10)
    runs = []
    for second in (9, 10, 25, 40, 50):
        now = datetime.fromisoformat(f"2026-06-17T12:00:{second:02}+00:00")
        with patch("mentiondesk.runtime.clock.now", return_value=now):
            runs.append((source.pump(), source.is_due))
    assert runs == [(0, False), (1, False), (1, False), (1, False), (0, False)]
    assert [event["reply"] for event in sender.events] == ["10", "20", "30"]
    assert len(sender.failures) == 1
