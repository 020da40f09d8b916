"""API Gateway on this machine: requests on loopback become an HTTP API's events (payload 2.0) for one function."""

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from infra.local.web import Loopback

Handler = Callable[[dict[str, Any]], dict[str, Any]]

# The largest payload that API Gateway takes (docs.aws.amazon.com/apigateway, quotas of HTTP APIs).
_MAX_BODY_BYTES = 10 * 1024 * 1024
# Bodies of other types arrive in base64.
_TEXT = ("text/", "application/json", "application/xml", "application/javascript")


def event_of(
    method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"", host: str = "127.0.0.1"
) -> dict[str, Any]:
    """A request as API Gateway hands it to a function behind the route $default."""
    # A proxy asks for the whole address (RFC 9112, 3.2.2).
    path, _, query = target.removeprefix(f"http://{host}").partition("?")
    named = {"host": host, **{name.lower(): value for name, value in (headers or {}).items()}}
    now = datetime.now(UTC)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": named,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": method,
                "path": unquote(path),
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": named.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if "cookie" in named:
        # A gateway takes the header apart (docs.aws.amazon.com/apigateway, payload format 2.0).
        event["cookies"] = [one.strip() for one in named.pop("cookie").split(";")]
    if body:
        text = named.get("content-type", "").startswith(_TEXT)
        event["body"] = body.decode() if text else base64.b64encode(body).decode()
        event["isBase64Encoded"] = not text
    return event


class LocalApi(Loopback):
    """Serves one function on loopback. Port 0 takes any that is free.

    `turn` is held while the function runs: on this machine functions share one process and its environment.
    """

    def __init__(self, port: int, function: Handler, turn: AbstractContextManager[Any] | None = None) -> None:
        self._function = function
        self._turn = turn or nullcontext()
        super().__init__(port)

    def respond(self, request: Request) -> Response:
        request.max_content_length = _MAX_BODY_BYTES
        try:
            body = request.get_data()
        except RequestEntityTooLarge:
            return _failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
        event = event_of(request.method, request.environ["REQUEST_URI"], dict(request.headers), body, request.host)
        try:
            with self._turn:
                answer = self._function(event)
        except Exception:  # noqa: BLE001  API Gateway goes on, whatever a function raises
            return _failure(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
        text = answer.get("body") or ""
        shown = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
        response = Response(shown, answer["statusCode"], answer.get("headers", {}))
        for cookie in answer.get("cookies", ()):
            response.headers.add("Set-Cookie", cookie)
        return response


def _failure(status: HTTPStatus, message: str) -> Response:
    """An answer that API Gateway gives by itself."""
    return Response(json.dumps({"message": message}), status, {"Connection": "close"}, "application/json")
