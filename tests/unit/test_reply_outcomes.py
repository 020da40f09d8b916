"""The outcomes of replies: facts for figures, news to people, and what other replies learn from them."""

from datetime import timedelta

import pytest

from mentiondesk.adapters.storage.stores.alerts import Alerts
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.domain.figures.facts import ReplyFact
from mentiondesk.domain.replies.commands import Approve, SendBack
from mentiondesk.domain.replies.eligibility import Grounds
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.reply import Refusal, ReplyState
from mentiondesk.domain.review.sample import replies_in
from mentiondesk.ports.replies import PostRefused, ReplyKey, SavedUse
from mentiondesk.usecases.alerts.planning import planned
from mentiondesk.usecases.replies.send_replies import NEVER_SHOWN_AFTER
from mentiondesk.usecases.replies.write_reply import WriteReply
from tests.support.builders import CASE_ID, at, settings
from tests.support.outbox import ANA, BEN, LEA, STAFF, UNDO, Outbox

HELD = (Finding("money", Outcome.HOLD, 3, 9),)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


def facts(outbox: Outbox) -> list[ReplyFact]:
    found = Facts(outbox.table).between(at(0), outbox.now + timedelta(minutes=1))
    return [fact for fact in found if isinstance(fact, ReplyFact)]


def told(outbox: Outbox) -> dict[str, set[str]]:
    """The people who hear of each stage now."""
    alerts = Alerts(outbox.table, outbox._keep, outbox.cases, Incidents(outbox.table, outbox._keep))
    found: dict[str, set[str]] = {}
    for item in alerts.due(outbox.now, 100):
        lease = alerts.lease(item, outbox.now, outbox.now + timedelta(minutes=1))
        for alert in planned(lease, outbox.settings, outbox.now).plan.send if lease else ():
            found.setdefault(alert.stage, set()).add(alert.staff_id)
    return found


def test_a_sent_reply_is_a_fact_and_in_the_review_sample_with_who_wrote_it(outbox: Outbox) -> None:
    outbox.sends(by=BEN)
    assert facts(outbox) == []
    outbox.passes()
    (fact,) = facts(outbox)
    assert (fact.by, fact.checks, fact.held_at, fact.released) == ("ben", (), None, False)
    everything = list(Facts(outbox.table).between(at(0), at(60)))
    assert [(one.post_id, one.author) for one in replies_in(everything)] == [(outbox.x.posts[0].post_id, "ben")]


def test_an_approval_shows_the_checks_that_fired_and_how_long_it_took(outbox: Outbox) -> None:
    outbox.findings = HELD
    outbox.sends()
    held_at, outbox.now = outbox.now, at(9)
    outbox.change(
        LEA, ReplyKey(CASE_ID, outbox.reply().reply_id), Approve("Yes.", "Yes.", outbox.case.thread, UNDO), "e2", at(9)
    )
    outbox.passes()
    (fact,) = facts(outbox)
    assert (fact.checks, fact.released, fact.held_at, fact.decided_at) == (("money",), True, held_at, at(9))


def test_a_reply_that_is_sent_back_was_decided_too(outbox: Outbox) -> None:
    outbox.findings = HELD
    outbox.sends()
    outbox.now = at(9)
    outbox.change(LEA, ReplyKey(CASE_ID, outbox.reply().reply_id), SendBack("no"), "e2", at(9))
    (fact,) = facts(outbox)
    assert (fact.post_id, fact.released, fact.decided_at) == (None, False, at(9))


def test_a_refusal_reaches_its_author_and_the_text_is_a_draft_again(outbox: Outbox) -> None:
    outbox.sends()
    outbox.x.fail_next = [(PostRefused(Refusal.TOO_LONG), False)]
    outbox.passes()
    assert told(outbox)["reply_refused"] == {"ana"}
    (draft,) = outbox.drafts.of(CASE_ID, outbox.case.thread)
    assert (draft.draft.author, draft.draft.text, draft.retired) == ("ana", "We are on it.", False)


def test_the_leads_hear_of_a_refusal_while_its_author_is_off_duty(outbox: Outbox) -> None:
    outbox.sends()
    outbox.x.fail_next = [(PostRefused(Refusal.BLOCKED), False)]
    outbox.passes()
    outbox.off_duty("ana")
    assert told(outbox)["reply_refused"] == {"ana", "lea", "mia"}


def test_a_reply_that_x_never_shows_reaches_its_author(outbox: Outbox) -> None:
    outbox.sends()
    outbox.passes_in_doubt()
    outbox.passes(NEVER_SHOWN_AFTER + timedelta(minutes=1))
    assert told(outbox)["reply_refused"] == {"ana"}
    assert outbox.drafts.of(CASE_ID, outbox.case.thread)[0].draft.text == "We are on it."


def test_leads_hear_of_a_reply_that_waits_for_them(outbox: Outbox) -> None:
    outbox.findings = HELD
    outbox.sends()
    assert told(outbox)["approval"] == {"lea", "mia"}


def test_the_author_hears_that_a_reply_was_sent_back_or_edited_and_not_who_owns_the_case(outbox: Outbox) -> None:
    outbox.findings = HELD
    outbox.sends()
    key = ReplyKey(CASE_ID, outbox.reply().reply_id)
    outbox.change(LEA, key, SendBack("name the day"), "b1", outbox.now)
    assert told(outbox)["sent_back"] == {"ana"}
    outbox.sends(event="e3")
    key = ReplyKey(CASE_ID, outbox.reply("e3").reply_id)
    outbox.change(LEA, key, Approve("By noon.", "By noon.", outbox.case.thread, UNDO), "a1", outbox.now)
    assert told(outbox)["reply_edited"] == {"ana"}


def test_an_approval_of_the_text_as_it_is_tells_its_author_nothing(outbox: Outbox) -> None:
    outbox.findings = HELD
    reply = outbox.sends()
    approve = Approve(reply.text, reply.post, outbox.case.thread, UNDO)
    outbox.change(LEA, ReplyKey(CASE_ID, reply.reply_id), approve, "a1", outbox.now)
    assert "reply_edited" not in told(outbox)


def test_leads_hear_of_a_reply_that_went_out_because_nobody_was_there(outbox: Outbox) -> None:
    staff = [{**one, "duty": None} if one["roles"] else one for one in STAFF]
    outbox.settings = settings(replies={"approval": {"nobody_on_duty": "release"}}, staff=staff)
    outbox.findings = HELD
    assert outbox.sends().state is ReplyState.COOLING
    assert told(outbox)["released_unseen"] == {"lea", "mia"}


def test_replies_of_the_last_day_are_known_to_all_and_saved_ones_are_counted(outbox: Outbox) -> None:
    outbox.sends(saved="hello")
    assert (outbox.replies.recent(at(0)), outbox.replies.saved_sent(outbox.now)) == ([], {})
    outbox.passes()
    assert [(one.text, one.customer) for one in outbox.replies.recent(at(0))] == [("We are on it.", CASE_ID.customer)]
    assert outbox.replies.saved_sent(outbox.now) == {"hello": SavedUse(1, 0)}
    assert outbox.replies.recent(outbox.now + timedelta(seconds=1)) == []
    assert outbox.replies.saved_sent(outbox.now + timedelta(days=7)) == {}


def test_a_saved_reply_that_goes_out_as_it_is_saved_is_counted_apart(outbox: Outbox) -> None:
    saved = [{"id": "hello", "title": "Hello", "text": "Hi {first_name|there}, we are on it."}]
    outbox.settings = settings(replies={"saved": saved}, staff=STAFF)
    for event, text in (("e1", "Hi there, we are on it."), ("e2", "Hi there, we are on it now.")):
        outbox.sends(text, event=event, saved="hello")
        outbox.passes()
    assert outbox.replies.saved_sent(outbox.now) == {"hello": SavedUse(2, 1)}


@pytest.mark.parametrize(("failure", "refuses"), [(None, False), (PostRefused(Refusal.NOT_SUMMONED), True)])
def test_x_s_latest_word_on_implied_mentions_is_known_to_all(
    outbox: Outbox, failure: Exception | None, refuses: bool
) -> None:
    outbox.write = WriteReply(
        outbox.replies, outbox.cases, outbox._review, lambda: outbox.settings, lambda _: Grounds.IMPLIED
    )
    outbox.sends(by=ANA)
    outbox.x.fail_next = [(failure, False)] if failure else []
    outbox.passes()
    assert outbox.replies.experience().refuses_implied is refuses
