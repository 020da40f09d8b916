"""Hides posts and mutes accounts on X, with the token that may write."""

from collections.abc import Callable
from datetime import datetime

import requests

from mentiondesk.adapters.x.connection import TIMEOUTS, Connection, NoSuccess, XCredentials
from mentiondesk.adapters.x.poster import outcome
from mentiondesk.domain.ids import PostId, UserId
from mentiondesk.domain.replies.reply import Refusal
from mentiondesk.ports.replies import PostInDoubt, PostRefused

_NOT_FOUND = 404


class TweepyModerator:
    """XModerator on X's API v2."""

    def __init__(
        self, credentials: Callable[[], XCredentials], base_url: str, timeouts: tuple[float, float] = TIMEOUTS
    ) -> None:
        self._connection = Connection(credentials, base_url, timeouts)

    def hide(self, post_id: PostId, hidden: bool, now: datetime) -> None:
        def ask() -> object:
            client = self._connection.client()
            return client.hide_reply(post_id) if hidden else client.unhide_reply(post_id)

        self._done(ask, now)

    def mute(self, account: UserId, muted: bool, now: datetime) -> None:
        def ask() -> object:
            client = self._connection.client()
            return client.mute(account) if muted else client.unmute(account)

        self._done(ask, now)

    def _done(self, ask: Callable[[], object], now: datetime) -> None:
        if not self._connection.credentials().access_token:
            raise PostRefused(Refusal.ACCESS, "no credentials are stored; run make x-write-credentials")
        try:
            ask()
        except NoSuccess as failure:
            if failure.response.status_code == _NOT_FOUND:
                # A post or an account that is gone needs no measure.
                return
            raise outcome(failure.response, now) from failure
        except requests.RequestException as failure:
            raise PostInDoubt from failure
