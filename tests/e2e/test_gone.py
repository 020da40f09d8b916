"""Posts that X no longer shows are forgotten, and nobody is alerted for them."""

from datetime import timedelta

import pytest

from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId, ConversationId, PostId, UserId
from mentiondesk.domain.timeline import Noted
from mentiondesk.usecases.cases.forget_words import ForgetWords
from mentiondesk.usecases.replies.entries import placed
from tests.support.builders import at
from tests.support.memory_desk import ReadingDesk

LOST = "@FennelAndFinch order 7731 never came, awful service"
DAY = 24 * 60


def lost(desk: ReadingDesk, minute: float = -5, text: str = LOST, reply_to: str | None = None) -> str:
    return desk.x.post(author_id="42", text=text, at=at(minute), reply_to=reply_to)


def case_of(post_id: str) -> CaseId:
    return CaseId(ConversationId(post_id), UserId("42"))


def said(desk: ReadingDesk, words: str = "7731") -> list[str]:
    return [one.words for one in desk.messages if words in one.words]


def everything(desk: ReadingDesk) -> str:
    """All that the table holds, as text."""
    return str(desk.table_content())


@pytest.mark.parametrize("how", ["deleted", "withheld"])
def test_a_post_that_is_gone_before_the_first_alert_is_forgotten(how: str) -> None:
    with ReadingDesk() as desk:
        post_id = lost(desk)
        desk.run(1)
        assert "7731" in everything(desk)
        desk.x.delete(post_id, at=at(1)) if how == "deleted" else desk.x.withhold(post_id)
        desk.run(100)
        case = desk.case(case_of(post_id))
        assert (desk.messages, case.state, case.reason) == ([], State.DISMISSED, "the post is no longer on X")
        assert (case.waiting, case.gone, case.words) == (False, 1, "")
        assert "7731" not in everything(desk)


def test_a_post_deleted_between_two_alerts_rings_once() -> None:
    with ReadingDesk() as desk:
        post_id = lost(desk)
        desk.run(26)
        before = len(said(desk))
        assert before
        desk.x.delete(post_id, at=at(26))
        desk.run(200)
        assert len(said(desk)) == before


def test_a_customer_s_other_post_still_rings() -> None:
    with ReadingDesk() as desk:
        post_id = lost(desk)
        lost(desk, -4, "@FennelAndFinch and the refund is missing, terrible", reply_to=post_id)
        desk.run(1)
        desk.x.delete(post_id, at=at(1))
        desk.run(60)
        assert not said(desk)
        assert said(desk, "refund is missing")


def test_a_post_deleted_while_its_case_is_open_is_forgotten_within_a_day() -> None:
    with ReadingDesk(targets={"first_reply": {"complaint": {"within": "60m", "alerts": False}}}) as desk:
        post_id = lost(desk)
        desk.run(5)
        desk.x.delete(post_id, at=at(6))
        desk.run(DAY)
        assert "7731" not in everything(desk)


def test_notes_go_with_the_last_of_the_customer_s_posts() -> None:
    with ReadingDesk() as desk:
        post_id = lost(desk)
        desk.run(1)
        case = desk.case(case_of(post_id))
        note = Noted(text="Her parcel is 7731", **placed(case, "n", at(1), None))
        desk.case_store.save(case_change(case, apply(case, note, desk.settings.policy), note))
        desk.x.delete(post_id, at=at(2))
        desk.forget(PostId(post_id))
        (found,) = [one for one in desk.case_store.timeline(case.case_id) if isinstance(one, Noted)]
        assert (found.text, found.forgotten_at) == ("", desk.now)


def test_a_deleted_answer_starts_the_wait_again() -> None:
    with ReadingDesk() as desk:
        post_id = lost(desk)
        desk.run(1)
        answer = desk.x.post(author_id=desk.settings.brand.user_id, text="So sory!", reply_to=post_id, at=at(1))
        desk.run(3)
        assert not desk.case(case_of(post_id)).waiting
        desk.x.delete(answer, at=at(3))
        desk.run(15)
        case = desk.case(case_of(post_id))
        assert case.waiting
        assert case.timer is not None
        assert case.timer.since > at(3)
        desk.run(120)
        assert said(desk)


def test_an_answer_written_again_counts() -> None:
    with ReadingDesk() as desk:
        post_id = lost(desk)
        brand = desk.settings.brand.user_id
        desk.run(1)
        answer = desk.x.post(author_id=brand, text="So sory!", reply_to=post_id, at=at(1))
        desk.run(2)
        desk.x.delete(answer, at=at(2))
        desk.x.post(author_id=brand, text="So sorry!", reply_to=post_id, at=at(3))
        desk.run(120)
        assert not desk.case(case_of(post_id)).waiting
        assert not desk.messages


def test_a_post_that_x_shows_again_is_a_case_again() -> None:
    with ReadingDesk() as desk:
        post_id = lost(desk)
        desk.run(1)
        desk.forget(PostId(post_id))
        assert not desk.case(case_of(post_id)).waiting
        desk.run(60)
        case = desk.case(case_of(post_id))
        assert (case.waiting, "7731" in case.words) == (True, True)


def test_what_is_looked_up_on_the_day_it_was_read_costs_nothing() -> None:
    with ReadingDesk() as desk:
        lost(desk)
        desk.run(60)
        assert {request.endpoint for request in desk.x.requests} >= {"lookup"}
        assert sum(sum(day.values()) - day.get("users", 0) for day in desk.x.billed.values()) == 1


def test_a_case_is_not_looked_up_while_x_refuses() -> None:
    with ReadingDesk() as desk:
        lost(desk)
        desk.run(1)
        desk.x.suspend(desk.settings.brand.user_id)
        desk.run(60)
        assert not [request for request in desk.x.requests if request.endpoint == "lookup"]
        assert said(desk)


# --- words of cases that wait for nobody


def test_words_go_when_nothing_was_awaited_for_long_and_the_rest_stays() -> None:
    with ReadingDesk(keep_words="2d") as desk:
        post_id = lost(desk)
        desk.run(1)
        desk.x.post(author_id=desk.settings.brand.user_id, text="Found 7731!", reply_to=post_id, at=at(1))
        desk.run(3)
        forget = ForgetWords(desk.case_store, lambda: desk.settings)
        assert forget(at(2 * DAY)) == 0
        assert forget(at(2 * DAY) + timedelta(minutes=5)) == 1
        # Signals live for two days and are removed by then.
        assert "7731" not in str([item for item in desk.table_content() if not item.key.pk.startswith("SIGNAL")])
        case = desk.case(case_of(post_id))
        assert (case.kind, case.posts, case.first_answer_at) == ("complaint", 2, at(1))
        assert forget(at(3 * DAY)) == 0


def test_words_stay_while_the_customer_waits() -> None:
    with ReadingDesk(keep_words="1d") as desk:
        lost(desk)
        desk.run(1)
        assert ForgetWords(desk.case_store, lambda: desk.settings)(at(9 * DAY)) == 0
        assert "7731" in everything(desk)
