"""Webhooks: signed as Standard Webhooks asks, or Slack's incoming ones; sent to public addresses alone.

Sources: Standard Webhooks specification 1.0 (signature scheme, operational considerations on SSRF and timeouts);
Slack, "Sending messages using incoming webhooks" (escaping, status codes).
"""

import hmac
import json
import secrets
import socket
import ssl
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from mentiondesk.domain.alerts.messages import KIND_HEADER, Email
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.values import Frozen

# Standard Webhooks, "payload size": receivers are asked to take 20 kB; what is far longer is a mistake.
_LONGEST_BODY = 64 * 1024
# The first line of an answer is far shorter; the rest is not read.
_LONGEST_ANSWER = 4096
_BEGINS = "whsec_"


class Target(NamedTuple):
    """The address of a webhook, and the key that signs it; "" for a receiver that knows its sender by the address.

    While a key is replaced, `secret` holds the new one and the one before, with a space between them: both sign.
    """

    url: str
    secret: str = ""


class Network(Frozen):
    """The ways out: names to addresses, and addresses to encrypted connections. Tests put stand-ins here."""

    resolve: Callable[[str, int], list[str]]
    allowed: Callable[[str], bool]
    tls: ssl.SSLContext


def public_network() -> Network:
    """The internet, without addresses of private networks, of this machine, or of the cloud's metadata."""
    return Network(_resolved, is_public, ssl.create_default_context())


def is_public(address: str) -> bool:
    """True for an address that everybody on the internet reaches under it."""
    found = ip_address(address)
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or is_public(str(inner)))


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of webhook-signature. Raises ValueError where the secret is not written as whsec_ and base64."""
    if not secret.startswith(_BEGINS):
        raise ValueError("a webhook's secret begins with whsec_")
    key = b64decode(secret.removeprefix(_BEGINS), validate=True)
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{b64encode(hmac.new(key, signed, sha256).digest()).decode()}"


class WebhookSender:
    """Posts JSON. What may pass is tried again at once, until there were so many `tries`.

    `timeout`: seconds for one try, from the look-up of the name to the first line of the answer.
    """

    def __init__(
        self, clock: Callable[[], datetime], network: Network | None = None, timeout: float = 5.0, tries: int = 2
    ) -> None:
        self._clock = clock
        self._network = network or public_network()
        self._timeout = timeout
        self._tries = tries

    def post(self, target: Target, payload: Mapping[str, object], message_id: str = "") -> str:
        """Sends the payload and returns its id, by which a receiver knows a repeated one. Raises Undeliverable."""
        message_id = message_id or f"msg_{secrets.token_hex(12)}"
        body = json.dumps(payload, ensure_ascii=True, separators=(",", ":")).encode()
        if len(body) > _LONGEST_BODY:
            raise Undeliverable("BodyTooLong")
        headers = {"content-type": "application/json", "user-agent": "Mentiondesk"}
        if target.secret:
            timestamp = int(self._clock().timestamp())
            headers |= {
                "webhook-id": message_id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": " ".join(
                    signature(secret, message_id, timestamp, body) for secret in target.secret.split()
                ),
            }
        self._tried(target.url, headers, body)
        return message_id

    def _tried(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        for left in reversed(range(self._tries)):
            try:
                return self._once(url, headers, body)
            except Undeliverable as refusal:
                if not refusal.passing or not left:
                    raise
        return None

    def _once(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        deadline = time.monotonic() + self._timeout
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise Undeliverable("NoHttpsAddress")
        try:
            connection = self._connected(parts.hostname, parts.port or 443)
            with connection, self._network.tls.wrap_socket(connection, server_hostname=parts.hostname) as secured:
                path = f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"
                secured.sendall(_request(parts.netloc, path, headers, body))
                status = _status(secured, deadline)
        except ssl.SSLCertVerificationError as failed:
            raise Undeliverable(type(failed).__name__) from failed
        except OSError as failed:
            raise Undeliverable(type(failed).__name__, passing=True) from failed
        if not 200 <= status < 300:
            # A redirect is not followed: it could lead into a private network.
            raise Undeliverable(f"Status{status}", passing=status == 429 or status >= 500)

    def _connected(self, host: str, port: int) -> socket.socket:
        """A connection to the very address that was checked, so that the name cannot change meanwhile."""
        addresses = self._network.resolve(host, port)
        if not addresses or not all(map(self._network.allowed, addresses)):
            raise Undeliverable("PrivateAddress")
        return socket.create_connection((addresses[0], port), timeout=self._timeout)


def _resolved(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _request(host: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    sent = {"host": host, **headers, "content-length": str(len(body)), "connection": "close"}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join((*lines, "", "")).encode("ascii") + body


def _status(connection: ssl.SSLSocket, deadline: float) -> int:
    """The status of the answer; however slowly it drips, the deadline ends it. Raises OSError."""
    received = b""
    while b"\n" not in received and len(received) < _LONGEST_ANSWER:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        part = connection.recv(_LONGEST_ANSWER)
        if not part:
            break
        received += part
    first = received.split(b"\n", 1)[0].split()
    if len(first) < 2 or not first[0].startswith(b"HTTP/1.") or not first[1].isdigit():
        raise ConnectionError("no answer in HTTP")
    return int(first[1])


class RoomSender:
    """Sender to rooms: a Slack channel by its incoming webhook, or any address by a signed one.

    An address is a URL, or a secret, a space and a URL: with a secret the webhook is signed.
    """

    def __init__(self, webhooks: WebhookSender, clock: Callable[[], datetime]) -> None:
        self._webhooks = webhooks
        self._clock = clock

    def send(self, address: str, message: Email | str) -> str:
        secret, _, url = address.rpartition(" ")
        email = message if isinstance(message, Email) else Email("", message, "")
        if not secret:
            return self._webhooks.post(Target(url), {"text": _slack(email)})
        payload = {
            "type": f"alert.{dict(email.headers).get(KIND_HEADER, 'text')}",
            "timestamp": self._clock().isoformat(),
            "data": {"subject": email.subject, "text": email.text},
        }
        return self._webhooks.post(Target(url, secret), payload)


def _slack(email: Email) -> str:
    """The text as Slack wants it: nothing in it is a mention, a link or a command of Slack's."""
    text = email.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.strip()
