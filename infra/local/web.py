"""Small web servers on loopback: WSGI applications on Werkzeug, each in a thread of its own."""

import re
import socket
from abc import ABC, abstractmethod
from collections.abc import Iterable
from http import HTTPStatus
from threading import Condition, Thread
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Self

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
# A server that is left waits this long for the requests it is answering.
_LAST_ANSWERS_S = 10.0
# A server that is left sees it within this time.
_POLL_S = 0.05


class QuietHandler(WSGIRequestHandler):
    """Logs errors only: paths hold tokens, and the terminal is for the day's messages."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Writes nothing."""


class Loopback(ABC):
    """A WSGI application that is served from entering it to leaving it.

    A port that is taken, and port 0, give way to any that is free; `url` is known before it is served.
    Once it is left, no request is being answered.
    """

    handler: ClassVar[type[WSGIRequestHandler]] = QuietHandler

    def __init__(self, port: int = 0) -> None:
        with _bound(port) as bound:
            self._server = make_server(HOST, 0, self, threaded=True, request_handler=self.handler, fd=bound.fileno())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": _POLL_S}, daemon=True)
        self._answering, self._left = 0, False
        self._changed = Condition()

    @abstractmethod
    def respond(self, request: Request) -> Response:
        """The response to one request; called in a thread for each connection."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if not _names_this_machine(request):
            return _MISDIRECTED
        with self._changed:
            if self._left:
                return _LEFT
            self._answering += 1
        try:
            return self.respond(request)
        finally:
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()
        with self._changed:
            self._left = True
            self._changed.wait_for(lambda: not self._answering, _LAST_ANSWERS_S)


# A page on the web can have its own name lead to this machine; a browser then sends that name (DNS rebinding).
_MISDIRECTED = Response("This page is for this machine alone.\n", HTTPStatus.MISDIRECTED_REQUEST)
_LEFT = Response("This server has ended.\n", HTTPStatus.SERVICE_UNAVAILABLE, {"Connection": "close"})
_NAMES = re.compile(r"(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?", re.IGNORECASE)


def _names_this_machine(request: Request) -> bool:
    """True when the request names a loopback address, or none, as clients before HTTP/1.1 do."""
    named = request.environ.get("HTTP_HOST", "")
    return not named or _NAMES.fullmatch(named) is not None


def _bound(port: int) -> socket.socket:
    """A listening socket. Werkzeug itself ends the process where a port is taken."""
    try:
        return socket.create_server((HOST, port))
    except OSError:
        return socket.create_server((HOST, 0))
