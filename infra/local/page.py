"""The local page: one file of HTML, and the desk's state as JSON beside it."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from infra.local.web import Loopback

_PAGE = Path(__file__).with_name("page.html")
_HEADERS = {
    # The page loads nothing from elsewhere. Mails, which hold customers' words, stand in a frame that runs no script.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
}


class LocalPage(Loopback):
    """Serves the page on loopback; `show` replaces the state. Port 0 takes any that is free."""

    def __init__(self, port: int) -> None:
        self.state = b"{}"
        super().__init__(port)

    def show(self, state: dict[str, Any]) -> None:
        """Makes this the state that the page shows from now on."""
        self.state = json.dumps(state, default=str).encode()

    def respond(self, request: Request) -> Response:
        match request.path:
            case "/":
                return Response(_PAGE.read_bytes(), headers=_HEADERS, mimetype="text/html")
            case "/state.json":
                return Response(self.state, headers=_HEADERS, mimetype="application/json")
            case _:
                return Response(status=HTTPStatus.NOT_FOUND)
