"""The pages behind links in a real browser: pressed by keyboard and on a phone, quiet, and readable in both schemes."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from infra.local.api import LocalApi
from mentiondesk.adapters.storage.stores.duty import DutyChanges
from mentiondesk.adapters.tokens.links import SignedLinks
from mentiondesk.domain.access.actions import CASE_ACTIONS, INCIDENT_ACTIONS
from mentiondesk.domain.access.links import Link
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.presentation.action_pages.actions import ActionPages
from mentiondesk.presentation.action_pages.html import security_headers
from mentiondesk.presentation.action_pages.reading import typed_in
from mentiondesk.usecases.alerts.change_duty import ChangeDuty
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident
from mentiondesk.values import replace
from tests.integration.conftest import MemoryDesk
from tests.integration.test_act import CASE_ID, INCIDENT_ID, a_candidate, begin, team
from tests.support.builders import at
from tests.support.chromium import CHROMIUM, Browser, Web, browser

CLAIM = "Claim: I’ll take it"
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

HOST = "localhost"
URL = f"http://{HOST}"
SCREENS = {"phone": (360, 740), "desktop": (1280, 900)}
HOSTILE = (
    "</title><script>document.title='ran'</script><img src=//elsewhere.example/x onerror=\"document.title='ran'\">"
)


class Served:
    """The staff API over stores in memory; what the handler wires, without AWS."""

    def __init__(self) -> None:
        self.words = "The checkout throws an error. " * 6
        self.begin()

    def begin(self) -> None:
        """A new desk with one waiting customer and one candidate."""
        self.desk, settings, self.presses = MemoryDesk(), team(), 0
        self.drafts = self.desk.drafts
        sample = replace(a_candidate().samples[0], words=self.words)
        begin(self.desk, self.words, replace(a_candidate(), title=self.words[:110], samples=(sample,)))
        self.links = SignedLinks(lambda _: ("a made-up key",), URL)
        self.pages = ActionPages(
            self.links,
            ChangeCase(self.desk.cases, lambda: settings),
            ChangeIncident(self.desk.incidents, self.drafts, lambda: settings, lambda _: None),
            ChangeDuty(DutyChanges(self.desk.table)),
            lambda: settings,
        )

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        _, place, token = event["rawPath"].split("/") if event["rawPath"].count("/") == 2 else ("", "", "")
        told = {**security_headers(), "Content-Type": "text/html; charset=utf-8"}
        if place != "act":
            return {"statusCode": 404, "headers": told, "body": ""}
        if event["requestContext"]["http"]["method"] == "POST":
            body = base64.b64decode(event["body"])
            # Two updates at one moment would be one.
            self.presses += 1
            answer = self.pages.press(token, typed_in(body, event["headers"]["content-type"]), at(10 + self.presses))
        else:
            answer = self.pages.show(token, at(10))
        return {"statusCode": int(answer.status), "headers": told, "body": answer.html}

    @property
    def case(self) -> Case:
        found = self.desk.cases.get(CASE_ID)
        assert found is not None
        return found

    def case_page(self, by: str = "ana") -> str:
        return f"{URL}/act/{self.links.token(Link(StaffId(by), CASE_ID, CASE_ACTIONS, at(600)))}"

    def incident_page(self) -> str:
        return f"{URL}/act/{self.links.token(Link(StaffId('ana'), INCIDENT_ID, INCIDENT_ACTIONS, at(600)))}"


@pytest.fixture(scope="module")
def served() -> Served:
    return Served()


@pytest.fixture(scope="module")
def running(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for all tests: starting it takes longest."""
    with LocalApi(0, served) as api:
        way_out = Web(HOST, lambda _: (404, {}, b""), int(api.url.rpartition(":")[2]))
        with browser(way_out, tmp_path_factory.mktemp("profile")) as found:
            yield found


@pytest.fixture
def page(running: Browser, served: Served) -> Browser:
    served.words = "The checkout throws an error. " * 6
    served.begin()
    running.look(*SCREENS["phone"], "light")
    running.heard.clear()
    running.asked.clear()
    return running


_WIDTH = "document.documentElement.scrollWidth"
_SMALL = """[...document.querySelectorAll("a, button, input, select, textarea, summary, .choice")]
  .filter(one => one.type !== "hidden" && one.checkVisibility() && !one.closest("p:has(time)"))
  .filter(one => (one.closest(".choice") || one).getBoundingClientRect().height < 24).map(one => one.outerHTML)"""
# Each word on the page with the colour behind it, as the browser paints them. Source of the sums: WCAG 2.2, 1.4.3.
_FAINT = """(() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => { const [r, g, b] = numbers(colour).map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = one => { for (; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor; if ((numbers(colour)[3] ?? 1) > 0) return colour; } };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const words = [...document.querySelectorAll("main *, header")].filter(one => one.checkVisibility() &&
    [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()) ||
    one.matches("input, select, textarea"));
  const faint = words.filter(one => contrast(getComputedStyle(one).color, behind(one)) < 4.5);
  const edges = [...document.querySelectorAll("input[type=text], select, textarea, button, .button")]
    .filter(one => one.checkVisibility() &&
      contrast(getComputedStyle(one).borderTopColor, behind(one.parentElement)) < 3);
  return {seen: words.length, faint: [...faint, ...edges].map(one => one.outerHTML.slice(0, 120))};
})()"""
_FOCUSED = """(() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {says: (one.textContent || one.name).trim(), outline: style.outlineStyle + style.outlineWidth,
          seen: box.top < innerHeight && box.bottom > 0};
})()"""


def open_all(page: Browser) -> None:
    page.value("document.querySelectorAll('details').forEach(one => one.open = true)")


def go(page: Browser, words: str) -> None:
    """Presses the button that says so, as a finger does, and waits for the page that follows."""
    open_all(page)
    button = f"[...document.querySelectorAll('button')].find(one => one.textContent.startsWith({words!r}))"
    with followed(page):
        page.value(f"setTimeout((one => () => one.click())({button})), true")


@contextmanager
def followed(page: Browser) -> Iterator[None]:
    """Runs the block, which leads to another page, and waits until that page is there."""
    page._loaded = False
    yield
    while not page._loaded:
        page._next()


def said(page: Browser) -> str:
    return str(page.value("document.body.innerText"))


def heard(page: Browser) -> list[str]:
    """The browser's messages, without its own wish for an icon of localhost."""
    return [one for one in page.heard if "404" not in one]


def test_a_case_is_claimed_by_keyboard_alone(page: Browser, served: Served) -> None:
    page.show(served.case_page())
    stops: list[dict[str, Any]] = []
    while not stops or stops[-1]["says"] != CLAIM:
        page.press("Tab")
        stops.append(page.value(_FOCUSED))
        assert len(stops) < 5
    assert [stop["says"] for stop in stops] == ["Write a reply", "Reply on X", CLAIM]
    assert all(stop["seen"] and stop["outline"] == "solid3px" for stop in stops)
    assert served.case.owner is None
    with followed(page):
        page.press("Enter")
    assert "You own this case now." in said(page)
    assert served.case.owner == "ana"
    assert heard(page) == []


def test_a_reason_is_asked_for_and_kept(page: Browser, served: Served) -> None:
    page.show(served.case_page())
    go(page, "Dismiss")
    assert "Please choose a reason, or write one." in said(page)
    page.value("document.querySelector('[value=other]').click()")
    page.value("document.querySelector('[name=written]').value = 'my cousin wrote it'")
    go(page, "Dismiss")
    assert served.case.reason == "my cousin wrote it"
    assert "Closed: my cousin wrote it" in said(page)


def test_going_back_and_pressing_again_does_it_once(page: Browser, served: Served) -> None:
    page.show(served.case_page())
    fields = page.value("Object.fromEntries(new FormData(document.forms[0]))")
    go(page, CLAIM)
    again = f"fetch(location, {{method: 'POST', body: new URLSearchParams({fields!r})}}).then(a => a.status)"
    page.do("Page.setBypassCSP", enabled=True)
    page.show(served.case_page("mo"))
    assert page.value(again) == 403, "another person's link knows nothing of this form"
    page.show(served.case_page())
    assert page.value(again) == 200
    page.do("Page.setBypassCSP", enabled=False)
    assert len(served.desk.cases.timeline(CASE_ID)) == 2


def test_an_incident_goes_from_a_guess_to_its_end(page: Browser, served: Served) -> None:
    page.show(served.incident_page())
    open_all(page)
    page.value("document.querySelector('[name=title]').value = 'Checkout fails'")
    page.value("document.querySelector('[name=impact]').value = 'major'")
    page.value("document.querySelector('[name=\"health.van\"]').value = 'operational'")
    go(page, "Preview")
    assert "Nothing is published yet." in said(page)
    assert "Checkout fails" in said(page)
    before = served.desk.incidents.get(INCIDENT_ID)
    assert before is not None
    assert before.status is Status.CANDIDATE
    go(page, "Publish")
    incident = served.desk.incidents.get(INCIDENT_ID)
    assert incident is not None
    assert (incident.title, incident.impact, [one.component for one in incident.affected]) == (
        "Checkout fails",
        "major",
        ["shop"],
    )
    served.drafts.add(Draft(INCIDENT_ID, Occasion.PUBLISHED, "We know of it.", at(10)))
    page.show(served.incident_page())
    go(page, "Approve")
    assert (
        page.value("document.querySelector('a.button').href") == "https://x.com/intent/post?text=We%20know%20of%20it."
    )
    page.value("document.querySelector('#update-body').value = 'Found it.\\n\\nFixing it.'")
    page.value("document.querySelector('[name=status]').value = 'identified'")
    go(page, "Publish update")
    go(page, "Resolve")
    incident = served.desk.incidents.get(INCIDENT_ID)
    assert incident is not None
    assert incident.status is Status.RESOLVED
    assert [update.body for update in served.desk.incidents.updates(INCIDENT_ID)][1] == "Found it.\n\nFixing it."
    assert heard(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_is_quiet_fits_and_can_be_read(page: Browser, served: Served, scheme: str, screen: str) -> None:
    width, height = SCREENS[screen]
    page.look(width, height, scheme)
    pages: list[tuple[str, list[str]]] = [
        (served.case_page(), []),
        (served.incident_page(), []),
        (f"{URL}/act/forged", []),
        (served.case_page(), ["Dismiss"]),
        (served.case_page(), [CLAIM]),
        (served.case_page("mo"), ["Answered"]),
        (served.incident_page(), ["Preview"]),
        (served.incident_page(), ["Preview", "Publish"]),
        (served.incident_page(), ["Publish update"]),
    ]
    for url, press in pages:
        page.show(url)
        for button in press:
            go(page, button)
        open_all(page)
        assert page.value(_WIDTH) <= width, press
        assert page.value(_SMALL) == [], press
        found = page.value(_FAINT)
        assert found["seen"] > 1
        assert found["faint"] == [], press
    refused = [heard for heard in page.heard if "403" in heard or "422" in heard or "409" in heard]
    assert [heard for heard in page.heard if heard not in refused] == []
    # Signs of the browser's own fields are data in its own style sheet.
    elsewhere = {url for url in page.asked if not url.startswith((f"{URL}/act/", "data:"))}
    assert elsewhere <= {f"{URL}/favicon.ico"}


def test_text_may_be_twice_as_large(page: Browser, served: Served) -> None:
    """Source: WCAG 2.2, 1.4.4 and 1.4.10."""
    for url in (served.case_page(), served.incident_page()):
        page.look(320, 640, "light")
        page.show(url)
        open_all(page)
        page.value("document.documentElement.style.zoom = '2'")
        assert page.value(_WIDTH) <= 320


@pytest.mark.parametrize("words", [HOSTILE, "x" * 600])
def test_hostile_words_do_nothing(page: Browser, served: Served, words: str) -> None:
    page.show(served.case_page())
    served.words = words
    served.begin()
    for url in (served.case_page(), served.incident_page()):
        page.show(url)
        open_all(page)
        assert page.value("document.title") != "ran"
        assert page.value("document.querySelectorAll('script, img').length") == 0
        assert words[:20] in said(page) + str(page.value("document.title"))
        assert page.value(_WIDTH) <= SCREENS["phone"][0]
    assert heard(page) == []
    assert {url for url in page.asked if "elsewhere" in url} == set()


def test_what_reads_aloud_is_told_what_each_thing_is(page: Browser, served: Served) -> None:
    for url in (served.case_page(), served.incident_page()):
        page.show(url)
        open_all(page)
        nodes = page.do("Accessibility.getFullAXTree")["nodes"]
        found = [
            (node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]
        ]
        assert [role for role, _ in found].count("main") == 1
        assert all(
            name for role, name in found if role in ("link", "button", "textbox", "combobox", "radio", "heading")
        )
