"""Servers on loopback answer requests for this machine, and no others."""

import http.client
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from werkzeug.wrappers import Request, Response

from infra.local.web import Loopback


class _Secret(Loopback):
    def respond(self, request: Request) -> Response:
        del request
        return Response("secret")


@pytest.fixture
def server() -> Iterator[_Secret]:
    with _Secret() as found:
        yield found


def asked(server: _Secret, host: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    connection.putrequest("GET", "/", skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8642", "localhost:80", "LOCALHOST", "[::1]:8642"])
def test_names_of_this_machine_are_answered(server: _Secret, host: str) -> None:
    assert asked(server, host) == (200, "secret")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8642", "127.0.0.1.evil.example", "localhost.evil.example", "128.0.0.1"]
)
def test_other_names_are_refused(server: _Secret, host: str) -> None:
    status, body = asked(server, host)
    assert (status, "secret" in body) == (421, False)


class _Slow(Loopback):
    """A server that says when it begins to answer, and answers when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_end, self.ended = Event(), Event(), Event()

    def respond(self, request: Request) -> Response:
        del request
        self.begun.set()
        self.may_end.wait()
        self.ended.set()
        return Response("late")


def test_a_server_that_is_left_has_answered_everything() -> None:
    with ThreadPoolExecutor() as others:
        with _Slow() as server:
            answer = others.submit(urlopen, server.url)
            server.begun.wait()
            # It may end once the server is being left: the listening socket is closed by then.
            others.submit(_when_closed, server, server.may_end.set)
        assert server.ended.is_set()
        assert answer.result().read() == b"late"


def _when_closed(server: Loopback, then: Callable[[], None]) -> None:
    address = urlsplit(server.url)
    while True:
        try:
            socket.create_connection((address.hostname, address.port), timeout=1).close()
        except OSError:
            then()
            return
