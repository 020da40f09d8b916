"""The promises of replies and drafts, on both implementations of the table."""

from datetime import timedelta

import pytest

from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.ids import IncidentId, PostId, ReplyId
from mentiondesk.domain.incidents.drafts import Occasion
from mentiondesk.domain.replies.commands import Withdraw
from mentiondesk.domain.replies.draft import ReplyDraft
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.reply import Hold, Refusal, Reply, ReplyState
from mentiondesk.domain.replies.thread import Thread
from mentiondesk.domain.replies.way import Way
from mentiondesk.ports.replies import DraftChanged, PostInDoubt, ReplyChange, ReplyChanged, ReplyKey
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.values import replace
from tests.support.builders import CASE_ID, NOON, at
from tests.support.outbox import ANA, UNDO, Outbox

FULL = Reply(
    reply_id=ReplyId("2026-e1"),
    subject_id=CASE_ID,
    author=ANA.staff.staff_id if ANA.staff else None,  # type: ignore[arg-type]
    text="Hello",
    post="Hello ^A",
    state=ReplyState.REFUSED,
    made_at=NOON,
    send_at=at(1),
    thread=Thread("1a2b", 3),
    to=PostId("12"),
    way=Way.PHONE,
    follow_up=True,
    occasion=Occasion.RESOLVED,
    holds=(Hold.CHECK, Hold.MOVED),
    findings=(Finding("money", Outcome.HOLD, 1, 4),),
    approved_by=None,
    approved_at=at(2),
    reason="no",
    refusal=Refusal.TOO_LONG,
    attempts=2,
    tried_at=at(3),
    look_at=at(4),
    post_id=PostId("99"),
    ended_at=at(5),
    version=1,
)


@pytest.fixture
def outbox(table: Table) -> Outbox:
    return Outbox(table)


@pytest.mark.parametrize("subject", [CASE_ID, IncidentId("2026-07-01-a")])
def test_every_fact_of_a_reply_comes_back(outbox: Outbox, subject: object) -> None:
    reply = replace(FULL, subject_id=subject)  # type: ignore[arg-type]
    outbox.replies.save(ReplyChange(None, reply))
    found = outbox.replies.get(ReplyKey(reply.subject_id, reply.reply_id))
    assert found == reply
    assert type(found.subject_id) is type(subject)
    assert outbox.replies.of(reply.subject_id) == [reply]


def test_a_new_reply_is_written_once_and_a_stale_change_not_at_all(outbox: Outbox) -> None:
    saved = outbox.replies.save(ReplyChange(None, FULL))
    with pytest.raises(AlreadyDone):
        outbox.replies.save(ReplyChange(None, FULL))
    outbox.replies.save(ReplyChange(saved, replace(saved, text="Other")))
    with pytest.raises(ReplyChanged):
        outbox.replies.save(ReplyChange(saved, replace(saved, text="Third")))


def test_a_reply_and_its_case_are_written_together_or_not_at_all(outbox: Outbox) -> None:
    before = outbox.case
    outbox.sends()
    assert outbox.case.thread.answers == before.thread.answers + 1
    assert outbox.case.version == before.version + 1


def test_the_outbox_lists_what_the_sender_has_to_look_at_and_nothing_else(outbox: Outbox) -> None:
    outbox.sends()
    assert outbox.replies.due(outbox.now, 10) == []
    assert outbox.replies.due(outbox.now + UNDO, 10) == [ReplyKey(CASE_ID, ReplyId("e1"))]
    assert outbox.replies.count_due(outbox.now + UNDO) == 1
    outbox.x.fail_next = [(PostInDoubt(), True)]
    outbox.passes()
    assert outbox.replies.due(outbox.now, 10) == []
    assert len(outbox.replies.due(outbox.now + timedelta(minutes=1), 10)) == 1
    outbox.passes(timedelta(minutes=1))
    assert outbox.replies.due(outbox.now + timedelta(days=9), 10) == []


def test_held_replies_are_listed_for_people(outbox: Outbox) -> None:
    outbox.findings = (Finding("money", Outcome.HOLD),)
    outbox.sends()
    assert outbox.replies.waiting(10) == [ReplyKey(CASE_ID, ReplyId("e1"))]
    assert outbox.replies.due(outbox.now + timedelta(days=9), 10) == []


def test_a_draft_is_saved_over_the_version_it_was_made_from(outbox: Outbox) -> None:
    draft = ReplyDraft(CASE_ID, FULL.author, "Hel", Thread("1a2b", 3), NOON, Way.MAIL)
    first = outbox.reply_drafts.save(draft)
    assert outbox.reply_drafts.get(CASE_ID, FULL.author) == first == replace(draft, version=1)
    with pytest.raises(DraftChanged) as changed:
        outbox.reply_drafts.save(replace(draft, text="Other"))
    assert changed.value.current == first
    second = outbox.reply_drafts.save(replace(first, text="Hello"))
    assert outbox.reply_drafts.of(CASE_ID) == [second]
    outbox.reply_drafts.discard(CASE_ID, FULL.author)
    assert outbox.reply_drafts.of(CASE_ID) == []


def test_a_text_that_comes_back_does_not_replace_a_newer_draft(outbox: Outbox) -> None:
    reply = outbox.sends()
    outbox.drafts(ANA, CASE_ID, "A newer text", outbox.case.thread, 0, outbox.now)
    outbox.change(ANA, ReplyKey(CASE_ID, reply.reply_id), Withdraw(), "u", outbox.now)
    assert [one.text for one in outbox.reply_drafts.of(CASE_ID)] == ["A newer text"]
    assert outbox.reply().state is ReplyState.WITHDRAWN
