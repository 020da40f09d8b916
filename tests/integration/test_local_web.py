"""Servers on loopback answer requests for this machine, and no others."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

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
