"""POST over https to public addresses alone: the transport of every service that is reached by its address.

Source: Standard Webhooks specification 1.0 (operational considerations on SSRF and timeouts).
"""

import secrets
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from ipaddress import ip_address
from urllib.parse import urlsplit

from mentiondesk.ports.channels import Undeliverable
from mentiondesk.values import Frozen

# Standard Webhooks, "payload size": receivers are asked to take 20 kB; what is far longer is a mistake.
_LONGEST_BODY = 64 * 1024
# The first line of an answer is far shorter; the rest is not read.
_LONGEST_ANSWER = 4096


class Network(Frozen):
    """The ways out: names to addresses, and addresses to encrypted connections. Tests put stand-ins here."""

    resolve: Callable[[str, int], list[str]]
    allowed: Callable[[str], bool]
    tls: ssl.SSLContext


def public_network() -> Network:
    """The internet, without addresses of private networks, of this machine, or of the cloud's metadata."""
    return Network(_resolved, is_public, _authorities())


@cache
def _authorities() -> ssl.SSLContext:
    """Trust in the authorities of this machine. Reading them takes 30 ms of a processor: once in a process."""
    return ssl.create_default_context()


def is_public(address: str) -> bool:
    """True for an address that everybody on the internet reaches under it."""
    found = ip_address(address)
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or is_public(str(inner)))


def new_id() -> str:
    """An id for a message whose receiver gives it none."""
    return f"msg_{secrets.token_hex(12)}"


class HttpsPost:
    """Sends what may pass again at once, until there were so many `tries`.

    `timeout`: seconds for one try, from the look-up of the name to the first line of the answer.
    """

    def __init__(self, network: Network | None = None, timeout: float = 5.0, tries: int = 2) -> None:
        self._given = network
        self._timeout = timeout
        self._tries = tries

    @cached_property
    def _network(self) -> Network:
        """Made by the first message: most runs have nothing to send this way."""
        return self._given or public_network()

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Returns once the receiver has taken the body. Raises Undeliverable."""
        if len(body) > _LONGEST_BODY:
            raise Undeliverable("BodyTooLong")
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
    ours = {"host": host, "user-agent": "Mentiondesk", "content-length": str(len(body)), "connection": "close"}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in {**ours, **headers}.items())]
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
