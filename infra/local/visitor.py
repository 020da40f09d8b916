"""A browser without script on a local desk's own address: keeps cookies and follows redirects."""

from http import HTTPStatus
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from infra.local.forms import HtmlPage

# Pages that say why a press was refused.
_EXPLAINED = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


class Visitor:
    """A person at the signed-in desk."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = build_opener(HTTPCookieProcessor())

    def open(self, place: str, body: bytes | None = None) -> HtmlPage:
        """The page at a place, also one that explains a refusal. Raises HTTPError for any other failure."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        request = Request(f"{self._url}{place}", data=body, headers=headers)  # noqa: S310 - the desk is on loopback
        try:
            with self._opener.open(request, timeout=30) as answer:
                return HtmlPage.of(answer.read().decode())
        except HTTPError as refused:
            if refused.code not in _EXPLAINED:
                raise
            return HtmlPage.of(refused.read().decode())

    def send(self, place: str, **typed: str) -> HtmlPage:
        return self.open(place, urlencode(typed).encode())
