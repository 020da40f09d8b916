"""A new agent's first case: from the mail, signed out, to an answer that is on its way, and to the next customer."""

import pytest

from mentiondesk.domain.replies.reply import ReplyState
from tests.support.chromium import CHROMIUM
from tests.support.desk_browsers import Office, case_path
from tests.support.new_agent import NewAgent
from tests.support.served_desk import waiting

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
# Presses and pages of the walks as they are; more is a step back.
SIGNED_OUT, SIGNED_IN = 5, 3


@pytest.fixture
def desk(running: Office) -> Office:
    running.begin()
    running.desk.later(minutes=20)
    return running


def test_from_the_mail_to_an_answer_and_the_next_customer(desk: Office) -> None:
    first, second, third = (waiting(desk.desk.desk, number, f"Parcel {number} is late", number) for number in (1, 2, 3))
    ana = NewAgent(desk)
    ana.mail(first)
    ana.press("Write a reply")
    assert ana.primary == ["Mail me a code"]
    assert "go on to the case" in ana.person.said
    assert ana.page.until("document.activeElement.id === 'email'")
    ana.page.write("ana@example.com")
    ana.press("Mail me a code")
    assert ana.primary == ["Sign in"]
    assert ana.page.until("document.activeElement.id === 'code'")
    ana.page.write(desk.desk.mails.codes[-1].code)
    ana.press("Sign in")
    assert ana.person.path == case_path(first)
    assert ana.primary == ["Send"]
    ana.person.type("#reply-text", "Sorry about your parcel! We are asking the depot.")
    ana.press("Send")
    assert "Goes out in" in ana.person.said
    assert "Undo sending" in ana.person.said
    assert ana.primary[0] == "Next customer"
    assert [one.state for one in desk.desk.stores().replies.of(first)] == [ReplyState.COOLING]
    case = desk.desk.desk.cases.get(first)
    assert case is not None and case.owner == "ana"
    ana.press("Next customer")
    assert ana.person.path == case_path(second)
    assert ana.presses == ana.pages == SIGNED_OUT
    ana.presses = ana.pages = 0
    ana.mail(third)
    ana.press("Write a reply")
    ana.person.type("#reply-text", "So sorry! Yours is in the van, we hear.")
    ana.press("Send")
    ana.press("Next customer")
    assert ana.person.path == case_path(second)
    assert ana.presses == ana.pages == SIGNED_IN


def test_a_mail_s_claim_leads_to_a_page_with_that_button(desk: Office) -> None:
    case_id = waiting(desk.desk.desk, 1, "My parcel is late")
    ana = NewAgent(desk)
    ana.mail(case_id)
    ana.press("Claim")
    ana.press("Claim")
    case = desk.desk.desk.cases.get(case_id)
    assert case is not None and case.owner == "ana"
    assert "You own this case now" in ana.person.said
    assert (ana.presses, ana.pages) == (2, 2)


def test_the_page_of_a_case_fits_a_phone(desk: Office) -> None:
    case_id = waiting(desk.desk.desk, 1, "My parcel is late")
    ana = desk.person("ana")
    ana.page.look(390, 844, "dark")
    ana.case(case_id)
    top = "document.querySelector('.timeline .said').getBoundingClientRect().top"
    assert ana.page.value(top) < 844 / 2
    ana.open("/desk")
    assert ana.page.value("document.querySelector('.rows').getBoundingClientRect().top") < 844 / 3
    assert ana.page.value("document.documentElement.scrollWidth") <= 390
