"""Webhooks reach public addresses alone, are signed, end in time, and never follow a redirect."""

import hmac
import json
import socket
import ssl
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from infra.local.guard import LeavesThisMachine, loopback_only
from mentiondesk.adapters.channels.https_post import HttpsPost, Network, is_public
from mentiondesk.adapters.channels.webhooks import Target, WebhookSender, signature
from mentiondesk.ports.channels import Undeliverable
from tests.support.builders import NOON
from tests.support.tls_standin import Receiver, receiver

SECRET = f"whsec_{b64encode(bytes(range(24))).decode()}"
OTHER = f"whsec_{b64encode(bytes(range(24, 48))).decode()}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with receiver(tmp_path_factory.mktemp("tls")) as found:
        yield found


@pytest.fixture
def room(server: Receiver) -> Receiver:
    server.statuses = [200]
    for kept in (server.headers, server.bodies, server.paths):
        kept.clear()
    return server


def sender(room: Receiver, allowed: bool = True, addresses: tuple[str, ...] = ("127.0.0.1",)) -> WebhookSender:
    network = Network(lambda *_: list(addresses), lambda _: allowed, room.trust)
    return WebhookSender(lambda: NOON, HttpsPost(network))


def test_a_webhook_is_signed_as_standard_webhooks_asks(room: Receiver) -> None:
    message_id = sender(room).post(Target(room.url, SECRET), {"type": "alert", "text": "“hello”"})
    (headers,), (body,) = room.headers, room.bodies
    assert json.loads(body) == {"type": "alert", "text": "“hello”"}
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (message_id, str(int(NOON.timestamp())))
    # As the specification words it: the id, the timestamp and the body with dots between them.
    signed = f"{message_id}.{headers['webhook-timestamp']}.{body.decode()}".encode()
    key = b64decode(SECRET.removeprefix("whsec_"))
    assert headers["webhook-signature"] == f"v1,{b64encode(hmac.digest(key, signed, sha256)).decode()}"
    assert (headers["content-type"], room.paths) == ("application/json", ["/in?room=1"])


def test_the_signature_is_that_of_the_specification_s_example() -> None:
    """Source: Standard Webhooks specification, the example of its libraries' tests."""
    body = b'{"test": 2432232314}'
    made = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_library_of_standard_webhooks_takes_it(room: Receiver) -> None:
    """An implementation that is not ours; it compares the timestamp with its own clock."""
    network = Network(lambda *_: ["127.0.0.1"], lambda _: True, room.trust)
    WebhookSender(lambda: datetime.now(UTC), HttpsPost(network)).post(Target(room.url, SECRET), {"text": "“hello”"})
    assert Webhook(SECRET).verify(room.bodies[0], dict(room.headers[0])) == {"text": "“hello”"}
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(room.bodies[0], dict(room.headers[0]))


@pytest.mark.parametrize("known", [SECRET, OTHER])
def test_while_a_secret_is_replaced_both_sign(room: Receiver, known: str) -> None:
    network = Network(lambda *_: ["127.0.0.1"], lambda _: True, room.trust)
    WebhookSender(lambda: datetime.now(UTC), HttpsPost(network)).post(Target(room.url, f"{OTHER} {SECRET}"), {})
    assert Webhook(known).verify(room.bodies[0], dict(room.headers[0])) == {}


def test_a_body_that_is_far_too_long_is_not_sent(room: Receiver) -> None:
    with pytest.raises(Undeliverable, match="BodyTooLong"):
        sender(room).post(Target(room.url, SECRET), {"text": "x" * 70_000})
    assert not room.bodies


def test_slack_s_webhook_has_no_signature(room: Receiver) -> None:
    sender(room).post(Target(room.url), {"text": "hello"})
    assert not [name for name in room.headers[0] if name.startswith("webhook-")]


@pytest.mark.parametrize(
    ("statuses", "tries", "passing"),
    [([500], 2, True), ([429], 2, True), ([404], 1, False), ([302], 1, False), ([410], 1, False)],
)
def test_what_may_pass_is_tried_once_more(room: Receiver, statuses: list[int], tries: int, passing: bool) -> None:
    room.statuses = statuses
    with pytest.raises(Undeliverable) as refusal:
        sender(room).post(Target(room.url, SECRET), {})
    assert (len(room.bodies), refusal.value.passing, refusal.value.reason) == (tries, passing, f"Status{statuses[0]}")


def test_a_second_try_has_the_same_id(room: Receiver) -> None:
    room.statuses = [503, 200]
    sender(room).post(Target(room.url, SECRET), {})
    assert len({headers["webhook-id"] for headers in room.headers}) == 1
    assert len(room.headers) == 2


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("::1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "2002:a9fe:a9fe::", "224.0.0.1", "ff02::1"),
        *("240.0.0.1", "255.255.255.255", "192.0.2.1", "2001:db8::1"),
    ],
)
def test_addresses_that_are_not_everybody_s(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_a_name_with_a_private_address_among_its_own_is_refused_before_any_connection(room: Receiver) -> None:
    network = Network(lambda *_: ["8.8.8.8", "10.0.0.1"], is_public, room.trust)
    with loopback_only(), pytest.raises(Undeliverable, match="PrivateAddress") as refusal:
        WebhookSender(lambda: NOON, HttpsPost(network)).post(Target(room.url), {})
    assert not refusal.value.passing
    assert not room.bodies


@pytest.mark.parametrize("url", ["http://hooks.example/x", "https://", "ftp://a.example", "https://a@b.example/"])
def test_only_encrypted_addresses_without_a_name_in_them(room: Receiver, url: str) -> None:
    with pytest.raises(Undeliverable, match="NoHttpsAddress"):
        sender(room).post(Target(url), {})


def test_a_certificate_of_somebody_else_is_refused(room: Receiver) -> None:
    network = Network(lambda *_: ["127.0.0.1"], lambda _: True, ssl.create_default_context())
    with pytest.raises(Undeliverable, match="SSLCertVerificationError"):
        WebhookSender(lambda: NOON, HttpsPost(network)).post(Target(room.url), {})
    assert not room.bodies


def test_a_receiver_that_never_answers_ends_by_the_timeout(room: Receiver) -> None:
    # Nothing accepts: the connection stands, and the handshake has no answer.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        network = Network(lambda *_: ["127.0.0.1"], lambda _: True, room.trust)
        hurried = WebhookSender(lambda: NOON, HttpsPost(network, timeout=0.1))
        with pytest.raises(Undeliverable) as refusal:
            hurried.post(Target(f"https://hooks.example:{port}/"), {})
    assert refusal.value.passing


def test_the_desk_on_this_machine_never_reaches_a_real_room() -> None:
    """A look-up of a name is refused there, and so is a connection."""
    with loopback_only(), pytest.raises(Undeliverable, match="LeavesThisMachine") as refusal:
        WebhookSender(lambda: NOON).post(Target("https://hooks.slack.com/services/T/B/x"), {})
    assert isinstance(refusal.value.__cause__, LeavesThisMachine)


def test_a_reason_holds_no_address_and_no_secret(room: Receiver) -> None:
    room.statuses = [403]
    with pytest.raises(Undeliverable) as refusal:
        sender(room).post(Target(room.url, SECRET), {"text": "words"})
    assert "hooks" not in str(refusal.value)
    assert SECRET not in str(refusal.value)
