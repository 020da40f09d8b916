"""A text is checked with its thread, signed and held by the settings when its author presses the button."""

from collections.abc import Callable
from datetime import date

import pytest

from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.replies.checks.context import RecentReply
from mentiondesk.domain.replies.finding import Outcome
from mentiondesk.domain.replies.reply import Hold, ReplyBlocked, ReplyState
from mentiondesk.domain.replies.way import Way
from mentiondesk.domain.timeline import CaseEntry, MovedToPrivate, Noted
from mentiondesk.usecases.replies.entries import placed
from mentiondesk.usecases.replies.review import ReviewReply
from mentiondesk.usecases.replies.write_reply import WriteReply
from mentiondesk.values import replace
from tests.support.builders import answered, at, raw_settings, settings
from tests.support.outbox import Outbox

CALM = "We are sorry, a new complaint form is on its way to you."


@pytest.fixture
def outbox() -> Outbox:
    """An outbox whose replies are really checked; ana has a lead beside her, who may approve."""
    made = Outbox()
    lead = {"id": "mo", "name": "Mo", "email": "mo@example.com", "duty": "always", "roles": ["lead"]}
    made.settings = settings(staff=[*raw_settings()["staff"], lead])
    incidents = Incidents(made.table, made._keep)
    review = ReviewReply(made.cases, incidents, lambda: made.settings, lambda _: ())
    made.write = WriteReply(made.replies, made.cases, review, lambda: made.settings)
    return made


def test_a_calm_reply_is_signed_and_cools(outbox: Outbox) -> None:
    reply = outbox.sends(CALM)
    assert (reply.state, reply.post) == (ReplyState.COOLING, f"{CALM} ^A")
    assert reply.send_at - outbox.now == outbox.settings.replies.undo_public


def test_a_block_stops_the_reply_and_names_the_place(outbox: Outbox) -> None:
    text = "Sorry! It arrives tomorrow, guaranteed."
    with pytest.raises(ReplyBlocked) as stopped:
        outbox.sends(text)
    assert [(one.rule, one.found_in(text)) for one in stopped.value.findings] == [("guarantee", "guaranteed")]
    assert outbox.replies.of(outbox.case.case_id) == []


def test_a_hold_waits_for_another_person_and_its_findings_come_back_whole(outbox: Outbox) -> None:
    outbox.sends("Sorry! A refund is on its way.")
    reply = outbox.reply()
    assert (reply.state, reply.holds) == (ReplyState.HELD, (Hold.CHECK,))
    assert [(one.rule, one.outcome, one.facts) for one in reply.findings] == [
        ("money", Outcome.HOLD, (("words", "refund"),))
    ]


def test_a_warning_takes_one_more_click(outbox: Outbox) -> None:
    text = "A new one is on its way to you."
    with pytest.raises(ReplyBlocked) as stopped:
        outbox.sends(text)
    rules = frozenset(one.rule for one in stopped.value.findings)
    assert rules == {"no_apology"}
    assert outbox.sends(text, accepted=rules).state is ReplyState.COOLING


NOTES: tuple[Callable[..., CaseEntry], ...] = (
    lambda note, place: Noted(text=note, **place),
    lambda note, place: MovedToPrivate(way=Way.PHONE, note=note, **place),
)


@pytest.mark.parametrize("written", NOTES)
def test_a_note_of_the_case_does_not_go_out(outbox: Outbox, written: Callable[..., CaseEntry]) -> None:
    note = "She told us that she has moved out because of the flood in her cellar"
    outbox.happens(written(note, placed(outbox.case, "n1", at(2), None)))
    with pytest.raises(ReplyBlocked) as stopped:
        outbox.sends(f"Sorry! {note}.")
    assert "leak" in {one.rule for one in stopped.value.findings}


def test_the_customer_does_not_read_the_same_twice(outbox: Outbox) -> None:
    outbox.happens(answered(2, CALM))
    with pytest.raises(ReplyBlocked) as stopped:
        outbox.sends(CALM)
    assert {one.rule for one in stopped.value.findings} == {"repeated_to_customer"}


def test_replies_to_others_are_compared(outbox: Outbox) -> None:
    recent = tuple(RecentReply(CALM, at(3), UserId(f"c{number}")) for number in range(5))
    review = ReviewReply(outbox.cases, Incidents(outbox.table, outbox._keep), lambda: outbox.settings, lambda _: recent)
    assert [
        one.rule for one in review(outbox.case, CALM, outbox.settings.roster.staff[0].staff_id, at(5)).findings
    ] == ["repeated"]


def test_a_person_in_their_first_days_is_read_by_another(outbox: Outbox) -> None:
    author, lead = outbox.settings.roster.staff
    for started, state in ((at(0).date(), ReplyState.HELD), (date(2000, 1, 1), ReplyState.COOLING)):
        roster = replace(outbox.settings.roster, staff=(replace(author, started=started), lead))
        outbox.settings = replace(outbox.settings, roster=roster)
        assert outbox.sends(CALM, event=f"e-{started}").state is state
