"""Replies: never twice, none silently dropped, and only for the thread that their author saw."""

from datetime import timedelta

import pytest

from mentiondesk.domain.access.actor import NotAllowed
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.replies.commands import Approve, Confirm, SendBack, Withdraw
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.reply import (
    Hold,
    NeedsAnother,
    Refusal,
    ReplyBlocked,
    ReplyState,
    ThreadMoved,
    TooLate,
)
from mentiondesk.domain.replies.thread import Thread
from mentiondesk.domain.timeline import BrandPosted, ReplyQueued, ReplyRefused
from mentiondesk.ports.replies import PostInDoubt, PostLater, PostRefused, ReplyKey
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.usecases.replies.write_reply import Typed
from tests.support.builders import CASE_ID, answered, at, said
from tests.support.outbox import ANA, BEN, LEA, UNDO, Outbox, a_person

HELD = (Finding("money", Outcome.HOLD, 3, 9),)
LATER = timedelta(minutes=3)
STALE = Typed("We are on it.", Thread("whatever", 9))
MIA = a_person("mia", lead=True)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def texts(outbox: Outbox) -> list[str]:
    return [one.text for one in reversed(outbox.x.posts)]


def test_a_reply_goes_out_after_the_time_for_taking_it_back_and_stops_the_clock(outbox: Outbox) -> None:
    outbox.sends()
    assert outbox.run().states == []
    assert outbox.passes(UNDO - timedelta(seconds=1)).states == []
    assert outbox.passes(timedelta(seconds=1)).states == [ReplyState.SENT]
    assert texts(outbox) == ["We are on it. ^A"]
    assert (outbox.case.state, outbox.case.waiting) == (State.PENDING, False)
    (posted,) = (one for one in outbox.cases.timeline(CASE_ID) if isinstance(one, BrandPosted))
    assert (posted.post_id, posted.reply_id, posted.by) == (outbox.x.posts[0].post_id, "e1", "ana")


def test_a_second_press_is_the_first_reply(outbox: Outbox) -> None:
    first = outbox.sends()
    assert outbox.write(ANA, CASE_ID, STALE, "e1", at(7)) == first
    outbox.passes()
    assert outbox.write(ANA, CASE_ID, STALE, "e1", at(8)).state is ReplyState.SENT
    outbox.passes()
    assert len(outbox.x.posts) == 1


@pytest.mark.parametrize("newer", [said(4), answered(4, "Typed in the app.")])
def test_whatever_is_newer_than_the_agent_saw_stops_the_reply(outbox: Outbox, newer: object) -> None:
    seen = outbox.case.thread
    outbox.happens(newer)  # type: ignore[arg-type]
    with pytest.raises(ThreadMoved):
        outbox.sends(seen=seen)
    assert outbox.replies.of(CASE_ID) == []


def test_of_two_answers_to_one_customer_the_second_is_stopped_and_keeps_its_draft(outbox: Outbox) -> None:
    seen = outbox.case.thread
    outbox.drafts(BEN, CASE_ID, "Let me look.", seen, 0, outbox.now)
    outbox.sends(seen=seen)
    with pytest.raises(ThreadMoved):
        outbox.sends("Let me look.", BEN, "e2", seen=seen)
    (draft,) = outbox.drafts.of(CASE_ID, outbox.case.thread)
    assert (draft.draft.text, draft.retired) == ("Let me look.", True)


def test_an_answer_typed_on_x_retires_drafts(outbox: Outbox) -> None:
    outbox.drafts(ANA, CASE_ID, "Let me", outbox.case.thread, 0, outbox.now)
    assert not outbox.drafts.of(CASE_ID, outbox.case.thread)[0].retired
    outbox.happens(answered(4))
    assert outbox.drafts.of(CASE_ID, outbox.case.thread)[0].retired


def test_a_draft_ends_with_its_reply_and_comes_back_when_it_is_taken_back(outbox: Outbox) -> None:
    outbox.drafts(ANA, CASE_ID, "We are on it.", outbox.case.thread, 0, outbox.now)
    reply = outbox.sends()
    assert outbox.drafts.of(CASE_ID, outbox.case.thread) == []
    outbox.change(ANA, _key(reply), Withdraw(), "u1", outbox.now)
    (draft,) = outbox.drafts.of(CASE_ID, outbox.case.thread)
    assert (draft.draft.text, draft.draft.author, draft.retired) == ("We are on it.", "ana", False)
    assert outbox.passes().states == []
    assert outbox.x.posts == []


def _key(reply: object) -> ReplyKey:
    return ReplyKey(CASE_ID, reply.reply_id)  # type: ignore[attr-defined]


def test_a_reply_cannot_be_taken_back_once_its_time_is_over(outbox: Outbox) -> None:
    reply = outbox.sends()
    with pytest.raises(TooLate):
        outbox.change(ANA, _key(reply), Withdraw(), "u1", outbox.now + UNDO)


def test_a_message_that_comes_while_a_reply_cools_holds_it_until_its_author_looks_again(outbox: Outbox) -> None:
    outbox.sends()
    outbox.happens(said(6, words="Never mind, I found it!"))
    assert outbox.passes(LATER).states == [ReplyState.HELD]
    held = outbox.reply()
    assert (outbox.x.posts, held.holds) == ([], (Hold.MOVED,))
    with pytest.raises(ThreadMoved):
        outbox.change(ANA, _key(held), Confirm(Thread("old", 1), UNDO), "c1", outbox.now)
    outbox.change(ANA, _key(held), Confirm(outbox.case.thread, UNDO), "c2", outbox.now)
    assert outbox.passes().states == [ReplyState.SENT]
    assert len(outbox.x.posts) == 1


def test_a_block_stops_a_reply_and_a_warning_wants_one_more_click(outbox: Outbox) -> None:
    outbox.findings = (Finding("placeholder", Outcome.BLOCK), Finding("shouting", Outcome.WARN))
    with pytest.raises(ReplyBlocked) as blocked:
        outbox.sends(accepted=frozenset({"placeholder"}))
    assert [one.rule for one in blocked.value.findings] == ["placeholder", "shouting"]
    outbox.findings = outbox.findings[1:]
    assert outbox.sends(accepted=frozenset({"shouting"})).findings == outbox.findings


def test_a_held_reply_goes_out_with_another_persons_yes_only(outbox: Outbox) -> None:
    outbox.findings = HELD
    held = outbox.sends("We refund you.", LEA)
    assert outbox.passes(LATER).states == []
    yes = Approve("We refund you 5 €.", "We refund you 5 €. ^L", outbox.case.thread, UNDO)
    with pytest.raises(NeedsAnother):
        outbox.change(LEA, _key(held), yes, "a1", outbox.now)
    with pytest.raises(NotAllowed):
        outbox.change(BEN, _key(held), yes, "a2", outbox.now)
    approved = outbox.change(MIA, _key(held), yes, "a3", outbox.now)
    assert (approved.approved_by, approved.text) == ("mia", "We refund you 5 €.")
    assert outbox.passes().states == [ReplyState.SENT]
    assert texts(outbox) == ["We refund you 5 €. ^L"]
    with pytest.raises(AlreadyDone):
        outbox.change(MIA, _key(held), yes, "a3", outbox.now)


def test_an_approval_dies_when_the_thread_moves(outbox: Outbox) -> None:
    outbox.findings = HELD
    held = outbox.sends("We refund you.")
    seen = outbox.case.thread
    outbox.happens(said(6))
    with pytest.raises(ThreadMoved):
        outbox.change(LEA, _key(held), Approve(held.text, held.post, seen, UNDO), "a1", outbox.now)
    outbox.change(LEA, _key(held), Approve(held.text, held.post, outbox.case.thread, UNDO), "a2", outbox.now)
    outbox.happens(said(7))
    assert outbox.passes(LATER).states == [ReplyState.HELD]
    again = outbox.reply()
    assert (again.approved_by, again.needs_another) == (None, True)
    with pytest.raises(NeedsAnother):
        outbox.change(ANA, _key(held), Confirm(outbox.case.thread, UNDO), "c1", outbox.now)


def test_what_is_sent_back_is_its_authors_draft_again_with_the_reason(outbox: Outbox) -> None:
    outbox.findings = HELD
    held = outbox.sends("We refund you.")
    back = outbox.change(LEA, _key(held), SendBack("say when"), "b1", outbox.now)
    assert (back.state, back.reason) == (ReplyState.WITHDRAWN, "say when")
    assert [one.draft.author for one in outbox.drafts.of(CASE_ID, outbox.case.thread)] == ["ana"]
    assert outbox.case.waiting


@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_refusal_is_final_and_the_customer_waits_on(outbox: Outbox, refusal: Refusal) -> None:
    outbox.x.fail_next = [(PostRefused(refusal, "no"), False)]
    outbox.sends()
    assert outbox.passes().states == [ReplyState.REFUSED]
    assert outbox.passes(LATER).states == []
    assert (outbox.reply().refusal, outbox.case.waiting, outbox.x.posts) == (refusal, True, [])
    last = outbox.cases.timeline(CASE_ID)[-1]
    assert isinstance(last, ReplyRefused)
    assert last.refusal == refusal


def test_a_limit_is_waited_for_unless_it_is_long(outbox: Outbox) -> None:
    outbox.x.fail_next = [(PostLater(at(20)), False)]
    outbox.sends()
    assert outbox.passes().states == [ReplyState.QUEUED]
    assert outbox.passes(timedelta(minutes=5)).states == []
    assert outbox.passes(timedelta(minutes=15)).states == [ReplyState.SENT]
    outbox.x.fail_next = [(PostLater(outbox.now + timedelta(hours=20)), False)]
    outbox.sends("And more.", event="e2")
    assert outbox.passes().refusals == [Refusal.LIMIT]


def test_a_send_in_doubt_that_x_shows_was_sent_and_is_sent_once(outbox: Outbox) -> None:
    outbox.x.fail_next = [(PostInDoubt(), True)]
    outbox.sends()
    assert outbox.passes().states == [ReplyState.UNCERTAIN]
    outbox.x.late = True
    assert outbox.passes(LATER).states == [ReplyState.UNCERTAIN]
    outbox.x.late = False
    assert outbox.passes(LATER).states == [ReplyState.SENT]
    assert (len(outbox.x.posts), outbox.case.waiting) == (1, False)


def test_a_send_in_doubt_that_x_never_shows_goes_to_a_person_and_not_out_again(outbox: Outbox) -> None:
    outbox.x.fail_next = [(PostInDoubt(), False)]
    outbox.sends()
    outbox.passes()
    assert outbox.passes(timedelta(minutes=10)).refusals == []
    assert outbox.passes(timedelta(minutes=10)).refusals == [Refusal.NEVER_SHOWN]
    assert outbox.passes(timedelta(hours=1)).states == []
    assert (outbox.x.posts, outbox.case.waiting) == ([], True)


def test_a_reply_in_doubt_holds_back_the_next_in_its_thread(outbox: Outbox) -> None:
    outbox.x.fail_next = [(PostInDoubt(), True)]
    outbox.sends("First.")
    outbox.sends("Second.", event="e2")
    outbox.passes()
    assert texts(outbox) == ["First. ^A"]
    outbox.passes(LATER)
    assert texts(outbox) == ["First. ^A", "Second. ^A"]


def test_two_replies_to_one_customer_keep_their_order(outbox: Outbox) -> None:
    outbox.sends("First.", event="z")
    outbox.now += timedelta(seconds=1)
    outbox.sends("Second.", event="a")
    outbox.passes(LATER)
    assert texts(outbox) == ["First. ^A", "Second. ^A"]


def test_a_run_that_loses_its_lease_leaves_a_doubt_and_never_a_second_post(outbox: Outbox) -> None:
    outbox.x.fail_next = [(RuntimeError("the run ends here"), True)]
    outbox.sends()
    with pytest.raises(RuntimeError):
        outbox.passes()
    assert outbox.run().states == []
    assert outbox.passes(LATER).states == [ReplyState.SENT]
    assert len(outbox.x.posts) == 1


def test_our_own_post_that_the_timeline_brings_again_is_the_same_answer(outbox: Outbox) -> None:
    outbox.sends()
    outbox.passes()
    sent, thread = outbox.case, outbox.case.thread
    again = BrandPosted(outbox.x.posts[0].post_id, outbox.now, "We are on it. ^A", reply_id=outbox.reply().reply_id)
    after = outbox.happens(again)
    assert (after.posts, after.state, after.thread) == (sent.posts, sent.state, thread)
    acts = [one for one in outbox.cases.timeline(CASE_ID) if isinstance(one, ReplyQueued)]
    assert len(acts) == 1
