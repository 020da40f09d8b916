"""X's counts and bill, for the auditor.

Counts and usage are answered to the app itself alone (docs.x.com: bearer token), which the brand's consumer key and
secret give; the token lives as long as the process.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import requests
import tweepy

from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.adapters.x.posts import FIELDS, read_page
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Source
from mentiondesk.ports.x import XUnavailable

_USAGE_DAYS = 7
_APP_ADDRESS = "https://api.twitter.com/oauth2/token"


class TweepyCounts(TweepyFeed):
    """XCounts on X's API v2."""

    def __init__(
        self, credentials: Callable[[], XCredentials], base_url: str, settings: Callable[[], DeskSettings]
    ) -> None:
        super().__init__(credentials, base_url, lambda: settings().brand)
        self._settings = settings
        self._app: tuple[str, tweepy.Client] | None = None

    def counted(self, first: datetime, last: datetime, now: datetime) -> Mapping[datetime, int]:
        window = {"start_time": first, "end_time": last, "granularity": "hour"}
        body = self._asked(lambda client: client.get_recent_tweets_count(self._query, **window), now)
        return dict(_buckets(_data(body)))

    def made(self, first: datetime, last: datetime, token: str | None, now: datetime) -> Page:
        wanted: dict[str, Any] = {"start_time": first, "end_time": last, "max_results": self.page_size}
        wanted |= {"tweet_fields": list(FIELDS)} | ({"next_token": token} if token else {})
        body = self._answer(lambda client: client.search_recent_tweets(self._query, user_auth=True, **wanted), now)
        return read_page(body, Source.SEARCH, self._brand().own_ids)

    def billed(self, now: datetime) -> Mapping[date, int]:
        params = {"days": _USAGE_DAYS, "usage.fields": "daily_project_usage"}
        body = self._asked(lambda client: client.request("GET", "/2/usage/tweets", params=params).json(), now)
        daily = body.get("data", {}).get("daily_project_usage", {}) if isinstance(body, dict) else {}
        return dict(_days(daily.get("usage", []) if isinstance(daily, dict) else []))

    @property
    def _query(self) -> str:
        reading = self._settings().reading
        return self._brand().audit_query(reading.mentions, reading.search)

    def _asked(self, ask: Callable[[tweepy.Client], Any], now: datetime) -> Any:
        """X's answer to the app. Raises XRefuses or XUnavailable."""
        return self._answer(lambda _: ask(self._app_client()), now)

    def _app_client(self) -> tweepy.Client:
        secret = self._credentials()
        if self._app is None or self._app[0] != secret.version:
            session = self._connection.session()
            client = tweepy.Client(_app_token(session, secret), return_type=dict, wait_on_rate_limit=False)
            client.session = session
            self._app = secret.version, client
        return self._app[1]


def _app_token(session: requests.Session, secret: XCredentials) -> str:
    """A token of the app (X: OAuth 2.0 app-only). Raises XUnavailable where X's answer holds none."""
    pair = f"{quote(secret.consumer_key, '')}:{quote(secret.consumer_secret, '')}"
    headers = {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    answer = session.post(_APP_ADDRESS, {"grant_type": "client_credentials"}, headers=headers).json()
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str):
        raise XUnavailable("no token in the answer")
    return token


def _data(body: object) -> list[Any]:
    if not isinstance(body, dict) or not isinstance(body.get("data", []), list) or not {"data", "meta"} & body.keys():
        raise XUnavailable("the body holds no counts")
    found: list[Any] = body.get("data", [])
    return found


def _buckets(data: list[Any]) -> list[tuple[datetime, int]]:
    """The hours with their counts, in X's older or newer words. Raises XUnavailable."""
    try:
        return [(_moment(one["start"]), int(one.get("tweet_count", one.get("post_count")))) for one in data]
    except (KeyError, TypeError, ValueError) as odd:
        raise XUnavailable("counts of an unknown shape") from odd


def _days(usage: list[Any]) -> list[tuple[date, int]]:
    try:
        return [(_moment(one["date"]).date(), int(one["usage"])) for one in usage]
    except (KeyError, TypeError, ValueError) as odd:
        raise XUnavailable("usage of an unknown shape") from odd


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
