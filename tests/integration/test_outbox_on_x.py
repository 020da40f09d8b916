"""The outbox against the stand-in X over HTTP: whatever X does, no reply is posted twice or dropped silently."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from infra.local.x_standin import Fault, Rules, StandInX, User
from infra.local.x_standin.faults import FaultKind
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.poster import TweepyPoster
from mentiondesk.domain.alerts.message import OwnerNews
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.replies.reply import Refusal, ReplyState
from mentiondesk.usecases.replies.send_replies import NEVER_SHOWN_AFTER
from tests.support.builders import BRAND_ID, CASE_ID, at, said
from tests.support.outbox import UNDO, Outbox

HANDLE = "FennelAndFinch"
BRAND = Brand(name="Fennel & Finch", user_id=BRAND_ID, handle=HANDLE, words=())
CREDENTIALS = XCredentials("key", "keysecret", "1999-token", "tokensecret", version="v1")
MINUTE = timedelta(minutes=1)


@dataclass
class Thread:
    """One customer on X, and the outbox that answers them."""

    x: StandInX
    outbox: Outbox

    def asks(self, text: str = f"@{HANDLE} where is my order?") -> PostId:
        post_id = PostId(self.x.post(author_id=CASE_ID.customer, text=text, at=at(4)))
        self.outbox.happens(said(4, post_id=post_id))
        return post_id

    def minutes(self, number: int) -> None:
        """The sender runs once a minute."""
        for _ in range(number):
            self.outbox.passes(MINUTE)

    def author_hears(self) -> bool:
        name = f"{OwnerNews.REPLY_REFUSED}-ana"
        return self.outbox.table.get(keys.message(CASE_ID, name)) is not None

    def posted(self) -> list[str]:
        return [post.typed for post in self.x.sent]


@pytest.fixture
def thread() -> Iterator[Thread]:
    outbox = Outbox()
    rules = Rules(slow_body=timedelta(seconds=0.05))
    with StandInX(User(BRAND_ID, HANDLE, BRAND.name), lambda: outbox.now, rules) as x:
        x.user(CASE_ID.customer, "alice")
        outbox.sender._x = TweepyPoster(lambda: CREDENTIALS, x.url, lambda: BRAND, timeouts=(1.0, 0.2))
        yield Thread(x, outbox)


# Refusals by rules of X itself, without a fault.
ITS_OWN: dict[Refusal, Callable[[Thread, PostId], object]] = {
    Refusal.GONE: lambda thread, asked: thread.x.delete(asked, at(4.5)),
    Refusal.BLOCKED: lambda thread, _: thread.x.block(CASE_ID.customer),
    Refusal.CUSTOMER_SUSPENDED: lambda thread, _: thread.x.suspend(CASE_ID.customer),
    Refusal.SUSPENDED: lambda thread, _: thread.x.suspend(BRAND_ID),
}
FAULTS: dict[FaultKind, Refusal] = {
    "unauthorized": Refusal.ACCESS,
    "client_forbidden": Refusal.ACCESS,
    "missing_scope": Refusal.ACCESS,
    "no_write_actions": Refusal.ACCESS,
    "reply_not_allowed": Refusal.NOT_SUMMONED,
    "reply_restricted": Refusal.RESTRICTED,
    "duplicate": Refusal.DUPLICATE,
    "too_long": Refusal.TOO_LONG,
    "blocked": Refusal.BLOCKED,
    "author_suspended": Refusal.CUSTOMER_SUSPENDED,
    "brand_suspended": Refusal.SUSPENDED,
    "brand_locked": Refusal.LOCKED,
    "automated": Refusal.AUTOMATED,
    "credits_spent": Refusal.NO_CREDITS,
    "limit_month": Refusal.LIMIT,
    # A person posts by hand sooner than in a day.
    "limit_day": Refusal.LIMIT,
}


def refused_with(thread: Thread, refusal: Refusal) -> None:
    """Asserts that the one reply is refused for good, that its author has the text and hears of it, and what to do."""
    reply, asked = thread.outbox.reply(), len(thread.x.requests)
    assert (reply.state, reply.refusal) == (ReplyState.REFUSED, refusal)
    assert thread.author_hears()
    (draft,) = thread.outbox.drafts.of(CASE_ID, thread.outbox.case.thread)
    assert (draft.draft.text, draft.retired) == ("We are on it.", False)
    assert thread.outbox.case.waiting
    thread.minutes(20)
    assert len(thread.x.requests) == asked, "nothing is tried again"
    assert (thread.posted(), thread.outbox.reply().state) == ([], ReplyState.REFUSED)


@pytest.mark.parametrize("refusal", ITS_OWN)
def test_what_x_refuses_by_its_own_rules_reaches_a_person(thread: Thread, refusal: Refusal) -> None:
    ITS_OWN[refusal](thread, thread.asks())
    thread.outbox.sends()
    thread.minutes(1)
    refused_with(thread, refusal)


def test_who_did_not_ask_for_the_brand_is_answered_in_the_app(thread: Thread) -> None:
    thread.asks("Fennel and Finch lost my order")
    thread.outbox.sends()
    thread.minutes(1)
    refused_with(thread, Refusal.NOT_SUMMONED)


def test_a_text_that_x_counts_as_too_long_is_refused(thread: Thread) -> None:
    thread.asks()
    thread.outbox.sends("茶" * 141)
    thread.minutes(2)
    assert (thread.outbox.reply().refusal, thread.posted()) == (Refusal.TOO_LONG, [])


@pytest.mark.parametrize("kind", FAULTS)
def test_every_refusal_is_final_and_reaches_a_person(thread: Thread, kind: FaultKind) -> None:
    thread.asks()
    thread.x.faults.add(Fault(kind, "create", calls=1))
    thread.outbox.sends()
    thread.minutes(1)
    refused_with(thread, FAULTS[kind])


@pytest.mark.parametrize(("kind", "waits"), [("limit_window", 15), ("limit_bare", 15)])
def test_a_limit_that_ends_soon_is_waited_for(thread: Thread, kind: FaultKind, waits: int) -> None:
    thread.asks()
    thread.x.faults.add(Fault(kind, "create", calls=1))
    thread.outbox.sends()
    thread.minutes(waits)
    assert (thread.posted(), thread.outbox.reply().state) == ([], ReplyState.QUEUED)
    thread.minutes(2)
    assert (thread.posted(), thread.outbox.reply().state) == (["We are on it. ^A"], ReplyState.SENT)
    assert sum(request.endpoint == "create" for request in thread.x.requests) == 2


DOUBTS: list[tuple[FaultKind, bool]] = [
    ("down_json", False),
    ("down_html", False),
    ("html_200", False),
    ("hang", False),
    ("cut_before", False),
    ("cut_after", True),
    ("post_then_cut", True),
]


@pytest.mark.parametrize(("kind", "there"), DOUBTS)
def test_a_doubt_ends_as_the_own_timeline_says_and_nothing_is_posted_again(
    thread: Thread, kind: FaultKind, there: bool
) -> None:
    thread.asks()
    thread.x.faults.add(Fault(kind, "create", calls=1))
    thread.outbox.sends()
    thread.outbox.passes(UNDO)
    assert thread.outbox.reply().state is ReplyState.UNCERTAIN
    thread.minutes(NEVER_SHOWN_AFTER // MINUTE + 2)
    assert sum(request.endpoint == "create" for request in thread.x.requests) == 1
    assert len(thread.posted()) == there
    if there:
        assert (thread.outbox.reply().state, thread.outbox.case.waiting) == (ReplyState.SENT, False)
    else:
        refused_with(thread, Refusal.NEVER_SHOWN)


def test_a_doubt_waits_while_the_own_timeline_cannot_be_read(thread: Thread) -> None:
    thread.asks()
    thread.x.faults.add(Fault("post_then_cut", "create", calls=1))
    thread.x.faults.add(Fault("down_json", "own", until=at(60)))
    thread.outbox.sends()
    thread.minutes(40)
    assert thread.outbox.reply().state is ReplyState.UNCERTAIN
    thread.minutes(20)
    assert (thread.outbox.reply().state, len(thread.posted())) == (ReplyState.SENT, 1)
