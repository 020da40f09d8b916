"""Every page of the signed-in desk in a real browser: hostile words do nothing, nothing is too wide, axe is content."""

from collections.abc import Iterator

import pytest

from tests.integration.test_act import INCIDENT_ID, begin
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
_MADE = "script:not([src]), img, svg, base, main a[href^='javascript:'], [hx-get], [onfocus], form[action*=elsewhere]"


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
    part = "/desk/search?q=" + "script"
    paths = ["", "/incidents", f"/incidents/{INCIDENT_ID}", "/team", "/sessions", "/help", "/figures", "/review"]
    return [*(f"/desk{path}" for path in paths), case_path(case_id), f"{case_path(case_id)}/policy", part]


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
    assert mo.page.called == []
    assert not [url for url in mo.page.asked if "elsewhere" in url]
    assert max(status for _, _, status in running.answered) < 500


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
