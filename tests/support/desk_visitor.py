"""A browser without script on a local desk's own address: keeps cookies and follows redirects."""

from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from infra.local.forms import HtmlPage


class Visitor:
    """A person at the signed-in desk."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = build_opener(HTTPCookieProcessor())

    def open(self, place: str, body: bytes | None = None) -> HtmlPage:
        request = Request(f"{self._url}{place}", data=body, headers={"Sec-Fetch-Site": "same-origin"})
        with self._opener.open(request, timeout=30) as answer:
            return HtmlPage.of(answer.read().decode())

    def send(self, place: str, **typed: str) -> HtmlPage:
        return self.open(place, urlencode(typed).encode())
