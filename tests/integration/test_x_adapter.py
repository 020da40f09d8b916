"""TweepyFeed over HTTP against the stand-in: every failure gets its name, and one read is one request."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlsplit

import boto3
import pytest
import requests

from infra.local.x_standin import Fault, Rules, StandInX, User
from infra.local.x_standin.faults import FaultKind, PostRefusal
from infra.local.x_standin.problems import Answer
from infra.local.x_standin.server import Served, Server
from mentiondesk.adapters.parameters import secret as parameter
from mentiondesk.adapters.x.connection import XCredentials, x_credentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.adapters.x.posts import Repost, read_page, read_post
from mentiondesk.domain.ids import PostId, UserId, id_at
from mentiondesk.domain.posts.brand import Account, Brand
from mentiondesk.domain.posts.cursor import ReadBlock, Window
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Post, Source, Unreadable
from mentiondesk.ports.x import XRefuses, XTooFarBack, XUnavailable
from mentiondesk.values import replace
from tests.support.builders import BRAND_ID, NOON, at
from tests.support.parameters import put_parameter

HANDLE = "FennelAndFinch"
BRAND = Brand(name="Fennel & Finch", user_id=BRAND_ID, handle=HANDLE, words=("Fennel & Finch", "#fennel"))
OWN = BRAND.own_ids
ALICE = "2001"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL = Window(start=NOON - DAY)
SECRETS = ("key-11", "keysecret-22", "1999-token-33", "tokensecret-44")
CREDENTIALS = XCredentials(*SECRETS, version="v1")


@dataclass
class Wire:
    """The stand-in, a feed on it, and the time."""

    x: StandInX
    feed: TweepyFeed

    def read(self, source: Source = Source.MENTIONS, window: Window = ALL, token: str | None = None) -> Page:
        return self.feed.read(source, window, token, NOON)

    def says(self, text: str = f"@{HANDLE} hello", minute: float = -1, **more: Any) -> str:
        return self.x.post(**{"author_id": ALICE, "text": text, "at": at(minute), **more})

    def query(self) -> dict[str, str]:
        """The parameters of the only request."""
        (request,) = self.x.requests
        return dict(request.query)


@pytest.fixture
def wire() -> Iterator[Wire]:
    rules = Rules(slow_body=timedelta(seconds=0.05), search_delay=timedelta(0))
    with StandInX(User(BRAND_ID, HANDLE, BRAND.name), lambda: NOON, rules) as x:
        x.user(ALICE, "alice")
        yield Wire(x, TweepyFeed(lambda: CREDENTIALS, x.url, lambda: BRAND, timeouts=(1.0, 0.2)))


# --- what is asked ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "path"),
    [
        (Source.MENTIONS, f"/2/users/{BRAND_ID}/mentions"),
        (Source.OWN, f"/2/users/{BRAND_ID}/tweets"),
        (Source.SEARCH, "/2/tweets/search/recent"),
        (Source.OVERFLOW, "/2/tweets/search/recent"),
    ],
)
def test_one_read_is_one_request(wire: Wire, source: Source, path: str) -> None:
    wire.read(source)
    (request,) = wire.x.requests
    assert (request.path, request.status) == (path, 200)
    assert "expansions" not in request.query
    assert {"author_id", "note_tweet", "referenced_tweets"} < set(request.query["tweet.fields"].split(","))
    assert request.query["max_results"] == "100"


def test_a_window_by_id(wire: Wire) -> None:
    inside = wire.says(minute=-3)
    outside = [wire.says(minute=minute) for minute in (-10, -1)]
    window = Window(since=id_at(at(-5)), until=PostId(outside[1]))
    assert [post.post_id for post in wire.read(window=window).posts] == [inside]
    assert (wire.query()["since_id"], wire.query()["until_id"]) == (window.since, window.until)


def test_a_window_by_time(wire: Wire) -> None:
    wire.says(minute=-10)
    wire.says(minute=-1)
    page = wire.read(window=Window(start=at(-5) + timedelta(milliseconds=12)))
    assert len(page.posts) == 1
    assert datetime.fromisoformat(wire.query()["start_time"]) == at(-5)


@pytest.mark.parametrize("source", [Source.MENTIONS, Source.SEARCH])
def test_pages_follow_each_other(wire: Wire, source: Source) -> None:
    text = "Fennel & Finch rocks" if source is Source.SEARCH else f"@{HANDLE}"
    ids = [wire.says(text, minute=-n / 60 - 1) for n in range(130)]
    first = wire.read(source)
    assert first.next_token is not None
    second = wire.read(source, token=first.next_token)
    assert second.next_token is None
    assert [post.post_id for page in (first, second) for post in page.posts] == ids
    assert (first.read, first.newest, first.oldest, second.newest) == (100, ids[0], ids[99], ids[100])


def test_the_search_leaves_out_what_other_feeds_bring(wire: Wire) -> None:
    found = wire.says("I love Fennel & Finch")
    tagged = wire.says("so good #fennel", minute=-2)
    wire.says(f"@{HANDLE} I love Fennel & Finch")
    wire.says("We are Fennel & Finch", author_id=BRAND_ID)
    wire.says(reposts=found)
    wire.says("fennel soup")
    assert [post.post_id for post in wire.read(Source.SEARCH).posts] == [found, tagged]


def test_the_search_query() -> None:
    quotes = 'url:"FennelAndFinch/status"'
    apart = "-@FennelAndFinch -from:FennelAndFinch -is:retweet"
    assert BRAND.search_query == f'("Fennel & Finch" OR #fennel OR {quotes}) {apart}'
    assert replace_words(()).search_query.startswith('("Fennel & Finch" OR ')
    helped = replace(BRAND, accounts=(Account(UserId("77"), "FennelHelp"),), people=(UserId("78"),))
    assert helped.overflow_query == "@FennelAndFinch -from:FennelAndFinch -is:retweet"
    assert helped.search_query == f'("Fennel & Finch" OR #fennel OR from:77 OR {quotes}) {apart}'


def replace_words(words: Any) -> Brand:
    return replace(BRAND, words=tuple(words))


def test_own_posts_are_own_wherever_they_are_read(wire: Wire) -> None:
    wire.says(f"@{HANDLE} is us", author_id=BRAND_ID)
    for source in (Source.OWN, Source.MENTIONS):
        (post,) = wire.read(source).posts
        assert (post.own, post.source) == (True, Source.OWN)


# --- what is understood -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["tweet", "post"])
def test_both_dialects(wire: Wire, dialect: Any) -> None:
    wire.x.dialect = dialect
    asked = wire.says("5 < 6 & more " + f"@{HANDLE}", minute=-9)
    edited = wire.x.edit(asked, f"@{HANDLE} &amp; <b>6 > 5</b>", at(-8))
    long = wire.says(long_text=f"@{HANDLE} " + "long & longer " * 60, minute=-7)
    answer = wire.says("Hi!", author_id=BRAND_ID, reply_to=long, minute=-6)
    quote = wire.says(f"@{HANDLE} look", quotes=long, minute=-5)
    wire.says(reposts=long, minute=-4)
    page = wire.read()
    by_id = {post.post_id: post for post in page.posts}
    assert by_id.keys() == {asked, long, quote}
    assert (page.unknown_shape, page.unreadable) == (0, ())
    first = by_id[PostId(asked)]
    assert (first.version_id, first.edits) == (edited, 1)
    assert first.text == f"@{HANDLE} &amp; <b>6 > 5</b>"
    assert first.created_at == at(-9)
    assert by_id[PostId(long)].text == f"@{HANDLE} " + "long & longer " * 60
    assert (by_id[PostId(quote)].quoted, by_id[PostId(quote)].replied_to) == (long, None)
    (own,) = wire.read(Source.OWN).posts
    assert (own.post_id, own.replied_to, own.reply_to_user, own.conversation_id) == (answer, long, ALICE, long)


def test_reposts_are_read_and_dropped(wire: Wire) -> None:
    wire.says(reposts=wire.says("hello"), text=f"RT @alice: @{HANDLE} hello")
    page = wire.read()
    assert (page.posts, page.unreadable, page.read) == ((), (), 1)
    assert page.newest is not None


def test_deleted_and_withheld_posts_are_not_there(wire: Wire) -> None:
    kept = wire.says()
    wire.x.delete(wire.says(minute=-2), at(-1))
    wire.x.withhold(wire.says(minute=-3))
    assert [post.post_id for post in wire.read().posts] == [kept]


def test_an_empty_page(wire: Wire) -> None:
    assert wire.read() == Page()


# --- every fault ------------------------------------------------------------------------------------------

REFUSALS: dict[FaultKind, tuple[ReadBlock, datetime | None]] = {
    "unauthorized": (ReadBlock.TOKEN_REFUSED, None),
    "client_forbidden": (ReadBlock.ACCESS_REFUSED, NOON + HOUR),
    "missing_scope": (ReadBlock.ACCESS_REFUSED, NOON + HOUR),
    "query_refused": (ReadBlock.SEARCH_REFUSED, NOON + HOUR),
    "reply_not_allowed": (ReadBlock.ACCESS_REFUSED, NOON + HOUR),
    "duplicate": (ReadBlock.ACCESS_REFUSED, NOON + HOUR),
    "credits_spent": (ReadBlock.CREDITS_SPENT, NOON + HOUR),
    "limit_window": (ReadBlock.RATE_LIMITED, at(15)),
    "limit_day": (ReadBlock.DAY_LIMITED, NOON + DAY),
    "limit_month": (ReadBlock.MONTH_CAPPED, datetime(2026, 7, 1, tzinfo=UTC)),
    "limit_bare": (ReadBlock.RATE_LIMITED, at(15)),
}
UNAVAILABLE: set[FaultKind] = {
    "down_json",
    "down_html",
    "html_200",
    "hang",
    "cut_before",
    "cut_after",
    "post_then_cut",
    "no_data",
}
READABLE: set[FaultKind] = {
    "slow_body",
    "repeated_next_token",
    "shrinking_page",
    "ids_out_of_order",
    "half_broken_posts",
    "unknown_shape",
    "lone_surrogate",
}


def test_no_fault_is_forgotten() -> None:
    kinds = {kind for group in get_args(FaultKind) for kind in get_args(group) or (group,)}
    # tests/integration/test_outbox_on_x.py has what only posting meets.
    assert kinds == REFUSALS.keys() | set(get_args(PostRefusal)) | UNAVAILABLE | READABLE


@pytest.mark.parametrize("source", [Source.MENTIONS, Source.SEARCH])
@pytest.mark.parametrize("kind", REFUSALS)
def test_refusals(wire: Wire, kind: FaultKind, source: Source) -> None:
    wire.x.faults.add(Fault(kind))
    with pytest.raises(XRefuses) as refused:
        wire.read(source)
    assert (refused.value.obstacle, refused.value.until) == REFUSALS[kind]
    assert len(wire.x.requests) == 1


@pytest.mark.parametrize("kind", sorted(UNAVAILABLE))
def test_failures_that_may_pass(wire: Wire, kind: FaultKind) -> None:
    wire.says()
    wire.x.faults.add(Fault(kind))
    with pytest.raises(XUnavailable):
        wire.read()
    assert len(wire.x.requests) == 1
    wire.x.faults.clear()
    assert len(wire.read().posts) == 1


def faulty(wire: Wire, kind: FaultKind, count: int = 8) -> Page:
    for number in range(count):
        wire.says(f"@{HANDLE} {number}", minute=-1 - number)
    wire.x.faults.add(Fault(kind))
    page = wire.read()
    assert len(wire.x.requests) == 1
    return page


def test_a_slow_body_is_waited_for(wire: Wire) -> None:
    assert len(faulty(wire, "slow_body").posts) == 8


def test_a_repeated_token_is_passed_on(wire: Wire) -> None:
    assert faulty(wire, "repeated_next_token").next_token


def test_a_short_page_has_a_next_one(wire: Wire) -> None:
    page = faulty(wire, "shrinking_page")
    assert (len(page.posts), page.next_token is not None) == (4, True)


def test_an_empty_page_with_a_next_one(wire: Wire) -> None:
    page = faulty(wire, "shrinking_page", count=1)
    assert (page.posts, page.newest, page.next_token is not None) == ((), None, True)


def test_newest_and_oldest_of_a_disordered_page(wire: Wire) -> None:
    page = faulty(wire, "ids_out_of_order")
    ids = [int(post.post_id) for post in page.posts]
    assert ids != sorted(ids, reverse=True)
    assert (page.newest, page.oldest) == (str(max(ids)), str(min(ids)))


def test_half_broken_posts_are_set_aside(wire: Wire) -> None:
    page = faulty(wire, "half_broken_posts")
    assert (len(page.posts), page.read) == (4, 8)
    assert sorted(unreadable.reason for unreadable in page.unreadable) == [
        "cannot read author_id",
        "cannot read created_at",
        "cannot read id",
        "cannot read text",
    ]
    assert all(json.loads(unreadable.raw) for unreadable in page.unreadable)


def test_an_unknown_shape_is_counted(wire: Wire) -> None:
    page = faulty(wire, "unknown_shape")
    assert (page.unknown_shape, len(page.posts)) == (8, 8)


def test_half_a_character_is_replaced(wire: Wire) -> None:
    page = faulty(wire, "lone_surrogate")
    assert all(post.text.endswith(" \ufffd") for post in page.posts)
    for post in page.posts:
        post.text.encode()


def test_a_window_too_far_back(wire: Wire) -> None:
    for window in (Window(since=id_at(NOON - 8 * DAY)), Window(start=NOON - 8 * DAY)):
        with pytest.raises(XTooFarBack):
            wire.read(Source.SEARCH, window)


def test_another_bad_request_is_no_matter_of_the_window(wire: Wire) -> None:
    with pytest.raises(XRefuses) as refused:
        wire.read(token="made up")
    assert refused.value.obstacle is ReadBlock.ACCESS_REFUSED


def test_a_revoked_token(wire: Wire) -> None:
    wire.x.revoke(SECRETS[2])
    with pytest.raises(XRefuses) as refused:
        wire.read()
    assert refused.value.obstacle is ReadBlock.TOKEN_REFUSED


def test_the_limit_of_a_window_in_earnest() -> None:
    rules = Rules(limits={"mentions": 1})
    with StandInX(User(BRAND_ID, HANDLE), lambda: NOON, rules) as x:
        feed = TweepyFeed(lambda: CREDENTIALS, x.url, lambda: BRAND)
        feed.read(Source.MENTIONS, ALL, None, NOON)
        with pytest.raises(XRefuses) as refused:
            feed.read(Source.MENTIONS, ALL, None, NOON)
    assert (refused.value.obstacle, refused.value.until) == (ReadBlock.RATE_LIMITED, at(15))


def test_an_account_that_does_not_exist_is_no_empty_page(wire: Wire) -> None:
    """X answers 200 with errors alone; as an empty page nobody would ever notice."""
    stranger = replace(BRAND, user_id=UserId("777"))
    feed = TweepyFeed(lambda: CREDENTIALS, wire.x.url, lambda: stranger)
    with pytest.raises(XRefuses) as refused:
        feed.read(Source.MENTIONS, ALL, None, NOON)
    assert (refused.value.obstacle, refused.value.until) == (ReadBlock.ACCOUNT_UNKNOWN, NOON + HOUR)


# --- answers nobody documented ----------------------------------------------------------------------------


@contextmanager
def answering(
    status: int, body: str, fault: FaultKind | None = None, **headers: str
) -> Iterator[tuple[TweepyFeed, list[str]]]:
    """A server that always answers so, and the targets it was asked for."""
    asked: list[str] = []

    def serve(method: str, target: str, authorization: str, content: bytes) -> Served:
        del method, authorization, content
        asked.append(target)
        return Served(Answer(status, body, {name.replace("_", "-"): headers[name] for name in headers}), fault, NOON)

    server = Server(serve, timedelta(0))
    server.start()
    try:
        yield TweepyFeed(lambda: CREDENTIALS, server.url + "/", lambda: BRAND), asked
    finally:
        server.stop()


ODD_BODIES = [
    "",
    "null",
    "[]",
    '"gone"',
    "17",
    '{"errors": null}',
    '{"errors": [null]}',
    '{"errors": {"a": 1}}',
    '{"errors": [{"message": null}]}',
    '{"error": {}, "errors": "no"}',
    '{"detail": 5, "title": ["x"], "type": {}}',
    "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
    "<html>",
]


@pytest.mark.parametrize("body", ODD_BODIES)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, ReadBlock.ACCESS_REFUSED),
        (401, ReadBlock.TOKEN_REFUSED),
        (402, ReadBlock.CREDITS_SPENT),
        (403, ReadBlock.ACCESS_REFUSED),
        (404, ReadBlock.ACCESS_REFUSED),
        (410, ReadBlock.ACCESS_REFUSED),
        (429, ReadBlock.RATE_LIMITED),
        (500, None),
        (502, None),
    ],
)
def test_odd_bodies_change_nothing_about_a_status(status: int, expected: ReadBlock | None, body: str) -> None:
    with answering(status, body) as (feed, asked):
        with pytest.raises((XRefuses, XUnavailable)) as failed:
            feed.read(Source.MENTIONS, ALL, None, NOON)
        assert len(asked) == 1
    assert getattr(failed.value, "obstacle", None) is expected


@pytest.mark.parametrize("body", [*ODD_BODIES, '{"data": null}', '{"data": {}}', '{"data": "x"}', "{}"])
def test_odd_bodies_of_a_success_are_no_page(body: str) -> None:
    with answering(200, body) as (feed, asked):
        with pytest.raises(XUnavailable):
            feed.read(Source.MENTIONS, ALL, None, NOON)
        assert len(asked) == 1


@pytest.mark.parametrize("status", [200, 401, 429, 503])
def test_an_answer_that_breaks_off_says_nothing(status: int) -> None:
    with answering(status, '{"title": "long enough"}', fault="cut_after") as (feed, asked):
        with pytest.raises(XUnavailable):
            feed.read(Source.MENTIONS, ALL, None, NOON)
        assert len(asked) == 1


def test_a_redirect_is_not_followed() -> None:
    with answering(301, "", Location="/2/elsewhere") as (feed, asked):
        with pytest.raises(XRefuses) as refused:
            feed.read(Source.MENTIONS, ALL, None, NOON)
        assert len(asked) == 1
    assert refused.value.obstacle is ReadBlock.ACCESS_REFUSED


RESET = str(int(at(7).timestamp()))


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"x_rate_limit_reset": RESET}, "{}", (ReadBlock.RATE_LIMITED, at(7))),
        ({"x_rate_limit_reset": "soon"}, "{}", (ReadBlock.RATE_LIMITED, at(15))),
        ({"x_rate_limit_reset": "-5"}, "{}", (ReadBlock.RATE_LIMITED, at(15))),
        ({"x_rate_limit_reset": "9" * 30}, "{}", (ReadBlock.RATE_LIMITED, at(15))),
        ({"x_rate_limit_reset": "9" * 11}, "{}", (ReadBlock.RATE_LIMITED, NOON + DAY)),
        ({"x_rate_limit_reset": "1"}, "{}", (ReadBlock.RATE_LIMITED, at(1))),
        ({"x_rate_limit_remaining": "3", "x_rate_limit_reset": RESET}, "{}", (ReadBlock.DAY_LIMITED, NOON + HOUR)),
        (
            {"x_user_limit_24hour_remaining": "0", "x_user_limit_24hour_reset": RESET},
            "{}",
            (ReadBlock.DAY_LIMITED, at(7)),
        ),
        (
            {},
            '{"title": "UsageCapExceeded", "period": "Daily"}',
            (ReadBlock.DAY_LIMITED, NOON + HOUR),
        ),
        (
            {"x_rate_limit_reset": RESET},
            '{"type": "https://api.x.com/2/problems/usage-capped", "period": "Monthly"}',
            (ReadBlock.MONTH_CAPPED, datetime(2026, 7, 1, tzinfo=UTC)),
        ),
    ],
)
def test_how_long_a_limit_lasts(headers: dict[str, str], body: str, expected: tuple[ReadBlock, datetime]) -> None:
    with answering(429, body, None, **headers) as (feed, _), pytest.raises(XRefuses) as refused:
        feed.read(Source.MENTIONS, ALL, None, NOON)
    assert (refused.value.obstacle, refused.value.until) == expected


def test_every_request_has_its_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three seconds to connect and ten to answer: three tries fit into one run."""
    given: list[object] = []

    def send(*_: object, timeout: object, **__: object) -> None:
        given.append(timeout)
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    with pytest.raises(XUnavailable, match="ConnectTimeout"):
        TweepyFeed(lambda: CREDENTIALS, "http://127.0.0.1:9", lambda: BRAND).read(Source.OWN, ALL, None, NOON)
    assert given == [(3.0, 10.0)]


def test_nobody_listens() -> None:
    with answering(200, "{}") as (feed, _):
        pass
    with pytest.raises(XUnavailable):
        feed.read(Source.MENTIONS, ALL, None, NOON)


# --- credentials ------------------------------------------------------------------------------------------


@dataclass
class Rotating:
    """Credentials that are stored anew."""

    current: XCredentials = CREDENTIALS
    asked: list[str] = field(default_factory=list)

    def __call__(self) -> XCredentials:
        return self.current


def test_without_credentials_nothing_is_asked(wire: Wire) -> None:
    feed = TweepyFeed(lambda: XCredentials("", "", "", "", "v0"), wire.x.url, lambda: BRAND)
    with pytest.raises(XRefuses, match="make x-credentials") as refused:
        feed.read(Source.MENTIONS, ALL, None, NOON)
    assert (refused.value.obstacle, refused.value.until) == (ReadBlock.TOKEN_REFUSED, None)
    assert wire.x.requests == []


def test_new_credentials_are_used_at_once(wire: Wire) -> None:
    credentials = Rotating()
    feed = TweepyFeed(credentials, wire.x.url, lambda: BRAND)
    wire.x.revoke(SECRETS[2])
    with pytest.raises(XRefuses):
        feed.read(Source.MENTIONS, ALL, None, NOON)
    credentials.current = replace(CREDENTIALS, access_token="1999-new", version="v2")
    assert feed.credentials == "v2"
    assert feed.read(Source.MENTIONS, ALL, None, NOON) == Page()


@pytest.mark.usefixtures("account")
def test_the_parameter_is_read_again_after_five_minutes() -> None:
    clock = NOON
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    secret = x_credentials(parameter(lambda: boto3.client("ssm"), "/x"), lambda: clock)
    assert secret().access_token == ""
    put_parameter("/x", json.dumps(dict(zip(names, SECRETS, strict=True))))
    clock += timedelta(seconds=299)
    assert secret().access_token == ""
    before = secret().version
    clock += timedelta(seconds=2)
    assert secret() == replace(CREDENTIALS, version=secret().version)
    assert secret().version != before
    put_parameter("/x", "not JSON")
    clock += timedelta(seconds=301)
    assert secret().access_token == ""


def test_no_secrets_in_logs_or_errors(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert not {name for name in ("tweepy", "oauthlib", "requests_oauthlib", "urllib3") if _prints_debug(name)}
    wire.says("private words " + f"@{HANDLE}")
    wire.read()
    wire.x.faults.add(Fault("unauthorized"))
    with pytest.raises(XRefuses) as refused:
        wire.read()
    said = caplog.text + repr(refused.value) + str(refused.value) + repr(CREDENTIALS) + repr(refused.value.__cause__)
    assert not [secret for secret in (*SECRETS, "oauth_signature", "private words") if secret in said]


def _prints_debug(name: str) -> bool:
    return any(logging.getLogger(logger).isEnabledFor(logging.DEBUG) for logger in (name, f"{name}.client"))


def test_the_base_url_is_the_configured_one(wire: Wire) -> None:
    """With or without a slash at its end."""
    for url in (wire.x.url, wire.x.url + "/"):
        TweepyFeed(lambda: CREDENTIALS, url, lambda: BRAND).read(Source.SEARCH, ALL, None, NOON)
    assert [request.path for request in wire.x.requests] == ["/2/tweets/search/recent"] * 2
    assert urlsplit(wire.x.url).hostname == "127.0.0.1"


def test_proxies_of_the_environment_are_not_used(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert wire.read() == Page()


# --- one post ---------------------------------------------------------------------------------------------

RAW: dict[str, Any] = {
    "id": "1934567890123456789",
    "text": "hello",
    "author_id": "42",
    "created_at": "2026-06-17T12:00:00.000Z",
    "edit_history_tweet_ids": ["1934567890123456789"],
}


def parsed(**overrides: Any) -> Post | Repost | Unreadable:
    raw = {name: value for name, value in {**RAW, **overrides}.items() if value is not ...}
    return read_post(raw, Source.SEARCH, OWN)


def post(**overrides: Any) -> Post:
    found = parsed(**overrides)
    assert isinstance(found, Post)
    return found


def test_the_smallest_post() -> None:
    assert post() == Post(
        post_id=PostId(RAW["id"]),
        version_id=PostId(RAW["id"]),
        author_id=UserId("42"),
        text="hello",
        created_at=NOON,
        conversation_id=RAW["id"],
        source=Source.SEARCH,
    )


def test_ids_that_are_numbers() -> None:
    number = 1934567890123456789
    assert post(id=number, author_id=42, edit_history_tweet_ids=[number]) == post()
    page = read_page({"data": [{**RAW, "id": number}], "meta": {"next_token": 5}}, Source.SEARCH, OWN)
    assert (page.newest, page.next_token) == (RAW["id"], "5")


@pytest.mark.parametrize("name", ["id", "text", "author_id", "created_at"])
@pytest.mark.parametrize("value", [..., None, {}, [], True])
def test_what_a_post_cannot_do_without(name: str, value: Any) -> None:
    found = parsed(**{name: value})
    assert isinstance(found, Unreadable)
    assert found.reason == f"cannot read {name}"


@pytest.mark.parametrize("value", ["", "-1", "12a", "1" * 21, " 1", "1\n", "0x1", "1.0", "1e5", "١٢"])
def test_what_is_no_id(value: str) -> None:
    assert isinstance(parsed(id=value), Unreadable)
    assert isinstance(parsed(author_id=value), Unreadable)


@pytest.mark.parametrize("raw", [None, 5, "text", [], [RAW], {}, True])
def test_what_is_no_post(raw: object) -> None:
    found = read_post(raw, Source.SEARCH, OWN)
    assert isinstance(found, Unreadable)
    assert json.loads(found.raw) == raw


@pytest.mark.parametrize(
    "when",
    [
        "yesterday",
        "",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
        "1969-01-01T00:00:00Z",
        10**18,
    ],
)
def test_times_that_cannot_be(when: object) -> None:
    """Some of these times are so late that no duration can be added."""
    assert isinstance(parsed(created_at=when), Unreadable)


@pytest.mark.parametrize("when", ["2026-06-17T12:00:00Z", "2026-06-17T14:00:00+02:00", "2026-06-17T12:00:00"])
def test_times_are_in_utc(when: str) -> None:
    assert post(created_at=when).created_at == NOON
    assert post(created_at=when).created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("name", ["edit_history_tweet_ids", "edit_history_post_ids"])
def test_an_edited_post_keeps_its_first_id_and_time(name: str) -> None:
    first, second, third = (id_at(at(n)) for n in range(3))
    found = post(**{"edit_history_tweet_ids": ..., "id": third, name: [first, second, third]})
    assert (found.post_id, found.version_id, found.edits, found.created_at) == (first, third, 2, NOON)
    assert str(found.conversation_id) == first


@pytest.mark.parametrize("history", [[], None, ...])
def test_a_post_without_history(history: Any) -> None:
    assert (post(edit_history_tweet_ids=history).post_id, post(edit_history_tweet_ids=history).edits) == (RAW["id"], 0)


@pytest.mark.parametrize("note", [{"text": "the whole"}, {"text": "the whole", "entities": {}}])
def test_the_whole_text_of_a_long_post(note: object) -> None:
    assert post(note_tweet=note).text == post(note_post=note).text == "the whole"


@pytest.mark.parametrize("note", [{}, {"text": ""}, None])
def test_a_note_that_says_nothing(note: object) -> None:
    assert post(note_tweet=note).text == "hello"


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        ("5 &lt; 6 &amp;&amp; 7 &gt; 6", "5 < 6 && 7 > 6"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&quot;a&quot; &#39; &nbsp;", "&quot;a&quot; &#39; &nbsp;"),
        ("&amp;amp;", "&amp;"),
    ],
)
def test_text_is_unescaped_once(escaped: str, text: str) -> None:
    assert post(text=escaped).text == post(note_tweet={"text": escaped}).text == text


@pytest.mark.parametrize(
    ("broken", "text"),
    [("a\ud83d", "a\ufffd"), ("\udc00b", "\ufffdb"), ("👩‍👩‍👧", "👩‍👩‍👧"), ("\x00", "\x00"), ("\ud83d\ude00", "😀")],
)
def test_text_can_be_stored(broken: str, text: str) -> None:
    found = post(text=broken, lang=broken, note_tweet=None)
    assert (found.text, found.language) == (text, text)
    found.text.encode()


def test_huge_text_fits_into_the_table() -> None:
    found = post(text="🧵" * 1_000_000)
    assert found.text == "🧵" * 50_000
    assert len(post(note_tweet={"text": "w" * 25_000}).text) == 25_000


@pytest.mark.parametrize("kind", ["retweeted", "reposted"])
@pytest.mark.parametrize("name", ["referenced_tweets", "referenced_posts"])
def test_reposts(name: str, kind: str) -> None:
    assert parsed(**{name: [{"type": kind, "id": "7"}]}) == Repost(PostId(RAW["id"]))


def test_references() -> None:
    found = post(
        referenced_tweets=[{"type": "quoted", "id": 7}, {"type": "replied_to", "id": "8"}, {"type": "new", "id": "9"}],
        in_reply_to_user_id="5",
        attachments={"media_keys": ["3_1"]},
        lang="qme",
    )
    assert (found.quoted, found.replied_to, found.reply_to_user) == ("7", "8", "5")
    assert (found.media, found.language) == (True, "qme")


@pytest.mark.parametrize(
    "overrides",
    [
        {"referenced_tweets": "x"},
        {"referenced_tweets": [{"type": "quoted"}]},
        {"edit_history_tweet_ids": ["x"]},
        {"conversation_id": "x"},
        {"note_tweet": [5]},
        {"attachments": [5]},
    ],
)
def test_a_field_in_another_shape_is_set_aside(overrides: dict[str, Any]) -> None:
    found = parsed(**overrides)
    assert isinstance(found, Unreadable)
    assert next(iter(overrides)).split("_")[0] in found.reason


def test_a_page_of_everything_that_is_no_post() -> None:
    body: Any = {"data": [None, 5, "x", [], {}, RAW, {"id": "9" * 30}], "meta": []}
    page = read_page(body, Source.SEARCH, OWN)
    assert (len(page.posts), len(page.unreadable), page.read, page.unknown_shape) == (1, 6, 7, 6)
    assert page.next_token is None
