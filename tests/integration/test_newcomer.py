"""The way from the local page to the desk: one address, for one sign-in, on this machine."""

import http.client
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest

from infra.local.acts import acts, told
from infra.local.api import LocalApi
from infra.local.newcomer import Newcomer, with_newcomer
from infra.local.page import LocalPage
from mentiondesk.adapters.storage.attributes import to_attributes
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.domain.ids import StaffId
from tests.support.builders import settings_file
from tests.support.served_desk import TEAM, ServedDesk, waiting


class Local:
    """The local page and a desk, each on its own port."""

    def __init__(self, desk: ServedDesk, page: LocalPage) -> None:
        self.desk, self.page = desk, page

    def ask(self, address: str, cookie: str = "", method: str = "GET") -> http.client.HTTPResponse:
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.netloc)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, target, headers={"Cookie": cookie} if cookie else {})
        return connection.getresponse()


@pytest.fixture
def local() -> Iterator[Local]:
    held: list[ServedDesk] = []
    with LocalApi(0, lambda event: held[0](event)) as api, LocalPage(0) as page:  # noqa: PLW0108  there is no desk yet
        desk = ServedDesk(api.url)
        held.append(desk)
        desk.store_settings(with_newcomer(settings_file(staff=TEAM)))
        cookie_of = lambda staff_id: next(iter(desk.cookie_of(staff_id).values()))  # noqa: E731
        page.newcomer = Newcomer(api.url, cookie_of, frozenset({StaffId("ana"), StaffId("ben")}))
        yield Local(desk, page)


def test_the_address_signs_in_once_and_leads_to_the_desk(local: Local) -> None:
    waiting(local.desk.desk, 1, "My parcel is late")
    address = local.page.entrance
    entered = local.ask(address)
    assert entered.status == 303
    (cookie,) = SimpleCookie(entered.headers["Set-Cookie"]).values()
    assert (cookie.key, cookie["httponly"], cookie["samesite"], cookie["path"]) == ("desk", True, "Lax", "/")
    shown = local.ask(entered.headers["Location"], f"{cookie.key}={cookie.value}")
    assert shown.status == 200
    assert "My parcel is late" in shown.read().decode()
    again = local.ask(address)
    assert (again.status, again.headers["Set-Cookie"]) == (410, None)
    assert local.page.entrance != address
    assert local.ask(local.page.entrance).status == 303


def test_who_comes_in_as_a_colleague_plays_them_and_lands_where_they_pressed(local: Local) -> None:
    newcomer = local.page.newcomer
    assert newcomer is not None
    entered = local.ask(f"{local.page.entrance}?as=ana&to=/desk/incidents")
    assert entered.headers["Location"].endswith("/desk/incidents")
    (cookie,) = SimpleCookie(entered.headers["Set-Cookie"]).values()
    assert "Ana" in local.ask(entered.headers["Location"], f"{cookie.key}={cookie.value}").read().decode()
    assert (newcomer.entered_as, newcomer.played) == ("ana", {"ana"})
    # A newcomer plays nobody, and who has played Ana goes on with it.
    local.ask(local.page.entrance)
    assert (newcomer.entered_as, newcomer.played) == ("newcomer", {"ana"})


@pytest.mark.parametrize(
    "query", ["as=somebody", "to=https://example.com/desk/", "to=//example.com/desk/", "to=/act/x"]
)
def test_other_people_and_places_lead_the_newcomer_to_the_queue(local: Local, query: str) -> None:
    entered = local.ask(f"{local.page.entrance}?{query}")
    assert entered.headers["Location"].endswith("/desk")
    assert entered.headers["Location"].startswith("http://127.0.0.1")
    assert local.page.newcomer is not None
    assert local.page.newcomer.entered_as == "newcomer"


@pytest.mark.parametrize("path", ["/enter/", "/enter/x", "/enter/" + "A" * 32])
def test_a_guessed_address_signs_nobody_in(local: Local, path: str) -> None:
    good = local.page.entrance
    refused = local.ask(local.page.url + path)
    assert (refused.status, refused.headers["Set-Cookie"]) == (410, None)
    assert local.page.entrance == good


def test_only_opening_it_signs_in(local: Local) -> None:
    for method in ("HEAD", "POST"):
        assert local.ask(local.page.entrance, method=method).status == 405


def test_without_a_newcomer_there_is_no_such_address() -> None:
    with LocalPage(0) as page:
        assert page.entrance == ""
        assert Local.ask(Local.__new__(Local), f"{page.url}/enter/x").status == 404


def test_the_deployed_desk_knows_no_such_address(local: Local) -> None:
    path = urlsplit(local.page.entrance).path
    for place in (path, f"/desk{path}"):
        assert local.desk.get(place).status == 404


def test_the_newcomer_sees_everything_and_is_not_alerted_by_the_clock(local: Local) -> None:
    local.desk.enter("newcomer")
    for page in ("/desk", "/desk/figures", "/desk/plan-maintenance", "/desk/health"):
        assert local.desk.get(page).status == 200
    newcomer = local.desk.stores().settings().roster.find(StaffId("newcomer"))
    assert newcomer is not None
    assert not newcomer.on_duty(local.desk.now)


def test_acts_of_people_are_counted_by_their_kind(local: Local) -> None:
    case_id = waiting(local.desk.desk, 1, "My parcel is late")
    local.desk.enter("ana")
    place = f"/desk/cases/{case_id.conversation}-{case_id.customer}"
    local.desk.press(place, "claim")
    for text in ("Called.", "Called again."):
        local.desk.later(minutes=1)
        local.desk.press(place, "note", text=text)
    table = local.desk.desk.table
    assert isinstance(table, MemoryTable)
    items = [to_attributes(one) for one in table.scan()]
    counted = acts(items, [StaffId("ana")])
    assert counted == {"noted": 2, "claimed": 1}
    assert told(counted) == "Staff acted 3 times at the desk: noted 2, claimed 1."
    posted = {"sk": {"S": "T#2"}, "type": {"S": "brand_posted"}, "by": {"S": "ana"}}
    assert acts([*items, posted], [StaffId("ana")]) == counted
    assert acts(items, [StaffId("ben")]) == {}
    assert told(acts(items, [])) == "Staff acted 0 times at the desk."
