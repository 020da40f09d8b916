"""X's rules for showing posts (docs.x.com, display requirements), one by one, on the pages that show posts."""

import re

import pytest

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import NoteReach, decide
from mentiondesk.domain.cases.fold import apply, posted
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.profile import Profile
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.timeline import CaseEntry
from mentiondesk.presentation.desk.queue import case_path
from tests.pictures.story import StoryDesk
from tests.support.builders import BRAND_ID, a_post, an_answer, answered, at, said, tags
from tests.support.served_desk import ServedDesk, settings_file_policy, waiting

WORDS = "My kettle leaks.\nSee https://shop.example/kettle   and call 07700 900123"
PRIYA = Profile("Priya Shah", "priya_bakes", 1240)


@pytest.fixture
def desk() -> ServedDesk:
    found = ServedDesk()
    found.enter()
    return found


@pytest.fixture
def case_id(desk: ServedDesk) -> CaseId:
    return waiting(desk.desk, 1, WORDS)


def happens(desk: ServedDesk, case_id: CaseId, entry: CaseEntry) -> None:
    case = desk.desk.cases.get(case_id)
    assert case is not None
    desk.desk.cases.save(case_change(case, apply(case, entry, settings_file_policy()), entry))


def looked_up(desk: ServedDesk, case_id: CaseId) -> None:
    case = desk.desk.cases.get(case_id)
    assert case is not None
    happens(
        desk, case_id, decide(case, NoteReach(PRIYA), DESK, at(1), "2026-06-17T12:01:00Z-1", settings_file_policy())
    )


def posts(desk: ServedDesk, case_id: CaseId) -> list[str]:
    """The markup of each post on the page of a case."""
    return re.findall(r'<li class="(?:customer|brand)">(.*?)</li>', desk.get(case_path(case_id)).html, re.DOTALL)


def links(markup: str) -> list[tuple[str, str]]:
    """The links of a piece of a page: where they lead, and what they say."""
    found = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', markup, re.DOTALL)
    return [(to, re.sub(r"<[^>]+>", "", says).strip()) for to, says in found]


def test_the_author_stands_beside_a_post_with_name_and_handle_that_lead_to_the_profile(
    desk: ServedDesk, case_id: CaseId
) -> None:
    looked_up(desk, case_id)
    happens(desk, case_id, answered(10, "Sorry!"))
    customer, brand = posts(desk, case_id)
    assert ("https://x.com/priya_bakes", "Priya Shah · @priya_bakes") in links(customer)
    assert ("https://x.com/FennelAndFinch", "Fennel &amp; Finch · @FennelAndFinch") in links(brand)


def test_an_author_whom_the_desk_has_not_looked_up_is_linked_by_their_number(desk: ServedDesk, case_id: CaseId) -> None:
    assert links(posts(desk, case_id)[0])[0][0] == f"https://x.com/i/user/{case_id.customer}"


def test_the_text_is_as_it_was_written(desk: ServedDesk, case_id: CaseId) -> None:
    assert "My kettle leaks.\nSee https://shop.example/kettle and call 07700 900123" in posts(desk, case_id)[0]


def test_a_post_that_is_longer_than_what_the_desk_keeps_says_so(desk: ServedDesk, case_id: CaseId) -> None:
    long = waiting(desk.desk, 2, "kettle " * 86)
    assert "Read the rest on X" in posts(desk, long)[0]
    assert "Read the rest on X" not in posts(desk, case_id)[0]


def test_the_time_and_x_s_logo_lead_to_the_post(desk: ServedDesk, case_id: CaseId) -> None:
    case = desk.desk.cases.get(case_id)
    assert case is not None
    post = f"https://x.com/i/status/{case.post_id}"
    shown = posts(desk, case_id)[0]
    assert [says for to, says in links(shown) if to == post] == ["12:00 UTC", "View on X"]
    assert shown.count("<svg") == 1


def test_an_edited_post_is_marked(desk: ServedDesk, case_id: CaseId) -> None:
    customer = posted(a_post("kettle", edits=1, created_at=at(5)), tags(Kind.COMPLAINT))
    brand = posted(an_answer(a_post(), "Sorry", edits=2, author_id=BRAND_ID), None)
    for entry in (customer, brand):
        happens(desk, case_id, entry)
    assert ["· edited ·" in one for one in posts(desk, case_id)] == [False, True, True]


def test_a_post_carries_no_act_of_ours_and_no_other_network(desk: ServedDesk, case_id: CaseId) -> None:
    happens(desk, case_id, answered(10, "Sorry!"))
    for one in posts(desk, case_id):
        assert not re.search(r"<(?:form|button|input|img)", one)
        assert all(to.startswith("https://x.com/") for to, _ in links(one))


def test_a_post_that_x_no_longer_shows_keeps_no_words(desk: ServedDesk, case_id: CaseId) -> None:
    happens(desk, case_id, said(5, words="", gone_at=at(6)))
    assert "what was written here is forgotten" in posts(desk, case_id)[1]


def test_mails_and_pages_of_incidents_lead_from_an_excerpt_to_the_post() -> None:
    story = StoryDesk()
    page = story.page("/desk/incidents/20260617-1155-app")
    assert "checkout just spins" in page
    assert page.count("</svg>View on X") == 3
    assert "https://x.com/i/status/" in story.mail


def test_the_status_site_shows_no_post() -> None:
    site = "\n".join(StoryDesk().status_site().values())
    assert "Online shop: payments fail" in site
    assert "checkout just spins" not in site
    assert "x.com" not in site
