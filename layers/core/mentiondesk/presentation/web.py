"""Common parts of the HTTP functions ("doors"): routing, security headers, HEAD, failures, metrics, forms.

A door is one Lambda function behind some routes of the HTTP API. No other module of the package imports Powertools.
"""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger, Metrics

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
from mentiondesk.presentation.gateway import HttpRequest, Page, Route, Routes, answer_of, cookie_pairs, request_in
from mentiondesk.presentation.wording import Sentences

# The catalogue's own words: the settings, which may override them, are perhaps what failed.
_SAY = Sentences()
# Paths of pages and tokens. Odd characters could pass by the route whose limit is meant for the page.
_PATH = re.compile(r"[A-Za-z0-9/._~=-]*")
_Allowed = Callable[[str, Mapping[str, str]], bool]


class Door:
    """The pages of one function: refusals and failures are pages too, with the same headers.

    `failed` is called for each page that could not be made. `headers` are those of every answer.
    """

    def __init__(
        self,
        logger: Logger,
        metrics: Metrics,
        failed: Callable[[], None],
        headers: Callable[[], Mapping[str, str]] = security_headers,
    ) -> None:
        self._logger = logger
        self._failed = failed
        self._headers = headers
        self._routes = Routes()
        self._allowed: _Allowed = lambda *_: True
        self._request: HttpRequest | None = None
        # The function's entry point, as Lambda calls it.
        self.handler = logger.inject_lambda_context(metrics.log_metrics(self._answer), clear_state=True)

    def serve(self, rule: str, get: Route, post: Route | None = None) -> None:
        """Adds one page: `get` answers GET and HEAD, `post` answers POST, every other method is refused.

        Both are called with the parts of the path that `rule` names, as in "/act/<token>".
        """
        self._routes.add(rule, {"GET": get, "HEAD": get} | ({"POST": post} if post else {}))

    def refuse_unless(self, allowed: _Allowed) -> None:
        """Refuses requests that did not come from a page of the desk: `allowed(method, headers)`; before any page."""
        self._allowed = allowed

    @property
    def asked(self) -> Request:
        """The current request, for the desk's pages."""
        request = self._current
        return Request(
            path=request.path,
            query=dict(parse_qsl(request.query, keep_blank_values=True)),
            cookies=cookie_pairs(request.cookies),
            agent=request.headers.get("user-agent", ""),
            seen=request.headers.get("if-none-match", ""),
            read_form=lambda: self.form,
        )

    @property
    def form(self) -> FormFields:
        """The form in the current request. Raises PayloadTooLarge, UnsupportedMediaType or MalformedForm."""
        return typed_in(self._current.body, self._current.headers.get("content-type", ""))

    @property
    def _current(self) -> HttpRequest:
        assert self._request is not None, "pages are made for a request"
        return self._request

    def _answer(self, event: Mapping[str, Any], context: object) -> dict[str, Any]:
        del context
        request = self._request = request_in(event)
        found = self._page(request)
        # A file that never changes says itself how long it may be kept.
        found.headers = {**self._headers(), **found.headers}
        if request.method == "HEAD":
            found.body = ""
        # The route, not the path: a path holds a token.
        self._logger.info("answered", method=request.method, route=request.route, status=found.status)
        return answer_of(found, request)

    def _page(self, request: HttpRequest) -> Page:
        """The page; what a route raises is a page too, and a failure that nobody foresaw is logged and counted."""
        try:
            return self._routed(request)
        except (MalformedForm, PayloadTooLarge, UnsupportedMediaType) as unreadable:
            return page(refused(_SAY, unreadable))
        except Exception:  # the boundary: API Gateway would answer in JSON, without security headers
            self._logger.exception("a page failed")
            self._report()
            then = _SAY("page.failed_then")
            return page(plain(_SAY, _SAY("page.failed"), then, HTTPStatus.INTERNAL_SERVER_ERROR))

    def _routed(self, request: HttpRequest) -> Page:
        if not _PATH.fullmatch(request.path):
            return _no_such_page()
        if not self._allowed(request.method, request.headers):
            return page(plain(_SAY, _SAY("desk.not_from_here"), status=HTTPStatus.FORBIDDEN))
        found = self._routes.find(request.path)
        if found is None:
            return _no_such_page()
        by_method, parts = found
        if request.method not in by_method:
            return _refused_method(by_method)
        return by_method[request.method](**parts)

    def _report(self) -> None:
        try:
            self._failed()
        except Exception:  # the boundary: what made the page fail, as a table that does not answer, stops this as well
            self._logger.exception("a failed page was not reported")


def page(answer: Answer) -> Page:
    """The response that carries a page."""
    return Page(int(answer.status), "text/html; charset=utf-8", answer.html)


def response(found: DeskResponse, secure: bool) -> Page:
    """The response that carries a page of the desk. `secure`: its address is https, as everywhere but on loopback."""
    headers = {"ETag": found.tag} if found.tag else {}
    if found.to:
        headers["Location"] = found.to
    if found.file:
        headers["Content-Disposition"] = f'attachment; filename="{found.file}"'
    cookies = tuple(_cookie(one, secure) for one in found.cookies)
    return Page(int(found.status), found.media, found.html, headers, cookies, compress=True)


def asset(name: str) -> Page:
    """A file of the desk's pages; browsers keep it for ever."""
    found = assets().get(name)
    if found is None:
        return _no_such_page()
    return Page(int(HTTPStatus.OK), found.media, found.text, dict(asset_headers()), compress=True)


def healthy() -> Page:
    """Says that the function runs; asks nothing of the table."""
    return Page(int(HTTPStatus.OK), "text/plain; charset=utf-8", "ok\n")


def _cookie(one: SetCookie, secure: bool) -> str:
    """A cookie for the whole host: scripts never see it, and other sites' forms do not carry it."""
    lasts = max(0, int(one.lasts.total_seconds()))
    only = "; HttpOnly; Secure" if secure else "; HttpOnly"
    return f"{one.name}={one.value}; Path=/; Max-Age={lasts}{only}; SameSite=Lax"


def _refused_method(served: Mapping[str, Route]) -> Page:
    found = page(plain(_SAY, _SAY("page.method"), status=HTTPStatus.METHOD_NOT_ALLOWED))
    found.headers["Allow"] = ", ".join(served)
    return found


def _no_such_page() -> Page:
    return page(plain(_SAY, _SAY("page.not_a_page"), status=HTTPStatus.NOT_FOUND))
