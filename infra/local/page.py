"""The local page: one file of HTML, and the desk's state as JSON beside it."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

_PAGE = Path(__file__).with_name("page.html")
# Nothing from elsewhere; mails, which hold customers' words, are shown in a frame that runs no script.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"


class LocalPage:
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
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError:
            self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def show(self, state: dict[str, Any]) -> None:
        """What the page shows from now on."""
        self.state = json.dumps(state, default=str).encode()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
