"""Answers from the desk without any script: drafts, checks, sending once, the gate, taking back, approval."""

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.cases.timers import Clock, ReplyTimer
from mentiondesk.domain.ids import CaseId, IncidentId, PostId, id_at
from mentiondesk.domain.replies.checks.sameness import word_set
from mentiondesk.domain.replies.reply import Reply, ReplyState
from mentiondesk.domain.timeline import BrandPosted, CaseEntry, GoBackStarted, Noted
from mentiondesk.presentation.wording import catalogue
from tests.support.builders import NOON, a_post, answered, at, said, settings_file
from tests.support.doors import HOSTILE, MARKS, Answer
from tests.support.served_desk import TEAM, ServedDesk, settings_file_policy, waiting

GOOD = "Sorry about your parcel! We are asking the depot and will write again by five."


@pytest.fixture
def desk() -> ServedDesk:
    found = ServedDesk()
    found.later(minutes=20)
    found.enter("ana")
    return found


@pytest.fixture
def case_id(desk: ServedDesk) -> CaseId:
    return waiting(desk.desk, 1, "My parcel is late")


def path(case_id: CaseId) -> str:
    return f"/desk/cases/{case_id.conversation}-{case_id.customer}"


def the_case(desk: ServedDesk, case_id: CaseId) -> Case:
    found = desk.desk.cases.get(case_id)
    assert found is not None
    return found


def replies(desk: ServedDesk, case_id: CaseId) -> list[Reply]:
    return desk.stores().replies.of(case_id)


def happens(desk: ServedDesk, case_id: CaseId, entry: CaseEntry) -> None:
    case = the_case(desk, case_id)
    desk.desk.cases.save(case_change(case, apply(case, entry, settings_file_policy()), entry))


def press(desk: ServedDesk, case_id: CaseId, button: str, text: str, **typed: str) -> Answer:
    form = desk.get(path(case_id)).page.form("reply")
    return desk.ask("POST", f"{path(case_id)}/reply", {**form, "press": button, "text": text, **typed})


def field(answer: Answer) -> str:
    return answer.page.form("reply")["text"]


def test_a_reply_is_sent_once_however_often_the_button_is_pressed(desk: ServedDesk, case_id: CaseId) -> None:
    form = {**desk.get(path(case_id)).page.form("reply"), "press": "send", "text": GOOD}
    for _ in range(3):
        sent = desk.ask("POST", f"{path(case_id)}/reply", form)
        assert (sent.status, sent.headers["location"]) == (303, f"{path(case_id)}#outbox")
    (reply,) = replies(desk, case_id)
    assert (reply.text, reply.post, reply.state) == (GOOD, f"{GOOD} ^A", ReplyState.COOLING)
    page = desk.get(path(case_id))
    assert "Goes out in 10 s." in page.page.text
    assert field(page) == ""
    assert the_case(desk, case_id).owner == "ana"


def test_a_reply_is_taken_back_and_is_a_draft_again(desk: ServedDesk, case_id: CaseId) -> None:
    press(desk, case_id, "send", GOOD)
    desk.later(seconds=4)
    form = desk.get(path(case_id)).page.form("withdraw")
    for _ in range(2):
        assert desk.ask("POST", f"{path(case_id)}/reply", form).status == 303
    assert replies(desk, case_id)[0].state is ReplyState.WITHDRAWN
    page = desk.get(path(case_id))
    assert field(page) == GOOD
    assert "Goes out" not in page.page.text
    assert press(desk, case_id, "send", GOOD).status == 303


def test_it_is_too_late_to_take_back_what_is_on_its_way(desk: ServedDesk, case_id: CaseId) -> None:
    press(desk, case_id, "send", GOOD)
    form = desk.get(path(case_id)).page.form("withdraw")
    desk.later(seconds=11)
    assert "withdraw" not in desk.get(path(case_id)).page.offers()
    late = desk.ask("POST", f"{path(case_id)}/reply", form)
    assert late.status == 409
    assert "on its way to X already" in late.page.text


def test_what_the_checks_block_stays_in_the_field_with_its_cure(desk: ServedDesk, case_id: CaseId) -> None:
    text = "Sorry! Your parcel will arrive tomorrow, guaranteed."
    blocked = press(desk, case_id, "send", text)
    assert blocked.status == 422
    assert "Cannot be sent" in blocked.page.text
    assert "Say what you will do" in blocked.page.text
    assert field(blocked) == text
    assert replies(desk, case_id) == []
    assert field(desk.get(path(case_id))) == text


def test_a_warning_goes_by_one_tick(desk: ServedDesk, case_id: CaseId) -> None:
    text = "We are asking the depot where your parcel is."
    warned = press(desk, case_id, "send", text)
    assert (warned.status, "Begin with a word of regret" in warned.page.text) == (422, True)
    assert press(desk, case_id, "send", text, accept_no_apology="yes").status == 303
    assert replies(desk, case_id)[0].confirmed == ("no_apology",)


def test_a_check_sends_nothing_and_says_what_is_found(desk: ServedDesk, case_id: CaseId) -> None:
    assert "have nothing against it" in press(desk, case_id, "check", GOOD).page.text
    held = press(desk, case_id, "check", "Sorry about the parcel, here is a refund.")
    assert (held.status, "Needs another person" in held.page.text) == (200, True)
    assert replies(desk, case_id) == []


@pytest.mark.parametrize("entry", [said(12, words="It came, thanks"), "answer"])
def test_the_gate_stops_what_was_written_for_another_thread(
    desk: ServedDesk, case_id: CaseId, entry: CaseEntry | str
) -> None:
    form = {**desk.get(path(case_id)).page.form("reply"), "press": "send", "text": GOOD}
    answer = BrandPosted(PostId(str(int(id_at(at(12))) + 7)), at(12), "It is in the van")
    happens(desk, case_id, answer if isinstance(entry, str) else entry)
    stopped = desk.ask("POST", f"{path(case_id)}/reply", form)
    assert stopped.status == 409
    assert "Changed meanwhile" in stopped.page.text
    news = stopped.page.text.partition("New since you began to write:")[2]
    assert ("It is in the van" if isinstance(entry, str) else "It came, thanks") in news
    assert field(stopped) == GOOD
    assert replies(desk, case_id) == []
    again = {**stopped.page.form("reply"), "press": "send"}
    assert desk.ask("POST", f"{path(case_id)}/reply", again).status == 303


def test_the_second_of_two_answers_is_stopped(desk: ServedDesk, case_id: CaseId) -> None:
    with desk.by("ben"):
        bens = {**desk.get(path(case_id)).page.form("reply"), "press": "send", "text": "Sorry! I ask about the parcel."}
    press(desk, case_id, "send", GOOD)
    with desk.by("ben"):
        stopped = desk.ask("POST", f"{path(case_id)}/reply", bens)
    assert (stopped.status, field(stopped)) == (409, "Sorry! I ask about the parcel.")
    assert "sent a reply" in stopped.page.text
    assert [one.author for one in replies(desk, case_id)] == ["ana"]


def test_a_draft_is_there_on_every_device_and_for_colleagues_to_see(desk: ServedDesk, case_id: CaseId) -> None:
    form = {**desk.get(path(case_id)).page.form("reply"), "text": "Sorry, we"}
    saved = desk.ask("POST", f"{path(case_id)}/draft", form)
    assert (saved.status, saved.html) == (200, '{"version": 1, "retired": false}')
    assert the_case(desk, case_id).owner == "ana"
    desk.enter("ana")
    assert field(desk.get(path(case_id))) == "Sorry, we"
    with desk.by("ben"):
        assert "Ana is writing a reply: " in desk.get(path(case_id)).page.text
        assert field(desk.get(path(case_id))) == ""
    stale = desk.ask("POST", f"{path(case_id)}/draft", {**form, "text": "Other"})
    assert (stale.status, stale.html) == (409, '{"version": 1, "elsewhere": "Sorry, we"}')
    desk.press(path(case_id), "discard")
    form = desk.get(path(case_id)).page.form("discard")
    desk.ask("POST", f"{path(case_id)}/reply", form)
    assert field(desk.get(path(case_id))) == ""


def test_an_answer_typed_in_the_x_app_retires_drafts(desk: ServedDesk, case_id: CaseId) -> None:
    form = {**desk.get(path(case_id)).page.form("reply"), "text": "Sorry, we"}
    desk.ask("POST", f"{path(case_id)}/draft", form)
    happens(desk, case_id, BrandPosted(PostId(str(int(id_at(at(12))) + 7)), at(12), "It is in the van"))
    page = desk.get(path(case_id))
    assert field(page) == ""
    assert "has an answer since you wrote this draft Sorry, we" in page.page.text


def test_who_cannot_be_answered_by_api_gets_a_text_to_copy(desk: ServedDesk, case_id: CaseId) -> None:
    post_id = the_case(desk, case_id).post_id
    assert post_id is not None
    desk.stores().posts.add(a_post("My parcel is late", post_id=post_id, seen_at=NOON))
    page = desk.get(path(case_id))
    assert "the post does not name us" in page.page.text
    assert 'value="send"' not in page.html
    made = press(desk, case_id, "check", GOOD)
    assert any(
        link.startswith(f"https://x.com/intent/post?in_reply_to={post_id}&text=Sorry") for link in made.page.links
    )
    assert f"{GOOD} ^A" in made.html


def test_a_saved_reply_is_filled_and_its_slot_must_be_too(desk: ServedDesk, case_id: CaseId) -> None:
    saved = [{"id": "late", "title": "Late parcel", "text": "Sorry {first_name|there}! It comes on [day]."}]
    desk.store_settings(settings_file(staff=TEAM, replies={"saved": saved}))
    desk.later(minutes=2)
    used = press(desk, case_id, "", "", use="late")
    assert field(used) == "Sorry there! It comes on [day]."
    form = used.page.form("reply")
    assert form["saved"] == "late"
    blocked = desk.ask("POST", f"{path(case_id)}/reply", {**form, "press": "send"})
    assert (blocked.status, "stands for something" in blocked.page.text) == (422, True)


def test_a_reply_moves_the_conversation_to_private(desk: ServedDesk, case_id: CaseId) -> None:
    used = press(desk, case_id, "", "Sorry about the parcel!", use="desk.move")
    form = used.page.form("reply")
    assert form["text"].endswith("Please send us a direct message, and we will look into it with you.")
    assert (form["way"], form["saved"]) == ("x_dm", "")
    assert desk.ask("POST", f"{path(case_id)}/reply", {**form, "press": "send", "way": "pigeon"}).status == 400
    assert desk.ask("POST", f"{path(case_id)}/reply", {**form, "press": "send"}).status == 303
    assert replies(desk, case_id)[0].way == "x_dm"


def test_a_word_in_public_is_drafted_once_it_is_solved_in_private(desk: ServedDesk, case_id: CaseId) -> None:
    targets = {"next_reply": {"complaint": "2h"}, "follow_up": "1d"}
    desk.store_settings(settings_file(staff=TEAM, targets=targets))
    desk.later(minutes=2)
    desk.press(path(case_id), "move_to_private", way="phone")
    assert "The conversation goes on by phone" in desk.get(path(case_id)).page.text
    desk.press(path(case_id), "solved_in_private", how="customer")
    page = desk.get(path(case_id))
    assert "A word in public is due" in page.page.text
    assert field(page).startswith("Sorry again for the trouble.")
    assert press(desk, case_id, "send", "Sorry again! Is your parcel there now?").status == 303
    assert replies(desk, case_id)[0].follow_up
    assert field(desk.get(path(case_id))) == ""


# --- Approval ---------------------------------------------------------------------------------------------

MONEY = "Sorry about your parcel! We send you a refund today."


def approve(desk: ServedDesk, button: str = "approve", **typed: str) -> Answer:
    form = desk.get("/desk/approvals").page.form("approve_reply")
    return desk.ask("POST", "/desk/approvals", {**form, "press": button, **typed})


def test_who_waits_to_hear_that_an_incident_is_solved_has_a_drafted_word(desk: ServedDesk, case_id: CaseId) -> None:
    happens(desk, case_id, answered(5, "We are looking into it."))
    timer = ReplyTimer(id_at(at(0)), at(15), at(75), Clock.GO_BACK)
    after = the_case(desk, case_id).last_post
    act: dict[str, Any] = {"entry_id": "g", "at": at(15), "by": None, "after": after, "number": 1}
    happens(desk, case_id, GoBackStarted(incident_id=IncidentId("i"), title="Checkout fails", timer=timer, **act))
    words = [catalogue()[f"reply.go_back.text_{number}"] for number in range(1, 6)]
    assert field(desk.get(path(case_id))) in words
    sets = [word_set(one) for one in words]
    assert max(len(a & b) / min(len(a), len(b)) for a, b in combinations(sets, 2)) < 0.7, "they read alike"


def test_a_held_reply_is_approved_with_an_edit_by_another_person(desk: ServedDesk, case_id: CaseId) -> None:
    press(desk, case_id, "send", MONEY)
    page = desk.get(path(case_id))
    assert "Waits for approval by Mo." in page.page.text
    mine = desk.get("/desk/approvals")
    assert "Yours that wait" in mine.page.text
    assert "approve_reply" not in mine.page.offers()
    with desk.by("mo"):
        assert approve(desk, text=f"{MONEY} Best wishes.").headers["location"] == "/desk/approvals?done=approved"
        assert "No reply is waiting for you" in desk.get("/desk/approvals?done=approved").page.text
    (reply,) = replies(desk, case_id)
    assert (reply.state, reply.approved_by, reply.post) == (ReplyState.COOLING, "mo", f"{MONEY} Best wishes. ^A")
    assert "with changes" in desk.get(path(case_id)).page.text


def test_a_reply_that_is_sent_back_is_its_author_s_draft_with_the_reason(desk: ServedDesk, case_id: CaseId) -> None:
    press(desk, case_id, "send", MONEY)
    with desk.by("mo"):
        assert approve(desk, "send_back", reason="Not after 30 days").status == 303
    page = desk.get(path(case_id))
    assert "Sent back: Not after 30 days" in page.page.text
    assert field(page) == MONEY


def headings(desk: ServedDesk) -> list[str]:
    """The headings of the page "Waiting for me"."""
    return [one for one in FOR_ME if one in desk.get("/desk/approvals").page.text]


FOR_ME = ("Sent back to you", "Handed over to you", "Your customers who wrote again", "promised words that are due")


def test_a_reply_that_was_sent_back_waits_for_its_author_until_they_send_another(
    desk: ServedDesk, case_id: CaseId
) -> None:
    press(desk, case_id, "send", MONEY)
    with desk.by("mo"):
        approve(desk, "send_back", reason="Not after 30 days")
        assert headings(desk) == []
    assert headings(desk) == [FOR_ME[0]]
    assert "Not after 30 days" in desk.get("/desk/approvals").page.text
    assert press(desk, case_id, "send", "Sorry about your parcel! We look for it.").status == 303
    assert headings(desk) == []


def test_a_case_that_was_handed_over_waits_until_its_new_owner_does_something(
    desk: ServedDesk, case_id: CaseId
) -> None:
    with desk.by("mo"):
        desk.press(path(case_id), "hand_over", to="ana")
        assert headings(desk) == []
    assert headings(desk) == [FOR_ME[1]]
    assert "from Mo" in desk.get("/desk/approvals").page.text
    desk.press(path(case_id), "note", text="I call her.")
    assert headings(desk) == []


def test_a_customer_who_wrote_again_waits_for_the_owner_alone(desk: ServedDesk, case_id: CaseId) -> None:
    desk.press(path(case_id), "claim")
    assert headings(desk) == []
    happens(desk, case_id, answered(5, "We are looking into it."))
    happens(desk, case_id, said(6, words="@FennelAndFinch still nothing, where is my parcel?"))
    assert headings(desk) == [FOR_ME[2]]
    with desk.by("mo"):
        assert headings(desk) == []


def test_a_private_leg_of_one_s_own_waits_from_half_of_its_time_on(desk: ServedDesk, case_id: CaseId) -> None:
    desk.press(path(case_id), "claim")
    desk.press(path(case_id), "move_to_private", way="phone")
    assert headings(desk) == []
    timer = the_case(desk, case_id).timer
    assert timer is not None and timer.clock is Clock.PRIVATE
    desk.now = timer.since + (timer.answer_by - timer.since) * 0.6
    desk.enter("ana")
    assert headings(desk) == [FOR_ME[3]]


def test_nobody_approves_their_own_and_agents_approve_nothing(desk: ServedDesk, case_id: CaseId) -> None:
    with desk.by("mo"):
        press(desk, case_id, "send", MONEY)
    (reply,) = replies(desk, case_id)
    kept = {
        "event": desk.get(path(case_id)).page.form("reply")["event"],
        "case": path(case_id).rpartition("/")[2],
        "reply": reply.reply_id,
        "seen": str(the_case(desk, case_id).thread),
        "text": MONEY,
        "press": "approve",
    }
    assert desk.ask("POST", "/desk/approvals", kept).status == 403
    staff = [*TEAM, {"id": "lu", "name": "Lu", "email": "lu@example.com", "roles": ["lead"]}]
    desk.store(staff)
    desk.later(minutes=2)
    with desk.by("mo"):
        assert desk.ask("POST", "/desk/approvals", kept).status in (303, 409)
    assert replies(desk, case_id)[0].approved_by is None


def test_an_approval_dies_with_the_thread_and_an_edit_is_checked(desk: ServedDesk, case_id: CaseId) -> None:
    press(desk, case_id, "send", MONEY)
    with desk.by("mo"):
        blocked = approve(desk, text=f"{MONEY} Guaranteed.")
        assert (blocked.status, "is a guarantee" in blocked.page.text) == (422, True)
        form = blocked.page.form("approve_reply")
        assert form["text"] == f"{MONEY} Guaranteed."
        happens(desk, case_id, said(25, words="Forget it"))
        desk.later(minutes=10)
        stopped = desk.ask("POST", "/desk/approvals", {**form, "press": "approve", "text": MONEY})
        assert (stopped.status, "Changed meanwhile" in stopped.page.text) == (409, True)


# --- What nobody means ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        {"press": "dance"},
        {"press": "send", "seen": "x"},
        {"press": "send", "seen": "1a.9999999999"},
        {"press": "check", "version": "-1"},
        {"press": "send", "event": "2026"},
        {"use": "nothing"},
    ],
)
def test_what_no_form_sends_is_refused(desk: ServedDesk, case_id: CaseId, typed: dict[str, Any]) -> None:
    form = {**desk.get(path(case_id)).page.form("reply"), "text": "Sorry"}
    assert desk.ask("POST", f"{path(case_id)}/reply", {**form, **typed}).status == 400
    assert replies(desk, case_id) == []


def test_hostile_words_are_text_everywhere(desk: ServedDesk, case_id: CaseId) -> None:
    happens(desk, case_id, Noted(entry_id="n", at=at(1), by=None, after=(at(0), 1), number=9, text=HOSTILE))
    for button in ("check", "send"):
        answer = press(desk, case_id, button, f"{HOSTILE} refund")
        assert not any(mark in answer.html for mark in MARKS)
    with desk.by("mo"):
        for place in (path(case_id), "/desk/approvals"):
            assert not any(mark in desk.get(place).html for mark in MARKS)


def test_a_page_far_later_still_shows_the_drafts_and_the_reply(desk: ServedDesk, case_id: CaseId) -> None:
    press(desk, case_id, "send", GOOD)
    desk.later(seconds=timedelta(seconds=12).total_seconds())
    assert "On its way to X." in desk.get(path(case_id)).page.text
