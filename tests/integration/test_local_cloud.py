"""The cloud on this machine: everything stays here, and everything sent is seen with its headers."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
import requests
import yaml
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from infra.local.desk import LocalDesk, Message, VirtualClock
from infra.local.guard import LeavesThisMachine, loopback_only
from infra.local.moto_server import MotoServer
from infra.local.x_standin import StandInX, User
from infra.settings_file import EXAMPLE, load_settings
from infra.transform import REGION
from mentiondesk.adapters.status import statuspage
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.domain.alerts.messages import KIND_HEADER, MessageKind
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.changes import incident_change
from tests.support.builders import BRAND_ID, NOON
from tests.support.telling import a_candidate

ELSEWHERE = "hooks.example.com"
# The address of a documentation network (RFC 5737): nothing answers there.
FAR = "192.0.2.1"
OVER_HTTP = URLLib3Session.send
MAIL = {"Subject": {"Data": "hello"}, "Body": {"Text": {"Data": "words"}, "Html": {"Data": "<p>words</p>"}}}


# --- nothing leaves this machine


def _connect_ex(address: tuple[str, int]) -> int:
    with socket.socket() as own:
        return own.connect_ex(address)


@pytest.mark.parametrize(
    "reach",
    [
        lambda: requests.post(f"https://{ELSEWHERE}/services/T0/B0", json={}, timeout=1),
        lambda: requests.get(f"http://{FAR}/", timeout=1),
        lambda: socket.create_connection((FAR, 443), timeout=1),
        lambda: socket.create_connection(("2001:db8::1", 443), timeout=1),
        lambda: socket.getaddrinfo(ELSEWHERE, 443),
        lambda: _connect_ex((FAR, 443)),
    ],
    ids=["webhook", "address", "socket", "IPv6", "look-up", "connect_ex"],
)
def test_other_machines_are_refused_aloud(reach: Callable[[], Any], caplog: pytest.LogCaptureFixture) -> None:
    with loopback_only(), pytest.raises((LeavesThisMachine, requests.ConnectionError)):
        reach()
    assert "the desk on this machine reaches loopback only" in caplog.text


def test_loopback_is_reached_and_afterwards_all_is_as_before() -> None:
    before = socket.socket.connect
    with loopback_only(), socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()
    assert socket.socket.connect is before


@pytest.fixture
def named_elsewhere(tmp_path: Path) -> Path:
    """Settings that name a page at a real provider."""
    settings = yaml.safe_load(Path(EXAMPLE).read_text(encoding="utf-8"))
    settings["status_page"]["statuspage_id"] = "abcd1234efgh"
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return file


def test_settings_that_name_a_provider_send_nothing_to_it(named_elsewhere: Path) -> None:
    """Neither the functions' environment nor a call that is made all the same leads out."""
    clock = VirtualClock(NOON)
    x = StandInX(User(str(BRAND_ID), "FennelAndFinch"), clock.now)
    with LocalDesk(x, clock, load_settings(named_elsewhere)) as desk:
        desk.run(until=NOON + timedelta(minutes=2))
        for function in desk.cloud.functions.values():
            addresses = [value for value in function.environment.values() if "://" in value]
            assert all(value.startswith("http://127.0.0.1:") for value in addresses), function.name
        with pytest.raises(requests.ConnectionError):
            requests.get(statuspage.API_URL, timeout=1)


def test_whatever_the_user_s_own_aws_configuration_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.write_text("[default]\nignore_configured_endpoint_urls = true\nregion = us-west-2\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    clock = VirtualClock(NOON)
    x = StandInX(User(str(BRAND_ID), "FennelAndFinch"), clock.now)
    with LocalDesk(x, clock, load_settings(Path(EXAMPLE))) as desk:
        assert all(one.environment["AWS_CONFIG_FILE"] != str(config) for one in desk.cloud.functions.values())
        assert boto3.client("sesv2").meta.endpoint_url == desk.cloud.url


# --- what was sent


@pytest.fixture
def aws() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


def client(aws: MotoServer, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service, endpoint_url=aws.url, region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )


def send(aws: MotoServer, to: str, sender: str = "desk@example.com", **more: Any) -> str:
    sent = client(aws, "sesv2").send_email(
        FromEmailAddress=sender, Destination={"ToAddresses": [to]}, Content={"Simple": MAIL | more}
    )
    return str(sent["MessageId"])


def test_the_outbox_holds_mails_and_texts_in_order_with_their_headers(aws: MotoServer) -> None:
    client(aws, "ses").verify_email_identity(EmailAddress="desk@example.com")
    first = send(aws, "ana@example.com", Headers=[{"Name": KIND_HEADER, "Value": "case"}])
    second = client(aws, "sns").publish(PhoneNumber="+447700900101", Message="Ö & more")["MessageId"]
    third = send(aws, "mo@example.com")
    found = [(one.message_id, one.channel, one.to, one.body, dict(one.headers)) for one in aws.outbox.sent]
    assert found == [
        (first, "email", "ana@example.com", "<p>words</p>", {KIND_HEADER: "case"}),
        (second, "text", "+447700900101", "Ö & more", {}),
        (third, "email", "mo@example.com", "<p>words</p>", {}),
    ]


def test_what_was_refused_is_not_in_the_outbox(aws: MotoServer) -> None:
    sns = client(aws, "sns")
    with pytest.raises(sns.exceptions.ClientError):
        send(aws, "ana@example.com", sender="unverified@example.com")
    with pytest.raises(sns.exceptions.ClientError):
        sns.publish(PhoneNumber="no number", Message="words")
    topic = sns.create_topic(Name="operators")["TopicArn"]
    sns.publish(TopicArn=topic, Message=json.dumps({"not": "a text"}))
    assert aws.outbox.sent == []


def _asked(aws: MotoServer) -> list[Any]:
    """Answers of several protocols and two errors, without what belongs to the wire."""
    files, parameters, topics = (client(aws, service) for service in ("s3", "ssm", "sns"))
    calls: list[Callable[[], Any]] = [
        lambda: files.put_object(
            Bucket="site", Key="a folder/ä+b.html", Body=b"<p>\xc3\xa4</p>", Metadata={"a_b": "c"}
        ),
        lambda: files.list_objects_v2(Bucket="site", Prefix="a folder/"),
        lambda: files.get_object(Bucket="site", Key="none"),
        lambda: parameters.put_parameter(Name="/a", Value="ö", Type="SecureString", Overwrite=True),
        lambda: parameters.get_parameter(Name="/none"),
        lambda: topics.create_topic(Name="operators"),
    ]
    answers = [_answer(call) for call in calls]
    file = files.get_object(Bucket="site", Key="a folder/ä+b.html")
    return [*answers, file["Body"].read(), file["Metadata"], file["ContentType"]]


def _answer(call: Callable[[], Any]) -> Any:
    try:
        found = call()
    except ClientError as refused:
        found = refused.response
    moving = ("ResponseMetadata", "Version", "Contents")
    return {**{name: one for name, one in found.items() if name not in moving}, "keys": _keys(found)}


def _keys(found: dict[str, Any]) -> list[str]:
    return [one["Key"] for one in found.get("Contents", [])]


def test_clients_of_this_process_are_answered_as_those_of_others(aws: MotoServer) -> None:
    client(aws, "s3").create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": REGION})
    within = _asked(aws)
    with patch.object(URLLib3Session, "send", OVER_HTTP):
        assert _asked(aws) == within
    assert (within[1]["keys"], within[-3]) == (["a folder/ä+b.html"], "<p>ä</p>".encode())
    assert [one["Error"]["Code"] for one in within[:6] if "Error" in one] == ["NoSuchKey", "ParameterNotFound"]


def test_an_incident_s_row_links_to_its_own_newest_mail() -> None:
    clock = VirtualClock(NOON)
    x = StandInX(User(str(BRAND_ID), "FennelAndFinch"), clock.now)
    with LocalDesk(x, clock, load_settings(Path(EXAMPLE))) as desk:
        incidents = Incidents(DynamoTable(desk.cloud.client("dynamodb"), desk.table), lambda: timedelta(days=1))
        for name in ("till", "van", "quiet"):
            assert incidents.add(incident_change(None, a_candidate(incident_id=IncidentId(name), title=name)))
        desk.messages += [a_mail("till", 1), a_mail("till", 2), a_mail("van", 3), a_mail("", 4)]
        links = {row["title"]: row["act"] for row in desk.snapshot()["incidents"]}
    assert links == {"till": "http://127.0.0.1:1/act/2", "van": "http://127.0.0.1:1/act/3", "quiet": None}


def a_mail(subject_id: str, number: int) -> Message:
    link = f'<a href="http://127.0.0.1:1/act/{number}">'
    return Message(
        NOON, str(number), "email", "mail", "mo@example.com", "", link, MessageKind.INCIDENT_NOTICED, subject_id, ""
    )


def test_the_clock_stands_until_it_goes_on_with_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = iter([100.0, 102.5, 103.0])
    monkeypatch.setattr("infra.local.desk.time.monotonic", lambda: next(machine))
    clock = VirtualClock(NOON)
    assert (clock.now(), clock.now()) == (NOON, NOON)
    clock.goes_on()
    clock.goes_on()
    assert [clock.now() - NOON, clock.now() - NOON] == [timedelta(seconds=2.5), timedelta(seconds=3)]
