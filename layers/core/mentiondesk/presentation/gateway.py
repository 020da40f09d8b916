"""Requests and answers of an HTTP API of Amazon API Gateway, payload format 2.0, and the routes between them.

Powertools has a resolver for this; to import it takes a tenth of a start, most of it for other kinds of APIs.
"""

import base64
import binascii
import gzip
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mentiondesk.presentation.action_pages.reading import MalformedForm
from mentiondesk.values import Frozen

_PART = re.compile(r"<(\w+)>")


class HttpRequest(Frozen):
    """A request. `route` is the key of the API's own route, which holds no token; names of headers are lower case."""

    method: str
    path: str
    query: str
    route: str
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    sent: str
    encoded: bool

    @property
    def body(self) -> bytes:
        """Raises MalformedForm."""
        if not self.encoded:
            return self.sent.encode()
        try:
            return base64.b64decode(self.sent, validate=True)
        except binascii.Error as broken:
            raise MalformedForm from broken


@dataclass(slots=True)
class Page:
    """An answer. `compress`: where the browser takes gzip. `cookies` are whole Set-Cookie headers."""

    status: int
    media: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    compress: bool = False


Route = Callable[..., Page]


def request_in(event: Mapping[str, Any]) -> HttpRequest:
    """The request in an event of API Gateway."""
    return HttpRequest(
        method=event["requestContext"]["http"]["method"],
        path=event["rawPath"],
        query=event.get("rawQueryString", ""),
        route=event.get("routeKey", ""),
        headers={name.lower(): value for name, value in event.get("headers", {}).items()},
        cookies=tuple(event.get("cookies") or ()),
        sent=event.get("body") or "",
        encoded=bool(event.get("isBase64Encoded")),
    )


def answer_of(page: Page, request: HttpRequest) -> dict[str, Any]:
    """The page as API Gateway takes it."""
    headers = {"Content-Type": page.media, **page.headers}
    packed = page.compress and bool(page.body) and "gzip" in request.headers.get("accept-encoding", "")
    body = base64.b64encode(gzip.compress(page.body.encode(), mtime=0)).decode() if packed else page.body
    if packed:
        headers["Content-Encoding"] = "gzip"
    return {
        "statusCode": page.status,
        "headers": headers,
        "cookies": list(page.cookies),
        "body": body,
        "isBase64Encoded": packed,
    }


class Routes:
    """Rules like "/act/<token>", each with what answers the methods that it serves; the first that fits is taken."""

    def __init__(self) -> None:
        self._rules: list[tuple[re.Pattern[str], Mapping[str, Route]]] = []

    def add(self, rule: str, by_method: Mapping[str, Route]) -> None:
        """Adds a rule. A part in angle brackets is any text without a slash, and given to the route by its name."""
        self._rules.append((re.compile(_PART.sub(r"(?P<\1>[^/]+)", rule)), by_method))

    def find(self, path: str) -> tuple[Mapping[str, Route], Mapping[str, str]] | None:
        """The routes of the rule that fits a path, by method, and the path's parts; None where no rule fits."""
        for pattern, by_method in self._rules:
            if found := pattern.fullmatch(path):
                return by_method, found.groupdict()
        return None


def cookie_pairs(cookies: Iterable[str]) -> dict[str, str]:
    """The cookies of a request by name."""
    pairs = (pair.partition("=") for pair in cookies)
    return {name.strip(): value for name, _, value in pairs}
