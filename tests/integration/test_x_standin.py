"""The stand-in for X keeps X's rules, and its faults do what their names say."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import tweepy

from infra.local.x_standin import Fault, Rules, StandInX, User, made_at, snowflake
from infra.local.x_standin.faults import FaultKind
from infra.local.x_standin.webhook import answers_challenge, deliver, event, signature

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
BRAND = User("1000", "acme", "Acme")
ALICE, BOB = "2001", "2002"
MENTIONS = f"/2/users/{BRAND.id}/mentions"
OWN = f"/2/users/{BRAND.id}/tweets"
SEARCH = "/2/tweets/search/recent"
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
EVERY_FIELD = "author_id,conversation_id,created_at,in_reply_to_user_id,referenced_tweets,entities,note_tweet,lang"


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Client:
    """Plain requests with one bearer token."""

    x: StandInX
    session: requests.Session
    token: str = "token"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.session.request(method, self.x.url + path, headers=headers, **({"timeout": 5} | options))

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.call("GET", path, params={name.replace("__", "."): value for name, value in query.items()})

    def texts(self, path: str, **query: Any) -> list[str]:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        return [post["text"] for post in response.json().get("data", [])]

    def reply(self, text: str, to: str) -> requests.Response:
        return self.call("POST", "/2/tweets", json={"text": text, "reply": {"in_reply_to_tweet_id": to}})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@contextmanager
def serving(clock: Clock, rules: Rules) -> Iterator[Client]:
    with StandInX(BRAND, clock, rules) as x, requests.Session() as session:
        session.trust_env = False
        x.user(ALICE, "alice", followers=12)
        x.user(BOB, "bob")
        yield Client(x, session)


@pytest.fixture
def client(clock: Clock) -> Iterator[Client]:
    with serving(clock, Rules(slow_body=timedelta(seconds=0.1))) as client:
        yield client


@pytest.fixture
def x(client: Client) -> StandInX:
    return client.x


def mention(x: StandInX, text: str = "@acme hello", ago: timedelta = MINUTE, **more: Any) -> str:
    return x.post(author_id=ALICE, text=text, at=NOON - ago, **more)


def many_mentions(x: StandInX, count: int) -> None:
    for number in range(count):
        x.post(author_id=ALICE, text=f"@acme {number}", at=NOON - MINUTE - number * SECOND)


# -- posts


def test_an_id_tells_its_time() -> None:
    assert made_at(str(snowflake(NOON, 7))) == NOON


def test_by_default_a_post_has_three_fields(x: StandInX, client: Client) -> None:
    post_id = mention(x, '@acme 5 < 6 & "so"')
    (post,) = client.get(MENTIONS).json()["data"]
    assert post == {
        "id": post_id,
        "text": '@acme 5 &lt; 6 &amp; "so"',
        "edit_history_tweet_ids": [post_id],
    }


def test_entities_count_code_points_of_the_escaped_text(x: StandInX, client: Client) -> None:
    mention(x, "😀 & <b> @acme #Late https://shop.example/?a=1&b=2.")
    (post,) = client.get(MENTIONS, tweet__fields="entities").json()["data"]
    found = post["entities"]
    assert [post["text"][item["start"] : item["end"]] for kind in found for item in found[kind]] == [
        "@acme",
        "#Late",
        "https://shop.example/?a=1&amp;b=2",
    ]
    assert found["mentions"][0]["id"] == BRAND.id
    assert found["urls"][0]["expanded_url"] == "https://shop.example/?a=1&b=2"


@pytest.mark.parametrize("text", ["mail me@acme", "@acmeinc", "https://medium.example/@acme/post", "acme"])
def test_what_only_looks_like_a_mention(x: StandInX, client: Client, text: str) -> None:
    mention(x, text)
    assert client.texts(MENTIONS) == []


def test_a_reply_knows_its_conversation_and_mentions_whom_it_answers(x: StandInX, client: Client) -> None:
    own = x.post(author_id=BRAND.id, text="Sale!", at=NOON - 5 * MINUTE)
    asked = x.post(author_id=ALICE, text="When?", at=NOON - 4 * MINUTE, reply_to=own)
    x.post(author_id=BOB, text="me too", at=NOON - 3 * MINUTE, reply_to=asked)
    second, first = client.get(MENTIONS, tweet__fields=EVERY_FIELD).json()["data"]
    assert (first["text"], second["text"]) == ("@acme When?", "@alice @acme me too")
    assert {first["conversation_id"], second["conversation_id"]} == {own}
    assert (first["in_reply_to_user_id"], second["in_reply_to_user_id"]) == (BRAND.id, ALICE)
    assert second["referenced_tweets"] == [{"type": "replied_to", "id": asked}]


def test_a_long_post_is_cut_and_its_whole_text_is_in_a_note(x: StandInX, client: Client) -> None:
    whole = "@acme " + "very " * 100 + "late & lost"
    mention(x, text="", long_text=whole)
    (post,) = client.get(MENTIONS, tweet__fields="note_tweet").json()["data"]
    assert len(post["text"]) == 280
    assert post["note_tweet"]["text"] == whole.replace("&", "&amp;")


def test_a_repost_is_cut_and_no_search_finds_it(x: StandInX, client: Client) -> None:
    post_id = mention(x, "@acme " + "late " * 40)
    x.post(author_id=BOB, reposts=post_id, at=NOON - 50 * SECOND)
    repost = client.texts("/2/users/2002/tweets")[0]
    assert repost.startswith("RT @alice: @acme late") and len(repost) == 140
    assert len(client.texts(SEARCH, query="late")) == 1


def test_a_post_of_the_future_is_not_there_yet(x: StandInX, client: Client, clock: Clock) -> None:
    mention(x, ago=-MINUTE)
    assert client.texts(MENTIONS) == []
    clock.now += MINUTE
    assert client.texts(MENTIONS) == ["@acme hello"]


def test_a_late_arrival_is_missed_by_a_cursor_that_went_on(x: StandInX, client: Client, clock: Clock) -> None:
    late = mention(x, "@acme late", ago=10 * SECOND, visible_after=MINUTE)
    newer = mention(x, "@acme newer", ago=5 * SECOND)
    assert client.texts(MENTIONS) == ["@acme newer"]
    clock.now += MINUTE
    assert client.texts(MENTIONS, since_id=newer) == []
    assert client.texts(MENTIONS, since_id=int(late) - 1) == ["@acme newer", "@acme late"]


def test_an_edit_is_a_new_post_of_the_same_chain(x: StandInX, client: Client, clock: Clock) -> None:
    first = mention(x, "@acme helo")
    second = x.edit(first, "@acme hello", NOON + MINUTE)
    assert client.texts(MENTIONS) == ["@acme helo"]
    clock.now += 2 * MINUTE
    (post,) = client.get(MENTIONS, tweet__fields="conversation_id").json()["data"]
    assert post == {
        "id": second,
        "text": "@acme hello",
        "edit_history_tweet_ids": [first, second],
        "conversation_id": first,
    }
    assert client.texts("/2/tweets", ids=first) == ["@acme helo"]


def test_a_deletion_takes_every_version(x: StandInX, client: Client, clock: Clock) -> None:
    first = mention(x)
    second = x.edit(first, "@acme again", NOON - 10 * SECOND)
    x.delete(second, NOON + MINUTE)
    assert client.texts(MENTIONS) == ["@acme again"]
    clock.now += MINUTE
    assert client.texts(MENTIONS) == []
    answer = client.get("/2/tweets", ids=f"{first},{second}").json()
    assert "data" not in answer
    assert [error["resource_id"] for error in answer["errors"]] == [first, second]
    assert {error["title"] for error in answer["errors"]} == {"Not Found Error"}


def test_a_withheld_post_is_an_error_beside_the_others(x: StandInX, client: Client) -> None:
    shown, hidden = mention(x, "@acme a"), mention(x, "@acme b")
    x.withhold(hidden)
    answer = client.get("/2/tweets", ids=f"{shown},{hidden}").json()
    assert [post["id"] for post in answer["data"]] == [shown]
    assert answer["errors"][0]["type"] == "https://api.twitter.com/2/problems/resource-unavailable"


def test_the_post_dialect_has_other_names(x: StandInX, client: Client) -> None:
    first = mention(x, text="", long_text="@acme " + "x" * 300)
    reply = mention(x, "@acme and?", ago=SECOND, reply_to=first)
    x.dialect = "post"
    query = {"tweet__fields": "note_tweet,public_metrics", "expansions": "referenced_posts,author_id"}
    body = client.get(MENTIONS, **query).json()
    newest, oldest = body["data"]
    assert newest["edit_history_post_ids"] == [reply]
    assert newest["referenced_posts"] == [{"type": "replied_to", "id": first}]
    assert "note_post" in oldest and oldest["public_metrics"]["repost_count"] == 0
    assert [post["id"] for post in body["includes"]["posts"]] == [first]
    assert client.get(MENTIONS, post__fields="note_post").status_code == 200
    x.dialect = "tweet"
    assert client.get(MENTIONS, post__fields="note_post").status_code == 400


# -- pages


def all_pages(client: Client, path: str, token: str, **query: Any) -> list[list[str]]:
    pages: list[list[str]] = []
    meta: dict[str, Any] = {}
    while not pages or "next_token" in meta:
        more = {token: meta["next_token"]} if meta else {}
        body = client.get(path, **query, **more).json()
        meta = body["meta"]
        pages.append([post["id"] for post in body.get("data", [])])
        assert meta["result_count"] == len(pages[-1])
    return pages


@pytest.mark.parametrize(
    ("path", "token", "query"),
    [(MENTIONS, "pagination_token", {}), (SEARCH, "next_token", {"query": "@acme"})],
)
def test_pages_go_to_the_end_newest_first(
    x: StandInX, client: Client, path: str, token: str, query: dict[str, str]
) -> None:
    many_mentions(x, 25)
    pages = all_pages(client, path, token, max_results=10, **query)
    assert [len(page) for page in pages] == [10, 10, 5]
    ids = [int(post_id) for page in pages for post_id in page]
    assert ids == sorted(set(ids), reverse=True)


def test_posts_that_arrive_meanwhile_do_not_shift_pages(x: StandInX, client: Client) -> None:
    many_mentions(x, 10)
    token = client.get(MENTIONS, max_results=5).json()["meta"]["next_token"]
    mention(x, "@acme new", ago=SECOND)
    following = client.texts(MENTIONS, max_results=5, pagination_token=token)
    assert following == [f"@acme {number}" for number in range(5, 10)]


def test_an_empty_page_has_no_data(client: Client) -> None:
    assert client.get(MENTIONS).json() == {"meta": {"result_count": 0}}


def test_ids_exclude_and_times_include_the_start(x: StandInX, client: Client) -> None:
    ids = [mention(x, f"@acme {number}", ago=(10 - number) * SECOND) for number in range(5)]
    assert client.texts(MENTIONS, since_id=ids[1], until_id=ids[4]) == ["@acme 3", "@acme 2"]
    times = {"start_time": "2026-10-01T11:59:51Z", "end_time": "2026-10-01T11:59:53Z"}
    assert client.texts(MENTIONS, **times) == ["@acme 2", "@acme 1"]
    assert client.texts(MENTIONS, since_id=ids[3], start_time=times["start_time"]) == ["@acme 4"]


def test_only_the_newest_800_mentions_can_be_read(x: StandInX, client: Client) -> None:
    many_mentions(x, 805)
    pages = all_pages(client, MENTIONS, "pagination_token", max_results=100)
    assert [len(page) for page in pages] == [100] * 8
    assert "data" not in client.get(MENTIONS, until_id=pages[-1][-1]).json()


def test_the_own_timeline_ends_earlier_without_replies(clock: Clock) -> None:
    rules = Rules(own_depth=7, own_depth_without_replies=6)
    with serving(clock, rules) as client:
        x = client.x
        question = mention(x, ago=DAY)
        for number in range(8):
            reply_to = question if number == 7 else None
            x.post(author_id=BRAND.id, text=str(number), at=NOON - MINUTE + number * SECOND, reply_to=reply_to)
        assert client.texts(OWN) == ["@alice 7", "6", "5", "4", "3", "2", "1"]
        assert client.texts(OWN, exclude="replies,retweets") == ["6", "5", "4", "3", "2"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (MENTIONS, {"max_results": 4}),
        (MENTIONS, {"max_results": 101}),
        (MENTIONS, {"exclude": "replies"}),
        (MENTIONS, {"message": "x"}),
        (MENTIONS, {"tweet__fields": "autor_id"}),
        (MENTIONS, {"since_id": "0"}),
        (MENTIONS, {"start_time": "yesterday"}),
        (MENTIONS, {"pagination_token": "nonsense"}),
        (OWN, {"exclude": "likes"}),
        (SEARCH, {"query": "a", "max_results": 9}),
        (SEARCH, {"query": "x" * 513}),
        (SEARCH, {}),
        (SEARCH, {"query": "a", "since_id": snowflake(NOON - 8 * DAY)}),
        (SEARCH, {"query": "a", "since_id": snowflake(NOON - DAY), "start_time": "2026-09-30T12:00:00Z"}),
        (SEARCH, {"query": "a", "start_time": "2026-09-20T12:00:00Z"}),
        (SEARCH, {"query": "a", "end_time": "2026-10-01T12:00:00Z"}),
        ("/2/tweets", {"ids": "x"}),
        ("/2/tweets", {"ids": ",".join(str(number) for number in range(1, 102))}),
        ("/2/users", {}),
    ],
)
def test_wrong_requests_are_refused(client: Client, path: str, query: dict[str, Any]) -> None:
    response = client.get(path, **query)
    assert response.status_code == 400
    assert response.json()["title"] == "Invalid Request"
    assert response.json()["errors"][0]["message"]


# -- search


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("order", "ab"),
        ("ORDER late", "a"),
        ('"order is"', "a"),
        ('"is order"', ""),
        ("order OR sale", "abd"),
        ("acme (sale OR refund)", "c"),
        ("order -late", "b"),
        ("order -(late OR is)", "b"),
        ("orders", ""),
        ("@acme", "ac"),
        ("@acmeinc", ""),
        ("#fail", "b"),
        ("from:alice", "ab"),
        ("from:2002", "c"),
        ("to:bob", "d"),
        ("acme lang:de", "c"),
        ("sale is:reply", "d"),
        ("acme -is:reply -is:retweet", "ac"),
        ("🎉", "b"),
    ],
)
def test_the_search_language(x: StandInX, client: Client, query: str, found: str) -> None:
    mention(x, "My ORDER is late, @Acme!")
    mention(x, "No order 🎉 #Fail")
    third = x.post(author_id=BOB, text="@acme refund?", at=NOON - MINUTE, lang="de")
    x.post(author_id="2003", text="sale", at=NOON - MINUTE, reply_to=third, implicit_mentions=False)
    letters = {"My": "a", "No": "b", "@acme": "c", "sale": "d"}
    texts = client.texts(SEARCH, query=query)
    assert "".join(sorted(letters[text.split()[0]] for text in texts)) == found


def test_search_by_conversation(x: StandInX, client: Client) -> None:
    root = mention(x)
    mention(x, "more", ago=50 * SECOND, reply_to=root)
    assert len(client.texts(SEARCH, query=f"conversation_id:{root}")) == 2
    assert client.texts(SEARCH, query=f"in_reply_to_tweet_id:{root}") == ["@acme more"]


@pytest.mark.parametrize("query", ["min_faves:3 a", "-a", "lang:en", "(a", "a)", "a OR", '""', "a and b", "is:odd a"])
def test_queries_x_does_not_understand(client: Client, query: str) -> None:
    assert client.get(SEARCH, query=query).status_code == 400


def test_search_is_half_a_minute_behind_and_seven_days_deep(x: StandInX, client: Client) -> None:
    mention(x, "@acme fresh", ago=20 * SECOND)
    mention(x, "@acme old", ago=8 * DAY)
    mention(x, "@acme between", ago=DAY)
    assert client.texts(SEARCH, query="acme") == ["@acme between"]
    assert client.texts(SEARCH, query="acme", end_time="2026-10-01T11:59:50Z")[0] == "@acme fresh"


# -- people, writing, messages


def test_users_and_who_am_i(client: Client) -> None:
    assert client.get("/2/users/me").json()["data"] == {"id": "1000", "name": "Acme", "username": "acme"}
    answer = client.get("/2/users", ids=f"{ALICE},77", user__fields="public_metrics").json()
    assert answer["data"][0]["public_metrics"]["followers_count"] == 12
    assert answer["errors"][0]["value"] == "77"


def test_expansions_add_authors_and_posts_once(x: StandInX, client: Client) -> None:
    root = mention(x)
    gone = mention(x, "@acme gone")
    x.delete(gone, NOON)
    mention(x, ago=SECOND, reply_to=root, quotes=gone)
    body = client.get(MENTIONS, expansions="author_id,referenced_tweets.id").json()
    assert [user["username"] for user in body["includes"]["users"]] == ["alice"]
    assert [post["id"] for post in body["includes"]["tweets"]] == [root]
    assert [error["value"] for error in body["errors"]] == [gone]


def test_a_reply_to_who_asked_is_published(x: StandInX, client: Client) -> None:
    question = mention(x)
    answer = client.reply("We look into it. ^Ann", question)
    assert answer.status_code == 201
    assert answer.json()["data"]["text"] == "@alice We look into it. ^Ann"
    (sent,) = x.sent
    assert (sent.id, sent.reply_to, sent.typed) == (
        answer.json()["data"]["id"],
        question,
        "We look into it. ^Ann",
    )
    assert client.texts(OWN) == ["@alice We look into it. ^Ann"]


UNSUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged "
    "by the author of the post you are replying to."
)


def test_a_reply_nobody_asked_for_is_refused(x: StandInX, client: Client) -> None:
    answer = client.reply("Sorry!", mention(x, "acme is late again"))
    assert (answer.status_code, answer.json()["detail"]) == (403, UNSUMMONED)
    assert x.sent == []


def test_a_quote_of_the_brand_asks_for_a_reply_too(x: StandInX, client: Client) -> None:
    own = x.post(author_id=BRAND.id, text="Sale!", at=NOON - MINUTE)
    assert client.reply("Thanks", mention(x, "look", quotes=own)).status_code == 201
    assert client.reply("More", own).status_code == 201


@pytest.mark.parametrize(("counts", "status"), [(True, 201), (False, 403)])
def test_whether_an_added_handle_asks_for_a_reply_is_a_setting(clock: Clock, counts: bool, status: int) -> None:
    with serving(clock, Rules(implicit_mention_summons=counts)) as client:
        x = client.x
        own = x.post(author_id=BRAND.id, text="Sale!", at=NOON - MINUTE)
        reply = x.post(author_id=ALICE, text="When?", at=NOON - SECOND, reply_to=own)
        assert client.reply("Now", reply).status_code == status


def test_the_same_words_to_the_same_post_are_refused(x: StandInX, client: Client, clock: Clock) -> None:
    first, second = mention(x), mention(x)
    assert [client.reply("Hello", first).status_code, client.reply("Hello", second).status_code] == [201, 201]
    again = client.reply("Hello", first)
    assert again.status_code == 403
    assert again.json()["detail"] == "You are not allowed to create a Tweet with duplicate content."
    clock.now += DAY + SECOND
    assert client.reply("Hello", first).status_code == 201


def test_of_two_equal_replies_at_once_one_is_published(x: StandInX, client: Client) -> None:
    question = mention(x)
    with ThreadPoolExecutor() as pool:
        answers = pool.map(lambda _: client.reply("Hello", question).status_code, range(8))
    assert sorted(answers) == [201] + 7 * [403]


def test_a_reply_to_a_deleted_post_is_refused(x: StandInX, client: Client) -> None:
    question = mention(x)
    x.delete(question, NOON)
    assert client.reply("Hello", question).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"text": " "}', b'{"text": "a", "colour": 1}', b'{"text": "a", "reply": {}}']
)
def test_a_wrong_body_is_refused(client: Client, body: bytes) -> None:
    assert client.call("POST", "/2/tweets", data=body).status_code == 400


def test_only_own_posts_can_be_deleted(x: StandInX, client: Client) -> None:
    own = client.call("POST", "/2/tweets", json={"text": "Sale!"}).json()["data"]["id"]
    assert client.call("DELETE", f"/2/tweets/{own}").json() == {"data": {"deleted": True}}
    assert client.texts(OWN) == []
    assert client.call("DELETE", f"/2/tweets/{mention(x)}").status_code == 403


def test_direct_messages(x: StandInX, client: Client) -> None:
    x.user(BOB, "bob", receives_dm=False)
    path = "/2/dm_conversations/with/{}/messages"
    sent = client.call("POST", path.format(ALICE), json={"text": "Your order number?"})
    assert (sent.status_code, sent.json()["data"]["dm_conversation_id"]) == (201, "1000-2001")
    refused = client.call("POST", path.format(BOB), json={"text": "Hello"})
    assert refused.json()["detail"] == "You do not have permission to DM one or more participants."
    assert [(message.to, message.text) for message in x.messages] == [(ALICE, "Your order number?")]


# -- who may call, and how often


def test_without_credentials_nothing_is_served(x: StandInX, client: Client) -> None:
    assert client.session.get(x.url + MENTIONS, timeout=5).status_code == 401


def test_a_revoked_token_is_refused(x: StandInX, client: Client) -> None:
    x.revoke("token")
    answer = client.get(MENTIONS)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, 89)


def refresh(client: Client, token: str, **more: Any) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return client.session.post(client.x.url + "/2/oauth2/token", data=form, timeout=5, **more)


def test_a_refresh_token_works_once(x: StandInX, client: Client, clock: Clock) -> None:
    client.token, first = x.issue_tokens()
    assert client.get(MENTIONS).status_code == 200
    clock.now += timedelta(hours=2)
    assert client.get(MENTIONS).status_code == 401
    answer = refresh(client, first, auth=("app", "secret")).json()
    client.token = answer["access_token"]
    assert client.get(MENTIONS).status_code == 200
    assert refresh(client, first, auth=("app", "secret")).status_code == 400
    assert refresh(client, answer["refresh_token"], auth=("app", "secret")).status_code == 200


def test_a_refresh_needs_the_client(x: StandInX, client: Client) -> None:
    _, token = x.issue_tokens()
    assert refresh(client, token).status_code == 401
    assert refresh(client, token, auth=("app", "secret")).status_code == 200


def test_limits_count_per_endpoint_and_token(clock: Clock) -> None:
    with serving(clock, Rules(limits={"mentions": 2})) as client:
        assert [client.get(MENTIONS).headers["x-rate-limit-remaining"] for _ in range(2)] == ["1", "0"]
        refused = client.get(MENTIONS)
        assert refused.status_code == 429
        assert datetime.fromtimestamp(int(refused.headers["x-rate-limit-reset"]), UTC) == NOON + 15 * MINUTE
        assert client.get(OWN).status_code == 200
        assert replace(client, token="other").get(MENTIONS).status_code == 200
        clock.now += 15 * MINUTE
        assert client.get(MENTIONS).status_code == 200


def test_requests_are_recorded(x: StandInX, client: Client) -> None:
    mention(x)
    client.get(MENTIONS, max_results=5)
    client.get("/2/nowhere")
    first, second = x.requests
    assert (first.at, first.method, first.path, first.endpoint) == (NOON, "GET", MENTIONS, "mentions")
    assert (first.query, first.status, first.fault, first.posts_returned) == (
        {"max_results": "5"},
        200,
        "",
        1,
    )
    assert (second.endpoint, second.status) == ("", 404)


def test_a_post_is_billed_once_a_day(x: StandInX, client: Client, clock: Clock) -> None:
    many_mentions(x, 3)
    client.get(MENTIONS)
    client.get(MENTIONS)
    mention(x, "acme", ago=40 * SECOND)
    client.get(SEARCH, query="acme", expansions="author_id")
    clock.now += DAY
    client.get(MENTIONS)
    assert x.billed == {
        date(2026, 10, 1): {"mentions": 3, "search": 1, "users": 1},
        date(2026, 10, 2): {"mentions": 3},
    }


# -- faults


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("unauthorized", 401, "Invalid or expired token."),
        ("client_forbidden", 403, "client-forbidden"),
        ("missing_scope", 403, "oauth1-permissions"),
        ("reply_not_allowed", 403, UNSUMMONED),
        ("duplicate", 403, "duplicate content"),
        ("credits_spent", 402, "CreditsDepleted"),
        ("limit_window", 429, "Too Many Requests"),
        ("limit_day", 429, "Too Many Requests"),
        ("limit_month", 429, "https://api.twitter.com/2/problems/usage-capped"),
        ("limit_bare", 429, "{}"),
        ("down_json", 503, "Service Unavailable"),
        ("down_html", 503, "<html>"),
        ("html_200", 200, "<html>"),
    ],
)
def test_refusals_say_what_x_says(x: StandInX, client: Client, kind: FaultKind, status: int, said: str) -> None:
    x.faults.add(Fault(kind, calls=1))
    answer = client.get(MENTIONS)
    assert answer.status_code == status and said in answer.text
    assert ("html" if "html" in kind else "json") in answer.headers["Content-Type"]
    assert client.get(MENTIONS).json() == {"meta": {"result_count": 0}}
    assert [request.fault for request in x.requests] == [kind, ""]


def test_the_four_limits_differ_in_their_headers(x: StandInX, client: Client) -> None:
    headers = {}
    for kind in ("limit_window", "limit_day", "limit_month", "limit_bare"):
        x.faults.add(Fault(kind, calls=1))
        answer = client.get(MENTIONS).headers
        headers[kind] = (answer.get("x-rate-limit-remaining"), answer.get("x-app-limit-24hour-remaining"))
    assert headers == {
        "limit_window": ("0", None),
        "limit_day": ("299", "0"),
        "limit_month": (None, None),
        "limit_bare": (None, None),
    }


def test_a_fault_concerns_its_endpoint_and_time(x: StandInX, client: Client, clock: Clock) -> None:
    x.faults.add(Fault("down_json", "mentions", until=NOON + MINUTE))
    x.faults.add(Fault("credits_spent", "own", after=1, calls=1))
    assert [client.get(MENTIONS).status_code for _ in range(2)] == [503, 503]
    assert [client.get(OWN).status_code for _ in range(3)] == [200, 402, 200]
    clock.now += MINUTE
    assert client.get(MENTIONS).status_code == 200
    x.faults.add(Fault("down_json"))
    x.faults.clear()
    assert client.get(MENTIONS).status_code == 200


def test_a_misspelt_fault_is_an_error() -> None:
    with pytest.raises(ValueError, match="hangs"):
        Fault("hangs")  # type: ignore[arg-type]


def test_a_hanging_request_ends_when_the_server_does(clock: Clock) -> None:
    with serving(clock, Rules()) as client:
        client.x.faults.add(Fault("hang"))
        with pytest.raises(requests.ReadTimeout):
            client.call("GET", MENTIONS, timeout=0.1)
        (request,) = client.x.requests
        assert (request.status, request.fault) == (0, "hang")


def test_a_slow_body_defeats_a_timeout_between_bytes(x: StandInX, client: Client) -> None:
    mention(x, "@acme " + "x" * 200)
    x.faults.add(Fault("slow_body"))
    assert client.call("GET", MENTIONS, timeout=0.05).json()["meta"]["result_count"] == 1


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "post_then_cut"])
def test_cut_connections(x: StandInX, client: Client, kind: FaultKind) -> None:
    question = mention(x)
    x.faults.add(Fault(kind, calls=1))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.reply("Hello", question)
    assert len(x.sent) == (0 if kind == "cut_before" else 1)
    assert client.reply("Hello", question).status_code == (201 if kind == "cut_before" else 403)


def test_a_repeated_token_leads_back_to_the_same_page(x: StandInX, client: Client) -> None:
    many_mentions(x, 12)
    x.faults.add(Fault("repeated_next_token"))
    first = client.get(MENTIONS).json()
    second = client.get(MENTIONS, pagination_token=first["meta"]["next_token"]).json()
    assert second["data"] == first["data"]
    assert second["meta"]["next_token"] == first["meta"]["next_token"]


def test_shrunken_pages_lose_nothing(x: StandInX, client: Client) -> None:
    many_mentions(x, 3)
    x.faults.add(Fault("shrinking_page", calls=3))
    pages = all_pages(client, MENTIONS, "pagination_token")
    assert [len(page) for page in pages] == [1, 1, 0, 1]
    assert len({post_id for page in pages for post_id in page}) == 3


def test_distorted_pages(x: StandInX, client: Client) -> None:
    many_mentions(x, 8)
    fields = {"tweet__fields": EVERY_FIELD}

    def page(kind: FaultKind) -> Any:
        x.faults.add(Fault(kind, calls=1))
        return client.get(MENTIONS, **fields).json()

    ids = [post["id"] for post in page("ids_out_of_order")["data"]]
    assert len(ids) == 8 and ids != sorted(ids, reverse=True)
    without = page("no_data")
    assert "data" not in without and without["meta"]["result_count"] == 8
    broken = page("half_broken_posts")["data"]
    assert [{"id", "author_id", "created_at", "text"} - post.keys() for post in broken] == [
        set(),
        {"id"},
        set(),
        {"author_id"},
        set(),
        {"created_at"},
        set(),
        {"text"},
    ]
    names = set(page("unknown_shape")["data"][0])
    assert "edit_history_status_ids" in names and not any("tweet" in name or "post" in name for name in names)
    assert page("lone_surrogate")["data"][0]["text"].endswith("\ud83d")


def test_every_fault_leaves_the_server_standing(x: StandInX, client: Client) -> None:
    mention(x)
    for group in get_args(FaultKind):
        for kind in get_args(group):
            x.faults.add(Fault(kind, calls=1))
            try:
                client.call("GET", MENTIONS, timeout=0.05 if kind == "hang" else 5)
            except requests.RequestException:
                client.session.close()
            assert client.get(MENTIONS).status_code == 200, kind


# -- through tweepy


class _Loopback(requests.adapters.HTTPAdapter):
    """tweepy knows one address only."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://api.twitter.com", self._url, 1)
        return super().send(request, *args, **(more | {"timeout": 5}))


@pytest.fixture
def by_tweepy(x: StandInX) -> Iterator[tweepy.Client]:
    client = tweepy.Client(
        consumer_key="a",
        consumer_secret="b",
        access_token="1000-token",
        access_token_secret="c",
        return_type=dict,
    )
    client.session.trust_env = False
    client.session.mount("https://api.twitter.com", _Loopback(x.url))
    yield client
    client.session.close()


def test_tweepy_reads_searches_and_replies(x: StandInX, by_tweepy: tweepy.Client) -> None:
    question = mention(x)
    fields = EVERY_FIELD.split(",")
    mentions = by_tweepy.get_users_mentions(BRAND.id, tweet_fields=fields, max_results=5, user_auth=True)
    assert mentions["data"][0]["created_at"] == "2026-10-01T11:59:00.000Z"
    found = by_tweepy.search_recent_tweets("acme", start_time=NOON - DAY, user_auth=True)
    assert found["data"][0]["id"] == question
    sent = by_tweepy.create_tweet(text="Hello", in_reply_to_tweet_id=question)["data"]
    assert by_tweepy.get_tweets([sent["id"]], user_auth=True)["data"][0]["text"] == "@alice Hello"
    assert by_tweepy.get_users(ids=[ALICE], user_auth=True)["data"][0]["username"] == "alice"
    assert by_tweepy.get_me()["data"]["id"] == BRAND.id
    assert by_tweepy.create_direct_message(participant_id=ALICE, text="Hi")["data"]["dm_event_id"]
    assert by_tweepy.delete_tweet(sent["id"])["data"]["deleted"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("unauthorized", tweepy.Unauthorized),
        ("missing_scope", tweepy.Forbidden),
        ("credits_spent", tweepy.HTTPException),
        ("limit_bare", tweepy.TooManyRequests),
        ("down_html", tweepy.TwitterServerError),
        ("html_200", requests.JSONDecodeError),
    ],
)
def test_tweepy_tells_the_faults_apart(
    x: StandInX, by_tweepy: tweepy.Client, kind: FaultKind, error: type[Exception]
) -> None:
    x.faults.add(Fault(kind))
    with pytest.raises(error):
        by_tweepy.get_users_mentions(BRAND.id, user_auth=True)


def test_a_revoked_oauth1_token_is_refused(x: StandInX, by_tweepy: tweepy.Client) -> None:
    x.revoke("1000-token")
    with pytest.raises(tweepy.Unauthorized):
        by_tweepy.get_me()


# -- events pushed by X


class _Receiver(BaseHTTPRequestHandler):
    """A webhook answers the challenge and checks the signature."""

    def do_GET(self) -> None:
        token = parse_qs(urlsplit(self.path).query)["crc_token"][0]
        self._answer(200, {"response_token": signature("secret", token.encode())})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = self.headers["x-twitter-webhooks-signature"] == signature("secret", body)
        self._answer(200 if signed else 403, {})

    def _answer(self, status: int, body: dict[str, str]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def receiver() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Receiver) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x"
        server.shutdown()
        thread.join()


def test_challenge_and_signed_event(receiver: str) -> None:
    assert answers_challenge(receiver, "secret", "token/1+2")
    assert not answers_challenge(receiver, "another secret", "token/1+2")
    happened = event("post.mention.create", BRAND.id, {"id": "1", "text": "@acme hello"})
    assert deliver(receiver, "secret", happened) == 200
    assert deliver(receiver, "another secret", happened) == 403
