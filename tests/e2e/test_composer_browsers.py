"""Answers written in real browsers: drafts that survive, the gate, one press one reply, saved replies, approval."""

import pytest

from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.ids import CaseId, PostId, id_at
from mentiondesk.domain.replies.reply import Reply, ReplyState
from mentiondesk.domain.timeline import BrandPosted, CaseEntry
from tests.support.builders import at, said, settings_file
from tests.support.chromium import CHROMIUM
from tests.support.desk_browsers import Office, Person
from tests.support.served_desk import TEAM, settings_file_policy, waiting

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
GOOD = "Sorry about your parcel! We are asking the depot."
FIELD = "#reply-text"


@pytest.fixture
def desk(running: Office) -> Office:
    running.begin()
    running.desk.later(minutes=20)
    return running


@pytest.fixture
def case_id(desk: Office) -> CaseId:
    return waiting(desk.desk.desk, 1, "My parcel is late")


def replies(desk: Office, case_id: CaseId) -> list[Reply]:
    return desk.desk.stores().replies.of(case_id)


def happens(desk: Office, case_id: CaseId, entry: CaseEntry) -> None:
    cases = desk.desk.desk.cases
    case = cases.get(case_id)
    assert case is not None
    cases.save(case_change(case, apply(case, entry, settings_file_policy()), entry))


def typed_in_the_app(minute: float, words: str = "It is in the van") -> BrandPosted:
    return BrandPosted(PostId(str(int(id_at(at(minute))) + 7)), at(minute), words)


def text_of(one: Person) -> str:
    return str(one.page.value(f"document.querySelector({FIELD!r}).value"))


def write(one: Person, words: str) -> None:
    """Types, and waits until the desk has it."""
    one.type(FIELD, words)
    one.page.value("document.activeElement.blur()")
    saved(one)


def saved(one: Person) -> None:
    one.page.until("document.querySelector('#reply-state').innerText === 'Draft saved, not sent'")


# --- Drafts -----------------------------------------------------------------------------------------------


def test_a_draft_survives_reload_other_devices_a_new_owner_and_the_customer(desk: Office, case_id: CaseId) -> None:
    ana, ben = desk.person("ana"), desk.person("ben")
    ana.case(case_id)
    write(ana, "Sorry, we")
    ana.case(case_id)
    assert text_of(ana) == "Sorry, we"
    phone = desk.person("ana")
    phone.page.look(390, 800, "light")
    phone.case(case_id)
    assert text_of(phone) == "Sorry, we"
    ben.case(case_id)
    assert "Ana is writing a reply" in ben.said
    ben.press("Take over")
    happens(desk, case_id, said(15, words="Hello? Anybody?"))
    desk.desk.later(seconds=20)
    ana.poll()
    assert "Hello? Anybody?" in ana.said
    assert "Something new stands above" in ana.said
    assert text_of(ana) == "Sorry, we"
    ana.case(case_id)
    assert text_of(ana) == "Sorry, we"


def test_a_draft_survives_a_session_that_ends(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    write(ana, "Sorry, we")
    ana.page.do("Network.clearBrowserCookies")
    ana.type(FIELD, " lost it")
    ana.page.value("document.activeElement.blur()")
    ana.page.until("document.querySelector('#reply-state').innerText.startsWith('Not saved yet')")
    assert text_of(ana) == "Sorry, we lost it"
    for name, value in desk.desk.cookie_of("ana").items():
        ana.page.do("Network.setCookie", name=name, value=value, url="http://localhost", httpOnly=True, sameSite="Lax")
    ana.case(case_id)
    assert text_of(ana) == "Sorry, we lost it"
    saved(ana)


def test_what_is_typed_offline_reaches_the_desk_later(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.offline(True)
    ana.type(FIELD, "Written in a tunnel")
    ana.page.value("document.activeElement.blur()")
    ana.page.until("document.querySelector('#reply-state').innerText.startsWith('Not saved yet')")
    ana.offline(False)
    saved(ana)
    assert desk.desk.stores().reply_drafts.of(case_id)[0].text == "Written in a tunnel"


def test_two_devices_lose_no_word_of_each_other(desk: Office, case_id: CaseId) -> None:
    ana, phone = desk.person("ana"), desk.person("ana")
    ana.case(case_id)
    phone.case(case_id)
    write(ana, "At the desk")
    phone.type(FIELD, "On the phone")
    phone.page.value("document.activeElement.blur()")
    phone.page.until("document.body.innerText.includes('At the desk')")
    assert text_of(phone) == "On the phone"


def test_news_touch_neither_text_nor_caret(desk: Office, case_id: CaseId) -> None:
    ana, ben = desk.person("ana"), desk.person("ben")
    ana.case(case_id)
    ana.type(FIELD, "The depot says that")
    ana.page.value(f"document.querySelector({FIELD!r}).setSelectionRange(4, 9)")
    ben.case(case_id)
    assert "Ana" not in ben.said.partition("Reply to")[2]
    ana.poll()
    ben.poll()
    assert "Ana is writing" in ben.said
    held = (
        f"(one => [one === document.activeElement, one.value, one.selectionStart])(document.querySelector({FIELD!r}))"
    )
    assert ana.page.value(held) == [True, "The depot says that", 4]


def test_a_reply_typed_in_the_x_app_retires_the_draft(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    write(ana, "Sorry, we")
    happens(desk, case_id, typed_in_the_app(12))
    ana.case(case_id)
    assert text_of(ana) == ""
    assert "has an answer since you wrote this draft" in ana.said
    assert "Sorry, we" in ana.said
    case = desk.desk.desk.cases.get(case_id)
    assert case is not None and not case.waiting


# --- One press is one reply -------------------------------------------------------------------------------


def test_a_double_click_back_and_retry_send_once(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.type(FIELD, GOOD)
    kept = ana.page.value("[...new FormData(document.querySelector('[data-composer]'))]")
    ana.press("Send", times=2)
    assert "Goes out in" in ana.said
    assert text_of(ana) == ""
    again = (
        f"fetch({case_url(case_id)!r} + '/reply', {{method: 'POST',"
        f" body: new URLSearchParams([...{kept}, ['press', 'send']])}}).then(got => got.status)"
    )
    assert ana.page.value(again) == 200
    ana.page.value("setTimeout(() => history.back()), true")
    ana.page.until("document.readyState === 'complete' && !location.hash")
    assert [one.text for one in replies(desk, case_id)] == [GOOD]


def case_url(case_id: CaseId) -> str:
    return f"/desk/cases/{case_id.conversation}-{case_id.customer}"


def test_the_second_of_two_answers_stops_at_the_gate_and_keeps_its_text(desk: Office, case_id: CaseId) -> None:
    ana, ben, mo = (desk.person(one) for one in ("ana", "ben", "mo"))
    for one in (ana, ben, mo):
        one.case(case_id)
    ana.type(FIELD, GOOD)
    ben.type(FIELD, "Sorry about the parcel, I ask for it.")
    ana.press("Send")
    ben.press("Send")
    assert "Changed meanwhile" in ben.said
    assert text_of(ben) == "Sorry about the parcel, I ask for it."
    assert [one.author for one in replies(desk, case_id)] == ["ana"]
    mo.poll()
    assert GOOD in mo.said
    ben.poll()
    assert "signed out" not in ben.said
    ben.press("Take over")
    assert text_of(ben) == "Sorry about the parcel, I ask for it."


def test_a_reply_is_taken_back_while_its_time_runs(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.type(FIELD, GOOD)
    ana.press("Send")
    ana.page.value("window.ahead += 4000")
    ana.page.until("document.querySelector('[data-left]').innerText === '6'")
    ana.press("Undo sending")
    assert replies(desk, case_id)[0].state is ReplyState.WITHDRAWN
    assert text_of(ana) == GOOD


def test_the_page_asks_when_the_time_has_run_out(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.type(FIELD, GOOD)
    ana.press("Send")
    desk.desk.later(seconds=11)
    ana.page.value("window.ahead += 11000")
    ana.page.until("document.body.innerText.includes('On its way to X')")
    assert "Undo sending" not in ana.said


# --- Help while typing ------------------------------------------------------------------------------------


def test_length_and_price_follow_the_text(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.page.press("r")
    assert ana.page.value("document.activeElement.id") == "reply-text"
    ana.page.write("Über 👨‍👩‍👧 日本")
    assert "15 of 280" in ana.said
    assert "$0.015" in ana.said
    ana.page.write(" see www.example.com/a/very/long/path/of/ours")
    assert "43 of 280" in ana.said
    assert "$0.200" in ana.said
    ana.page.value("document.querySelector('[data-composer] button[value=check]:not([hidden])').click()")
    ana.page.until("document.readyState === 'complete' && location.pathname.endsWith('/reply')")
    assert "43 of 280" in ana.said


def test_enter_in_a_field_checks_the_reply_and_neither_sends_nor_replaces_it(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.type(FIELD, "So sorry, we look at it now.")
    ana.page.value("document.querySelector('details.private').open = true")
    ana.type("#reply-note", "called twice")
    ana.page.press("Enter")
    ana.page.until("document.readyState === 'complete' && location.pathname.endsWith('/reply')")
    assert text_of(ana) == "So sorry, we look at it now."
    assert "On its way to X" not in ana.said


def test_a_saved_reply_is_found_by_a_slash_and_its_slot_is_marked(desk: Office, case_id: CaseId) -> None:
    saved_replies = [
        {"id": "late", "title": "Late parcel", "text": "Sorry {first_name|there}! It comes on [day], we hear."},
        {"id": "open", "title": "Opening hours", "text": "We are open until six."},
    ]
    desk.desk.store_settings(settings_file(staff=TEAM, replies={"saved": saved_replies}))
    desk.desk.later(minutes=2)
    ana = desk.person("ana")
    ana.case(case_id)
    ana.type(FIELD, "")
    ana.page.press("/")
    assert ana.page.value("document.activeElement.id") == "saved-search"
    ana.page.write("late")
    ana.page.press("Enter")
    assert text_of(ana) == "Sorry there! It comes on [day], we hear."
    ana.page.write("Monday")
    assert text_of(ana) == "Sorry there! It comes on Monday, we hear."
    ana.press("Send")
    assert replies(desk, case_id)[0].saved == "late"


def test_a_lead_approves_what_an_agent_wrote(desk: Office, case_id: CaseId) -> None:
    ana, mo = desk.person("ana"), desk.person("mo")
    ana.case(case_id)
    ana.type(FIELD, "Sorry about your parcel, we send you a refund.")
    ana.press("Check")
    assert "Needs another person" in ana.said
    ana.press("Ask for approval")
    assert "Waits for approval by Mo" in ana.said
    mo.open("/desk/approvals")
    mo.press("Approve", times=2)
    assert "Approved. It goes out in a moment." in mo.said
    assert replies(desk, case_id)[0].state is ReplyState.COOLING
    ana.poll()
    assert "Goes out in" in ana.said
    assert ana.page.heard == []
