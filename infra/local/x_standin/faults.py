"""Faults that can be injected, and their frequency."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal, get_args

from infra.local.x_standin import problems
from infra.local.x_standin.model import Rules, milliseconds
from infra.local.x_standin.paging import token_after
from infra.local.x_standin.problems import Answer, Json

Refusal = Literal[
    "unauthorized",  # 401, code 89: the token was revoked
    "client_forbidden",  # 403: the app is not attached to a project
    "missing_scope",  # 403: the token may not do this
    "query_refused",  # 400: a search that is none
    "credits_spent",  # 402
    "limit_window",  # 429: the 15 minutes are used up
    "limit_day",  # 429: the day is used up though the 15 minutes are not
    "limit_month",  # 429: the monthly cap
    "limit_bare",  # 429 without headers or fields
    "down_json",  # 503
    "down_html",  # 503 as a web page
    "html_200",  # a web page where JSON was expected
]
# Refusals that only posting meets.
PostRefusal = Literal[
    "reply_not_allowed",  # 403: the author did not ask for an answer
    "duplicate",  # 403: the same text was posted before
    "too_long",  # 403
    "blocked",  # 403: the author has blocked the brand
    "reply_restricted",  # 403: the author lets only some people answer
    "author_suspended",  # 403
    "brand_suspended",  # 403
    "brand_locked",  # 403: the account is locked until a person signs in
    "automated",  # 403: X takes the post for a machine's
    "no_write_actions",  # 403: the app may not write
]
Disturbance = Literal[
    "hang",  # no answer until the server stops; nothing was done
    "slow_body",  # the whole answer, in drops
    "cut_before",  # a reset instead of an answer; nothing was done
    "cut_after",  # a reset in the middle of the body
    "post_then_cut",  # it was done, but the connection ends without an answer
]
Distortion = Literal[
    "repeated_next_token",  # the next page is the same page, for ever
    "shrinking_page",  # half the posts that would fit, or none, and yet a next_token
    "ids_out_of_order",
    "no_data",  # result_count says there are posts, but data is missing
    "half_broken_posts",  # every second post lacks its id, author_id, created_at or text
    "unknown_shape",  # neither Tweet nor Post names
    "lone_surrogate",  # half a character in each text
]
FaultKind = Refusal | PostRefusal | Disturbance | Distortion
EndpointName = Literal[
    "mentions",
    "search",
    "own",
    "lookup",
    "create",
    "delete",
    "hide",
    "mute",
    "unmute",
    "me",
    "users",
    "dm",
    "token",
    "counts",
    "usage",
    "app_token",
    "*",
]


def _names(kinds: object) -> frozenset[str]:
    return frozenset(name for kind in get_args(kinds) for name in (get_args(kind) or (kind,)))


@dataclass(frozen=True)
class Fault:
    """A fault, active for `calls` requests, or until a time, or until it is removed.

    The first `after` requests to the endpoint pass unharmed, so that the second page can fail.
    """

    kind: FaultKind
    endpoint: EndpointName = "*"
    calls: int | None = None
    until: datetime | None = None
    after: int = 0

    def __post_init__(self) -> None:
        if self.kind not in _names(FaultKind) or self.endpoint not in _names(EndpointName):
            raise ValueError(f"no such fault: {self.kind} on {self.endpoint}")

    def concerns(self, endpoint: str, now: datetime) -> bool:
        return self.endpoint in (endpoint, "*") and (self.until is None or now < self.until)

    def is_spent(self, met: int) -> bool:
        """True after as many requests as were to be passed or harmed."""
        return self.calls is not None and met >= self.after + self.calls


class Faults:
    """The faults in force. One request meets one fault: the first that was added and applies."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._met: list[int] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)
            self._met.append(0)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self._met.clear()

    def take(self, endpoint: str, now: datetime) -> FaultKind | None:
        """The fault a request meets; it is counted."""
        with self._lock:
            for position, fault in enumerate(self._faults):
                if fault.concerns(endpoint, now) and not fault.is_spent(self._met[position]):
                    self._met[position] += 1
                    if self._met[position] > fault.after:
                        return fault.kind
        return None


def refusal(kind: FaultKind | None, now: datetime, rules: Rules) -> Answer | None:
    """The response sent in place of any action; None when the fault is of another sort."""
    quarter, day = now + timedelta(minutes=15), now + timedelta(hours=24)
    used_up = limit_headers("x-rate-limit", limit=300, remaining=0, reset=quarter)
    day_used_up = limit_headers("x-rate-limit", limit=300, remaining=299, reset=quarter) | limit_headers(
        "x-app-limit-24hour", limit=10_000, remaining=0, reset=day
    )
    answers: Mapping[str, Callable[[], Answer]] = {
        "unauthorized": problems.revoked,
        "client_forbidden": problems.client_forbidden,
        "missing_scope": problems.missing_scope,
        "reply_not_allowed": lambda: problems.forbidden(rules.unsummoned_detail),
        "duplicate": problems.duplicate,
        "too_long": problems.too_long,
        "blocked": problems.blocked,
        "reply_restricted": problems.reply_restricted,
        "author_suspended": problems.author_suspended,
        "brand_suspended": problems.brand_suspended,
        "brand_locked": problems.brand_locked,
        "automated": problems.automated,
        "no_write_actions": problems.no_write_actions,
        "query_refused": problems.query_refused,
        "credits_spent": problems.credits_spent,
        "limit_window": lambda: problems.too_many(used_up),
        "limit_day": lambda: problems.too_many(day_used_up),
        "limit_month": problems.usage_capped,
        "limit_bare": lambda: Answer(429, {}),
        "down_json": problems.unavailable,
        "down_html": lambda: Answer(503, "<html><body><h1>503 Service Unavailable</h1></body></html>"),
        "html_200": lambda: Answer(200, "<html><body>Something went wrong. Try reloading.</body></html>"),
    }
    answer = answers.get(kind or "")
    return answer() if answer else None


def limit_headers(prefix: str, limit: int, remaining: int, reset: datetime) -> dict[str, str]:
    reset_seconds = -(-milliseconds(reset) // 1000)
    return {
        f"{prefix}-limit": str(limit),
        f"{prefix}-remaining": str(remaining),
        f"{prefix}-reset": str(reset_seconds),
    }


def distorted(kind: FaultKind | None, body: Json, token: str | None) -> Json:
    """A body with posts as the fault leaves it. `token` is the page token the request came with."""
    posts: list[Json] = body["data"]
    match kind:
        case "repeated_next_token" if "meta" in body:
            again = token or token_after(int(posts[0]["id"]) + 1)
            return body | {"meta": body["meta"] | {"next_token": again}}
        case "shrinking_page" if "meta" in body:
            return _shrunk(body, posts)
        case "ids_out_of_order":
            return body | {"data": posts[1::2] + posts[::2]}
        case "no_data":
            return {name: value for name, value in body.items() if name != "data"}
        case "half_broken_posts":
            return body | {"data": [_broken(post, number) for number, post in enumerate(posts)]}
        case "unknown_shape":
            return _unknown_shape(body, posts)
        case "lone_surrogate":
            return body | {"data": [post | {"text": post["text"] + " \ud83d"} for post in posts]}
    return body


def _shrunk(body: Json, posts: list[Json]) -> Json:
    """The posts that are left out come on the next page."""
    kept = posts[: len(posts) // 2]
    last = int(kept[-1]["id"]) if kept else int(posts[0]["id"]) + 1
    meta: Json = {"result_count": len(kept), "next_token": token_after(last)}
    if not kept:
        return {"meta": meta}
    return body | {"data": kept, "meta": meta | {"newest_id": kept[0]["id"], "oldest_id": kept[-1]["id"]}}


def _broken(post: Json, number: int) -> Json:
    if number % 2 == 0:
        return post
    missing = ("id", "author_id", "created_at", "text")[number // 2 % 4]
    return {name: value for name, value in post.items() if name != missing}


def _unknown_shape(body: Json, posts: list[Json]) -> Json:
    changed = body | {"data": [_renamed(post) for post in posts]}
    return changed | ({"includes": _renamed(body["includes"])} if "includes" in body else {})


def _renamed(item: Json) -> Json:
    return {re.sub("tweet|post", "status", name): value for name, value in item.items()}
