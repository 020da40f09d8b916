"""API Gateway on this machine: requests on loopback become an HTTP API's events (payload 2.0) for one function."""

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from infra.local.loopback import Loopback

Handler = Callable[[dict[str, Any]], dict[str, Any]]

# API Gateway takes no more than this (docs.aws.amazon.com/apigateway, quotas of HTTP APIs).
_LONGEST = 10 * 1024 * 1024
# Bodies of other types arrive in base64.
_TEXT = ("text/", "application/json", "application/xml", "application/javascript")


def event_of(
    method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"", host: str = "127.0.0.1"
) -> dict[str, Any]:
    """A request as API Gateway hands it to a function behind the route $default."""
    # A proxy asks for the whole address (RFC 9112, 3.2.2).
    path, _, query = target.removeprefix(f"http://{host}").partition("?")
    told = {"host": host, **{name.lower(): value for name, value in (headers or {}).items()}}
    now = datetime.now(UTC)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(path),
        "rawQueryString": query,
        "headers": told,
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
                "userAgent": told.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if body:
        text = told.get("content-type", "").startswith(_TEXT)
        event["body"] = body.decode() if text else base64.b64encode(body).decode()
        event["isBase64Encoded"] = not text
    return event


class LocalApi(Loopback):
    """Serves one function on loopback. Port 0 takes any that is free.

    `turn` is held while the function runs: on this machine functions share one process and its environment.
    """

    def __init__(self, port: int, function: Handler, turn: AbstractContextManager[Any] | None = None) -> None:
        held = turn or nullcontext()

        class OneRequest(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                if length > _LONGEST:
                    self.close_connection = True
                    self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {}, b'{"message":"Request Entity Too Large"}')
                    return
                body = self.rfile.read(length)
                event = event_of(
                    self.command, self.path, dict(self.headers.items()), body, self.headers.get("Host", "")
                )
                try:
                    with held:
                        answer = function(event)
                except Exception:  # noqa: BLE001  whatever a function raises, API Gateway goes on
                    answer = {"statusCode": 500, "body": json.dumps({"message": "Internal Server Error"})}
                said = answer.get("body") or ""
                shown = base64.b64decode(said) if answer.get("isBase64Encoded") else said.encode()
                self._say(answer["statusCode"], answer.get("headers", {}), shown)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815  http.server's own names

            def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Paths hold tokens."""

        super().__init__(port, OneRequest)
