"""The signed-in desk in two and three browsers at once: presence, conflicts, double clicks, and a lost connection."""

from unittest.mock import patch

import pytest

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.timeline import AnsweredElsewhere, Claimed, Noted
from mentiondesk.presentation.desk.queue import tick_name
from tests.support.chromium import CHROMIUM
from tests.support.desk_browsers import Office, case_path
from tests.support.served_desk import waiting

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
def desk(running: Office) -> Office:
    running.begin()
    return running


@pytest.fixture
def case_id(desk: Office) -> CaseId:
    return waiting(desk.desk.desk, 1, "My parcel is late")


def the_case(desk: Office, case_id: CaseId) -> Case:
    found = desk.desk.desk.cases.get(case_id)
    assert found is not None
    return found


def acts(desk: Office, case_id: CaseId, kind: type) -> list[object]:
    return [one for one in desk.desk.desk.cases.timeline(case_id) if isinstance(one, kind)]


def test_a_person_signs_in_from_the_mail_and_comes_to_the_case(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.page.do("Network.clearBrowserCookies")
    ana.case(case_id)
    assert ana.path == "/desk/sign-in"
    ana.type("#email", "ana@example.com")
    ana.press("Mail me a code")
    assert ana.page.until("document.activeElement.id === 'code'")
    ana.page.write(desk.desk.mails.codes[-1].code)
    ana.press("Sign in")
    assert ana.path == case_path(case_id)


def test_people_see_one_another_in_the_list_and_on_the_page(desk: Office, case_id: CaseId) -> None:
    ana, ben, mo = (desk.person(one) for one in ("ana", "ben", "mo"))
    mo.open("/desk")
    ana.case(case_id)
    ben.case(case_id)
    assert "Ana has it open" in ben.said
    ben.type("#note-text", "He called")
    ben.poll()
    for one in (ana, mo):
        one.poll()
        assert "Ben is writing" in one.said
    assert "Ana has it open" in mo.said


def test_news_arrive_again_and_again(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    for number, news in enumerate(("He called", "", "She called")):
        if news:
            desk.desk.later(seconds=1)
            with desk.desk.by("ben"):
                desk.desk.press(case_path(case_id), "note", text=news)
        desk.answered.clear()
        ana.poll()
        assert [status for _, _, status in desk.answered] == [200 if news else 304], number
        assert "My parcel is late" in ana.said
        assert news in ana.said


def test_of_two_who_claim_one_wins_and_the_other_is_told(desk: Office, case_id: CaseId) -> None:
    ana, ben = desk.person("ana"), desk.person("ben")
    ana.case(case_id)
    ben.case(case_id)
    ana.press("Claim")
    ben.press("Claim")
    assert the_case(desk, case_id).owner == "ana"
    assert "Ana" in ben.said
    ana.poll()
    ben.poll()
    assert len(acts(desk, case_id, Claimed)) == 1


def test_a_case_is_taken_over_and_its_owner_sees_it(desk: Office, case_id: CaseId) -> None:
    ana, ben = desk.person("ana"), desk.person("ben")
    ana.case(case_id)
    ana.press("Claim")
    ben.case(case_id)
    ben.press("Take over")
    assert the_case(desk, case_id).owner == "ben"
    ana.poll()
    assert "Ben" in ana.said.partition("Only")[0]


def test_the_note_of_who_lost_is_still_there(desk: Office, case_id: CaseId) -> None:
    ana, ben = desk.person("ana"), desk.person("ben")
    ana.case(case_id)
    ben.case(case_id)
    ana.type("#note-text", "Ana asked the depot")
    ben.press("Claim")
    ana.press("Claim")
    assert "Ben" in ana.said
    assert ana.page.value("document.querySelector('#note-text').value") == "Ana asked the depot"
    ana.press("Save the note")
    assert [one.text for one in acts(desk, case_id, Noted) if isinstance(one, Noted)] == ["Ana asked the depot"]
    assert ana.page.value("document.querySelector('#note-text').value") == ""


def test_a_double_click_acts_once(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.press("Claim", times=2)
    assert len(acts(desk, case_id, Claimed)) == 1
    ana.type("#note-text", "Once")
    ana.press("Save the note", times=2)
    assert len(acts(desk, case_id, Noted)) == 1


def test_the_back_button_and_a_second_press_act_once(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.type("#note-text", "Once")
    kept = ana.page.value("document.querySelector('[name=event]').value")
    ana.press("Save the note")
    # As a browser does that shows the page from its memory.
    for words in ("Once", "And twice"):
        ana.page.value("setTimeout(() => history.back()), true")
        ana.page.until("!location.search")
        ana.page.value(f"document.querySelectorAll('[name=event]').forEach(one => one.value = {kept!r})")
        ana.page.value(f"document.querySelector('#note-text').value = {words!r}")
        ana.press("Save the note")
    assert [one.text for one in acts(desk, case_id, Noted) if isinstance(one, Noted)] == ["Once", "And twice"]


def test_half_a_note_keeps_its_text_focus_and_caret_while_news_arrive(desk: Office, case_id: CaseId) -> None:
    ana, ben = desk.person("ana"), desk.person("ben")
    ana.case(case_id)
    ana.type("#note-text", "The depot says that")
    ana.page.value("document.querySelector('#note-text').setSelectionRange(4, 9)")
    ben.case(case_id)
    ben.press("Claim")
    ana.poll()
    assert "Ben" in ana.said
    held = "(one => [one === document.activeElement, one.value, one.selectionStart, one.selectionEnd])(%s)"
    assert ana.page.value(held % "document.querySelector('#note-text')") == [True, "The depot says that", 4, 9]


def test_a_minute_offline_loses_nothing(desk: Office, case_id: CaseId) -> None:
    ana, ben = desk.person("ana"), desk.person("ben")
    ana.case(case_id)
    ana.type("#note-text", "Written in a tunnel")
    ana.offline(True)
    ben.case(case_id)
    ben.press("Claim")
    ana.later(61)
    ana.page.until("document.body.innerText.includes('No connection')")
    ana.click("Save the note")
    assert ana.page.value("document.querySelector('#note-text').value") == "Written in a tunnel"
    ana.offline(False)
    ana.page.until("navigator.onLine")
    assert ana.later(61)
    ana.page.until("document.body.innerText.includes('Ben') && !document.body.innerText.includes('No connection')")
    ana.press("Save the note")
    assert [one.text for one in acts(desk, case_id, Noted) if isinstance(one, Noted)] == ["Written in a tunnel"]


def test_a_browser_that_was_closed_still_has_the_text(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.type("#note-text", "Half a no")
    ana.open("/desk")
    ana.case(case_id)
    assert ana.page.value("document.querySelector('#note-text').value") == "Half a no"


def test_a_failing_desk_and_a_session_that_ended_leave_the_page_as_it_is(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    ana.type("#note-text", "Half a note")
    with patch.object(desk.desk.desk.table, "get", side_effect=OSError):
        ana.poll()
    assert "The desk does not answer" in ana.said
    ana.page.do("Network.clearBrowserCookies")
    ana.poll()
    assert "You are signed out" in ana.said
    assert "My parcel is late" in ana.said
    assert ana.page.value("document.querySelector('#note-text').value") == "Half a note"


def test_a_page_asks_often_while_somebody_moves_and_seldom_else(desk: Office, case_id: CaseId) -> None:
    ana = desk.person("ana")
    ana.case(case_id)
    for pause, moves, polls in ((2, True, False), (2, True, True), (61, False, True), (30, False, False)):
        if moves:
            ana.page.press("ArrowDown")
        assert ana.later(pause) is polls, (pause, moves)
    ana.page.value("Object.defineProperty(document, 'visibilityState', {value: 'hidden'})")
    assert not ana.later(600)


def test_ticked_customers_stay_ticked_while_news_arrive_and_are_changed_at_once(desk: Office) -> None:
    cases = [waiting(desk.desk.desk, number, "My parcel is late", number) for number in (1, 2, 3)]
    ana, ben = desk.person("ana"), desk.person("ben")
    ana.open("/desk")
    for key in ("j", "x", "j", "x"):
        ana.page.press(key)
    waiting(desk.desk.desk, 4, "Mine came before yours", -30)
    ben.case(cases[2])
    ben.press("Claim")
    ana.poll()
    assert "Ben" in ana.said and "Mine came before yours" in ana.said
    ticked = "[...document.querySelectorAll('.tick:checked')].map(one => one.name)"
    assert ana.page.value(ticked) == [tick_name(one) for one in cases[:2]]
    ana.press("Answered elsewhere")
    assert "Mark 2 customers as answered elsewhere?" in ana.said
    ana.press("Mark them as answered", times=2)
    assert "2 changed" in ana.said
    assert [the_case(desk, one).waiting for one in cases] == [False, False, True]
    assert [len(acts(desk, one, AnsweredElsewhere)) for one in cases] == [1, 1, 0]
