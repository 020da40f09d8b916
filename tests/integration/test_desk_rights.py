"""The desk's rights, tried by hand-made requests: every POST route, every broken session, every act of a lead."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.views import SavedViews
from mentiondesk.domain.access.sign_in import SESSION_LASTS
from mentiondesk.domain.ids import CaseId, ConversationId, StaffId, UserId
from mentiondesk.domain.views import SavedView
from mentiondesk.presentation.desk.site import ROUTES
from tests.integration.test_act import INCIDENT_ID, begin
from tests.support.builders import NOON
from tests.support.served_desk import TEAM, ServedDesk, waiting

CASE_ID = CaseId(ConversationId("1800000000000000001"), UserId("2000000001"))
CASE = f"/desk/cases/{CASE_ID.conversation}-{CASE_ID.customer}"
ANYBODY, STAFF, LEADS = "anybody", "staff", "leads"

# Every route that takes a POST, with the people who may use it; `leads`: some acts of it are theirs alone, below.
WHO = {
    "/desk/sign-in": ANYBODY,
    "/desk/sign-in/code": ANYBODY,
    "/desk/sign-out": ANYBODY,
    "/desk/sessions": STAFF,
    "/desk/views": LEADS,
    "/desk/bulk": LEADS,
    "/desk/cases/<case_id>": LEADS,
    "/desk/cases/<case_id>/reply": LEADS,
    "/desk/cases/<case_id>/draft": STAFF,
    "/desk/cases/<case_id>/policy": LEADS,
    "/desk/approvals": LEADS,
    "/desk/incidents/<incident_id>": STAFF,
    "/desk/incidents/<incident_id>/customers": STAFF,
    "/desk/incidents/<incident_id>/post": STAFF,
    "/desk/open-incident": STAFF,
    "/desk/plan-maintenance": LEADS,
    "/desk/review": LEADS,
    "/desk/team": STAFF,
}


@pytest.fixture
def desk() -> ServedDesk:
    desk = ServedDesk()
    desk.enter()
    assert waiting(desk.desk, 1, "My parcel is late") == CASE_ID
    begin(desk.desk)
    return desk


def address(rule: str) -> str:
    name = f"{CASE_ID.conversation}-{CASE_ID.customer}"
    return rule.replace("<case_id>", name).replace("<incident_id>", INCIDENT_ID)


def _table(desk: ServedDesk) -> MemoryTable:
    assert isinstance(desk.desk.table, MemoryTable)
    return desk.desk.table


def items(desk: ServedDesk) -> dict[object, object]:
    """All that is stored, but for the marks of sessions and of open pages."""
    kept = (item for item in _table(desk).scan() if not item.key.pk.startswith(("SESSIONS#", "SIGNIN#", "ACTS")))
    return {item.key: (item.fact, dict(item.beside)) for item in kept if item.key.sk != "PRESENCE"}


@contextmanager
def nothing_changes(desk: ServedDesk) -> Iterator[None]:
    before = items(desk)
    yield
    assert items(desk) == before


# --- Every route ------------------------------------------------------------------------------------------


def test_every_route_that_takes_a_post_says_who_may_use_it() -> None:
    assert {route.rule for route in ROUTES if route.post} == set(WHO)


def test_every_act_that_is_a_lead_s_alone_is_tried_below() -> None:
    assert {one.rule for one in LEADS_ACTS} == {rule for rule, who in WHO.items() if who == LEADS}


@pytest.mark.parametrize(
    "rule", [route.rule for route in ROUTES if route.rule not in WHO or WHO[route.rule] != ANYBODY]
)
def test_people_without_a_session_see_and_change_nothing(desk: ServedDesk, rule: str) -> None:
    form = desk.get(CASE).page.form("claim")
    desk.cookies = {}
    with nothing_changes(desk):
        for method in ("GET", *(["POST"] if rule in WHO else [])):
            got = desk.ask(method, address(rule), form if method == "POST" else None)
            assert (got.status, got.headers["location"].partition("?")[0]) == (303, "/desk/sign-in")


@pytest.mark.parametrize("rule", WHO)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_site_s_page_uses_a_route(desk: ServedDesk, rule: str, site: str) -> None:
    form = desk.get(CASE).page.form("claim")
    with nothing_changes(desk):
        assert desk.ask("POST", address(rule), form, {"Sec-Fetch-Site": site}).status == 403


@pytest.mark.parametrize("rule", [rule for rule, who in WHO.items() if who != ANYBODY])
@pytest.mark.parametrize("action", ["", "publish_all", "../../x"])
def test_no_route_takes_an_act_that_is_none(desk: ServedDesk, rule: str, action: str) -> None:
    event = desk.get(CASE).page.form("claim")["event"]
    with nothing_changes(desk):
        got = desk.post(address(rule), event=event, action=action)
        # A draft is its text alone; a form without fields comes back with its faults.
        assert got.status in (400, 403, 409, 410, 422) or (rule.endswith(("/draft", "/review")) and got.status < 500)


# --- Broken sessions --------------------------------------------------------------------------------------


def _signed_out(desk: ServedDesk) -> None:
    kept = dict(desk.cookies)
    desk.post("/desk/sign-out")
    desk.cookies = kept


def _ended_elsewhere(desk: ServedDesk) -> None:
    with desk.by("ana"):
        desk.post("/desk/sessions", action="end_others")


def _idle(desk: ServedDesk) -> None:
    desk.later(hours=12, seconds=1)


def _a_week_old(desk: ServedDesk) -> None:
    for _ in range(int(SESSION_LASTS / timedelta(hours=6))):
        desk.later(hours=6)
        desk.get("/desk/help")


def _left_the_team(desk: ServedDesk) -> None:
    desk.store([one for one in TEAM if one["id"] != "ana"])
    desk.later(minutes=1)


def _another_name(desk: ServedDesk) -> None:
    (value,) = desk.cookies.values()
    desk.cookies = {"__Host-desk": f"mo.{value.partition('.')[2]}"}


def _another_token(desk: ServedDesk) -> None:
    desk.cookies = {"__Host-desk": "ana." + "A" * 43}


def _the_stored_hash(desk: ServedDesk) -> None:
    """The id under which the table keeps the session is no token."""
    stored = next(item.key.sk for item in _table(desk).scan() if item.key.pk == "SESSIONS#ana")
    desk.cookies = {"__Host-desk": f"ana.{stored}"}


def _a_cookie_that_other_hosts_can_set(desk: ServedDesk) -> None:
    desk.cookies = {"desk": next(iter(desk.cookies.values()))}


BROKEN: list[Callable[[ServedDesk], None]] = [
    _signed_out,
    _ended_elsewhere,
    _idle,
    _a_week_old,
    _left_the_team,
    _another_name,
    _another_token,
    _the_stored_hash,
    _a_cookie_that_other_hosts_can_set,
]


@pytest.mark.parametrize("breaks", BROKEN, ids=lambda one: one.__name__)
def test_a_broken_session_opens_nothing_and_does_nothing(
    desk: ServedDesk, breaks: Callable[[ServedDesk], None]
) -> None:
    form = desk.get(CASE).page.form("note")
    tag = desk.get(CASE).headers["etag"]
    breaks(desk)
    with nothing_changes(desk):
        for path in ("/desk", CASE, "/desk/approvals", "/desk/sessions"):
            assert desk.ask("GET", path, headers={"If-None-Match": tag}).status == 303
        for path, action in ((CASE, "claim"), (f"{CASE}/reply", "reply"), ("/desk/bulk", "answered")):
            sent = form | {"action": action, "text": "x", "press": "send"}
            assert desk.ask("POST", path, sent).headers["location"].startswith("/desk/sign-in")


def test_a_code_is_worth_nothing_a_second_time_or_in_another_browser(desk: ServedDesk) -> None:
    desk.cookies = {}
    desk.post("/desk/sign-in", email="ana@example.com")
    code, browser = desk.mails.codes[-1].code, dict(desk.cookies)
    desk.cookies = {}
    assert desk.post("/desk/sign-in/code", code=code).status == 422
    desk.cookies = dict(browser)
    assert desk.post("/desk/sign-in/code", code=code).status == 303
    desk.cookies = dict(browser)
    assert desk.post("/desk/sign-in/code", code=code).status == 422
    assert "__Host-desk" not in desk.cookies


def test_a_lead_who_is_none_any_more_may_do_an_agent_s_things_alone(desk: ServedDesk) -> None:
    desk.enter("mo")
    team = [dict(one) for one in TEAM]
    team[1]["roles"], team[2]["roles"] = ["lead"], []
    form = desk.get("/desk").page.form("save_view")
    desk.store(team)
    desk.later(minutes=1)
    with nothing_changes(desk):
        assert desk.ask("POST", "/desk/views", form | {"name": "For all", "shared": "yes"}).status == 403
    assert desk.ask("POST", "/desk/views", form | {"name": "Mine"}).status == 303


# --- A lead's acts, by an agent's hand-made requests ------------------------------------------------------


@dataclass(frozen=True)
class LeadsAct:
    """An act that leads alone may do: `prepare` makes it possible and gives the fields of its form."""

    rule: str
    name: str
    prepare: Callable[[ServedDesk], dict[str, str]]


def _event(desk: ServedDesk) -> str:
    return desk.get(CASE).page.form("note")["event"]


def _shares_a_view(desk: ServedDesk) -> dict[str, str]:
    return desk.get("/desk").page.form("save_view") | {"name": "For all", "shared": "yes"}


def _removes_a_shared_view(desk: ServedDesk) -> dict[str, str]:
    store = SavedViews(desk.desk.table)
    store.save(store.get(None).with_view(SavedView("v", "For all", "", StaffId("mo"), NOON)))
    return {"action": "remove_view", "saved": "v", "shared": "yes", "event": _event(desk)}


def _claimed_by_ben(desk: ServedDesk) -> int:
    with desk.by("ben"):
        desk.press(CASE, "claim")
    found = desk.desk.cases.get(CASE_ID)
    assert found is not None
    return found.version


def _assigns_many(desk: ServedDesk) -> dict[str, str]:
    version = _claimed_by_ben(desk)
    name = f"case.{CASE_ID.conversation}-{CASE_ID.customer}"
    return {"action": "hand_over", "to": "mo", name: str(version), "confirm": "yes", "event": _event(desk)}


def _assigns_what_another_owns(desk: ServedDesk) -> dict[str, str]:
    _claimed_by_ben(desk)
    return {"action": "hand_over", "to": "mo", "event": _event(desk)}


def _releases_what_another_owns(desk: ServedDesk) -> dict[str, str]:
    _claimed_by_ben(desk)
    return {"action": "release", "event": _event(desk)}


def _held_reply(desk: ServedDesk) -> dict[str, str]:
    """The fields of a reply of Ben's that waits for approval: it speaks of money."""
    with desk.by("ben"):
        form = desk.get(CASE).page.form("reply")
        desk.ask("POST", f"{CASE}/reply", {**form, "text": "Sorry, we send you a refund today.", "press": "send"})
    with desk.by("mo"):
        return desk.get("/desk/approvals").page.form("approve_reply")


def _approves(desk: ServedDesk) -> dict[str, str]:
    return _held_reply(desk) | {"press": "approve"}


def _takes_back_another_s_reply(desk: ServedDesk) -> dict[str, str]:
    held = _held_reply(desk)
    return {"action": "withdraw", "reply": held["reply"], "event": held["event"]}


def _confirms_a_strike(desk: ServedDesk) -> dict[str, str]:
    return {"action": "confirm_strike", "id": "s1", "event": _event(desk)}


def _confirms_a_measure(desk: ServedDesk) -> dict[str, str]:
    return {"action": "confirm", "id": "m1", "event": _event(desk)}


def _reviews(desk: ServedDesk) -> dict[str, str]:
    return {"action": "review", "reply": "1", "event": _event(desk)}


def _plans_a_maintenance(desk: ServedDesk) -> dict[str, str]:
    with desk.by("mo"):
        form = desk.get("/desk/plan-maintenance").page.form("plan_maintenance")
    times = {"begins": "2026-06-18T10:00", "ends": "2026-06-18T11:00"}
    return {**form, "title": "New shelves", "body": "We build.", **times, "confirmed": "yes"}


LEADS_ACTS = [
    LeadsAct("/desk/views", "share a view", _shares_a_view),
    LeadsAct("/desk/views", "remove a shared view", _removes_a_shared_view),
    LeadsAct("/desk/bulk", "assign what another owns", _assigns_many),
    LeadsAct("/desk/cases/<case_id>", "assign what another owns", _assigns_what_another_owns),
    LeadsAct("/desk/cases/<case_id>", "release what another owns", _releases_what_another_owns),
    LeadsAct("/desk/cases/<case_id>/reply", "take another's reply back", _takes_back_another_s_reply),
    LeadsAct("/desk/cases/<case_id>/policy", "confirm a strike", _confirms_a_strike),
    LeadsAct("/desk/cases/<case_id>/policy", "confirm a measure", _confirms_a_measure),
    LeadsAct("/desk/approvals", "approve a reply", _approves),
    LeadsAct("/desk/plan-maintenance", "plan a maintenance", _plans_a_maintenance),
    LeadsAct("/desk/review", "review a reply", _reviews),
]


@pytest.mark.parametrize("act", LEADS_ACTS, ids=lambda one: f"{one.name} at {one.rule}")
def test_an_agent_cannot_do_a_lead_s_things_by_a_hand_made_request(desk: ServedDesk, act: LeadsAct) -> None:
    typed = act.prepare(desk)
    with nothing_changes(desk):
        got = desk.ask("POST", address(act.rule), typed)
        assert got.status in (403, 409) or (act.rule == "/desk/bulk" and "1 not changed" in got.said)


@pytest.mark.parametrize(
    "act",
    [one for one in LEADS_ACTS if "/policy" not in one.rule and one.rule != "/desk/review"],
    ids=lambda one: one.name,
)
def test_a_lead_can_by_the_same_request(desk: ServedDesk, act: LeadsAct) -> None:
    """Else the test above would be content with requests that nobody can make."""
    typed = act.prepare(desk)
    before = items(desk)
    with desk.by("mo"):
        got = desk.ask("POST", address(act.rule), typed)
    assert got.status == 303 or "1 changed" in got.said
    assert items(desk) != before
