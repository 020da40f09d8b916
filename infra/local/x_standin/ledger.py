"""Counts requests, rate limits, and the reads that X would bill."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from infra.local.x_standin.faults import limit_headers
from infra.local.x_standin.problems import Answer, Refused, too_many

_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Request:
    """A request as it was served.

    Status 0: nothing was done. The posts are those X gave out, before a fault dropped or distorted any.
    """

    at: datetime
    method: str
    path: str
    query: Mapping[str, str]
    endpoint: str
    status: int
    fault: str
    posts_returned: int


class RateLimits:
    """Fixed windows of 15 minutes, per endpoint and token, that begin with the first request."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._windows: dict[tuple[str, str], tuple[datetime, int]] = {}

    def spend(self, endpoint: str, token: str, now: datetime) -> dict[str, str]:
        """The headers for this request. Raises Refused when the window is used up."""
        limit = self._limits.get(endpoint)
        if limit is None:
            return {}
        began, used = self._windows.get((endpoint, token), (now, 0))
        if now >= began + _QUARTER:
            began, used = now, 0
        headers = limit_headers("x-rate-limit", limit, max(limit - used - 1, 0), began + _QUARTER)
        if used >= limit:
            raise Refused(too_many(headers))
        self._windows[endpoint, token] = (began, used + 1)
        return headers


class Bill:
    """Each post, and each user, is billed once in a UTC day, whichever endpoint returned it first."""

    def __init__(self) -> None:
        self._seen: dict[date, set[tuple[str, str]]] = defaultdict(set)
        self._counts: dict[date, Counter[str]] = defaultdict(Counter)

    def add(self, endpoint: str, answer: Answer, now: datetime) -> None:
        items = [(endpoint, "post", id_) for id_ in answer.billed_posts]
        items += [("users", "user", id_) for id_ in answer.billed_users]
        for line, kind, id_ in items:
            if (kind, id_) not in self._seen[now.date()]:
                self._seen[now.date()].add((kind, id_))
                self._counts[now.date()][line] += 1

    def posts(self) -> set[str]:
        """The id of every post that was ever given out."""
        return {id_ for seen in self._seen.values() for kind, id_ in seen if kind == "post"}

    def days(self) -> dict[date, Counter[str]]:
        """Per day: posts by endpoint, and under "users" every user that was looked up or expanded."""
        return {day: Counter(lines) for day, lines in self._counts.items() if lines}
