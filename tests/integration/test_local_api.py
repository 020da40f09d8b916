"""The HTTP API on one machine: requests as a browser makes them, events as API Gateway makes them."""

import base64
import json
from collections.abc import Iterator
from contextlib import nullcontext
from http.client import HTTPConnection, HTTPResponse
from threading import Lock
from typing import Any

import pytest

from infra.local.api import LocalApi

FORM = "application/x-www-form-urlencoded"


class Handler:
    """A function that remembers what it was asked, and answers as it is told to."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {"statusCode": 200, "headers": {"X-Told": "yes"}, "body": "fine ✓"}
        self.lock = Lock()

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        assert self.lock.locked()
        self.events.append(event)
        if "statusCode" not in self.answer:
            raise RuntimeError("the function fails")
        return self.answer


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def api(handler: Handler) -> Iterator[LocalApi]:
    with LocalApi(0, handler, handler.lock) as found:
        yield found


def ask(api: LocalApi, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(api.url.removeprefix("http://"), timeout=10)
    try:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, told)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_a_request_becomes_an_event_and_the_answer_goes_back(api: LocalApi, handler: Handler) -> None:
    answer, body = ask(api, "GET", "/act/a%20b?x=1&y=%26", X_Told="Yes")
    assert (answer.status, answer.headers["X-Told"], body.decode()) == (200, "yes", "fine ✓")
    (event,) = handler.events
    assert (event["version"], event["rawPath"], event["rawQueryString"]) == ("2.0", "/act/a b", "x=1&y=%26")
    assert event["requestContext"]["http"]["method"] == "GET"
    assert event["headers"]["x-told"] == "Yes"
    assert "body" not in event


@pytest.mark.parametrize(
    ("media", "encoded"), [(FORM, True), ("multipart/form-data; boundary=x", True), ("application/json", False)]
)
def test_only_bodies_of_text_arrive_as_they_are(api: LocalApi, handler: Handler, media: str, encoded: bool) -> None:
    ask(api, "POST", "/", "a=ä".encode(), Content_Type=media)
    (event,) = handler.events
    assert event["isBase64Encoded"] is encoded
    assert (base64.b64decode(event["body"]).decode() if encoded else event["body"]) == "a=ä"


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_arrives(api: LocalApi, handler: Handler, method: str) -> None:
    handler.answer = {"statusCode": 405, "headers": {}, "body": ""}
    assert ask(api, method, "/")[0].status == 405
    assert handler.events[0]["requestContext"]["http"]["method"] == method


def test_a_function_that_fails_is_answered_as_api_gateway_does(api: LocalApi, handler: Handler) -> None:
    handler.answer = {}
    answer, body = ask(api, "GET", "/")
    assert (answer.status, json.loads(body)) == (500, {"message": "Internal Server Error"})
    handler.answer = {
        "statusCode": 200,
        "headers": {},
        "isBase64Encoded": True,
        "body": base64.b64encode(b"\0").decode(),
    }
    assert ask(api, "GET", "/")[1] == b"\0"


def test_a_body_that_api_gateway_would_refuse_is_refused(api: LocalApi, handler: Handler) -> None:
    connection = HTTPConnection(api.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(11 * 1024 * 1024))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    assert handler.events == []


def test_a_port_that_is_taken_is_no_obstacle(api: LocalApi) -> None:
    taken = int(api.url.rpartition(":")[2])
    with LocalApi(taken, lambda _: {"statusCode": 204}, nullcontext()) as other:
        assert other.url != api.url
        assert ask(other, "GET", "/")[0].status == 204
