"""Legs: from the public thread to private and back, each with its own clock."""

from datetime import date

import pytest

from mentiondesk.domain.cases.case import InPrivate, NoFollowUp, NotInPrivate, Phase
from mentiondesk.domain.cases.commands import DeclineFollowUp, MoveToPrivate, SolveInPrivate, StaffCommand, possible
from mentiondesk.domain.cases.timers import Clock, TimerOutcome
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.replies.saved import SavedReply, Use, drafted
from mentiondesk.domain.replies.way import Solved, Way
from mentiondesk.domain.timeline import ReplyQueued
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.usecases.cases.change_case import ChangeCase
from tests.support.builders import CASE_ID, settings
from tests.support.outbox import ANA, STAFF, Outbox


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def does(outbox: Outbox, command: StaffCommand, event: str) -> None:
    ChangeCase(outbox.cases, lambda: outbox.settings)(ANA, CASE_ID, command, event, outbox.now)


def running(outbox: Outbox) -> list[Clock]:
    return [timer.clock for timer in outbox.case.timers if timer.running]


def test_each_leg_has_its_clock_and_the_word_in_public_ends_the_last(outbox: Outbox) -> None:
    assert running(outbox) == [Clock.FIRST_REPLY]
    does(outbox, MoveToPrivate(Way.PHONE, "+44 117 496 0123", "call after six"), "e1")
    assert (outbox.case.phase, outbox.case.way, running(outbox)) == (Phase.PRIVATE, Way.PHONE, [Clock.PRIVATE])
    does(outbox, SolveInPrivate(Solved.CUSTOMER), "e2")
    assert (running(outbox), outbox.case.owes_follow_up) == ([Clock.FOLLOW_UP], True)
    assert outbox.sends("All well again?", event="e3").follow_up
    outbox.passes()
    assert (running(outbox), outbox.case.owes_follow_up) == ([], False)
    outcomes = {timer.clock: timer.outcome for timer in outbox.case.timers}
    assert outcomes[Clock.PRIVATE] is TimerOutcome.SOLVED
    assert outcomes[Clock.FOLLOW_UP] is TimerOutcome.ANSWERED


def test_a_reply_that_leads_into_private_starts_that_leg_when_it_is_on_x(outbox: Outbox) -> None:
    reply = outbox.sends("Please call us.", way=Way.PHONE, note="They have two orders.")
    assert (reply.way, outbox.case.phase) == (Way.PHONE, Phase.PUBLIC)
    queued = [one for one in outbox.cases.timeline(CASE_ID) if isinstance(one, ReplyQueued)]
    assert [(one.way, one.note) for one in queued] == [(Way.PHONE, "They have two orders.")]
    outbox.passes()
    assert (outbox.case.phase, running(outbox)) == (Phase.PRIVATE, [Clock.PRIVATE])


def test_a_follow_up_can_be_declined_with_a_reason(outbox: Outbox) -> None:
    does(outbox, MoveToPrivate(Way.MAIL), "e1")
    does(outbox, SolveInPrivate(Solved.SILENCE), "e2")
    does(outbox, DeclineFollowUp("they asked for none"), "e3")
    assert (running(outbox), outbox.case.owes_follow_up) == ([], False)
    assert outbox.case.timers[-1].outcome is TimerOutcome.DECLINED


def test_a_word_in_public_is_owed_without_a_clock_too(outbox: Outbox) -> None:
    outbox.settings = settings(targets={"follow_up": None}, staff=STAFF)
    does(outbox, MoveToPrivate(Way.MAIL), "e1")
    assert not outbox.case.owes_follow_up
    does(outbox, SolveInPrivate(), "e2")
    assert (running(outbox), outbox.case.owes_follow_up) == ([], True)
    assert outbox.sends("All well again?", event="e3").follow_up
    assert outbox.case.owes_follow_up
    outbox.passes()
    assert not outbox.case.owes_follow_up


def test_a_leg_that_does_not_fit_is_refused_and_not_offered(outbox: Outbox) -> None:
    for command, refusal in ((SolveInPrivate(), NotInPrivate), (DeclineFollowUp("x"), NoFollowUp)):
        with pytest.raises(refusal):
            does(outbox, command, "e1")
    does(outbox, MoveToPrivate(Way.MAIL), "e2")
    with pytest.raises(InPrivate):
        does(outbox, MoveToPrivate(Way.MAIL), "e3")
    offered = {type(one) for one, _ in possible(outbox.case, ANA, outbox.now, outbox.settings.policy)}
    assert {MoveToPrivate, SolveInPrivate} <= offered
    assert DeclineFollowUp not in offered


def test_a_second_press_changes_nothing(outbox: Outbox) -> None:
    does(outbox, MoveToPrivate(Way.MAIL), "e1")
    with pytest.raises(AlreadyDone):
        does(outbox, MoveToPrivate(Way.MAIL), "e1")


def test_the_drafted_reply_speaks_the_customers_language_where_one_does() -> None:
    english = SavedReply("solved", "Solved", ("All well?",), use=Use.FOLLOW_UP)
    german = SavedReply("geloest", "Gelöst", ("Alles gut?",), "de", use=Use.FOLLOW_UP)
    other = SavedReply("hours", "Hours", ("We open at nine.",))
    day, ana = date(2026, 11, 29), StaffId("ana")
    for language, found in (("de", german), ("en", english), ("fr", english)):
        assert drafted((other, english, german), Use.FOLLOW_UP, language, day, ana) is found
    assert drafted((other, english), Use.HAND_OVER, "en", day, ana) is None
