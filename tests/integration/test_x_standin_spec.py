"""The stand-in X, and the desk's own requests, match a description of X's API.

The description is tests/data/x_api.yaml, in both of X's vocabularies. Where X's own files are at hand, the stand-in is
held against them as well.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.validation.response.exceptions import InvalidData

from infra.local.x_standin import Fault, StandInX, User
from infra.local.x_standin.call import ENDPOINTS, Endpoint
from infra.local.x_standin.faults import FaultKind
from infra.local.x_standin.fields import TWEET_EXPANSIONS, TWEET_FIELDS, USER_FIELDS
from infra.local.x_standin.wire import DialectName
from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.cursor import Window
from mentiondesk.domain.posts.post import Source
from mentiondesk.ports.x import XTooFarBack
from tests.support.builders import settings as shop_settings
from tests.support.optional import FOLDER, needs

OURS = Path(__file__).parents[1] / "data/x_api.yaml"
THEIRS = FOLDER / "x-openapi"
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
BRAND = User("1000", "acme", "Acme")
CREDENTIALS = XCredentials("made", "up", "for", "tests", version="v1")


@dataclass(frozen=True)
class Description:
    """A description of X's API in one of its two vocabularies. `left_out`: the endpoints that it does not describe."""

    dialect: DialectName
    read: Callable[[], Any]
    post_schema: str = "Tweet"
    left_out: frozenset[str] = frozenset()


def ours() -> Any:
    return yaml.safe_load(OURS.read_text(encoding="utf-8"))


def ours_renamed() -> Any:
    """Our description with the names of the newer vocabulary."""
    document = ours()
    for schema, names in document["x-renamed"].items():
        found = document["components"]["schemas"][schema]
        found["properties"] = {names.get(name, name): value for name, value in found["properties"].items()}
        if "required" in found:
            found["required"] = [names.get(name, name) for name in found["required"]]
    return document


def theirs(version: str) -> Callable[[], Any]:
    return lambda: json.loads((THEIRS / f"x-openapi-{version}-subset.json").read_text(encoding="utf-8"))


# The endpoints that answer 201.
_MAKES = ("/2/tweets", "/2/dm_conversations")
LEFT_OUT = frozenset({"users", "token", "counts", "usage", "app_token"})
OLDER = [
    pytest.param(Description("tweet", ours), id="ours"),
    pytest.param(Description("tweet", theirs("2.166"), left_out=LEFT_OUT), id="X-2.166", marks=needs(THEIRS)),
]
EVERY = [
    *OLDER,
    pytest.param(Description("post", ours_renamed), id="ours-renamed"),
    pytest.param(Description("post", theirs("2.167"), "Post", LEFT_OUT), id="X-2.167", marks=needs(THEIRS)),
]


@pytest.fixture
def x() -> Iterator[StandInX]:
    with StandInX(BRAND, lambda: NOON) as x:
        x.user("2001", "alice", followers=3)
        yield x


def fill(x: StandInX) -> str:
    """Makes a post of each sort; returns the id of a post the brand may answer."""
    own = x.post(author_id=BRAND.id, text="Sale! https://shop.example/?a=1&b=2", at=NOON - timedelta(hours=2))
    asked = x.post(author_id="2001", text="When & where? #sale $ACME", at=NOON - timedelta(hours=1), reply_to=own)
    x.edit(asked, "When and where?", NOON - timedelta(minutes=50))
    quoted = x.post(author_id="2001", text="@acme look", quotes=own, at=NOON - timedelta(minutes=40))
    x.post(author_id="2002", long_text="@acme " + "long <story> " * 40, at=NOON - timedelta(minutes=30))
    x.post(author_id=BRAND.id, reposts=quoted, at=NOON - timedelta(minutes=20))
    gone = x.post(author_id="2002", text="@acme gone", at=NOON - timedelta(minutes=10))
    x.post(author_id="2002", text="@acme as I said", reply_to=gone, at=NOON - timedelta(minutes=5))
    x.delete(gone, NOON)
    hidden = x.post(author_id="2002", text="@acme hidden", at=NOON - timedelta(minutes=4))
    x.withhold(hidden)
    return quoted


def good_requests(x: StandInX) -> list[tuple[str, str, dict[str, Any]]]:
    asked = fill(x)
    own = x.post(author_id=BRAND.id, text="Open until eight", at=NOON - timedelta(minutes=3))
    reply = x.post(author_id="2001", text="Idiots", reply_to=own, at=NOON - timedelta(minutes=2))
    hidden = "1"
    everything = {
        "tweet.fields": ",".join(sorted(TWEET_FIELDS)),
        "user.fields": ",".join(sorted(USER_FIELDS)),
        "expansions": "author_id,referenced_tweets.id,entities.mentions.username",
    }
    window = {"start_time": "2026-10-01T00:00:00Z", "max_results": "10"}
    return [
        ("GET", "/2/users/1000/mentions", {"params": everything | window}),
        ("GET", "/2/users/1000/mentions", {"params": {"max_results": "5"}}),
        ("GET", "/2/users/1000/mentions", {"params": {"until_id": "1"}}),
        ("GET", "/2/users/1000/tweets", {"params": everything | window | {"exclude": "replies"}}),
        ("GET", "/2/tweets/search/recent", {"params": everything | window | {"query": "@acme -is:retweet"}}),
        ("GET", "/2/tweets/search/recent", {"params": {"query": "nothing"}}),
        ("GET", "/2/tweets", {"params": everything | {"ids": f"{asked},{hidden}"}}),
        ("GET", "/2/tweets", {"params": {"ids": hidden}}),
        ("GET", "/2/users/me", {"params": {"user.fields": everything["user.fields"]}}),
        ("POST", "/2/tweets", {"json": {"text": "Here.", "reply": {"in_reply_to_tweet_id": asked}}}),
        ("PUT", f"/2/tweets/{reply}/hidden", {"json": {"hidden": True}}),
        ("DELETE", f"/2/tweets/{x.sent[-1].id}", {}),
        ("POST", "/2/dm_conversations/with/2001/messages", {"json": {"text": "Hello"}}),
        ("POST", "/2/users/1000/muting", {"json": {"target_user_id": "2001"}}),
        ("DELETE", "/2/users/1000/muting/2001", {}),
    ]


def more_requests(x: StandInX) -> list[tuple[str, str, dict[str, Any]]]:
    """Requests to the endpoints that X's own files at hand leave out."""
    _, refresh = x.issue_tokens()
    form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": "made-up"}
    basic = {"Authorization": f"Basic {b64encode(b'key:secret').decode()}"}
    app = {"Authorization": "Bearer app-only"}
    return [
        ("GET", "/2/users", {"params": {"ids": "2001,9", "user.fields": ",".join(sorted(USER_FIELDS))}}),
        ("POST", "/2/oauth2/token", {"data": form}),
        ("POST", "/oauth2/token", {"data": {"grant_type": "client_credentials"}, "headers": basic}),
        ("GET", "/2/tweets/counts/recent", {"params": {"query": "@acme -is:retweet"}, "headers": app}),
        ("GET", "/2/usage/tweets", {"params": {"usage.fields": "daily_project_usage"}, "headers": app}),
    ]


def ask(x: StandInX, method: str, path: str, options: dict[str, Any]) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = "Bearer token"
        return session.request(method, x.url + path, timeout=5, **options)


def api_of(x: StandInX, description: Description) -> OpenAPI:
    """The description as a checker; the stand-in speaks its vocabulary from now on."""
    x.dialect = description.dialect
    config = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
    return OpenAPI.from_dict(description.read() | {"servers": [{"url": x.url}]}, config=config)


def check(api: OpenAPI, response: requests.Response) -> None:
    api.validate_response(RequestsOpenAPIRequest(response.request), RequestsOpenAPIResponse(response))


@pytest.mark.parametrize("description", EVERY)
def test_every_good_answer_is_as_declared(x: StandInX, description: Description) -> None:
    api = api_of(x, description)
    requested = good_requests(x) + ([] if description.left_out else more_requests(x))
    for method, path, options in requested:
        response = ask(x, method, path, options)
        made = method == "POST" and path.startswith(_MAKES)
        assert response.status_code == (201 if made else 200), response.text
        check(api, response)
    served = {request.endpoint for request in x.requests}
    assert served == {endpoint.name for endpoint in ENDPOINTS} - description.left_out


@pytest.mark.parametrize("description", EVERY)
def test_posts_and_users_have_no_undeclared_field(x: StandInX, description: Description) -> None:
    x.dialect = description.dialect
    schemas = description.read()["components"]["schemas"]
    for method, path, options in good_requests(x)[:4]:
        body = ask(x, method, path, options).json()
        includes = body.get("includes", {})
        posts = body.get("data", []) + includes.get("tweets", []) + includes.get("posts", [])
        assert {name for item in posts for name in item} <= schemas[description.post_schema]["properties"].keys()
        users = includes.get("users", [])
        assert {name for item in users for name in item} <= schemas["User"]["properties"].keys()


@pytest.mark.parametrize("description", OLDER)
@pytest.mark.parametrize("kind", ["client_forbidden", "limit_window", "limit_month", "down_json"])
def test_refusals_are_declared_problems(x: StandInX, kind: FaultKind, description: Description) -> None:
    x.faults.add(Fault(kind))
    check(api_of(x, description), ask(x, "GET", "/2/users/1000/mentions", {}))


@pytest.mark.parametrize("description", OLDER)
def test_a_wrong_request_is_a_declared_problem(x: StandInX, description: Description) -> None:
    check(api_of(x, description), ask(x, "GET", "/2/users/1000/mentions", {"params": {"max_results": "3"}}))


@pytest.mark.parametrize("fault", ["unknown_shape", "half_broken_posts"])
def test_an_answer_in_another_shape_is_not_as_declared(x: StandInX, fault: FaultKind) -> None:
    fill(x)
    x.faults.add(Fault(fault))
    with pytest.raises(InvalidData):
        check(api_of(x, Description("tweet", ours)), ask(x, "GET", "/2/users/1000/mentions", {}))


@pytest.mark.parametrize("description", OLDER)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: e.name)
def test_only_declared_query_names_are_accepted(endpoint: Endpoint, description: Description) -> None:
    if endpoint.name in description.left_out:
        return
    document = description.read()
    operation = document["paths"][endpoint.path][endpoint.method.lower()]
    shared = document["components"]["parameters"]
    parameters = [shared[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in operation.get("parameters", [])]
    declared = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    assert set(endpoint.query) <= declared


@pytest.mark.parametrize("description", OLDER)
def test_fields_and_expansions_are_the_declared_ones(description: Description) -> None:
    parameters = description.read()["components"]["parameters"]
    known = {"TweetFields": TWEET_FIELDS, "UserFields": USER_FIELDS, "TweetExpansions": TWEET_EXPANSIONS}
    for name, names in known.items():
        assert names == set(parameters[f"{name}Parameter"]["schema"]["items"]["enum"])


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize(
    "window",
    [Window(), Window(since=PostId("1")), Window(start=NOON - timedelta(hours=1), until=PostId("9" * 18))],
    ids=["newest", "since", "between"],
)
def test_what_the_desk_asks_for_is_declared(x: StandInX, source: Source, window: Window) -> None:
    """The answers need not be good here: X refuses a search that reaches too far back."""
    brand = shop_settings().brand
    x.user(brand.user_id, brand.handle)
    feed = TweepyFeed(lambda: CREDENTIALS, x.url, lambda: brand)
    with suppress(XTooFarBack):
        feed.read(source, window, None, NOON)
    (seen,) = x.requests
    request = requests.Request(seen.method, x.url + seen.path, {"Authorization": "Bearer token"}, params=seen.query)
    prepared = request.prepare()
    api_of(x, Description("tweet", ours)).validate_request(RequestsOpenAPIRequest(prepared))
