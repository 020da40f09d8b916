"""The review sample: drawn by a secret, of everybody, and by nobody's choice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.domain.ids import CaseId, ConversationId, PostId, StaffId, UserId
from mentiondesk.domain.review.sample import (
    OwnReply,
    ReviewedReply,
    ReviewIncomplete,
    ReviewRules,
    replies_in,
    reviewed,
    sample,
)
from tests.support.builders import NOON
from tests.unit.test_report import a_wait

YES = (True,) * 5


def a_reply(number: int, author: str = "ana") -> ReviewedReply:
    return ReviewedReply(PostId(str(number)), CaseId(ConversationId("1"), UserId("7")), StaffId(author))


def test_each_person_has_at_least_three_in_it() -> None:
    replies = [*(a_reply(number) for number in range(10)), *(a_reply(number, "ben") for number in range(10, 12))]
    found = [reply.author for reply in sample(replies, ReviewRules(0.0, 3), "seed")]
    assert (found.count(StaffId("ana")), found.count(StaffId("ben"))) == (3, 2)


def test_the_rate_holds_for_many() -> None:
    found = sample([a_reply(number) for number in range(4000)], ReviewRules(0.05, 3), "seed")
    assert 150 < len(found) < 250


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=60), st.text(max_size=5))
def test_the_order_and_the_number_of_others_bring_no_reply_in(numbers: set[int], seed: str) -> None:
    """A reply below the rate stays in the sample, whatever else is written."""
    rules = ReviewRules(0.2, 0)
    whole = {reply.post_id for reply in sample([a_reply(number) for number in numbers], rules, seed)}
    alone = {str(number) for number in numbers if sample([a_reply(number)], rules, seed)}
    assert whole == alone


def test_another_secret_draws_another_sample() -> None:
    replies = [a_reply(number) for number in range(200)]
    drawn = {tuple(reply.post_id for reply in sample(replies, ReviewRules(), seed)) for seed in ("a", "b", "c")}
    assert len(drawn) == 3


def test_only_answers_of_a_known_person_can_be_reviewed() -> None:
    known = a_wait(1, 5, by=StaffId("ana"), answer_id=PostId("9"))
    assert replies_in([known, known, a_wait(2, 5, answer_id=PostId("8")), a_wait(3, None, by=StaffId("ana"))]) == [
        ReviewedReply(PostId("9"), known.case_id, StaffId("ana"))
    ]


def test_nobody_reviews_their_own_reply_and_each_question_needs_an_answer() -> None:
    with pytest.raises(OwnReply):
        reviewed(a_reply(1), StaffId("ana"), YES, "", NOON)
    with pytest.raises(ReviewIncomplete):
        reviewed(a_reply(1), StaffId("ben"), (*YES[:4], None), "", NOON)
    assert len(reviewed(a_reply(1), StaffId("ben"), YES, "x" * 900, NOON).note) == 300
