"""The local page in a real browser: its pace, its lists that stand still, its keys, on desktops and phones."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.newcomer import Newcomer
from infra.local.page import LocalPage
from infra.local.playback import Playback
from mentiondesk.domain.ids import StaffId
from tests.e2e.test_local_page import a_state
from tests.support.axe import AXE, violations
from tests.support.chromium import CHROMIUM, Browser, Web, browser

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser")

_SECTIONS = ("incident", "customers", "mails", "desk")
CLOSING: dict[str, Any] = {
    "sentences": ["Six customers needed an answer.", "Two were saved.", "Without the desk two were answered."],
    "bars": [
        {"name": "This day", "half_hour": 1, "hour": 2, "later": 1, "none": 2},
        {"name": "Without the desk", "half_hour": 1, "hour": 1, "later": 0, "none": 4},
    ],
}


class Day:
    """The page of a day in a browser, and what it shows."""

    def __init__(self, served: LocalPage, page: Browser) -> None:
        self.served, self.page = served, page
        self.state = calm()

    def show(self, **changes: Any) -> None:
        """The day goes on, and the page asks for it."""
        self.state = {**self.state, **changes}
        self.served.show(self.state)
        self.page.value("look()")

    @property
    def said(self) -> str:
        return str(self.page.value("document.body.innerText"))


def calm() -> dict[str, Any]:
    """A state whose words can be read."""
    found = a_state(brand="Fennel & Finch", changes=[], notices=[])
    case, other = found["cases"]
    mail, text = found["messages"]
    words = {"who": "@priya", "topics": ["delivery"], "why": ["late"], "words": "my parcel is late"}
    said = {"to": "ana@example.com", "name": "Ana", "about": ""}
    return {
        **found,
        "people": [{"id": "newcomer", "name": "New", "on_duty": False}, {"id": "ana", "name": "Ana", "on_duty": True}],
        "cases": [{**case, **words, "id": "one"}, {**other, **words, "id": "two", "words": "thanks for the answer"}],
        "messages": [
            {**mail, **said, "subject": "FF-1: my parcel", "body": "<html lang=en><title>m</title><p>A mail</p>"},
            {**text, **said, "body": "A text"},
        ],
        "incidents": [{**found["incidents"][0], "title": "Checkout fails", "impact": "major"}],
    }


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalPage, Browser]]:
    with LocalPage(0) as served:
        way_out = Web("localhost", lambda _: (404, {}, b""), int(served.url.rpartition(":")[2]))
        with browser(way_out, tmp_path_factory.mktemp("profile")) as page:
            yield served, page


@pytest.fixture
def day(opened: tuple[LocalPage, Browser]) -> Day:
    """The page on a desktop, in the middle of the day."""
    served, page = opened
    served.playback = Playback(220)
    served.newcomer = Newcomer("http://localhost", lambda staff_id: f"{staff_id}.made-up", frozenset({StaffId("ana")}))
    served.show(calm())
    page.look(1280, 900, "light")
    page.show("http://localhost/")
    page.until("!!document.querySelector('#cases article')")
    return Day(served, page)


def tabbed_to(page: Browser, is_there: str) -> bool:
    """Presses Tab until this is true of the element with the focus; False where that never comes."""
    for _ in range(60):
        page.press("Tab")
        if page.value(f"(one => {is_there})(document.activeElement)"):
            return True
    return False


def test_keys_alone_pause_the_day_step_through_it_and_go_on(day: Day) -> None:
    playback = day.served.playback
    assert playback is not None
    assert tabbed_to(day.page, "one.id === 'pause'")
    day.page.press("Enter")
    day.page.until("document.getElementById('pause').textContent === 'Go on'")
    assert playback.stands
    assert "paused" in day.said
    assert tabbed_to(day.page, "one.id === 'step'")
    day.page.press("Enter")
    day.page.until("document.getElementById('pause').textContent === 'Pause'")
    assert not playback.stands
    playback.stepped()
    day.page.value("look()")
    day.page.until("document.getElementById('pause').textContent === 'Go on'")
    day.page.click("document.getElementById('pause')")
    day.page.until("document.getElementById('pause').textContent === 'Pause'")
    assert not playback.stands


def test_a_speed_is_chosen_and_shown(day: Day) -> None:
    speed = "document.getElementById('speed')"
    day.page.value(f"{speed}.value = '20'; {speed}.dispatchEvent(new Event('change'))")
    day.page.until(r"/\b20 times as fast/.test(document.getElementById('day').textContent)")
    assert day.served.playback is not None
    assert day.served.playback.speed == 20


def test_an_opened_mail_stays_open_and_where_it_is(day: Day) -> None:
    place = "document.querySelector('#messages details').getBoundingClientRect().top"
    text = day.state["messages"][1]
    earlier, more = (
        [{**text, "message_id": f"{name}-{n}", "body": "another text " * 9} for n in range(30)]
        for name in ("old", "new")
    )
    day.show(messages=[*day.state["messages"], *earlier])
    day.page.click("document.querySelector('#messages summary')")
    day.page.until("!!document.querySelector('#messages iframe')")
    day.page.value("document.querySelector('#messages iframe').dataset.same = 'yes'")
    before = day.page.value(place)
    day.show(messages=[*more, *day.state["messages"]])
    assert day.page.value("document.querySelector('#messages details').open")
    assert day.page.value("document.querySelector('#messages iframe').dataset.same") == "yes"
    assert abs(day.page.value(place) - before) < 2
    # A mail that has become too old for the page stays as long as it is open.
    day.show(messages=more)
    assert day.page.value("document.querySelectorAll('#messages iframe').length") == 1


def test_the_focus_stays_on_a_customer_while_clocks_run(day: Day) -> None:
    assert tabbed_to(day.page, "one.textContent === 'my parcel is late'")
    late = {**day.state["cases"][0], "id": "zero", "words": "sooner", "answer_by": "2026-03-10T13:35:00+00:00"}
    day.show(cases=[late, *day.state["cases"]], now="2026-03-10T13:31:00+00:00")
    assert day.page.value("document.activeElement.textContent") == "my parcel is late"
    assert "30 min left" not in day.said


def test_every_customer_opens_their_case_signed_in(day: Day) -> None:
    link = "document.querySelector('#cases a').href"
    assert day.served.newcomer is not None
    assert day.page.value(link) == f"{day.served.entrance}?to=%2Fdesk%2Fcases%2F1-2"
    day.served.newcomer.enter(day.served.newcomer.path, "ana")
    day.show()
    assert day.page.value(link) == "http://127.0.0.1:1/desk/cases/1-2"
    assert "You play Ana." in day.said


def test_at_the_end_three_sentences_and_a_picture_say_how_it_went(day: Day) -> None:
    assert day.page.value("document.getElementById('closing').hidden")
    day.served.playback = None
    audit = {"compared": "X gave out 3 posts.", "problems": []}
    day.show(over=True, closing=CLOSING, audit=audit, speed=None)
    for sentence in CLOSING["sentences"]:
        assert sentence in day.said
    told = day.page.value("[...document.querySelectorAll('[role=img]')].map(one => one.getAttribute('aria-label'))")
    assert told == [
        "This day: 1 within 30 minutes, 2 within an hour, 1 later, 2 no answer",
        "Without the desk: 1 within 30 minutes, 1 within an hour, 0 later, 4 no answer",
    ]
    assert day.page.value("getComputedStyle(document.getElementById('pace')).display") == "none"
    # Everything can still be clicked.
    assert day.page.value("document.querySelectorAll('#cases a[href]').length") == 2
    day.show(audit={**audit, "problems": ["not stored: 7"]})
    assert "not stored: 7" in day.said


def test_on_a_phone_the_incident_comes_first_and_nothing_runs_over(day: Day) -> None:
    day.page.look(390, 844, "light")
    places = [day.page.value(f"document.getElementById('{name}').getBoundingClientRect().top") for name in _SECTIONS]
    assert places == sorted(places)
    assert day.page.value("document.documentElement.scrollWidth") <= 390
    day.show(incidents=[])
    assert day.page.value("getComputedStyle(document.getElementById('incident')).display") == "none"


@pytest.mark.skipif(AXE is None, reason="axe-core is not at hand")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
@pytest.mark.parametrize("over", [False, True])
def test_axe_finds_nothing(day: Day, width: int, scheme: str, over: bool) -> None:
    day.page.look(width, 900, scheme)
    notices: list[dict[str, Any]] = a_state()["notices"]
    ends = {"over": True, "closing": CLOSING, "audit": {"compared": "All.", "problems": []}}
    day.show(**(ends if over else {"notices": notices, "changes": ["Customers write to you."]}))
    day.page.value("document.querySelectorAll('details').forEach(one => one.open = true)")
    day.page.until("!!document.querySelector('#messages iframe')")
    # A mail stands in a frame that runs no script, axe's neither.
    assert [one for one in violations(day.page) if not one.startswith("frame-tested")] == []
