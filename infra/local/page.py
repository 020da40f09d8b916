"""The local page: one file of HTML, and the desk's state as JSON beside it."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from infra.local.newcomer import ENTER, Newcomer
from infra.local.playback import Playback
from infra.local.web import Loopback
from mentiondesk.presentation.desk.origin import from_our_pages

_PAGE = Path(__file__).with_name("page.html")
_HEADERS = {
    # The page loads nothing from elsewhere. Mails, which hold customers' words, stand in a frame that runs no script.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
}


class LocalPage(Loopback):
    """Serves the page on loopback; `show` replaces the state. Port 0 takes any that is free.

    With a `newcomer`, the page leads to the desk by addresses that sign in, each once; with a `playback`, its buttons
    set the pace of the day.
    """

    def __init__(self, port: int) -> None:
        self._state: dict[str, Any] = {}
        self.newcomer: Newcomer | None = None
        self.playback: Playback | None = None
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
                shown = json.dumps({**self._state, **self._now()}, default=str)
                return Response(shown, headers=_HEADERS, mimetype="application/json")
            case "/pace" if self.playback:
                return self._press(self.playback, request)
            case path if self.newcomer and path.startswith(ENTER):
                if request.method != "GET":
                    return Response(status=HTTPStatus.METHOD_NOT_ALLOWED)
                return self.newcomer.enter(path, request.args.get("as", ""), request.args.get("to", ""))
            case _:
                return Response(status=HTTPStatus.NOT_FOUND)

    def _now(self) -> dict[str, Any]:
        """The part of the page that changes by presses alone."""
        newcomer, playback = self.newcomer, self.playback
        return {
            "enter": self.entrance,
            "entered_as": newcomer.entered_as if newcomer else None,
            "played": sorted(newcomer.played) if newcomer else [],
            **({"speed": playback.speed, "paused": playback.stands} if playback else {}),
        }

    def _press(self, playback: Playback, request: Request) -> Response:
        """A button of the page. Pages from elsewhere cannot press it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.method != "POST":
            return Response(status=HTTPStatus.METHOD_NOT_ALLOWED)
        if not from_our_pages("POST", headers, self.url):
            return Response(status=HTTPStatus.FORBIDDEN)
        pressed = playback.press(request.form.get("press", ""), request.form.get("speed", ""))
        return Response(status=HTTPStatus.NO_CONTENT if pressed else HTTPStatus.BAD_REQUEST)
