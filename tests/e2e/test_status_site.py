"""The status site in a real browser, served with the headers that infra/status_site.yaml gives it."""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from infra.transform import template
from mentiondesk.domain.incidents.incident import Health, Status
from mentiondesk.domain.status.public_incident import public_incident
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.site_file import SiteFile
from mentiondesk.presentation.status_site import SiteFiles
from mentiondesk.presentation.wording import Sentences, for_customers
from tests.support.chromium import CHROMIUM, Answer, Browser, browser, web
from tests.support.telling import (
    API_URL,
    HOSTILE,
    INCIDENT_ID,
    a_maintenance,
    a_site,
    a_story,
    affected,
    an_update,
    site_settings,
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

RENDER = SiteFiles()
ROOT = Path(__file__).parents[2]
HOST = "status.example.com"
URL = f"http://{HOST}"
PAGES = ("/", "/history", f"/incidents/{INCIDENT_ID}", "/nothing-here.html")
SCREENS = {"phone": (360, 740), "desktop": (1280, 900)}


def security_headers(policy: str) -> dict[str, str]:
    """The response headers that the template adds in CloudFront."""
    config = template(ROOT / "infra" / "status_site.yaml")["Resources"][policy]["Properties"][
        "ResponseHeadersPolicyConfig"
    ]
    written = config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    csp = written["Fn::Sub"][0].replace("${FormAction}", API_URL)
    custom = {item["Header"]: item["Value"] for item in config["CustomHeadersConfig"]["Items"]}
    return {"Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"} | custom


class Served:
    """The site that the browser sees; another one may take its place."""

    def __init__(self) -> None:
        self._headers = security_headers("PageHeaders")
        self._files: dict[str, SiteFile] = {}

    def show(self, site: Site, say: Sentences | None = None) -> None:
        render = SiteFiles(lambda: say) if say else RENDER
        self._files = {f"/{file.path}": file for file in render(site)}

    def __call__(self, path: str) -> Answer:
        file = self._files.get("/index.html" if path == "/" else path)
        found = file or self._files["/404.html"]
        return (200 if file else 404), self._headers | {"Content-Type": found.content_type}, found.content


@pytest.fixture(scope="module")
def served() -> Served:
    return Served()


@pytest.fixture(scope="module")
def running(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser for all tests: starting it takes longest."""
    with web(HOST, served) as way_out, browser(way_out, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def page(running: Browser, served: Served) -> Browser:
    served.show(a_day())
    running.look(*SCREENS["desktop"], "light")
    running.heard.clear()
    running.asked.clear()
    return running


def a_day(text: str = "", language: str = "en") -> Site:
    """An incident that goes on, one that is solved, and a maintenance to come; all say `text` as well."""
    open_one = a_story(
        an_update(5, affected=(affected(),), body=f"We look into it. {text}"),
        an_update(20, Status.IDENTIFIED, f"Found it. {text}", affected=(affected(health=Health.DEGRADED_PERFORMANCE),)),
        title=f"iOS app: home page won't load {text}",
    )
    maintenance = a_maintenance(incident_id="move", title=f"The shop moves house {text}")
    moving = public_incident(maintenance, [an_update(0, Status.SCHEDULED, f"We move the shop. {text}")])
    return a_site(open_one, moving, language=language)


# Facts that only the browser knows.
_WIDTH = "document.documentElement.scrollWidth"
_BACKGROUND = "getComputedStyle(document.documentElement).backgroundColor"
_FOCUSED = """(() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return {tag: one.tagName, says: (one.textContent || one.id).trim(), outline: style.outlineStyle + style.outlineWidth,
          seen: box.width > 0 && box.right > 0 && box.bottom > 0 && box.top < innerHeight};
})()"""
_SMALL = """[...document.querySelectorAll("a, button, input")]
  .filter(one => !one.closest("p, h3, .skip") && one.getBoundingClientRect().height < 24)
  .map(one => one.outerHTML)"""
_TREE = """[...document.querySelectorAll("*")].map(one => one.tagName + "." +
  [...one.attributes].map(a => a.name).sort()).filter(one => !/^(BR|P)\\./.test(one))"""


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_is_quiet_keeps_to_itself_and_fits(page: Browser, path: str, scheme: str, screen: str) -> None:
    width, height = SCREENS[screen]
    page.look(width, height, scheme)
    page.show(f"{URL}{path}")
    not_there = [heard for heard in page.heard if "404" in heard and path == PAGES[-1]]
    assert [heard for heard in page.heard if heard not in not_there] == []
    assert {url for url in page.asked if not url.startswith(f"{URL}/")} == set()
    assert f"{URL}/style.css" in page.asked
    assert page.value(_WIDTH) <= width
    assert page.value(_BACKGROUND) == {"light": "rgb(246, 244, 239)", "dark": "rgb(23, 22, 19)"}[scheme]


def test_the_browser_would_tell_of_errors_and_requests_elsewhere(page: Browser) -> None:
    """Checks the assumption of the test above."""
    page.show(f"{URL}/")
    page.value("console.error('heard')")
    page.value("document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/x.png'}))")
    page.value("new Promise(done => setTimeout(done, 200))")
    assert any("console.error" in heard for heard in page.heard)
    assert any("Content Security Policy" in heard for heard in page.heard)


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(page: Browser) -> None:
    page.show(f"{URL}/")
    stops: list[dict[str, Any]] = []
    while True:
        page.press("Tab")
        stop = page.value(_FOCUSED)
        if stop["tag"] == "BODY" or len(stops) > 40:
            break
        stops.append(stop)
    assert stops[0]["says"] == "Skip to content"
    assert all(stop["seen"] and stop["outline"] == "solid3px" for stop in stops)
    said = [stop["says"] for stop in stops]
    assert said.index("History") < said.index("iOS app: home page won't load") < said.index("email")
    assert said[-1] == "JSON"


def test_the_skip_link_skips(page: Browser) -> None:
    page.show(f"{URL}/")
    page.press("Tab")
    page.press("Enter")
    assert page.value("document.activeElement.id") == "main"


def test_links_and_controls_are_large_enough_to_hit(page: Browser) -> None:
    """24 pixels, but for links within a sentence or a heading. Source: WCAG 2.2, 2.5.8."""
    page.look(*SCREENS["phone"], "light")
    page.show(f"{URL}/")
    assert page.value(_SMALL) == []


def test_text_may_be_twice_as_large(page: Browser) -> None:
    """Source: WCAG 2.2, 1.4.4 and 1.4.10: at 200 % and at 320 pixels nothing is cut off to the side."""
    for path in PAGES:
        page.look(320, 640, "light")
        page.show(f"{URL}{path}")
        page.value("document.documentElement.style.fontSize = '200%'")
        assert page.value(_WIDTH) <= 320, path


def test_hostile_words_do_nothing(page: Browser, served: Served) -> None:
    for path in PAGES[:3]:
        served.show(a_day())
        page.show(f"{URL}{path}")
        expected = page.value(_TREE)
        served.show(a_day(HOSTILE))
        page.show(f"{URL}{path}")
        assert page.value(_TREE) == expected, path
        assert page.value("document.title") != "ran"
        assert page.value("document.body.innerText.includes('<script>')")
    assert page.heard == []
    assert {url for url in page.asked if not url.startswith(f"{URL}/")} == set()


def test_very_long_words_do_not_break_the_page(page: Browser, served: Served) -> None:
    served.show(a_day("x" * 10_000))
    page.look(*SCREENS["phone"], "light")
    for path in PAGES[:3]:
        page.show(f"{URL}{path}")
        assert page.value(_WIDTH) <= SCREENS["phone"][0], path


def test_what_reads_aloud_is_told_how_things_are(page: Browser) -> None:
    """The browser's own accessibility tree: one main, a name for every region, and a heading that says it all."""
    page.show(f"{URL}/")
    nodes = page.do("Accessibility.getFullAXTree")["nodes"]
    found = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    roles = [role for role, _ in found]
    assert roles.count("main") == 1
    assert ("heading", "Part of our service is not working") in found
    assert all(name for role, name in found if role in ("region", "link", "button", "textbox", "heading"))
    assert ("textbox", "Your email address") in found


AXE = os.environ.get("AXE_CORE")


@pytest.mark.skipif(not AXE, reason="no axe-core: npm pack axe-core, and AXE_CORE=package/axe.min.js of it")
@pytest.mark.parametrize("language", ["en", "de"])
def test_axe_finds_nothing(page: Browser, served: Served, language: str) -> None:
    served.show(a_day(language=language), for_customers(site_settings(language=language)))
    axe = Path(str(AXE)).read_text(encoding="utf-8")
    for path, scheme, screen in product(PAGES, ("light", "dark"), SCREENS):
        page.look(*SCREENS[screen], scheme)
        page.show(f"{URL}{path}")
        page.value(f"{axe};0")
        found = page.value("axe.run().then(found => [...found.violations, ...found.incomplete].map(one => one.id))")
        assert found == [], (path, scheme, screen)
