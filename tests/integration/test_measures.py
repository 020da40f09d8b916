"""Measures on a stand-in X: done by its API, and taken back by themselves. Two angry posts lead to none."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from infra.local.x_standin import Fault, Rules, StandInX, User
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.adapters.storage.table import Table
from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.moderator import TweepyModerator
from mentiondesk.domain.access.actor import NotAllowed
from mentiondesk.domain.ids import CaseId, ConversationId, UserId
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.strikes.enforcement import steps
from mentiondesk.domain.strikes.record import CustomerRecord, Measure, StrikesRefuse
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.strikes.enforce_measures import EnforcedMeasures, EnforceMeasures
from mentiondesk.usecases.strikes.keep_policy import KeepPolicy
from tests.integration.conftest import Desk
from tests.support.builders import BRAND_ID, NOON, a_post, at, settings, tags
from tests.support.outbox import a_person

TROLL = UserId("2001")
RULES = {"rules": [{"id": "slur", "sentence": "Insults somebody for who they are."}]}
ANA, MO = a_person("ana"), a_person("mo", lead=True)
MINUTE = timedelta(minutes=1)


class Office:
    """A brand's post with replies of one customer, and the people who keep the policy."""

    def __init__(self, table: Table, x: StandInX, angry: int = 3) -> None:
        self.now, self.x = NOON, x
        keep = lambda: timedelta(days=400)  # noqa: E731
        self.cases = Cases(table, keep)
        self.strikes = Strikes(table, keep, lambda: self.now)
        self.policy = KeepPolicy(self.strikes, self.cases, lambda: settings(strikes=RULES))
        posts = Posts(table, keep)
        classify = ClassifyMention(posts, self.cases, lambda _: tags(Kind.ABUSE), settings)
        own = x.post(author_id=BRAND_ID, text="Open until eight", at=at(-9))
        self.posts = [x.post(author_id=TROLL, text=f"Idiots {n}", reply_to=own, at=at(n - 8)) for n in range(angry)]
        self.case_id = CaseId(ConversationId(own), TROLL)
        for n, post_id in enumerate(self.posts):
            facts: dict[str, Any] = {"post_id": post_id, "author_id": TROLL, "conversation_id": own}
            post = a_post(f"Idiots {n}", created_at=at(n - 8), replied_to=own, **facts)
            posts.add(post)
            classify(post, at(n - 8))
        credentials = XCredentials("a", "b", f"{BRAND_ID}-t", "d", version="v1")
        self.moderator = TweepyModerator(lambda: credentials, x.url)

    def measure(self, measure: Measure) -> None:
        for n, post_id in enumerate(self.posts):
            self.policy.strike(ANA, self.case_id, "slur", [post_id], f"s{n}", self.now)
            self.policy.confirm_strike(MO, self.case_id, f"s{n}", self.now)
        self.policy.ask(ANA, self.case_id, measure, "m", self.now)
        self.policy.confirm(MO, self.case_id, "m", self.now)

    def run(self, after: timedelta = timedelta(0)) -> EnforcedMeasures:
        self.now += after
        return EnforceMeasures(self.strikes, self.moderator, lambda: self.now)(lambda: timedelta(minutes=1))

    @property
    def record(self) -> CustomerRecord:
        return self.strikes.get(TROLL)


@pytest.fixture
def x() -> Iterator[StandInX]:
    with StandInX(User(BRAND_ID, "FennelAndFinch"), lambda: NOON, Rules()) as found:
        yield found


@pytest.fixture
def office(desk: Desk, x: StandInX) -> Office:
    return Office(desk.table, x)


def test_an_account_is_muted_and_unmuted_at_the_end(office: Office) -> None:
    office.measure(Measure.MUTE)
    assert office.run() == EnforcedMeasures(taken=1)
    assert office.x.muted == {TROLL}
    requests = len(office.x.requests)
    assert office.run(MINUTE) == EnforcedMeasures()
    assert len(office.x.requests) == requests, "nothing is asked of X meanwhile"
    assert office.run(timedelta(days=30)) == EnforcedMeasures(taken=1)
    assert office.x.muted == frozenset()
    assert not list(office.strikes.due(office.now + timedelta(days=900), 10))


def test_replies_are_hidden_and_shown_again_when_the_measure_is_revoked(office: Office) -> None:
    office.measure(Measure.HIDE_REPLIES)
    office.run()
    assert office.x.hidden == set(office.posts)
    office.policy.revoke(ANA, office.case_id, "m", "They apologised", office.now)
    office.run(MINUTE)
    assert office.x.hidden == frozenset()


def test_a_task_reaches_the_person_who_confirmed_it_once(desk: Desk, office: Office) -> None:
    office.measure(Measure.BLOCK)
    office.run()
    office.run(MINUTE)
    told = [item for item in desk.all_items("CASE#") if item.key.sk.startswith("M#measure")]
    assert [item.key.sk for item in told] == ["M#measure-mo"]
    assert not office.x.requests
    office.policy.done(ANA, office.case_id, f"block-{TROLL}-on", office.now)
    assert [one.on for one in office.record.enforced] == [True]
    assert steps(office.record, office.now) == ()


def test_a_refusal_of_x_becomes_a_task(office: Office) -> None:
    office.measure(Measure.HIDE_REPLIES)
    # Only replies in conversations of the brand can be hidden.
    office.x.delete(office.case_id.conversation, NOON)
    assert office.run() == EnforcedMeasures(refused=3)
    tasks = steps(office.record, office.now)
    assert {(task.by_hand, task.known.refusal) for task in tasks} == {(True, "not_allowed")}
    assert office.run(MINUTE) == EnforcedMeasures(), "X is not asked again"


def test_while_x_is_down_it_is_tried_again(office: Office) -> None:
    office.measure(Measure.MUTE)
    office.x.faults.add(Fault("down_json", "mute", calls=1))
    assert office.run() == EnforcedMeasures()
    assert office.x.muted == frozenset()
    assert office.run(MINUTE) == EnforcedMeasures(taken=1)
    assert office.x.muted == {TROLL}


def test_an_account_without_rights_is_a_matter_for_operators(office: Office) -> None:
    office.measure(Measure.MUTE)
    office.x.faults.add(Fault("unauthorized", "mute", calls=1))
    assert office.run() == EnforcedMeasures(account=1)
    assert office.run(timedelta(hours=1)) == EnforcedMeasures(taken=1)


def test_a_crash_between_x_and_the_table_is_made_good(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.measure(Measure.MUTE)

    def crash(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(office.strikes, "save", crash)
        with pytest.raises(RuntimeError):
            office.run()
    assert office.run(MINUTE) == EnforcedMeasures(taken=1)
    assert office.x.muted == {TROLL}


PEOPLE = st.sampled_from([ANA, MO, a_person("bo", lead=True), a_person("cy")])


@st.composite
def presses(draw: st.DrawFn) -> tuple[Any, ...]:
    """Any act that a page or a hand-made request can ask for, on two posts, with any ids."""
    ids = st.sampled_from([f"e{n}" for n in range(6)])
    return (
        draw(st.sampled_from(["strike", "confirm_strike", "withdraw", "ask", "confirm", "revoke", "done"])),
        draw(PEOPLE),
        draw(ids),
        draw(st.sampled_from(Measure)),
        draw(st.lists(st.integers(0, 5), max_size=4)),
        draw(st.integers(0, 200)),
    )


def test_no_path_leads_from_two_angry_posts_to_a_measure(x: StandInX) -> None:
    @given(st.lists(presses(), max_size=60))
    @effort(max_examples=60, deadline=None)
    def try_everything(found: list[tuple[Any, ...]]) -> None:
        office = Office(MemoryTable(), x, angry=2)
        for name, actor, event, measure, posts, days in found:
            now = NOON + timedelta(days=days)
            ids = [str(office.posts[n]) if n < 2 else str(n) for n in posts]
            try:
                _press(office, name, actor, event, measure, ids, now)
            except (StrikesRefuse, NotAllowed):
                continue
            assert not office.policy.standing(TROLL, now).silenced
        assert (office.record.measures, office.record.enforced) == ((), ())
        assert not list(office.strikes.due(NOON + timedelta(days=999), 10))

    try_everything()


def _press(
    office: Office, name: str, actor: Any, event: str, measure: Measure, posts: list[str], now: datetime
) -> None:
    policy, case_id = office.policy, office.case_id
    match name:
        case "strike":
            policy.strike(actor, case_id, "slur", posts, event, now)
        case "confirm_strike":
            policy.confirm_strike(actor, case_id, event, now)
        case "withdraw":
            policy.withdraw(actor, case_id, event, "because", now)
        case "ask":
            policy.ask(actor, case_id, measure, event, now)
        case "confirm":
            policy.confirm(actor, case_id, event, now)
        case "revoke":
            policy.revoke(actor, case_id, event, "because", now)
        case _:
            policy.done(actor, case_id, f"block-{TROLL}-on", now)
