"""Reads X with tweepy: one request a call, with timeouts, and a type for each kind of failure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import tweepy

from mentiondesk.adapters.x.connection import TIMEOUTS, Connection, NoSuccess, XCredentials, problem_of
from mentiondesk.adapters.x.posts import FIELDS, read_page, read_shown
from mentiondesk.adapters.x.profiles import read_metrics, read_seen
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.posts.cursor import SEARCHES, ReadBlock, Window, next_month
from mentiondesk.domain.posts.page import Page, Shown
from mentiondesk.domain.posts.post import Source
from mentiondesk.ports.x import Seen, XRefuses, XTooFarBack, XUnavailable
from mentiondesk.values import replace

# X's windows are 15 minutes long; assumed where it does not say when a limit ends.
_WINDOW = timedelta(minutes=15)
# Interval between tries while credits or access are missing.
_LOOK_AGAIN = timedelta(hours=1)


class TweepyFeed:
    """XFeed on X's API v2, with the brand's user token: that makes its mentions "owned reads"."""

    # The most that X returns in one page.
    page_size = 100

    def __init__(
        self,
        credentials: Callable[[], XCredentials],
        base_url: str,
        brand: Callable[[], Brand],
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self._credentials = credentials
        self._connection = Connection(credentials, base_url, timeouts)
        self._brand = brand

    @property
    def credentials(self) -> str:
        return self._credentials().version

    def shown(self, ids: Sequence[PostId], now: datetime) -> Shown:
        fields = [*FIELDS, "public_metrics"]
        body = self._answer(lambda client: client.get_tweets(list(ids), user_auth=True, tweet_fields=fields), now)
        return replace(read_shown(body, ids, self._brand().own_ids), metrics=read_metrics(body))

    def account_status(self) -> int:
        """The status of X's answer about the brand's own account: a question that reads no post."""
        try:
            self._connection.client().get_user(id=self._brand().user_id, user_auth=True)
        except NoSuccess as failure:
            return failure.response.status_code
        return 200

    def read(self, source: Source, window: Window, token: str | None, now: datetime) -> Page:
        brand, parameters = self._brand(), _parameters(window, token, source, self.page_size)
        body = self._answer(lambda client: _call(client, source, brand, parameters), now)
        if refusal := _no_account(body, now):
            raise refusal
        return read_page(body, Source.MENTIONS if source is Source.OVERFLOW else source, brand.own_ids)

    @property
    def most(self) -> int:
        return self.page_size

    def look_up(self, post_ids: Sequence[PostId], now: datetime) -> Mapping[PostId, Seen]:
        parameters: dict[str, Any] = {
            "expansions": ["author_id"],
            "tweet_fields": ["author_id", "public_metrics"],
            "user_fields": ["public_metrics"],
        }
        return read_seen(
            self._answer(lambda client: client.get_tweets(list(post_ids), user_auth=True, **parameters), now)
        )

    def _answer(self, ask: Callable[[tweepy.Client], object], now: datetime) -> object:
        """X's answer to one request. Raises XRefuses, XUnavailable or XTooFarBack."""
        if not self._credentials().access_token:
            raise XRefuses(ReadBlock.TOKEN_REFUSED, detail="no credentials are stored; run make x-credentials")
        try:
            return ask(self._connection.client())
        except NoSuccess as failure:
            raise named(failure.response, now) from failure
        except requests.RequestException as failure:
            raise XUnavailable(type(failure).__name__) from failure


def _call(client: tweepy.Client, source: Source, brand: Brand, parameters: dict[str, Any]) -> object:
    match source:
        case Source.MENTIONS:
            return client.get_users_mentions(brand.user_id, user_auth=True, **parameters)
        case Source.OWN:
            return client.get_users_tweets(brand.user_id, exclude="retweets", user_auth=True, **parameters)
        case Source.SEARCH:
            return client.search_recent_tweets(brand.search_query, user_auth=True, **parameters)
        case Source.OVERFLOW:
            return client.search_recent_tweets(brand.overflow_query, user_auth=True, **parameters)


def _parameters(window: Window, token: str | None, source: Source, page_size: int) -> dict[str, Any]:
    found: dict[str, Any] = {"max_results": page_size, "tweet_fields": list(FIELDS)}
    if window.since is not None:
        found["since_id"] = window.since
    if window.start is not None:
        found["start_time"] = window.start.astimezone(UTC).replace(microsecond=0)
    if window.until is not None:
        found["until_id"] = window.until
    if token is not None:
        found["next_token" if source in SEARCHES else "pagination_token"] = token
    return found


def named(response: requests.Response, now: datetime) -> Exception:
    """The error for X's refusal, by its status and its body, never by the wording of an exception."""
    problem = problem_of(response)
    detail = f"{response.status_code} {problem.get('title', '')} {problem.get('type', '')}".strip()
    match response.status_code:
        case 400 if _names(problem, "since_id", "until_id", "start_time"):
            return XTooFarBack(detail)
        case 429:
            return limited(response.headers, problem, now, detail)
        case status if status >= 500:
            return XUnavailable(detail)
        case status:
            block = _block(status, problem)
            return XRefuses(block, None if block is ReadBlock.TOKEN_REFUSED else now + _LOOK_AGAIN, detail)


def _block(status: int, problem: dict[str, Any]) -> ReadBlock:
    match status:
        case 400 if _names(problem, "query"):
            return ReadBlock.SEARCH_REFUSED
        case 401:
            return ReadBlock.TOKEN_REFUSED
        case 402:
            return ReadBlock.CREDITS_SPENT
        case 403 if _suspended(problem):
            return ReadBlock.ACCOUNT_SUSPENDED
        case _:
            return ReadBlock.ACCESS_REFUSED


def _suspended(problem: dict[str, Any]) -> bool:
    """True when X says so in words: it gives suspended and unknown accounts the same type."""
    return "suspended" in str(problem.get("detail", "")).lower()


def _no_account(body: object, now: datetime) -> XRefuses | None:
    """The refusal where X answers 200 and has errors about the account in the place of a page; else None."""
    if not isinstance(body, dict) or {"data", "meta"} & body.keys():
        return None
    errors = [error for error in _listed(body.get("errors")) if error.get("resource_type") == "user"]
    if not errors:
        return None
    block = ReadBlock.ACCOUNT_SUSPENDED if any(map(_suspended, errors)) else ReadBlock.ACCOUNT_UNKNOWN
    return XRefuses(block, now + _LOOK_AGAIN, f"200 {errors[0].get('title', '')} {errors[0].get('type', '')}".strip())


def _listed(found: object) -> list[dict[str, Any]]:
    """The objects in a list; none where it is no list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _names(problem: dict[str, Any], *names: str) -> bool:
    """True when X blames one of these parameters of the request."""
    parameters = (error.get("parameters") for error in _listed(problem.get("errors")))
    return any(isinstance(blamed, dict) and blamed.keys() & set(names) for blamed in parameters)


def limited(headers: Mapping[str, str], problem: dict[str, Any], now: datetime, detail: str) -> XRefuses:
    """The error for a monthly cap, a 24-hour limit or a 15-minute window, which end at different times."""
    if "usage-capped" in str(problem.get("type", "")) or "UsageCapExceeded" in str(problem.get("title", "")):
        if str(problem.get("period", "Monthly")).lower() != "daily":
            return XRefuses(ReadBlock.MONTH_CAPPED, next_month(now), detail)
        return XRefuses(ReadBlock.DAY_LIMITED, _ends(headers.get("x-app-limit-24hour-reset"), now, _LOOK_AGAIN), detail)
    for scope in ("app", "user"):
        if headers.get(f"x-{scope}-limit-24hour-remaining") == "0":
            reset = headers.get(f"x-{scope}-limit-24hour-reset")
            return XRefuses(ReadBlock.DAY_LIMITED, _ends(reset, now, _LOOK_AGAIN), detail)
    if headers.get("x-rate-limit-remaining", "0") != "0":
        # Requests are left in the window, so it is the daily limit that is spent.
        return XRefuses(ReadBlock.DAY_LIMITED, now + _LOOK_AGAIN, detail)
    return XRefuses(ReadBlock.RATE_LIMITED, _ends(headers.get("x-rate-limit-reset"), now, _WINDOW), detail)


def _ends(reset: str | None, now: datetime, otherwise: timedelta) -> datetime:
    """The moment a header names, within the next day and not in the past; else `otherwise` from now."""
    if reset is None or not reset.isdecimal() or len(reset) > 11:
        return now + otherwise
    return min(max(datetime.fromtimestamp(int(reset), UTC), now + timedelta(minutes=1)), now + timedelta(days=1))
