"""Replies are forgotten with the customers' posts; the facts that figures count of them stay."""

from typing import Any

import pytest

from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.domain.figures.facts import ReplyFact
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.reply import ReplyState
from mentiondesk.domain.replies.way import Way
from mentiondesk.domain.timeline import Act, CaseActEntry, MovedToPrivate, Noted, Released, Resolved
from mentiondesk.presentation.action_pages.record import record_line
from mentiondesk.presentation.wording import Sentences
from mentiondesk.usecases.replies.entries import placed
from tests.support.builders import CASE_ID, at, said
from tests.support.outbox import ANA, BEN, Outbox

WORDS = "Your parcel 7731 is on its way."


@pytest.fixture
def outbox() -> Outbox:
    """A case with an answer on X, a held one, and a draft."""
    found = Outbox()
    found.findings = (Finding("alike", Outcome.WARN, 5, 16, (("words", "parcel 7731"),)),)
    found.sends(WORDS, accepted=frozenset({"alike"}))
    found.passes()
    found.happens(said(8))
    found.drafts(BEN, CASE_ID, "About 7731", found.case.thread, 0, found.now)
    found.findings = (Finding("money", Outcome.HOLD, 0, 3),)
    found.sends("A refund for 7731.", ANA, "e2")
    return found


def kept(outbox: Outbox) -> str:
    """All that the table holds of replies and drafts of the case."""
    return f"{outbox.replies.of(CASE_ID)} {outbox.reply_drafts.of(CASE_ID)}"


def test_words_of_replies_and_drafts_go_with_those_of_an_idle_case(outbox: Outbox) -> None:
    outbox.cases.forget_words(CASE_ID, outbox.now)
    sent, held = outbox.replies.of(CASE_ID)
    assert (sent.text, sent.post, sent.findings, sent.state) == ("", "", (), ReplyState.SENT)
    assert sent.post_id == outbox.x.posts[0].post_id
    assert held.text == "A refund for 7731.", "somebody still has to decide about it"
    assert outbox.reply_drafts.of(CASE_ID) == []
    facts = [one for one in Facts(outbox.table).between(at(0), at(60)) if isinstance(one, ReplyFact)]
    assert [one.checks for one in facts] == [("alike",)]


STAFF_WORDS: tuple[tuple[type[CaseActEntry], dict[str, Any]], ...] = (
    (Noted, {"text": "She is Mrs Flood"}),
    (MovedToPrivate, {"way": Way.PHONE, "link": "0555 Flood", "note": "ask for Mrs Flood"}),
    (Resolved, {"reason": "Sent to Mrs Flood"}),
    (Released, {}),
)


def test_notes_and_reasons_go_with_the_words_and_say_so(outbox: Outbox) -> None:
    for number, (act, words) in enumerate(STAFF_WORDS):
        outbox.happens(act(**words, **placed(outbox.case, f"n{number}", at(10 + number), ANA.by)))
    outbox.cases.forget_words(CASE_ID, at(20))
    assert isinstance(outbox.table, MemoryTable)
    assert "Flood" not in str(list(outbox.table.scan()))
    acts = [one for one in outbox.cases.timeline(CASE_ID) if isinstance(one, Act) and one.entry_id.startswith("n")]
    told = [record_line(Sentences(), one, str).detail for one in acts]
    assert ["what was written here is forgotten" in one for one in told] == [True, True, True, False]


def test_an_answer_is_forgotten_with_the_post_that_it_answers_and_with_its_own_post(outbox: Outbox) -> None:
    sent = outbox.reply()
    assert sent.to is not None and sent.post_id is not None
    outbox.cases.forget_answers(CASE_ID, outbox.x.posts[0].post_id)
    assert outbox.reply().post == ""
    assert "7731" in kept(outbox), "the held one answers another post"


@pytest.mark.parametrize("other", ["to", "post_id"])
def test_another_post_takes_no_answer_with_it(outbox: Outbox, other: str) -> None:
    post_id = {"to": outbox.reply().to, "post_id": outbox.x.posts[0].post_id}[other]
    assert post_id is not None
    outbox.cases.forget_answers(CASE_ID, type(post_id)("999"))
    assert outbox.reply().text == WORDS
    outbox.cases.forget_answers(CASE_ID, post_id)
    assert outbox.reply().text == ""
