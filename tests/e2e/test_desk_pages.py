"""Every page of the signed-in desk in a real browser: hostile words do nothing, nothing is too wide, axe is content."""

import re
from collections.abc import Iterator

import pytest

from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.cases.waiting import Tab
from mentiondesk.domain.posts.profile import Profile
from mentiondesk.domain.timeline import LookedUp
from mentiondesk.presentation.desk.site import ROUTES
from tests.integration.test_act import INCIDENT_ID, begin
from tests.integration.test_snapshot import hears
from tests.integration.test_views import happened
from tests.support.axe import AXE, violations
from tests.support.chromium import CHROMIUM, Browser
from tests.support.desk_browsers import Office, Person, case_path, office
from tests.support.served_desk import waiting

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

SCREENS = {"phone": (390, 844), "desktop": (1280, 900)}
# Each part calls `ran` if it runs, and the browser reports the call.
HOSTILE = (
    "</title></textarea></script><script>ran('script')</script><img src=x onerror=\"ran('error')\">"
    "<svg onload=ran('svg')>"
    "<a href=\"javascript:ran('link')\" hx-get=/desk/x hx-trigger=load autofocus onfocus=ran('f')>"
    "<form action=//elsewhere.example><base href=//elsewhere.example><meta http-equiv=refresh content=0>{{7*7}}\u202e"
)
# Pages without a word of a customer or a colleague, what is no page, and POST alone: its pages are tried by pressing.
_WITHOUT_WORDS = {
    *("/desk/sign-in", "/desk/sign-in/code", "/desk/sign-out", "/desk/next", "/desk/figures/waits.csv"),
    *("/desk/views", "/desk/bulk", "/desk/cases/<case_id>/draft", "/desk/incidents/<incident_id>/post"),
}
_MADE = ", ".join(
    (
        *("script:not([src])", "img", "svg[onload]", "base", "main a[href^='javascript:']"),
        *("[hx-get]", "[onfocus]", "form[action*=elsewhere]"),
    )
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("profile")) as found:
        yield found


def pages(desk: Office, words: str) -> list[str]:
    """The addresses of all pages, on a desk where customers and staff have said this."""
    stores = desk.desk.desk
    case_id = waiting(stores, 1, words, why=(words[:60],), topics=(words[:40],))
    begin(stores, words)
    desk.desk.enter()
    desk.desk.press(case_path(case_id), "note", text=words)
    known = hears(stores, 5, f"@FennelAndFinch {words}"[:280])
    hears(stores, 9, f"@FennelAndFinch again {words}"[:280])
    happened(stores, known.case_id, LookedUp, profile=Profile(words[:50], "priya", 5))
    waiting(stores, 3, words, unsure=True, needs_reply=True)
    _staff_said(desk, words, case_path(case_id), case_path(known.case_id))
    lists = [f"/desk?view={one}" for one in Tab]
    part = "/desk/search?q=" + "script"
    paths = ["", "/incidents", f"/incidents/{INCIDENT_ID}", "/team", "/sessions", "/help", "/figures", "/review"]
    paths += ["/open-incident", "/plan-maintenance", f"/incidents/{INCIDENT_ID}/customers", "/status-page"]
    paths += ["/approvals", "/review/mine", "/rules", "/health"]
    case = case_path(case_id)
    cases = [case, f"{case}/policy", f"{case}/reply", case_path(known.case_id)]
    return [*(f"/desk{path}" for path in paths), *lists, *cases, part]


def _staff_said(desk: Office, words: str, case: str, known: str) -> None:
    """Colleagues write a draft, a reply that waits for approval, the name of a view, and reasons of links and legs."""
    served, short = desk.desk, words[:80]
    with served.by("ben"):
        form = served.get(case).page.form("reply")
        served.ask("POST", f"{case}/reply", {**form, "text": f"We send a refund. {short[:60]}", "press": "send"})
        served.ask("POST", f"{known}/draft", {**served.get(known).page.form("reply"), "text": short})
        served.press(known, "move_to_private", way="phone", link=short, note=short)
    tick = served.get(case).page.form("link_incident")
    link = served.ask("POST", "/desk/bulk", tick).page.form("link_incident")
    served.ask("POST", "/desk/bulk", {**link, "incident": INCIDENT_ID, "reason": short, "confirm": "yes"})
    with served.by("mo"):
        form = served.get("/desk?view=mine").page.form("save_view")
        served.ask("POST", "/desk/views", {**form, "name": short[:40], "shared": "yes"})


@pytest.fixture
def ana(running: Office) -> Person:
    running.begin()
    return running.person("ana")


@pytest.fixture
def mo(ana: Person, running: Office) -> Person:  # noqa: ARG001  a new desk
    """A lead, who may see every page."""
    return running.person("mo")


@pytest.mark.parametrize("policy", [True, False])
def test_hostile_words_do_nothing_with_and_without_the_policy(running: Office, mo: Person, policy: bool) -> None:
    mo.page.do("Runtime.addBinding", name="ran")
    if not policy:
        running.changed_headers["Content-Security-Policy"] = None
    for path in pages(running, HOSTILE):
        mo.open(path)
        mo.page.value("document.querySelectorAll('main details').forEach(one => one.open = true)")
        assert mo.page.value(f"document.querySelectorAll({_MADE!r}).length") == 0, path
        assert mo.path == path.partition("?")[0]
    _changes_many(mo)
    assert mo.page.called == []
    assert not [url for url in mo.page.asked if "elsewhere" in url]
    assert max(status for _, _, status in running.answered) < 500


def _changes_many(person: Person) -> None:
    """Every act on ticked customers, up to its last page but for the first three, whose cases stay."""
    for words in ("Answered elsewhere", "Assign", "Link to an incident", "Dismiss"):
        person.open("/desk")
        person.page.value("document.querySelectorAll('.tick').forEach(one => { one.checked = true; })")
        person.press(words)
        assert person.path == "/desk/bulk"
        assert person.page.value(f"document.querySelectorAll({_MADE!r}).length") == 0, words
    person.page.value("document.querySelector('[name=reason][value=other]').checked = true")
    person.type("#no_answer-written", HOSTILE[:100])
    person.press("Dismiss them")
    assert "changed" in person.said
    assert person.page.value(f"document.querySelectorAll({_MADE!r}).length") == 0


def test_every_page_of_the_desk_is_among_those_that_are_tried(running: Office, ana: Person) -> None:  # noqa: ARG001
    """A view that is left out here would be tried with no hostile word."""
    tried = {path.partition("?")[0] for path in pages(running, "My parcel is late")}
    for route in ROUTES:
        if route.rule not in _WITHOUT_WORDS:
            assert any(re.fullmatch(re.sub("<[a-z_]+>", "[^/]+", route.rule), path) for path in tried), route.rule


def test_the_canary_sings(ana: Person) -> None:
    """Without the binding, the test above would be content with anything."""
    ana.page.do("Runtime.addBinding", name="ran")
    ana.open("/desk")
    ana.page.value("document.body.insertAdjacentHTML('beforeend', '<svg></svg>'), ran('sung')")
    assert ana.page.called == ["sung"]


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_is_wider_than_the_screen(running: Office, screen: str) -> None:
    for words in ("My parcel is late", "x" * 280):
        running.begin()
        person = running.person("mo")
        person.page.look(*SCREENS[screen], "light")
        for path in pages(running, words):
            person.open(path)
            assert person.page.value("document.documentElement.scrollWidth") <= SCREENS[screen][0], path


@pytest.mark.parametrize("screen", SCREENS)
def test_a_long_name_leaves_a_row_to_what_was_said(running: Office, screen: str) -> None:
    running.begin()
    known = hears(running.desk.desk, 5, "@FennelAndFinch my parcel is late and nobody answers")
    happened(running.desk.desk, known.case_id, LookedUp, profile=Profile("Wonderful " * 5, "priya", 5))
    person = running.person("mo")
    person.page.look(*SCREENS[screen], "light")
    person.open("/desk")
    name, words = (
        person.page.value(f"(one => [one.offsetWidth, one.offsetHeight])(document.querySelector({place!r}))")
        for place in (".row .words b", ".row .words")
    )
    assert name[1] < 30, "one line"
    if screen == "phone":
        assert words[1] > 1.5 * name[1], "the post has a line of its own"
    else:
        assert name[0] <= words[0] / 2 + 1


def test_a_case_number_is_never_broken(running: Office, ana: Person) -> None:
    case_id = waiting(running.desk.desk, 1, "My parcel is late")
    number = case_number(case_id, running.desk.stores().settings().brand.name)
    for path in (case_path(case_id), f"{case_path(case_id)}/policy"):
        ana.open(path)
        found = f"[...document.querySelectorAll('main *')].filter(one => one.textContent === {number!r})"
        assert ana.page.value(f"{found}.some(one => getComputedStyle(one).whiteSpace === 'nowrap')"), path


@pytest.mark.skipif(AXE is None, reason="no axe-core: optional, see tests/support/axe.py")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(running: Office, mo: Person, screen: str, scheme: str) -> None:
    mo.page.look(*SCREENS[screen], scheme)
    found = {path: _found(mo, path) for path in pages(running, "My parcel is late")}
    mo.page.do("Network.clearBrowserCookies")
    found |= {path: _found(mo, path) for path in ("/desk/sign-in", "/desk/sign-in/code")}
    assert {path: told for path, told in found.items() if told} == {}


def _found(person: Person, path: str) -> list[str]:
    person.open(path)
    person.page.value("document.querySelectorAll('main details').forEach(one => one.open = true)")
    return violations(person.page)


def test_a_case_is_worked_by_keyboard_alone(running: Office, ana: Person) -> None:
    first, second = (waiting(running.desk.desk, number, "My parcel is late", number) for number in (1, 2))
    ana.open("/desk")
    for key, focused in (("j", first), ("j", second), ("k", first)):
        ana.page.press(key)
        assert ana.page.value("document.activeElement.getAttribute('href')") == case_path(focused)
    _leads(ana.page, "o", case_path(first))
    _leads(ana.page, "c", case_path(first))
    ana.page.press("n")
    ana.page.write("j and k are letters here: jcke")
    assert ana.page.value("document.activeElement.value") == "j and k are letters here: jcke"
    ana.page.press("Escape")
    _leads(ana.page, "e", case_path(second))
    ana.page.press("/")
    assert ana.page.value("document.activeElement.id") == "q"


def _leads(page: Browser, key: str, path: str) -> None:
    with page.followed():
        page.press(key)
    assert page.value("location.pathname") == path
