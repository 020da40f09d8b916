"""The signed connection to X with tweepy: one request a call, with timeouts."""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import requests
import tweepy
from requests.adapters import HTTPAdapter

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.parameters import Secret
from mentiondesk.values import Frozen

_TWEEPY_URL = "https://api.twitter.com"
# Seconds to connect and to answer: three tries fit into one run.
TIMEOUTS = (3.0, 10.0)
_SECRET_KEPT = timedelta(minutes=5)

# At DEBUG these print the Authorization header.
for _name in ("tweepy", "oauthlib", "requests_oauthlib", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class XCredentials(Frozen):
    """The brand's own user token (OAuth 1.0a). `version` changes when they are stored anew."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    version: str

    def __repr__(self) -> str:
        return f"XCredentials(version={self.version!r})"


def x_credentials(read: Callable[[], Secret], clock: Callable[[], datetime]) -> Cached[XCredentials]:
    """The credentials in the parameter store, read again after five minutes."""

    def load() -> XCredentials:
        stored = read()
        return _credentials(stored.value, stored.version)

    return Cached(load, _SECRET_KEPT, clock)


def _credentials(secret: str, version: str) -> XCredentials:
    """The stored credentials. Missing ones are empty: X refuses them, and the refusal raises an alarm."""
    try:
        stored = json.loads(secret)
    except ValueError:
        stored = {}
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    return XCredentials(**{name: str(stored.get(name, "")) for name in names}, version=version)


class NoSuccess(Exception):
    """X answered with anything but success. Redirects are included, since one call makes one request."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class _Rebased(requests.Session):
    """Sends to the base URL that is configured what tweepy addresses to its own, and signs it for the former."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url.rstrip("/")

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        request.url = request.url.replace(_TWEEPY_URL, self._base_url, 1)
        return super().prepare_request(request)


class _Timed(HTTPAdapter):
    """Gives every request a timeout, which tweepy does not.

    Raises NoSuccess before tweepy makes an error of its own, in which odd bodies and headers are fatal.
    """

    def __init__(self, timeouts: tuple[float, float]) -> None:
        super().__init__()
        self._timeouts = timeouts

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = self._timeouts
        response = super().send(request, *args, **kwargs)
        if not 200 <= response.status_code < 300:
            # Read here, so that a connection that breaks in the middle of a refusal raises as a broken connection.
            _ = response.content
            raise NoSuccess(response)
        return response


class Connection:
    """tweepy's client for the credentials in use; made anew when others are stored."""

    def __init__(
        self, credentials: Callable[[], XCredentials], base_url: str, timeouts: tuple[float, float] = TIMEOUTS
    ) -> None:
        self.credentials = credentials
        self._timeouts = timeouts
        self._base_url = base_url
        self._client: tuple[str, tweepy.Client] | None = None

    def client(self) -> tweepy.Client:
        secret = self.credentials()
        if self._client is None or self._client[0] != secret.version:
            client = tweepy.Client(
                consumer_key=secret.consumer_key,
                consumer_secret=secret.consumer_secret,
                access_token=secret.access_token,
                access_token_secret=secret.access_token_secret,
                return_type=dict,
                wait_on_rate_limit=False,
            )
            client.session = self.session()
            self._client = (secret.version, client)
        return self._client[1]

    def session(self) -> requests.Session:
        """A session for tweepy that calls the configured address, whatever the environment says about proxies."""
        session = _Rebased(self._base_url)
        session.trust_env = False
        session.mount(self._base_url, _Timed(self._timeouts))
        return session


def problem_of(response: requests.Response) -> dict[str, Any]:
    """The body of a refusal; empty where it is no JSON."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
