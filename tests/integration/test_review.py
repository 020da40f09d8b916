"""Reviewing on the desk: blind, once, by somebody else; the author reads the result, the report its share."""

from datetime import timedelta

import pytest

from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import Claim
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.figures.facts import ReviewFact
from mentiondesk.domain.timeline import BrandPosted
from tests.support.builders import NOON, at, commanded, settings
from tests.support.served_desk import ServedDesk, waiting

# NOON is a Wednesday.
NEXT_WEEK = NOON + timedelta(days=6)
ANSWERS = {f"question_{number}": "yes" for number in range(1, 6)} | {"question_2": "no", "note": "Warmer, please"}


@pytest.fixture
def desk() -> ServedDesk:
    """A desk on which ana answered a customer last week."""
    found = ServedDesk()
    case_id = waiting(found.desk, 1, "Where is my parcel?")
    case = found.desk.cases.get(case_id)
    assert case is not None
    change = commanded(case, Claim(), 5, "ana")
    case = found.desk.cases.save(change)
    answer = BrandPosted(at(20) and case.post_id, at(20), "It comes tomorrow. ^ANA", at(20))  # type: ignore[arg-type]
    found.desk.cases.save(case_change(case, apply(case, answer, settings().policy), answer))
    found.now = NEXT_WEEK
    found.enter("mo")
    return found


def test_a_reviewer_sees_the_words_and_not_the_author(desk: ServedDesk) -> None:
    page = desk.get("/desk/review").html
    assert "It comes tomorrow." in page
    assert "Where is my parcel?" in page
    assert "ANA" not in page
    assert "0 of 1 reviewed" in page


def test_the_answers_are_kept_once_and_the_author_reads_them(desk: ServedDesk) -> None:
    form = desk.get("/desk/review").page.form("review")
    saved = desk.ask("POST", "/desk/review", form | ANSWERS)
    assert saved.headers["location"].endswith("done=saved")
    assert desk.ask("POST", "/desk/review", form | ANSWERS).headers["location"].endswith("done=taken")
    assert "Nothing is left" in desk.get("/desk/review").html
    (fact,) = [
        one
        for one in Facts(desk.desk.table).between(NOON, NEXT_WEEK + timedelta(days=1))
        if isinstance(one, ReviewFact)
    ]
    assert fact.marks == (True, False, True, True, True)
    assert "Replies reviewed" in desk.get("/desk/figures").html
    with desk.by("ana"):
        mine = desk.get("/desk/review/mine").html
        assert "Warmer, please" in mine
        assert mine.count("<strong>Yes</strong>") == 4


def test_a_missing_answer_is_asked_for_and_nothing_typed_is_lost(desk: ServedDesk) -> None:
    form = desk.get("/desk/review").page.form("review")
    asked = desk.ask("POST", "/desk/review", form | {"question_1": "yes", "note": "Warmer, please"})
    assert asked.status == 422
    assert "Answer each of the five questions" in asked.html
    assert "Warmer, please" in asked.html


def test_agents_do_not_review_and_nobody_brings_a_reply_in(desk: ServedDesk) -> None:
    picked = desk.ask("POST", "/desk/review", {**ANSWERS, "reply": "12345", "action": "review"})
    assert picked.headers["location"].endswith("done=taken")
    with desk.by("ana"):
        assert desk.get("/desk/review").status == 403
        assert desk.ask("POST", "/desk/review", {**ANSWERS, "reply": "1"}).status == 403


def test_the_running_week_is_not_reviewed_yet(desk: ServedDesk) -> None:
    desk.now = NOON + timedelta(hours=1)
    desk.enter("mo")
    assert "Nothing is left" in desk.get("/desk/review").html
