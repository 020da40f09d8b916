"""Praise: customers are thanked once and the desk remembers it; those who praise often are known as loyal."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.adapters.storage import keys
from mentiondesk.domain.access.actions import CASE_ACTIONS
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.commands import MarkAnswered, Undo
from mentiondesk.domain.cases.waiting import Row, Tab
from mentiondesk.domain.ids import CaseId, ConversationId, StaffId
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.profile import Draw
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.praise import MOST_MONTHS, Regard, last_months, month_of
from mentiondesk.presentation.phrases import thanked
from mentiondesk.presentation.wording import Sentences
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from tests.integration.conftest import Desk
from tests.support.builders import CUSTOMER_ID, NOON, a_case, a_post, a_staff, an_answer, settings, tags

MONTH = timedelta(days=30.5)
ANA = Actor(a_staff("ana"), CASE_ACTIONS, Door.DESK_WEB)


class Shop:
    """A desk on which one customer writes."""

    def __init__(self, desk: Desk, **praise: Any) -> None:
        self.desk = desk
        self._settings = lambda: settings(praise=praise)
        self._classify = ClassifyMention(desk.posts, desk.cases, lambda post: tags(Kind(post.text)), self._settings)

    def write(self, kind: Kind, when: datetime = NOON, **facts: Any) -> Post:
        post = a_post(str(kind), created_at=when, **facts)
        self.hear(post)
        return post

    def hear(self, post: Post) -> None:
        self.desk.posts.add(post)
        stored = self.desk.posts.get(post.post_id)
        assert stored is not None
        self._classify(stored, post.created_at)

    def case(self, post: Post) -> Case:
        found = self.desk.cases.get(CaseId(ConversationId(post.post_id), CUSTOMER_ID))
        assert found is not None
        return found

    def act(self, post: Post, command: Any, event: str, when: datetime) -> Case:
        return ChangeCase(self.desk.cases, self._settings)(ANA, self.case(post).case_id, command, event, when)

    @property
    def regard(self) -> Regard:
        return self.desk.cases.regard(CUSTOMER_ID)


def test_a_reply_to_praise_is_kept_as_thanks_and_the_next_case_shows_it(desk: Desk) -> None:
    shop = Shop(desk)
    first = shop.write(Kind.PRAISE)
    assert shop.case(first).thanked_at is None
    answer = an_answer(first, "Thank you!")
    shop.hear(answer)
    assert (shop.regard.thanked_at, shop.case(first).waiting) == (answer.created_at, False)
    second = shop.write(Kind.PRAISE, NOON + MONTH)
    assert shop.case(second).thanked_at == answer.created_at
    assert shop.case(second).waiting
    assert thanked(Sentences(), shop.case(second), "UTC") == "last thanked on 17 June 2026"
    assert thanked(Sentences(), shop.case(first), "UTC") != thanked(Sentences(), a_case(), "UTC") == "not thanked yet"


def test_a_like_in_x_s_app_is_thanks_and_can_be_undone(desk: Desk) -> None:
    shop = Shop(desk)
    post, minute = shop.write(Kind.PRAISE), timedelta(minutes=1)
    done = shop.act(post, MarkAnswered(), "e1", NOON + minute)
    assert (done.waiting, done.thanked_at, shop.regard.thanked_at) == (False, NOON + minute, NOON + minute)
    undone = shop.act(post, Undo(), "e2", NOON + 2 * minute)
    assert (undone.waiting, undone.thanked_at, shop.regard.thanked_at) == (True, None, None)


def test_an_answer_to_a_complaint_is_no_thanks(desk: Desk) -> None:
    shop = Shop(desk)
    post = shop.write(Kind.COMPLAINT)
    shop.act(post, MarkAnswered(), "e1", NOON + timedelta(minutes=1))
    assert shop.regard.thanked_at is None


def test_who_praises_in_three_of_six_months_is_loyal_and_that_alone_raises_nothing(desk: Desk) -> None:
    shop = Shop(desk)
    for number in range(3):
        shop.write(Kind.PRAISE, NOON + number * MONTH)
        shop.write(Kind.PRAISE, NOON + number * MONTH + timedelta(hours=1))
    case = shop.case(shop.write(Kind.COMPLAINT, NOON + 3 * MONTH))
    assert [(one.draw, one.count) for one in case.attention] == [(Draw.LOYAL, 3)]
    assert case.urgency is Urgency.NORMAL
    assert not shop.case(shop.write(Kind.COMPLAINT, NOON + 9 * MONTH)).attention


@pytest.mark.parametrize(("kind", "urgency"), [(Kind.COMPLAINT, Urgency.HIGH), (Kind.PRAISE, Urgency.NORMAL)])
def test_a_loyal_customer_s_complaint_is_as_urgent_as_the_settings_say(
    desk: Desk, kind: Kind, urgency: Urgency
) -> None:
    shop = Shop(desk, loyal=1, urgency="high")
    shop.write(Kind.PRAISE)
    case = shop.case(shop.write(kind, NOON + MONTH))
    assert case.urgency is urgency
    assert case.attention
    edited = a_post(str(kind), created_at=NOON + MONTH, version_id="9" * 19, edits=1)
    shop.hear(edited)
    assert (shop.case(edited).urgency, shop.case(edited).attention) == (urgency, case.attention), "an edit keeps it"


def test_an_edit_takes_praise_back(desk: Desk) -> None:
    shop = Shop(desk)
    post = shop.write(Kind.PRAISE)
    assert shop.regard.praised == {month_of(NOON)}
    shop.hear(a_post(str(Kind.COMPLAINT), post_id=post.post_id, version_id="9" * 19, edits=1))
    assert shop.regard.praised == frozenset()


def test_months_of_praise_are_bounded(desk: Desk) -> None:
    shop = Shop(desk)
    for number in range(40):
        shop.write(Kind.PRAISE, NOON + number * MONTH)
    kept = shop.regard.praised
    assert len(kept) <= MOST_MONTHS
    item = desk.table.get(keys.customer(CUSTOMER_ID))
    assert item is not None
    assert item.get(keys.EXPIRES)


@given(st.integers(-6000, 20_000), st.integers(1, MOST_MONTHS))
def test_the_last_months_begin_with_this_one_and_have_no_gap(day: int, count: int) -> None:
    now = NOON + timedelta(days=day)
    found = list(last_months(now, count))
    assert found[0] == month_of(now)
    assert len(set(found)) == count
    first = now.replace(day=1)
    for month in found[1:]:
        first = (first - timedelta(days=1)).replace(day=1)
        assert month == month_of(first)


def test_praise_stands_in_its_own_tab_and_not_among_the_unclaimed() -> None:
    row = Row(a_case().case_id, NOON, Kind.PRAISE, Urgency.NORMAL)
    tabs = {tab for tab in Tab if row.stands_in(tab, StaffId("ana"))}
    assert Tab.PRAISE in tabs
    assert Tab.UNCLAIMED not in tabs
