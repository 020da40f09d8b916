"""The subscription pages as Lambda runs them: requests as API Gateway passes them on, the table on moto."""

import json
from collections.abc import Iterator
from re import search
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import boto3
import pytest
from moto.ses.models import ses_backends

from infra.transform import REGION
from mentiondesk.adapters.channels.notes import SOURCE
from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.domain.status.subscribers import Subscriber, unsalted_id
from mentiondesk.ports.channels import Undeliverable
from tests.integration.conftest import TABLE, DynamoDesk
from tests.support.builders import NOON, settings_file
from tests.support.doors import FORM, HOSTILE, MARKS, SIGNED_BEFORE, URL, Doors
from tests.support.parameters import KEY, put_parameter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SENDER = "status@example.com"
# The account that moto works in.
ACCOUNT_ID = "123456789012"


@pytest.fixture
def parameter(account: "DynamoDBClient") -> str:
    """The name of the parameter that holds the key."""
    del account
    put_parameter("/subscribers", KEY)
    return "/subscribers"


@pytest.fixture
def doors(db: "DynamoDBClient", parameter: str, bus: str, resources: dict[str, Any]) -> Doors:
    SettingsVersions(DynamoTable(db, TABLE)).store(settings_file(), NOON)
    boto3.client("ses").verify_email_identity(EmailAddress=SENDER)
    known = {
        "TABLE_NAME": TABLE,
        "SUBSCRIBER_PARAMETER": parameter,
        "API_URL": URL,
        "STATUS_SENDER": SENDER,
        "MAIL_EVENTS": "mail-events",
        "NOTES_BUS": bus,
        "SITE_URL": "https://status.example.com",
    }
    return Doors(resources, known)


@pytest.fixture
def queue(account: "DynamoDBClient", bus: str) -> Iterator[str]:
    """A queue with each note on the bus."""
    del account
    queues, bridge = boto3.client("sqs"), boto3.client("events")
    made = queues.create_queue(QueueName="notes")["QueueUrl"]
    bridge.put_rule(Name="all", EventBusName=bus, EventPattern=json.dumps({"source": [SOURCE]}))
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:notes"
    bridge.put_targets(Rule="all", EventBusName=bus, Targets=[{"Id": "notes", "Arn": arn}])
    yield made
    queues.delete_queue(QueueUrl=made)


@pytest.fixture
def bus(account: "DynamoDBClient") -> Iterator[str]:
    del account
    bridge, name = boto3.client("events"), "desk-notes"
    bridge.create_event_bus(Name=name)
    yield name
    bridge.delete_event_bus(Name=name)


def deliver(doors: Doors, queue: str) -> int:
    """The number of notes, each handed to the function that it starts."""
    messages = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    for one in messages:
        doors.function("SendRequestedMails")(json.loads(one["Body"]))
    return len(messages)


def mails() -> list[Any]:
    return list(ses_backends[ACCOUNT_ID][REGION].sent_messages)


def test_somebody_subscribes_says_yes_and_leaves(doors: Doors, queue: str, table_desk: DynamoDesk) -> None:
    sent = len(mails())
    assert doors.ask("GET", "/subscribers").page.forms[0].fields == {"email": ""}
    answer = doors.ask("POST", "/subscribers", urlencode({"email": "kim@example.com"}).encode(), FORM)
    assert answer.status == 200
    assert mails()[sent:] == []
    assert deliver(doors, queue) == 1
    (mail,) = mails()[sent:]
    found = search(rf"{URL}(/subscribers/confirm/[\w.-]+)", mail.body)
    assert found is not None
    before = table_desk.items("")
    assert doors.ask("GET", found[1]).status == 200
    assert doors.ask("HEAD", found[1]).status == 200
    assert table_desk.items("") == before
    assert "You are subscribed" in doors.ask("POST", found[1]).said
    assert table_desk.items("") != before
    assert doors.ask("POST", found[1].replace("confirm", "leave"), b"", FORM).status == 403


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"List-Unsubscribe=One-Click", FORM),
        (
            b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_mail_program_leaves_with_one_press(
    doors: Doors, db: "DynamoDBClient", parameter: str, body: bytes, media: str
) -> None:
    stored = Subscribers(DynamoTable(db, TABLE))
    who = stored.id_of("kim@example.com")
    stored.confirm(Subscriber(who, "kim@example.com", NOON, NOON))
    keys = LinkKeys(secret(lambda: boto3.client("ssm"), parameter), lambda: NOON, list[Exception]().append)
    path = f"/subscribers/leave/{SignedSubscriberTokens(keys).make(who, 'leave')}"
    assert doors.ask("GET", path).status == 200
    assert stored.get(who) is not None
    assert doors.ask("POST", path, body, media).status == 200
    assert stored.get(who) is None
    assert doors.ask("POST", path, body, media).status == 200


def test_what_is_no_address_is_told_and_kept(doors: Doors) -> None:
    answer = doors.ask("POST", "/subscribers", urlencode({"email": HOSTILE}).encode(), FORM)
    assert answer.status == 422
    assert "This is not a valid email address" in answer.said
    assert not any(mark in answer.html for mark in MARKS)


def test_an_answer_does_not_tell_who_subscribes(doors: Doors) -> None:
    body = urlencode({"email": "kim@example.com"}).encode()
    first, again = (doors.ask("POST", "/subscribers", body, FORM) for _ in range(2))
    assert (first.status, first.html) == (again.status, again.html)


def test_every_answer_carries_strict_headers_and_no_cookie(doors: Doors) -> None:
    answers = [
        doors.ask("GET", "/subscribers"),
        doors.ask("HEAD", "/subscribers"),
        doors.ask("DELETE", "/subscribers"),
        doors.ask("POST", "/subscribers", b"{}", "application/json"),
        doors.ask("GET", "/subscribers/nowhere"),
        doors.ask("POST", "/subscribers/confirm/forged"),
    ]
    assert [answer.status for answer in answers] == [200, 200, 405, 415, 404, 403]
    for answer in answers:
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]


@pytest.mark.filterwarnings("ignore:No application metrics to publish")
def test_a_failure_is_a_page_and_a_metric(doors: Doors) -> None:
    doors.restart(TABLE_NAME="gone")
    answer = doors.ask("GET", "/subscribers")
    assert answer.status == 500
    assert "Something went wrong" in answer.said
    assert doors.metrics() == {"SubscriberPagesFailed": [1]}


def test_letters_that_mail_does_not_take_are_told_of(doors: Doors) -> None:
    answer = doors.ask("POST", "/subscribers", urlencode({"email": "jörg@example.com"}).encode(), FORM)
    assert answer.status == 422
    assert "letters other than a to z" in answer.said


def test_a_mail_that_ses_does_not_take_now_is_tried_again(
    doors: Doors, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors.ask("POST", "/subscribers", urlencode({"email": "kim@example.com"}).encode(), FORM)

    def refuse(*_: object) -> str:
        raise Undeliverable("ThrottlingException", passing=True)

    monkeypatch.setattr(SesMailer, "send", refuse)
    with pytest.raises(Undeliverable):
        deliver(doors, queue)
    assert doors.metrics()["ConfirmationsFailed"] == [1]


def test_no_address_and_no_token_is_in_the_log(doors: Doors, queue: str, caplog: pytest.LogCaptureFixture) -> None:
    doors.ask("POST", "/subscribers", urlencode({"email": "kim@example.com"}).encode(), FORM)
    deliver(doors, queue)
    doors.ask("POST", "/subscribers/confirm/secret-token")
    logged = "\n".join([*doors.printed, *(f"{vars(record)}" for record in caplog.records)])
    assert "ANY /subscribers/{proxy+}" in logged
    assert "kim" not in logged
    assert "secret-token" not in logged


def test_links_in_mails_that_commit_0f5e723_sent_still_work(
    doors: Doors, db: "DynamoDBClient", parameter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentiondesk.runtime.clock.now", lambda: NOON)
    monkeypatch.setattr("mentiondesk.adapters.tokens.links.SHORTEST_KEY", 1)
    put_parameter(parameter, SIGNED_BEFORE["secret"])
    made, stored = SIGNED_BEFORE["subscriber"], Subscribers(DynamoTable(db, TABLE))
    who = unsalted_id(made["address"])
    assert who == made["id"]
    stored.ask(Subscriber(who, made["address"], NOON), NOON)
    assert doors.ask("POST", f"/subscribers/confirm/{made['confirm']}").status == 200
    assert stored.get(who) is not None
    assert doors.ask("POST", f"/subscribers/leave/{made['confirm']}").status == 403
    assert doors.ask("POST", f"/subscribers/leave/{made['leave']}").status == 200
    assert stored.get(who) is None
