"""TweepyPoster over HTTP against the stand-in: each outcome of a post has its type, and a post is one request."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from infra.local.x_standin import Fault, Rules, StandInX, User
from infra.local.x_standin.faults import FaultKind
from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.poster import TweepyPoster
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.replies.reply import Refusal
from mentiondesk.ports.replies import PostInDoubt, PostLater, PostRefused
from tests.support.builders import BRAND_ID, NOON, at

HANDLE = "FennelAndFinch"
BRAND = Brand(name="Fennel & Finch", user_id=BRAND_ID, handle=HANDLE, words=())
ALICE = "2001"
CREDENTIALS = XCredentials("key", "keysecret", "1999-token", "tokensecret", version="v1")


@dataclass
class Wire:
    x: StandInX
    poster: TweepyPoster

    def asked(self, text: str = f"@{HANDLE} where is my order?") -> PostId:
        return PostId(self.x.post(author_id=ALICE, text=text, at=at(-1)))

    def post(self, text: str = "On its way & soon", to: PostId | None = None) -> PostId:
        return self.poster.post(text, to, NOON)


@pytest.fixture
def wire() -> Iterator[Wire]:
    rules = Rules(slow_body=timedelta(seconds=0.05))
    with StandInX(User(BRAND_ID, HANDLE, BRAND.name), lambda: NOON, rules) as x:
        x.user(ALICE, "alice")
        yield Wire(x, TweepyPoster(lambda: CREDENTIALS, x.url, lambda: BRAND, timeouts=(1.0, 0.2)))


def test_a_reply_is_one_request_and_gives_the_id_of_the_post(wire: Wire) -> None:
    asked = wire.asked()
    post_id = wire.post(to=asked)
    (sent,) = wire.x.sent
    assert (sent.id, sent.reply_to, len(wire.x.requests)) == (post_id, asked, 1)


def test_the_own_timeline_shows_it(wire: Wire) -> None:
    asked = wire.asked()
    post_id = wire.post(to=asked)
    (own,) = wire.poster.own_since(at(-1), NOON)
    assert (own.post_id, own.replied_to) == (post_id, asked)
    assert own.text.endswith("On its way & soon")


def test_x_s_own_rules_are_refusals(wire: Wire) -> None:
    unasked = wire.asked("Fennel and Finch lost my order")
    for to, refusal in ((unasked, Refusal.NOT_SUMMONED), (PostId("12345"), Refusal.GONE)):
        with pytest.raises(PostRefused) as refused:
            wire.post(to=to)
        assert refused.value.refusal is refusal
    asked = wire.asked()
    wire.post(to=asked)
    with pytest.raises(PostRefused) as refused:
        wire.post(to=asked)
    assert refused.value.refusal is Refusal.DUPLICATE


REFUSED: dict[FaultKind, Refusal] = {
    "unauthorized": Refusal.ACCESS,
    "client_forbidden": Refusal.ACCESS,
    "missing_scope": Refusal.ACCESS,
    "reply_not_allowed": Refusal.NOT_SUMMONED,
    "duplicate": Refusal.DUPLICATE,
    "too_long": Refusal.TOO_LONG,
    "blocked": Refusal.BLOCKED,
    "reply_restricted": Refusal.RESTRICTED,
    "author_suspended": Refusal.CUSTOMER_SUSPENDED,
    "brand_suspended": Refusal.SUSPENDED,
    "brand_locked": Refusal.LOCKED,
    "automated": Refusal.AUTOMATED,
    "no_write_actions": Refusal.ACCESS,
    "credits_spent": Refusal.NO_CREDITS,
    "limit_month": Refusal.LIMIT,
}
LATER: dict[FaultKind, datetime] = {
    "limit_window": at(15),
    "limit_day": NOON + timedelta(days=1),
    "limit_bare": at(15),
}
DOUBT: list[FaultKind] = ["down_json", "down_html", "html_200", "hang", "cut_before", "cut_after", "post_then_cut"]


@pytest.mark.parametrize("kind", REFUSED)
def test_refusals_are_final_and_say_nothing_of_the_text(wire: Wire, kind: FaultKind) -> None:
    wire.x.faults.add(Fault(kind))
    with pytest.raises(PostRefused) as refused:
        wire.post()
    assert refused.value.refusal is REFUSED[kind]
    assert "On its way" not in refused.value.reason
    assert len(wire.x.requests) == 1


@pytest.mark.parametrize("kind", LATER)
def test_limits_say_until_when(wire: Wire, kind: FaultKind) -> None:
    wire.x.faults.add(Fault(kind))
    with pytest.raises(PostLater) as later:
        wire.post()
    assert later.value.until == LATER[kind]


@pytest.mark.parametrize("kind", DOUBT)
def test_whatever_may_have_been_posted_is_in_doubt_and_is_posted_once_at_most(wire: Wire, kind: FaultKind) -> None:
    wire.x.faults.add(Fault(kind))
    with pytest.raises(PostInDoubt):
        wire.post()
    assert len(wire.x.requests) == 1
    assert len(wire.x.sent) <= 1


def test_a_server_that_is_not_there_has_got_nothing(wire: Wire) -> None:
    poster = TweepyPoster(lambda: CREDENTIALS, "http://127.0.0.1:9", lambda: BRAND, timeouts=(1.0, 0.2))
    with pytest.raises(PostLater):
        poster.post("Hello", None, NOON)
    assert wire.x.sent == []


def test_without_credentials_nothing_is_asked_of_x(wire: Wire) -> None:
    nothing = XCredentials("", "", "", "", version="")
    with pytest.raises(PostRefused) as refused:
        TweepyPoster(lambda: nothing, wire.x.url, lambda: BRAND).post("Hello", None, NOON)
    assert refused.value.refusal is Refusal.ACCESS
    assert wire.x.requests == []
