"""Classifying a post is idempotent: the same posts end in the same cases in any order."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any, cast

import pytest

from mentiondesk.domain.cases.case import Case, Phase
from mentiondesk.domain.cases.changes import CaseChange
from mentiondesk.domain.cases.commands import Claim, Release
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId, ConversationId, PostId, StaffId, UserId
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import Kind, Tags
from mentiondesk.domain.praise import Regard
from mentiondesk.domain.timeline import CaseEntry
from mentiondesk.ports.cases import CaseChanged, CaseStore, Classified
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.values import replace
from tests.integration.conftest import Desk, MemoryDesk
from tests.support.builders import BRAND_ID, CUSTOMER_ID, a_post, an_answer, at, commanded, settings, tags

SETTINGS = settings()
OTHER = UserId("2000000002")
ANA = StaffId("ana")


def triage(post: Post) -> Tags:
    """The kind that the text begins with, like "praise: thanks"."""
    return tags(Kind(post.text.partition(":")[0]))


def classifier(desk: Desk, cases: CaseStore | None = None) -> ClassifyMention:
    return ClassifyMention(desk.posts, cases or desk.cases, triage, lambda: SETTINGS)


def store(desk: Desk, *posts: Post) -> None:
    for post in posts:
        desk.posts.add(post)


def hear(desk: Desk, *posts: Post) -> list[Classified | None]:
    """Stores and classifies each post, as the stream would bring it."""
    found: list[Classified | None] = []
    for post in posts:
        store(desk, post)
        stored = desk.posts.get(post.post_id)
        assert stored is not None
        found.append(classifier(desk)(stored, at(100)))
    return found


def the_case(desk: Desk, post: Post, customer: UserId = CUSTOMER_ID) -> Case:
    case = desk.cases.get(CaseId(post.conversation_id, customer))
    assert case is not None
    return case


ROOT = a_post("complaint: it is broken")
ANSWER = an_answer(ROOT, "Sorry to hear that!")
GOES_ON = an_answer(ANSWER, "Please send us a DM.", created_at=at(10.5), reply_to_user=BRAND_ID)
MORE = a_post("chatter: just did", created_at=at(20), conversation_id=ROOT.conversation_id, replied_to=ANSWER.post_id)
LATE_ANSWER = an_answer(MORE, "Here is your refund.", created_at=at(95))
CONVERSATION = (ROOT, ANSWER, GOES_ON, MORE, LATE_ANSWER)


def told(desk: Desk, post: Post = ROOT, customer: UserId = CUSTOMER_ID) -> tuple[Case, list[CaseEntry]]:
    """A case apart from how often it was written, and its timeline."""
    case = the_case(desk, post, customer)
    return replace(case, version=0), desk.cases.timeline(case.case_id)


# --- what a conversation comes to -------------------------------------------------------------------------


def test_a_conversation_in_order(desk: Desk) -> None:
    assert None not in hear(desk, *CONVERSATION)
    case, timeline = told(desk)
    assert [entry.entry_id for entry in timeline] == [post.post_id for post in CONVERSATION]
    assert (case.state, case.phase, case.kind, case.posts) == (State.PENDING, Phase.FOLLOW_UP, Kind.COMPLAINT, 5)
    assert (case.asked_at, case.first_answer_at, case.breaches, case.waiting) == (at(0), at(10), 1, False)
    assert case.timer is not None
    assert (case.timer.post_id, case.timer.ended_at) == (MORE.post_id, at(95))
    assert desk.counts(CUSTOMER_ID) == {"posts": 2, "complaint": 1, "chatter": 1}
    assert desk.counts(BRAND_ID) == {}


def without_addressee(post: Post) -> Post:
    """As X writes an own reply where it leaves out in_reply_to_user_id."""
    return replace(post, reply_to_user=None) if post.own else post


@pytest.mark.parametrize("strip", [lambda post: post, without_addressee], ids=["addressed", "bare"])
def test_stored_posts_classified_in_any_order_end_in_one_case(desk: Desk, strip: Callable[[Post], Post]) -> None:
    """The stream keeps the order under one key only, and each post has its own."""
    posts = [strip(post) for post in CONVERSATION]
    hear(desk, *posts)
    expected, counts = told(desk), desk.counts(CUSTOMER_ID)
    for order in _orders(desk, posts):
        desk = desk.emptied()
        store(desk, *posts)
        classify = classifier(desk)
        for post in order:
            classify(post, at(100))
        assert told(desk) == expected, [posts.index(post) for post in order]
        assert desk.counts(CUSTOMER_ID) == counts


def test_posts_arriving_in_any_order_end_in_one_case(desk: Desk) -> None:
    """Also late ones, and another customer's in the same thread."""
    other = a_post("question: me too?", created_at=at(5), conversation_id=ROOT.conversation_id, author_id=OTHER)
    posts = [ROOT, other, ANSWER, MORE, LATE_ANSWER]
    hear(desk, *posts)
    expected, others = told(desk), told(desk, customer=OTHER)
    for order in _orders(desk, posts):
        desk = desk.emptied()
        hear(desk, *order)
        assert told(desk) == expected, [posts.index(post) for post in order]
        assert told(desk, customer=OTHER) == others


def _orders(desk: Desk, posts: Sequence[Post]) -> Iterable[tuple[Post, ...]]:
    """Every order; on the table, where each takes a while, every thirteenth, which still begins with every post."""
    orders = list(permutations(posts))
    return orders if isinstance(desk, MemoryDesk) else orders[::13]


def test_a_post_classified_twice_changes_nothing(desk: Desk) -> None:
    hear(desk, *CONVERSATION)
    before, counts, version = told(desk), desk.counts(CUSTOMER_ID), the_case(desk, ROOT).version
    for post in CONVERSATION:
        # Once as the stream brought it first, and once as it is now.
        assert classifier(desk)(post, at(101)) is None
        assert classifier(desk)(cast(Post, desk.posts.get(post.post_id)), at(101)) is None
    assert (told(desk), desk.counts(CUSTOMER_ID), the_case(desk, ROOT).version) == (before, counts, version)


def test_a_post_that_was_never_stored_is_passed_over(desk: Desk) -> None:
    assert classifier(desk)(ROOT, at(1)) is None
    assert desk.cases.get(CaseId(ROOT.conversation_id, CUSTOMER_ID)) is None


# --- edits ------------------------------------------------------------------------------------------------


def edit(post: Post, text: str, edits: int = 1) -> Post:
    return replace(post, text=text, edits=edits, version_id=PostId(str(int(post.post_id) + edits)))


def test_new_text_tells_the_case_again(desk: Desk) -> None:
    hear(desk, ROOT, edit(ROOT, "praise: all good, found it"))
    case, timeline = told(desk)
    assert (case.kind, case.posts, case.words) == (Kind.PRAISE, 1, "praise: all good, found it")
    assert [(getattr(entry, "kind", None), entry.at) for entry in timeline] == [(Kind.PRAISE, ROOT.created_at)]
    assert desk.counts(CUSTOMER_ID) == {"posts": 1, "praise": 1}


def test_new_text_of_an_earlier_post_keeps_the_rest(desk: Desk) -> None:
    hear(desk, *CONVERSATION)
    before = the_case(desk, ROOT)
    hear(desk, edit(ROOT, "question: why is it broken?"))
    case = the_case(desk, ROOT)
    assert (case.kind, case.posts, case.last_post) == (Kind.QUESTION, before.posts, before.last_post)
    assert (case.first_answer_at, case.state) == (before.first_answer_at, before.state)
    assert desk.counts(CUSTOMER_ID) == {"posts": 2, "question": 1, "chatter": 1}


def test_the_clock_of_edited_text_runs_from_the_first_version(desk: Desk) -> None:
    hear(desk, a_post("chatter: hm"), edit(a_post("chatter: hm"), "complaint: it is broken"))
    case = the_case(desk, ROOT)
    assert case.timer is not None
    assert (case.timer.since, case.timer.answer_by) == (at(0), at(60))


def test_text_replaced_before_it_was_classified_counts_once(desk: Desk) -> None:
    store(desk, ROOT, edit(ROOT, "praise: oh, it works"))
    assert classifier(desk)(ROOT, at(1)) is None
    (newer,) = desk.unclassified()
    assert classifier(desk)(newer, at(1)) is not None
    assert classifier(desk)(ROOT, at(2)) is None
    assert the_case(desk, ROOT).kind is Kind.PRAISE
    assert desk.counts(CUSTOMER_ID) == {"posts": 1, "praise": 1}


def test_an_edited_answer_still_answers(desk: Desk) -> None:
    hear(desk, ROOT, ANSWER, edit(ANSWER, "Sorry! Please send us a DM."))
    case, timeline = told(desk)
    assert (case.phase, case.first_answer_at, case.posts) == (Phase.PRIVATE, at(10), 2)
    assert [getattr(entry, "words", None) for entry in timeline] == [ROOT.text, "Sorry! Please send us a DM."]


# --- whose matter an own post is --------------------------------------------------------------------------


def test_a_reply_without_addressee_answers_the_post_it_replies_to(desk: Desk) -> None:
    hear(desk, ROOT, replace(ANSWER, reply_to_user=None))
    assert the_case(desk, ROOT).first_answer_at == at(10)


def test_a_quote_is_an_answer(desk: Desk) -> None:
    """It stands in a conversation of its own."""
    quote = a_post(
        "We hear you.", created_at=at(9), author_id=BRAND_ID, own=True, source=Source.OWN, quoted=ROOT.post_id
    )
    hear(desk, ROOT, quote)
    assert the_case(desk, ROOT).first_answer_at == at(9)
    assert cast(Post, desk.posts.get(quote.post_id)).case_id == the_case(desk, ROOT).case_id


def test_an_answer_goes_on_where_it_began(desk: Desk) -> None:
    hear(desk, ROOT, ANSWER, GOES_ON)
    assert [entry.entry_id for entry in told(desk)[1]] == [ROOT.post_id, ANSWER.post_id, GOES_ON.post_id]
    third = an_answer(GOES_ON, "Thank you.", created_at=at(11), reply_to_user=BRAND_ID)
    hear(desk, third)
    assert the_case(desk, ROOT).posts == 4


def test_a_long_answer_goes_on_before_its_beginning_is_classified(desk: Desk) -> None:
    third = an_answer(GOES_ON, "Thank you.", created_at=at(11), reply_to_user=BRAND_ID)
    store(desk, ROOT, ANSWER, GOES_ON, third)
    for post in (third, GOES_ON, ANSWER, ROOT):
        classifier(desk)(post, at(12))
    assert the_case(desk, ROOT).posts == 4


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"replied_to": PostId("404"), "reply_to_user": BRAND_ID},
        {"replied_to": PostId("404")},
        {"quoted": PostId("404")},
    ],
)
def test_an_own_post_to_nobody_is_in_no_case(desk: Desk, overrides: dict[str, Any]) -> None:
    post = a_post("We open at nine.", author_id=BRAND_ID, own=True, source=Source.OWN, **overrides)
    (change,) = hear(desk, post)
    assert change is not None and change.case is None
    assert desk.unclassified() == []
    assert classifier(desk)(post, at(1)) is None


def test_an_own_post_that_answers_itself_ends(desk: Desk) -> None:
    post = a_post("?", author_id=BRAND_ID, own=True, source=Source.OWN, replied_to=ROOT.post_id, reply_to_user=BRAND_ID)
    (change,) = hear(desk, post)
    assert change is not None and change.case is None


def test_a_thread_of_own_posts_is_in_no_case(desk: Desk) -> None:
    first = a_post("News!", author_id=BRAND_ID, own=True, source=Source.OWN)
    second = an_answer(first, "More news!", reply_to_user=BRAND_ID)
    hear(desk, second, first)
    assert desk.unclassified() == []
    assert all(post.case_id is None for post in desk.all_posts())


def test_another_customer_opens_their_own_case(desk: Desk) -> None:
    other = a_post("complaint: mine too", created_at=at(5), conversation_id=ROOT.conversation_id, author_id=OTHER)
    hear(desk, ROOT, other, ANSWER)
    assert (the_case(desk, ROOT).waiting, the_case(desk, ROOT, OTHER).waiting) == (False, True)
    hear(desk, an_answer(other))
    assert not the_case(desk, ROOT, OTHER).waiting
    assert (desk.counts(CUSTOMER_ID), desk.counts(OTHER)) == ({"posts": 1, "complaint": 1},) * 2


def test_a_customer_in_the_brands_own_thread(desk: Desk) -> None:
    news = a_post(
        "We open at nine.", author_id=BRAND_ID, own=True, source=Source.OWN, post_id=PostId("1700000000000000000")
    )
    reply = a_post("question: on Sundays?", conversation_id=news.conversation_id, replied_to=news.post_id)
    hear(desk, news, reply)
    assert the_case(desk, reply).state is State.OPEN
    assert the_case(desk, reply).case_id == CaseId(ConversationId(news.post_id), CUSTOMER_ID)


def test_an_answer_seen_before_its_question(desk: Desk) -> None:
    hear(desk, ANSWER)
    assert the_case(desk, ROOT).state is State.PENDING
    hear(desk, ROOT)
    case = the_case(desk, ROOT)
    assert (case.state, case.waiting, case.first_answer_at) == (State.PENDING, False, at(10))


# --- writers in each other's way --------------------------------------------------------------------------


@dataclass
class Interrupted:
    """Cases to which another writer comes first, before each of the first commits."""

    cases: CaseStore
    others: list[Callable[[], object]]
    refused: list[CaseChanged] = field(default_factory=list)

    def get(self, case: CaseId) -> Case | None:
        return self.cases.get(case)

    def timeline(self, case: CaseId) -> list[CaseEntry]:
        return self.cases.timeline(case)

    def save(self, change: CaseChange) -> Case:
        return self.cases.save(change)

    def holds(self, case_id: CaseId, entry_id: str) -> bool:
        return self.cases.holds(case_id, entry_id)

    def latest_of(self, customer: UserId) -> Case | None:
        return self.cases.latest_of(customer)

    def regard(self, customer: UserId) -> Regard:
        return self.cases.regard(customer)

    def silent(self, now: datetime, limit: int) -> list[CaseId]:
        return self.cases.silent(now, limit)

    def open(self, limit: int) -> list[CaseId]:
        return self.cases.open(limit)

    def idle(self, first: datetime, last: datetime, limit: int) -> list[CaseId]:
        return self.cases.idle(first, last, limit)

    def forget_words(self, case_id: CaseId, now: datetime) -> None:
        self.cases.forget_words(case_id, now)

    def forget_notes(self, case_id: CaseId, now: datetime) -> None:
        self.cases.forget_notes(case_id, now)

    def forget_answers(self, case_id: CaseId, post_id: PostId) -> None:
        self.cases.forget_answers(case_id, post_id)

    def commit(self, change: Classified) -> bool:
        if self.others:
            self.others.pop(0)()
        try:
            return self.cases.commit(change)
        except CaseChanged as changed:
            self.refused.append(changed)
            raise


def test_two_posts_open_one_case(desk: Desk) -> None:
    hear(desk, *CONVERSATION[:1], MORE)
    expected = told(desk)
    desk = desk.emptied()
    store(desk, ROOT, MORE)
    cases = Interrupted(desk.cases, [lambda: classifier(desk)(ROOT, at(100))])
    assert classifier(desk, cases)(MORE, at(100)) is not None
    assert len(cases.refused) == 1
    assert told(desk) == expected
    assert desk.counts(CUSTOMER_ID) == {"posts": 2, "complaint": 1, "chatter": 1}


def test_an_answer_and_a_claim_come_between(desk: Desk) -> None:
    hear(desk, ROOT)
    store(desk, ANSWER, MORE)
    cases = Interrupted(
        desk.cases,
        [
            lambda: desk.cases.save(commanded(the_case(desk, ROOT), Claim(), 15)),
            lambda: classifier(desk)(ANSWER, at(100)),
        ],
    )
    assert classifier(desk, cases)(MORE, at(100)) is not None
    assert len(cases.refused) == 2
    case, timeline = told(desk)
    assert (case.owner, case.claimed_at, case.first_answer_at, case.posts) == (ANA, at(15), at(10), 3)
    assert len(timeline) == 4


def test_the_same_post_comes_between(desk: Desk) -> None:
    store(desk, ROOT)
    cases = Interrupted(desk.cases, [lambda: classifier(desk)(ROOT, at(100))])
    assert classifier(desk, cases)(ROOT, at(100)) is None
    assert desk.counts(CUSTOMER_ID) == {"posts": 1, "complaint": 1}


def test_new_text_comes_between(desk: Desk) -> None:
    store(desk, ROOT)
    cases = Interrupted(desk.cases, [lambda: hear(desk, edit(ROOT, "praise: it works"))])
    assert classifier(desk, cases)(ROOT, at(100)) is None
    assert the_case(desk, ROOT).kind is Kind.PRAISE


def test_a_case_that_never_rests_is_left_to_the_stream(desk: Desk) -> None:
    hear(desk, ROOT)
    store(desk, MORE)
    claims = [lambda: desk.cases.save(commanded(the_case(desk, ROOT), Claim(), 15))]
    releases = [lambda: desk.cases.save(commanded(the_case(desk, ROOT), Release(), 15))]
    cases = Interrupted(desk.cases, [*claims, *releases] * 50)
    with pytest.raises(CaseChanged):
        classifier(desk, cases)(MORE, at(100))
    assert len(cases.refused) == 8
    assert desk.unclassified() == [MORE]
    assert classifier(desk)(MORE, at(101)) is not None


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("call", range(8))
def test_killed_at_any_call_and_run_again(desk: Desk, call: int, after: bool) -> None:
    """The stream brings the post again, as it was."""
    hear(desk, *CONVERSATION)
    expected, counts = told(desk), desk.counts(CUSTOMER_ID)
    desk = desk.emptied()
    store(desk, *CONVERSATION)
    killer = Killer(call, after)
    cases, posts = killer.watching(desk.cases), killer.watching(desk.posts)
    for post in (MORE, ANSWER, ROOT, LATE_ANSWER, GOES_ON):
        try:
            ClassifyMention(posts, cases, triage, lambda: SETTINGS)(post, at(100))
        except Killed:
            classifier(desk)(post, at(100))
    assert killer.killed
    assert (told(desk), desk.counts(CUSTOMER_ID), desk.unclassified()) == (expected, counts, [])


class Killed(Exception):
    pass


@dataclass
class Killer:
    """Ends the run at one call to the stores: before it, or after it was done."""

    call: int
    after: bool
    calls: int = 0
    killed: bool = False

    def watching(self, store: object) -> Any:
        return _Watched(store, self)

    def call_of(self, method: Callable[..., object], *arguments: object) -> object:
        mine = self.calls == self.call
        self.calls += 1
        self.killed = self.killed or mine
        if mine and not self.after:
            raise Killed
        found = method(*arguments)
        if mine:
            raise Killed
        return found


class _Watched:
    def __init__(self, store: object, killer: Killer) -> None:
        self._store = store
        self._killer = killer

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._store, name)
        return lambda *arguments: self._killer.call_of(method, *arguments)


# --- many customers ---------------------------------------------------------------------------------------


def test_counts_equal_a_count_from_scratch(desk: Desk) -> None:
    """Posts twice, edited twice, late, in several conversations and out of order."""
    kinds = list(Kind)
    posts = [
        a_post(
            f"{kinds[n % len(kinds)]}: {n}",
            created_at=at(n),
            author_id=UserId(str(3000 + n % 3)),
            conversation_id=ConversationId(str(1800000000000000000 + n % 4)),
        )
        for n in range(10)
    ]
    edits = [edit(post, f"{kinds[n % 5]}: edited", n % 2 + 1) for n, post in enumerate(posts) if n % 3 == 0]
    hear(desk, *posts[::2], *edits[:3], *posts[1::2], *posts, *edits, *posts[::-1])
    expected: dict[UserId, Counter[str]] = {}
    for post in desk.all_posts():
        counts = expected.setdefault(post.author_id, Counter())
        counts.update(["posts", post.text.partition(":")[0]])
    assert {user: desk.counts(user) for user in expected} == expected
    cases = {post.case_id for post in desk.all_posts() if post.case_id}
    held = [entry.entry_id for case in cases for entry in desk.cases.timeline(case)]
    assert sorted(held) == sorted(post.post_id for post in posts)
    stored = [cast(Case, desk.cases.get(case)) for case in cases]
    assert sum(case.posts for case in stored) == len(posts)


def test_a_post_seen_late_tells_when_it_was_seen(desk: Desk) -> None:
    hear(desk, replace(ROOT, seen_at=ROOT.created_at + timedelta(minutes=20)))
    assert the_case(desk, ROOT).seen_at == at(20)
