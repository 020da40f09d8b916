"""The local page: one file of HTML, and the desk's state as JSON beside it."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from infra.local.newcomer import ENTER, Newcomer
from infra.local.web import Loopback

_PAGE = Path(__file__).with_name("page.html")
_NO_OTHER = HTTPStatus.METHOD_NOT_ALLOWED
_HEADERS = {
    # The page loads nothing from elsewhere. Mails, which hold customers' words, stand in a frame that runs no script.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
}


class LocalPage(Loopback):
    """Serves the page on loopback; `show` replaces the state. Port 0 takes any that is free.

    With a `newcomer`, the page leads to the desk by addresses that sign in, each once.
    """

    def __init__(self, port: int) -> None:
        self._state: dict[str, Any] = {}
        self.newcomer: Newcomer | None = None
        super().__init__(port)

    @property
    def entrance(self) -> str:
        """The address that leads to the desk now; "" where nobody is let in."""
        return f"{self.url}{self.newcomer.path}" if self.newcomer else ""

    def show(self, state: dict[str, Any]) -> None:
        """Makes this the state that the page shows from now on."""
        self._state = state

    def respond(self, request: Request) -> Response:
        match request.path:
            case "/":
                return Response(_PAGE.read_bytes(), headers=_HEADERS, mimetype="text/html")
            case "/state.json":
                shown = json.dumps({**self._state, "desk": self.entrance}, default=str)
                return Response(shown, headers=_HEADERS, mimetype="application/json")
            case path if self.newcomer and path.startswith(ENTER):
                return self.newcomer.enter(path) if request.method == "GET" else Response(status=_NO_OTHER)
            case _:
                return Response(status=HTTPStatus.NOT_FOUND)
