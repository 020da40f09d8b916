"""Keeps a value that is costly to load for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Cached(Generic[T]):
    """Call it for the value, loaded again once it is older than `keep_for`.

    What `load` raises passes through, and the next call loads again.
    """

    def __init__(self, load: Callable[[], T], keep_for: timedelta, clock: Callable[[], datetime]) -> None:
        self._load = load
        self._keep_for = keep_for
        self._clock = clock
        self._loaded: tuple[T, datetime] | None = None

    def __call__(self, at_most: timedelta | None = None) -> T:
        """The value, not older than `at_most`, which is `keep_for` unless it is given."""
        now = self._clock()
        if self._loaded is None or now - self._loaded[1] >= (self._keep_for if at_most is None else at_most):
            self._loaded = self._load(), now
        return self._loaded[0]
