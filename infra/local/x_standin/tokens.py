"""Checks callers: revoked credentials, and OAuth 2 tokens with single-use refresh tokens."""

import base64
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import unquote

from infra.local.x_standin.problems import Answer, Refused, problem, revoked, unauthorized

_OAUTH1_TOKEN = re.compile(r'oauth_token="([^"]+)"')
_APP_TOKEN = "app-only"
_SCOPE = "tweet.read tweet.write users.read dm.read dm.write offline.access"


class Tokens:
    """Any credential is good until it is revoked; those issued here also expire."""

    def __init__(self, life: timedelta) -> None:
        self._life = life
        self._revoked: set[str] = set()
        self._expires: dict[str, datetime] = {}
        self._refresh: set[str] = set()
        self._issued = 0

    def issue(self, now: datetime) -> tuple[str, str]:
        """A new access token and its refresh token."""
        self._issued += 1
        access, refresh = f"access-{self._issued}", f"refresh-{self._issued}"
        self._expires[access] = now + self._life
        self._refresh.add(refresh)
        return access, refresh

    def of_app(self, form: Mapping[str, str], authorization: str) -> Answer:
        """The response of POST /oauth2/token: a token of the app itself, which does not expire."""
        if not _has_basic(authorization):
            return problem(403, "Forbidden", "Unable to verify your credentials")
        if form.get("grant_type") != "client_credentials":
            return _token_error(400, "unsupported_grant_type", "Only client_credentials is understood here.")
        return Answer(200, {"token_type": "bearer", "access_token": _APP_TOKEN})

    def is_app(self, token: str) -> bool:
        return token == _APP_TOKEN

    def revoke(self, token: str) -> None:
        self._revoked.add(token)
        self._refresh.discard(token)

    def check(self, authorization: str, now: datetime) -> str:
        """The token that was presented; the signature of OAuth 1.0a is not verified. Raises Refused."""
        scheme, _, rest = authorization.partition(" ")
        match = _OAUTH1_TOKEN.search(rest) if scheme.lower() == "oauth" else None
        token = unquote(match.group(1)) if match else rest.strip() if scheme.lower() == "bearer" else ""
        if not token:
            raise Refused(unauthorized())
        if token in self._revoked or self._expires.get(token, now + timedelta.resolution) <= now:
            raise Refused(revoked())
        return token

    def exchange(self, form: Mapping[str, str], authorization: str, now: datetime) -> Answer:
        """The response of POST /2/oauth2/token to a refresh; a refresh token works once."""
        if not (form.get("client_id") or _has_basic(authorization)):
            return _token_error(401, "unauthorized_client", "Missing valid authorization header")
        if form.get("grant_type") != "refresh_token":
            return _token_error(400, "unsupported_grant_type", "Only refresh_token is understood here.")
        if form.get("refresh_token") not in self._refresh:
            return _token_error(400, "invalid_request", "Value passed for the token was invalid.")
        self._refresh.remove(form["refresh_token"])
        access, refresh = self.issue(now)
        seconds = int(self._life.total_seconds())
        body = {"token_type": "bearer", "expires_in": seconds, "scope": _SCOPE}
        return Answer(200, body | {"access_token": access, "refresh_token": refresh})


def _has_basic(authorization: str) -> bool:
    """True for HTTP Basic with a client id and its secret."""
    scheme, _, credentials = authorization.partition(" ")
    try:
        return scheme.lower() == "basic" and b":" in base64.b64decode(credentials, validate=True)
    except ValueError:
        return False


def _token_error(status: int, error: str, description: str) -> Answer:
    return Answer(status, {"error": error, "error_description": description})
