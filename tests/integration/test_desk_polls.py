"""Pages that are open ask for news: by one request to the table while nothing happens, and in time when it does."""

import pytest

from mentiondesk.domain.ids import CaseId
from tests.support.counted import Counted
from tests.support.doors import Answer
from tests.support.served_desk import ServedDesk, waiting

MOST = 6


class Office:
    """A desk with one customer who waits; Ana has a page open."""

    def __init__(self) -> None:
        self.desk = ServedDesk()
        self.case_id = waiting(self.desk.desk, 1, "My parcel is late")
        self.counted = Counted(self.desk.desk.table)
        self.desk.desk.table = self.counted
        self.desk.enter()
        self.tag = ""

    @property
    def case(self) -> str:
        return path(self.case_id)

    def look(self, page: str) -> Answer:
        """Asks as a page does that is open; afterwards `counted.requests` are those of this one."""
        self.counted.requests = 0
        found = self.desk.get(page, **({"If-None-Match": self.tag} if self.tag else {}))
        self.tag = found.headers["etag"]
        return found

    def opened(self, page: str) -> None:
        """The page as it is once it has been open for a moment."""
        for _ in range(3):
            self.look(page)


def path(case_id: CaseId) -> str:
    return f"/desk/cases/{case_id.conversation}-{case_id.customer}"


@pytest.fixture
def office() -> Office:
    return Office()


def pages(office: Office) -> tuple[str, str]:
    return "/desk", office.case


@pytest.mark.parametrize("page", [0, 1])
def test_a_page_takes_six_requests_at_most_and_a_poll_without_news_one(office: Office, page: int) -> None:
    shown = pages(office)[page]
    office.look(shown)
    office.tag = ""
    assert office.look(shown).status == 200
    assert office.counted.requests <= MOST
    office.opened(shown)
    office.desk.later(seconds=1)
    assert office.look(shown).status == 304
    assert office.counted.requests == 1


@pytest.mark.parametrize("page", [0, 1])
def test_what_a_colleague_does_is_seen_at_once(office: Office, page: int) -> None:
    shown = pages(office)[page]
    office.opened(shown)
    with office.desk.by("ben"):
        office.desk.press(office.case, "claim")
    assert "Ben" in office.look(shown).said


@pytest.mark.parametrize("page", [0, 1])
def test_a_colleague_who_comes_or_writes_is_seen_at_once(office: Office, page: int) -> None:
    shown = pages(office)[page]
    office.opened(shown)
    for query, words in (("", "Ben has it open"), ("?writing=1", "Ben is writing")):
        with office.desk.by("ben"):
            office.desk.get(f"{office.case}{query}")
        assert words in office.look(shown).said


def test_a_new_customer_is_seen_within_a_quarter_of_a_minute(office: Office) -> None:
    office.opened("/desk")
    waiting(office.desk.desk, 2, "And mine too")
    office.desk.later(seconds=15)
    assert "And mine too" in office.look("/desk").said


def test_without_news_the_time_alone_sends_no_page_again(office: Office) -> None:
    # The time left is told in whole minutes.
    office.desk.later(seconds=5)
    office.opened("/desk")
    office.desk.later(seconds=15)
    assert office.look("/desk").status == 304
    assert office.counted.requests <= MOST
    assert office.look("/desk").status == 304
    assert office.counted.requests == 1


def test_presence_lasts_as_long_as_the_page_polls(office: Office) -> None:
    office.opened(office.case)
    for _ in range(60):
        office.desk.later(seconds=3)
        office.look(office.case)
    with office.desk.by("ben"):
        assert "Ana has it open" in office.desk.get("/desk").said


def test_a_poll_of_a_session_that_ended_is_led_to_the_sign_in(office: Office) -> None:
    office.opened("/desk")
    kept = dict(office.desk.cookies)
    office.desk.post("/desk/sign-out")
    office.desk.cookies = kept
    assert office.desk.get("/desk", **{"If-None-Match": office.tag}).status == 303


def test_one_reader_s_tag_is_worth_nothing_to_another(office: Office) -> None:
    office.opened("/desk?view=mine")
    with office.desk.by("ben"):
        found = office.desk.get("/desk", **{"If-None-Match": office.tag})
    assert found.status == 200
