"""The endpoints there are, and reading what a request says. Whatever X would refuse raises Refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from infra.local.x_standin import fields
from infra.local.x_standin.problems import Json, invalid
from infra.local.x_standin.wire import DIALECTS, Dialect, Wanted

_SHOW_POSTS = ("tweet.fields", "user.fields", "media.fields", "poll.fields", "place.fields", "expansions")
_SHOW_USERS = ("user.fields", "tweet.fields", "expansions")
_COUNT = (
    *("query", "granularity", "start_time", "end_time", "since_id", "until_id"),
    *("next_token", "pagination_token", "search_count.fields"),
)
_WINDOW = ("since_id", "until_id", "start_time", "end_time", "max_results", "pagination_token", *_SHOW_POSTS)


@dataclass(frozen=True)
class Endpoint:
    """An operation as X's specification declares it."""

    name: str
    method: str
    path: str
    query: tuple[str, ...] = ()

    def path_values(self, method: str, path: str) -> Mapping[str, str] | None:
        """The values in the path, or None when this is another endpoint's request."""
        match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path), path)
        return match.groupdict() if match and method == self.method else None


ENDPOINTS = (
    Endpoint("mentions", "GET", "/2/users/{id}/mentions", _WINDOW),
    Endpoint("own", "GET", "/2/users/{id}/tweets", ("exclude", *_WINDOW)),
    Endpoint("search", "GET", "/2/tweets/search/recent", ("query", "next_token", "sort_order", *_WINDOW)),
    Endpoint("counts", "GET", "/2/tweets/counts/recent", _COUNT),
    Endpoint("usage", "GET", "/2/usage/tweets", ("days", "usage.fields")),
    Endpoint("lookup", "GET", "/2/tweets", ("ids", *_SHOW_POSTS)),
    Endpoint("create", "POST", "/2/tweets"),
    Endpoint("delete", "DELETE", "/2/tweets/{id}"),
    Endpoint("me", "GET", "/2/users/me", _SHOW_USERS),
    Endpoint("users", "GET", "/2/users", ("ids", *_SHOW_USERS)),
    Endpoint("hide", "PUT", "/2/tweets/{tweet_id}/hidden"),
    Endpoint("mute", "POST", "/2/users/{id}/muting"),
    Endpoint("unmute", "DELETE", "/2/users/{source_user_id}/muting/{target_user_id}"),
    Endpoint("dm", "POST", "/2/dm_conversations/with/{participant_id}/messages"),
    Endpoint("token", "POST", "/2/oauth2/token"),
    Endpoint("app_token", "POST", "/oauth2/token"),
)


@dataclass(frozen=True)
class Call:
    """A request that came in."""

    method: str
    path: str
    query: Mapping[str, str]
    authorization: str
    body: bytes
    at: datetime
    dialect: Dialect
    path_values: Mapping[str, str] = field(default_factory=dict)

    @property
    def page_token(self) -> str | None:
        return self.query.get("pagination_token") or self.query.get("next_token")


def check_names(endpoint: Endpoint, call: Call) -> None:
    """X refuses query names it does not know."""
    known = {*endpoint.query}
    if call.dialect is DIALECTS["post"] and "tweet.fields" in known:
        known.add("post.fields")
    for name, value in call.query.items():
        if name not in known:
            known_names = ",".join(sorted(known))
            raise invalid(f"The query parameter [{name}] is not one of [{known_names}]", **{name: value})


def listed(call: Call, name: str, allowed: frozenset[str]) -> frozenset[str]:
    """A comma-separated list of names X knows."""
    if name not in call.query:
        return frozenset()
    values = frozenset(call.query[name].split(","))
    if unknown := sorted(values - allowed):
        raise invalid(f"The `{name}` query parameter value [{unknown[0]}] is not valid", **{name: unknown[0]})
    return values


def wanted(call: Call) -> Wanted:
    """The fields and expansions a request asks for. The post dialect understands both ways of asking."""
    in_posts = call.dialect is DIALECTS["post"]
    expansions = fields.POST_EXPANSIONS if in_posts else fields.TWEET_EXPANSIONS
    return Wanted(
        fields=listed(call, "tweet.fields", fields.TWEET_FIELDS) | listed(call, "post.fields", fields.POST_FIELDS),
        user_fields=listed(call, "user.fields", fields.USER_FIELDS),
        expansions=listed(call, "expansions", expansions | fields.USER_EXPANSIONS),
    )


def ids(call: Call) -> list[str]:
    """The 1 to 100 ids of a lookup, each once."""
    values = list(dict.fromkeys(call.query.get("ids", "").split(",")))
    if len(values) > 100:
        raise invalid("The number of values in the `ids` query parameter list is not between 1 and 100")
    for value in values:
        if not is_id(value):
            raise invalid(f"The `ids` query parameter value [{value}] is not valid", ids=value)
    return values


def is_id(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value) is not None


def json_object(call: Call) -> Json:
    """The body of a request that writes."""
    try:
        body = json.loads(call.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid("The body of the request is not a JSON object")
    return body
