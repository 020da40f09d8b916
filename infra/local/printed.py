"""Output of one thread, kept while other threads go on printing where they did.

contextlib.redirect_stdout replaces sys.stdout for the whole process: a function that answers a request in a thread of
its own would take the lines that the main thread prints meanwhile.
"""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import Any, TextIO, cast

_kept = local()
_lock = Lock()


class _ByThread:
    """A stream that hands each line to what its thread captures, else to the stream beneath.

    Loggers keep the stream that they were made with, so one of these serves long after its capture.
    """

    def __init__(self, beneath: TextIO) -> None:
        self.beneath = beneath
        self.captures = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(_kept, "stream", None) or self.beneath, name)


@contextmanager
def printed_by_this_thread() -> Iterator[io.StringIO]:
    """Keeps what this thread writes to standard output; captures may be nested, and overlap in several threads."""
    stream = _install()
    outer, kept = getattr(_kept, "stream", None), io.StringIO()
    _kept.stream = kept
    try:
        yield kept
    finally:
        _kept.stream = outer
        _remove(stream)


def _install() -> _ByThread:
    with _lock:
        present: object = sys.stdout
        stream = present if isinstance(present, _ByThread) else _ByThread(sys.stdout)
        stream.captures += 1
        sys.stdout = cast("TextIO", stream)
        return stream


def _remove(stream: _ByThread) -> None:
    """Puts the stream beneath back after the last capture, unless something else was put there meanwhile."""
    with _lock:
        stream.captures -= 1
        present: object = sys.stdout
        if not stream.captures and present is stream:
            sys.stdout = stream.beneath
