"""Common parts of the HTTP functions ("doors"): routing, security headers, HEAD, failures, metrics, forms.

A door is one Lambda function behind some routes of the HTTP API. No other module of the package imports Powertools.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from mentiondesk.presentation.action_pages.answers import Answer, plain, refused
from mentiondesk.presentation.action_pages.html import security_headers
from mentiondesk.presentation.action_pages.reading import (
    FormFields,
    MalformedForm,
    PayloadTooLarge,
    UnsupportedMediaType,
    typed_in,
)
from mentiondesk.presentation.desk.html import asset_headers, assets
from mentiondesk.presentation.desk.responses import Request, SetCookie
from mentiondesk.presentation.desk.responses import Response as DeskResponse
from mentiondesk.presentation.wording import Sentences

if TYPE_CHECKING:
    # Importing it takes another package in.
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

Page = Response[str]
_Route = Callable[..., Page]
_Middleware = Callable[[APIGatewayHttpResolver, "NextMiddleware"], Page]
# The catalogue's own words: the settings, which may override them, are perhaps what failed.
_SAY = Sentences()
# Paths of pages and tokens. A rule's end also matches before a line feed, and other odd characters could pass by the
# route whose limit is meant for the page.
_PATH = re.compile(r"[A-Za-z0-9/._~=-]*")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Door(APIGatewayHttpResolver):
    """A Powertools resolver for the pages of one function: refusals and failures are pages too, with the same headers.

    `failed` is called for each page that could not be made. `headers` are those of every answer. Routers
    can be included as in any resolver.
    """

    def __init__(
        self,
        logger: Logger,
        metrics: Metrics,
        failed: Callable[[], None],
        headers: Callable[[], Mapping[str, str]] = security_headers,
    ) -> None:
        super().__init__()
        # Outermost first: whatever an inner one answers passes through those before it.
        self.use(
            [_recorded(logger), _secured(headers), _head_without_body, _failures_shown(logger, failed), _plain_path]
        )
        self.not_found(_no_such_page)
        # The function's entry point, as Lambda calls it.
        self.handler = logger.inject_lambda_context(metrics.log_metrics(self.resolve), clear_state=True)

    def serve(self, rule: str, get: _Route, post: _Route | None = None) -> None:
        """Adds one page: `get` answers GET and HEAD, `post` answers POST, every other method is refused.

        Both are called with the parts of the path that `rule` names, as in "/act/<token>".
        """
        self.route(rule, ["GET", "HEAD"])(get)
        if post:
            self.post(rule)(post)
        served = ("GET", "HEAD", "POST") if post else ("GET", "HEAD")

        def refuse(**_: str) -> Page:
            response = page(plain(_SAY, _SAY("page.method"), status=HTTPStatus.METHOD_NOT_ALLOWED))
            response.headers["Allow"] = ", ".join(served)
            return response

        self.route(rule, [method for method in _METHODS if method not in served])(refuse)

    def refuse_unless(self, allowed: Callable[[str, Mapping[str, str]], bool]) -> None:
        """Refuses requests that did not come from a page of the desk: `allowed(method, headers)`; before any page."""

        def check(app: APIGatewayHttpResolver, next_middleware: "NextMiddleware") -> Page:
            event = app.current_event
            if allowed(event.http_method, {name.lower(): value for name, value in event.headers.items()}):
                return next_middleware(app)
            return page(plain(_SAY, _SAY("desk.not_from_here"), status=HTTPStatus.FORBIDDEN))

        self.use([check])

    @property
    def asked(self) -> Request:
        """The current request, for the desk's pages."""
        event = self.current_event
        pairs = (pair.partition("=") for pair in event.get("cookies") or ())
        return Request(
            path=event.path,
            query=dict(parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True)),
            cookies={name.strip(): value for name, _, value in pairs},
            agent=event.headers.get("user-agent", ""),
            seen=event.headers.get("if-none-match", ""),
            read_form=lambda: self.form,
        )

    @property
    def form(self) -> FormFields:
        """The form in the current request. Raises PayloadTooLarge, UnsupportedMediaType or MalformedForm."""
        event = self.current_event
        body = (event.body or "").encode()
        if event.is_base64_encoded:
            try:
                body = base64.b64decode(body, validate=True)
            except binascii.Error as broken:
                raise MalformedForm from broken
        return typed_in(body, event.headers.get("content-type", ""))


def page(answer: Answer) -> Page:
    """The response that carries a page."""
    return Response(int(answer.status), "text/html; charset=utf-8", answer.html)


def response(found: DeskResponse, secure: bool) -> Page:
    """The response that carries a page of the desk. `secure`: its address is https, as everywhere but on loopback."""
    headers = {"ETag": found.tag} if found.tag else {}
    if found.to:
        headers["Location"] = found.to
    if found.file:
        headers["Content-Disposition"] = f'attachment; filename="{found.file}"'
    cookies = [_cookie(one, secure) for one in found.cookies]
    return Response(int(found.status), found.media, found.html, headers, cookies, compress=True)


def asset(name: str) -> Page:
    """A file of the desk's pages; browsers keep it for ever."""
    found = assets().get(name)
    if found is None:
        return _no_such_page(NotFoundError())
    return Response(int(HTTPStatus.OK), found.media, found.text, dict(asset_headers()), compress=True)


def healthy() -> Page:
    """Says that the function runs; asks nothing of the table."""
    return Response(int(HTTPStatus.OK), "text/plain; charset=utf-8", "ok\n")


def _cookie(one: SetCookie, secure: bool) -> Cookie:
    """A cookie for the whole host: scripts never see it, and other sites' forms do not carry it."""
    return Cookie(
        one.name,
        one.value,
        path="/",
        secure=secure,
        http_only=True,
        same_site=SameSite.LAX_MODE,
        max_age=int(one.lasts.total_seconds()),
    )


def _recorded(logger: Logger) -> _Middleware:
    """One log line for each answer."""

    def record(app: APIGatewayHttpResolver, next_middleware: "NextMiddleware") -> Page:
        response = next_middleware(app)
        event = app.current_event
        # The route, not the path: a path holds a token.
        logger.info("answered", method=event.http_method, route=event.route_key, status=response.status_code)
        return response

    return record


def _secured(headers: Callable[[], Mapping[str, str]]) -> _Middleware:
    def secure(app: APIGatewayHttpResolver, next_middleware: "NextMiddleware") -> Page:
        response = next_middleware(app)
        # A file that never changes says itself how long it may be kept.
        response.headers.update({name: value for name, value in headers().items() if name not in response.headers})
        return response

    return secure


def _head_without_body(app: APIGatewayHttpResolver, next_middleware: "NextMiddleware") -> Page:
    response = next_middleware(app)
    if app.current_event.http_method == "HEAD":
        response.body = ""
    return response


def _failures_shown(logger: Logger, failed: Callable[[], None]) -> _Middleware:
    """Turns what a route raises into a page; a failure that nobody foresaw is logged and counted."""

    def show(app: APIGatewayHttpResolver, next_middleware: "NextMiddleware") -> Page:
        try:
            return next_middleware(app)
        except (MalformedForm, PayloadTooLarge, UnsupportedMediaType) as unreadable:
            return page(refused(_SAY, unreadable))
        except Exception:  # the boundary: API Gateway would answer in JSON, without security headers
            logger.exception("a page failed")
            _reported(logger, failed)
            then = _SAY("page.failed_then")
            return page(plain(_SAY, _SAY("page.failed"), then, HTTPStatus.INTERNAL_SERVER_ERROR))

    return show


def _reported(logger: Logger, failed: Callable[[], None]) -> None:
    try:
        failed()
    except Exception:  # the boundary: what made the page fail, as a table that does not answer, stops this as well
        logger.exception("a failed page was not reported")


def _plain_path(app: APIGatewayHttpResolver, next_middleware: "NextMiddleware") -> Page:
    if _PATH.fullmatch(app.current_event.path):
        return next_middleware(app)
    return _no_such_page()


def _no_such_page(_: NotFoundError | None = None) -> Page:
    return page(plain(_SAY, _SAY("page.not_a_page"), status=HTTPStatus.NOT_FOUND))
