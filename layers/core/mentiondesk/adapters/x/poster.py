"""Posts to X with tweepy: one request a call, and a type for each thing that can come of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import requests

from mentiondesk.adapters.x.connection import TIMEOUTS, Connection, NoSuccess, XCredentials, problem_of
from mentiondesk.adapters.x.feed import limited, named
from mentiondesk.adapters.x.posts import FIELDS, read_page
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.posts.cursor import ReadBlock
from mentiondesk.domain.posts.post import Source
from mentiondesk.domain.replies.reply import Refusal
from mentiondesk.ports.replies import OwnPost, PostInDoubt, PostLater, PostRefused
from mentiondesk.ports.x import XUnavailable

# Sentences of X, which has no codes for them; the first that fits decides. Sources: the 403s in
# gptme/gptme-contrib#811 and #1302, elizaOS/eliza#4086, Rishikant181/Rettiwt-API#164, nminaya/grammar-nazi-bot#221 and
# ropensci-archive/rtweet#353, and the error codes of API 1.1 (63, 64, 136, 186, 187, 226, 261, 326, 385, 433).
_SENTENCES: Mapping[str, Refusal] = {
    "duplicate content": Refusal.DUPLICATE,
    "is a duplicate": Refusal.DUPLICATE,
    "not been mentioned": Refusal.NOT_SUMMONED,
    "where you are mentioned": Refusal.NOT_SUMMONED,
    "restricted who can reply": Refusal.RESTRICTED,
    "deleted or not visible": Refusal.GONE,
    "too long": Refusal.TOO_LONG,
    "a bit shorter": Refusal.TOO_LONG,
    "user has been suspended": Refusal.CUSTOMER_SUSPENDED,
    "suspended": Refusal.SUSPENDED,
    "temporarily locked": Refusal.LOCKED,
    "might be automated": Refusal.AUTOMATED,
    "been blocked": Refusal.BLOCKED,
    "blocked you": Refusal.BLOCKED,
    "oauth1 app permissions": Refusal.ACCESS,
    "cannot perform write actions": Refusal.ACCESS,
    "developer app": Refusal.ACCESS,
}


class TweepyPoster:
    """XPoster on X's API v2, with the token that may write."""

    def __init__(
        self,
        credentials: Callable[[], XCredentials],
        base_url: str,
        brand: Callable[[], Brand],
        timeouts: tuple[float, float] = TIMEOUTS,
    ) -> None:
        self._connection = Connection(credentials, base_url, timeouts)
        self._brand = brand

    def post(self, text: str, to: PostId | None, now: datetime) -> PostId:
        if not self._connection.credentials().access_token:
            raise PostRefused(Refusal.ACCESS, "no credentials are stored; run make x-write-credentials")
        try:
            body = self._connection.client().create_tweet(text=text, in_reply_to_tweet_id=to, user_auth=True)
        except NoSuccess as failure:
            raise outcome(failure.response, now) from failure
        except requests.RequestException as failure:
            raise (PostLater(None) if _never_connected(failure) else PostInDoubt()) from failure
        return _post_id(body)

    def own_since(self, since: datetime, now: datetime) -> Sequence[OwnPost]:
        brand = self._brand()
        start = since.astimezone(UTC).replace(microsecond=0)
        fields = {"tweet_fields": list(FIELDS), "start_time": start, "max_results": 100}
        try:
            body = self._connection.client().get_users_tweets(brand.user_id, user_auth=True, **fields)
        except NoSuccess as failure:
            raise named(failure.response, now) from failure
        except requests.RequestException as failure:
            raise XUnavailable(type(failure).__name__) from failure
        page = read_page(body, Source.OWN, brand.own_ids)
        return [OwnPost(one.post_id, one.text, one.replied_to) for one in page.posts]


def _post_id(body: object) -> PostId:
    """The id in X's answer. A success that names none is a doubt."""
    data = body.get("data") if isinstance(body, dict) else None
    post_id = data.get("id") if isinstance(data, dict) else None
    if not isinstance(post_id, str) or not post_id.isdecimal():
        raise PostInDoubt
    return PostId(post_id)


def _never_connected(failure: requests.RequestException) -> bool:
    """True when no connection came about, so that X has not got the post."""
    if isinstance(failure, requests.ConnectTimeout):
        return True
    reason = getattr(failure.args[0], "reason", None) if failure.args else None
    return type(reason).__name__ == "NewConnectionError"


def outcome(response: requests.Response, now: datetime) -> Exception:
    """The meaning of an answer other than success. After a failure of X's own the post may be there."""
    problem, status = problem_of(response), response.status_code
    reason = f"{status} {problem.get('title', '')}".strip()
    if status == 429:
        limit = limited(response.headers, problem, now, reason)
        capped = limit.obstacle is ReadBlock.MONTH_CAPPED
        return PostRefused(Refusal.LIMIT, reason) if capped else PostLater(limit.until)
    if status >= 500 or status < 400:
        return PostInDoubt()
    return PostRefused(_refusal(status, problem), reason)


def _refusal(status: int, problem: Mapping[str, Any]) -> Refusal:
    match status:
        case 401:
            return Refusal.ACCESS
        case 402:
            return Refusal.NO_CREDITS
    said = _said(problem)
    known = next((refusal for sentence, refusal in _SENTENCES.items() if sentence in said), None)
    if known is not None:
        return known
    return Refusal.NOT_ALLOWED if status == 403 else Refusal.MALFORMED


def _said(problem: Mapping[str, Any]) -> str:
    """All that X says about a refusal, in small letters."""
    errors = problem.get("errors")
    listed = (
        [str(one.get("message", "")) for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    )
    return " ".join([str(problem.get("detail", "")), *listed]).lower()
