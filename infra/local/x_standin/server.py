"""HTTP on loopback: delivers answers, and disturbs the delivery where a fault says so."""

import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from infra.local.x_standin.faults import FaultKind
from infra.local.x_standin.problems import Answer

_DROPS = 20


@dataclass(frozen=True)
class Served:
    """A response to deliver. Without one, no action was taken; the fault may concern the delivery."""

    answer: Answer | None
    fault: FaultKind | None
    at: datetime


Serve = Callable[[str, str, str, bytes], Served]
"""From method, target, authorization and body."""


class Server(ThreadingHTTPServer):
    """An HTTP server with a thread per connection; stopping it ends all threads and connections."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, serve: Serve, slow_body: timedelta) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.serve = serve
        self.slow_body = slow_body
        self.stopped = Event()
        self._connections: set[socket.socket] = set()
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends what hangs, wakes connections that are kept alive, and waits for every thread."""
        self.stopped.set()
        self.shutdown()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # It ended by itself.
        self.server_close()
        self._thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of what is tested; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        authorization = self.headers.get("Authorization") or ""
        served = self.server.serve(self.command, self.path, authorization, body)
        if served.fault == "hang":
            self.server.stopped.wait()
            self.close_connection = True
        elif served.answer is None or served.fault == "post_then_cut":
            self._reset()
        else:
            self._deliver(served.answer, served)

    do_POST = do_DELETE = do_PUT = do_GET

    def _deliver(self, answer: Answer, served: Served) -> None:
        payload = answer.payload
        self.send_response_only(answer.status)
        self.send_header("Date", format_datetime(served.at, usegmt=True))
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(payload)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if served.fault == "cut_after":
            self.wfile.write(payload[: len(payload) // 2])
            self._reset()
        elif served.fault == "slow_body":
            self._drip(payload)
        else:
            self.wfile.write(payload)

    def _drip(self, payload: bytes) -> None:
        size = len(payload) // _DROPS + 1
        for start in range(0, len(payload), size):
            self.server.stopped.wait(self.server.slow_body.total_seconds() / _DROPS)
            self.wfile.write(payload[start : start + size])

    def _reset(self) -> None:
        """Ends the connection with RST, not with an orderly FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Requests are recorded by the stand-in, not printed."""
