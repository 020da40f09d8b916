"""An incident worked in real browsers: opened by hand, updated, solved, and seen on the status site."""

import pytest

from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.presentation.status_site.files import SiteFiles
from mentiondesk.usecases.status.publish_status import PublishStatus
from tests.support.axe import AXE, violations
from tests.support.builders import NOON
from tests.support.chromium import CHROMIUM
from tests.support.desk_browsers import Office, Person
from tests.support.memory_site import MemorySite
from tests.support.served_desk import TEAM
from tests.support.telling import INCIDENT_ID, a_candidate, a_maintenance, site_file

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

SCREENS = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture
def desk(running: Office) -> Office:
    running.begin()
    settings = site_file()
    raw = settings.model_dump(mode="json", exclude_unset=True)
    running.desk.store_settings(type(settings).model_validate({**raw, "staff": TEAM}))
    return running


class StatusSite:
    """The status site, as publish_status writes it from the desk's table."""

    def __init__(self, desk: Office) -> None:
        stores = desk.desk.stores()
        self._files = MemorySite()
        self._run = PublishStatus(
            stores.incidents, self._files, SiteFiles(), stores.settings, lambda: NOON, "https://status.example"
        )
        self._desk = desk

    def reads(self, path: str = "index.html") -> str:
        self._run(self._desk.desk.now, lambda: NOON - NOON)
        return self._files.files[path].content.decode()


def test_an_incident_is_opened_updated_and_solved_on_the_status_site(desk: Office) -> None:
    site, ana = StatusSite(desk), desk.person("ana")
    assert "Everything is working" in site.reads()
    ana.open("/desk/incidents")
    with ana.page.followed():
        ana.page.click("[...document.querySelectorAll('main a')].find(one => one.innerText === 'Open an incident')")
    ana.type("#open_incident-title", "The shop is shut")
    ana.page.value("document.querySelector('#open_incident-body').value = 'A pipe burst.'")
    ana.press("Preview")
    assert "Nothing is published yet" in ana.said
    assert "A pipe burst." in ana.said
    assert "Everything is working" in site.reads()
    # A double click publishes once.
    ana.press("Publish an incident", times=2)
    assert "Published" in ana.said
    assert len(desk.desk.desk.incidents.open()) == 1
    assert "A pipe burst." in site.reads()
    desk.desk.later(minutes=5)
    ana.open(ana.path)
    ana.page.value("document.querySelector('#update-body').value = 'The plumber is here.'")
    ana.press("Publish update")
    assert "The plumber is here." in site.reads()
    desk.desk.later(minutes=5)
    ana.open(ana.path)
    ana.page.value("document.querySelector('#resolve-body').value = 'It is dry again.'")
    ana.press("Resolve")
    found = site.reads()
    assert "Everything is working" in found
    assert "It is dry again." in found


def test_of_two_people_on_one_incident_the_second_is_told_and_loses_no_text(desk: Office) -> None:
    desk.desk.desk.incidents.add(incident_change(None, a_candidate(people=3, posts=4)))
    ana, ben, page = desk.person("ana"), desk.person("ben"), f"/desk/incidents/{INCIDENT_ID}"
    ana.open(page)
    ben.open(page)
    ana.press("Preview")
    ana.press("Publish")
    desk.desk.later(minutes=1)
    ben.poll()
    assert "Latest" in ben.said
    assert "Ana published the incident" in " ".join(ben.said.split())
    ben.page.value("document.querySelector('#publish-body').value = 'My own words.'")
    ben.press("Preview")
    assert "Somebody was first" in ben.said
    assert "My own words." in ben.page.value("document.querySelector('#typed').value")
    assert len(desk.desk.desk.incidents.updates(INCIDENT_ID)) == 1


def pages(desk: Office) -> list[str]:
    """The addresses of the pages about incidents and the team, on a desk that has some of each kind."""
    stores = desk.desk.desk
    stores.incidents.add(incident_change(None, a_candidate(people=3, posts=4)))
    stores.incidents.add(incident_change(None, a_maintenance(incident_id="night")))
    desk.desk.enter()
    typed = {"title": "The shop is shut", "body": "A pipe burst.\n\nMore soon.", "confirmed": "yes"}
    opened = desk.desk.press("/desk/open-incident", "open_incident", **typed).headers["location"].partition("?")[0]
    here = f"/desk/incidents/{INCIDENT_ID}"
    more = ("/desk/incidents", "/desk/incidents/night", "/desk/open-incident", "/desk/plan-maintenance")
    return [here, f"{here}/customers", opened, *more, "/desk/status-page", "/desk/team", "/desk/rules", "/desk/health"]


@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_is_wider_than_the_screen(desk: Office, screen: str) -> None:
    mo = desk.person("mo")
    mo.page.look(*SCREENS[screen], "light")
    for path in pages(desk):
        mo.open(path)
        _unfold(mo)
        assert mo.page.value("document.documentElement.scrollWidth") <= SCREENS[screen][0], path


@pytest.mark.skipif(AXE is None, reason="no axe-core: optional, see tests/support/axe.py")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(desk: Office, scheme: str) -> None:
    mo = desk.person("mo")
    mo.page.look(*SCREENS["phone"], scheme)
    found = {}
    for path in pages(desk):
        mo.open(path)
        _unfold(mo)
        found[path] = violations(mo.page)
    assert {path: told for path, told in found.items() if told} == {}


def _unfold(person: Person) -> None:
    person.page.value("document.querySelectorAll('main details').forEach(one => one.open = true)")
