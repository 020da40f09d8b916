"""Responses and parameters of the stand-in match X's own specification."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

from infra.local.x_standin import Fault, StandInX, User
from infra.local.x_standin.call import ENDPOINTS, Endpoint
from infra.local.x_standin.faults import FaultKind
from infra.local.x_standin.fields import TWEET_EXPANSIONS, TWEET_FIELDS, USER_FIELDS
from infra.local.x_standin.wire import DialectName

SPECS = Path(__file__).parents[2].parent / "shared/data/x-openapi"
SPEC_OF: dict[DialectName, Path] = {
    "tweet": SPECS / "x-openapi-2.166-subset.json",
    "post": SPECS / "x-openapi-2.167-subset.json",
}
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
BRAND = User("1000", "acme", "Acme")
NOT_IN_THE_SUBSET = {"users", "token"}

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="no data")


def spec(dialect: DialectName) -> Any:
    return json.loads(SPEC_OF[dialect].read_text())


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
        ("DELETE", f"/2/tweets/{x.sent[-1].id}", {}),
        ("POST", "/2/dm_conversations/with/2001/messages", {"json": {"text": "Hello"}}),
    ]


def ask(x: StandInX, method: str, path: str, options: dict[str, Any]) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = "Bearer token"
        return session.request(method, x.url + path, timeout=5, **options)


def api_of(x: StandInX) -> OpenAPI:
    config = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
    return OpenAPI.from_dict(spec(x.dialect) | {"servers": [{"url": x.url}]}, config=config)


def check(api: OpenAPI, response: requests.Response) -> None:
    api.validate_response(RequestsOpenAPIRequest(response.request), RequestsOpenAPIResponse(response))


@pytest.mark.parametrize("dialect", SPEC_OF)
def test_every_good_answer_is_as_declared(x: StandInX, dialect: DialectName) -> None:
    x.dialect = dialect
    api = api_of(x)
    for method, path, options in good_requests(x):
        response = ask(x, method, path, options)
        assert response.status_code == (201 if method == "POST" else 200), response.text
        check(api, response)
    served = {request.endpoint for request in x.requests}
    assert served == {endpoint.name for endpoint in ENDPOINTS} - NOT_IN_THE_SUBSET


@pytest.mark.parametrize(("dialect", "post", "user"), [("tweet", "Tweet", "User"), ("post", "Post", "User")])
def test_posts_and_users_have_no_undeclared_field(x: StandInX, dialect: DialectName, post: str, user: str) -> None:
    x.dialect = dialect
    schemas = spec(dialect)["components"]["schemas"]
    for method, path, options in good_requests(x)[:4]:
        body = ask(x, method, path, options).json()
        includes = body.get("includes", {})
        posts = body.get("data", []) + includes.get("tweets", []) + includes.get("posts", [])
        assert {name for item in posts for name in item} <= schemas[post]["properties"].keys()
        assert {name for item in includes.get("users", []) for name in item} <= schemas[user]["properties"].keys()


@pytest.mark.parametrize("kind", ["client_forbidden", "limit_window", "limit_month", "down_json"])
def test_refusals_are_declared_problems(x: StandInX, kind: FaultKind) -> None:
    x.faults.add(Fault(kind))
    check(api_of(x), ask(x, "GET", "/2/users/1000/mentions", {}))


def test_a_wrong_request_is_a_declared_problem(x: StandInX) -> None:
    check(api_of(x), ask(x, "GET", "/2/users/1000/mentions", {"params": {"max_results": "3"}}))


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.name not in NOT_IN_THE_SUBSET], ids=lambda e: e.name)
def test_only_declared_query_names_are_accepted(endpoint: Endpoint) -> None:
    document = spec("tweet")
    operation = document["paths"][endpoint.path][endpoint.method.lower()]
    shared = document["components"]["parameters"]
    parameters = [shared[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in operation.get("parameters", [])]
    declared = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    assert set(endpoint.query) <= declared


def test_fields_and_expansions_are_the_declared_ones() -> None:
    parameters = spec("tweet")["components"]["parameters"]
    known = {"TweetFields": TWEET_FIELDS, "UserFields": USER_FIELDS, "TweetExpansions": TWEET_EXPANSIONS}
    for name, names in known.items():
        assert names == set(parameters[f"{name}Parameter"]["schema"]["items"]["enum"])
