"""A table that counts the requests made to it."""

from typing import Any


class Counted:
    """Counts calls of another table's operations, each of which is one request."""

    def __init__(self, table: Any) -> None:
        self._table, self.requests = table, 0

    def __getattr__(self, name: str) -> Any:
        self.requests += 1
        return getattr(self._table, name)
