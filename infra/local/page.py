"""The local page: one file of HTML, and the desk's state as JSON beside it."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from infra.local.loopback import Loopback

_PAGE = Path(__file__).with_name("page.html")
# Nothing from elsewhere; mails, which hold customers' words, are shown in a frame that runs no script.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"


class LocalPage(Loopback):
    """Serves the page on loopback; `show` replaces the state. Port 0 takes any that is free."""

    def __init__(self, port: int) -> None:
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/state.json":
                    self._answer("application/json", page.state)
                elif self.path == "/":
                    self._answer("text/html; charset=utf-8", _PAGE.read_bytes())
                else:
                    self.send_error(404)

            def _answer(self, kind: str, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", _POLICY)
                self.send_header("X-Content-Type-Options", "nosniff")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """The terminal tells the story; requests for the page are none of it."""

        self.state = b"{}"
        super().__init__(port, Handler)

    def show(self, state: dict[str, Any]) -> None:
        """What the page shows from now on."""
        self.state = json.dumps(state, default=str).encode()
