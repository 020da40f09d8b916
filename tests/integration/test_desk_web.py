"""The signed-in desk over HTTP, as Lambda runs it: sign-in, forged and stale sessions, rights, cases, incidents."""

import pytest

from infra.local.api import event_of
from mentiondesk.domain.access.sign_in import CODE_LASTS, CODES_PER_ADDRESS, IDLE
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.timeline import Claimed, Dismissed, HandedOver, Noted
from mentiondesk.presentation.desk.responses import place
from tests.integration.test_act import INCIDENT_ID, begin
from tests.support.doors import FORM, HOSTILE, MARKS, Answer
from tests.support.served_desk import TEAM, ServedDesk, waiting

PAGES = (
    "/desk",
    "/desk/incidents",
    "/desk/team",
    "/desk/sessions",
    "/desk/help",
    "/desk/search?q=x",
    "/desk/next",
    "/desk/approvals",
    "/desk/open-incident",
    "/desk/status-page",
    "/desk/rules",
    "/desk/health",
)


@pytest.fixture
def desk() -> ServedDesk:
    return ServedDesk()


@pytest.fixture
def case_id(desk: ServedDesk) -> CaseId:
    desk.enter()
    return waiting(desk.desk, 1, "My parcel is late")


def path(case_id: CaseId) -> str:
    return f"/desk/cases/{case_id.conversation}-{case_id.customer}"


def the_case(desk: ServedDesk, case_id: CaseId) -> Case:
    found = desk.desk.cases.get(case_id)
    assert found is not None
    return found


def sign_in(desk: ServedDesk, address: str = "ana@example.com", then: str = "/desk") -> Answer:
    desk.post("/desk/sign-in", email=address, next=then)
    return desk.post("/desk/sign-in/code", code=desk.mails.codes[-1].code, next=then)


# --- Sign-in ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_to_sign_in_and_leads_back(desk: ServedDesk, page: str) -> None:
    asked = desk.get(page)
    assert asked.status == 303
    assert asked.headers["location"].startswith("/desk/sign-in?next=%2Fdesk")


def test_a_person_signs_in_by_the_code_in_the_mail(desk: ServedDesk) -> None:
    asked = desk.post("/desk/sign-in", email="Ana@Example.com", next="/desk/team")
    assert (asked.status, asked.headers["location"]) == (303, "/desk/sign-in/code?next=/desk/team")
    entered = desk.post("/desk/sign-in/code", code=desk.mails.codes[-1].code.lower(), next="/desk/team")
    assert (entered.status, entered.headers["location"]) == (303, "/desk/team")
    assert desk.get("/desk/team").status == 200
    assert list(desk.cookies) == ["__Host-desk"]


def test_cookies_are_kept_from_scripts_and_other_hosts(desk: ServedDesk) -> None:
    sent = desk(_event("/desk/sign-in", "email=ana%40example.com"))["cookies"]
    assert len(sent) == 1
    assert sent[0].startswith("__Host-desk-code=")
    for part in ("Path=/", "HttpOnly", "Secure", "SameSite=Lax", "Max-Age=600"):
        assert part in sent[0].split("; ")


def test_known_and_unknown_addresses_cannot_be_told_apart(desk: ServedDesk) -> None:
    known, unknown = (desk.post("/desk/sign-in", email=one) for one in ("ana@example.com", "eve@example.com"))
    assert (known.status, known.headers, known.html) == (unknown.status, unknown.headers, unknown.html)
    assert [one.address for one in desk.mails.codes] == ["ana@example.com", "eve@example.com"]
    for _ in range(CODES_PER_ADDRESS - 1):
        desk.post("/desk/sign-in", email="eve@example.com")
    assert desk.post("/desk/sign-in", email="eve@example.com").status == 429


@pytest.mark.parametrize("address", ["", "ana", "ana@", "@example.com", "a@b\r\nBcc: x@y.example", "a" * 400])
def test_what_is_no_address_is_asked_for_again(desk: ServedDesk, address: str) -> None:
    assert desk.post("/desk/sign-in", email=address).status == 422
    assert desk.mails.codes == []


def test_wrong_old_and_used_codes_sign_nobody_in(desk: ServedDesk) -> None:
    desk.post("/desk/sign-in", email="ana@example.com")
    assert desk.post("/desk/sign-in/code", code="00000000").status == 422
    code = desk.mails.codes[-1].code
    desk.later(seconds=CODE_LASTS.total_seconds())
    assert desk.post("/desk/sign-in/code", code=code).status == 422
    assert "__Host-desk" not in desk.cookies


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/act/x", "/desk/../act", "/desk\\x", ""])
def test_signing_in_leads_nowhere_else(desk: ServedDesk, wanted: str) -> None:
    assert sign_in(desk, then=wanted).headers["location"] == "/desk"
    assert place(wanted) == "/desk"


def test_signing_out_ends_the_session_for_good(desk: ServedDesk) -> None:
    sign_in(desk)
    kept = dict(desk.cookies)
    assert desk.post("/desk/sign-out").status == 303
    desk.cookies = kept
    assert desk.get("/desk").status == 303


def test_sessions_are_listed_and_ended(desk: ServedDesk) -> None:
    there = desk.cookie_of("ana")
    desk.enter()
    page = desk.get("/desk/sessions")
    assert page.said.count("Chrome, Linux") == 2
    form = next(form for form in page.page.forms if "session" in form.fields)
    desk.ask("POST", "/desk/sessions", form.fields)
    assert desk.get("/desk").status == 200
    desk.cookies = there
    assert desk.get("/desk").status == 303


def test_idle_forged_and_former_people_are_signed_out(desk: ServedDesk) -> None:
    desk.enter()
    token = desk.cookies["__Host-desk"].partition(".")[2]
    for forged in (f"mo.{token}", "ana." + "x" * 43, "", "ana"):
        desk.cookies = {"__Host-desk": forged}
        assert desk.get("/desk").status == 303
    desk.enter()
    desk.store([one for one in TEAM if one["id"] != "ana"])
    desk.later(minutes=1)
    assert desk.get("/desk").status == 303
    desk.store(TEAM)
    desk.later(minutes=1)
    assert desk.get("/desk").status == 200
    desk.later(seconds=IDLE.total_seconds() + 1)
    assert desk.get("/desk").status == 303


# --- Forged requests --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://desk.example"}, 403),
        ({"Sec-Fetch-Site": "", "Origin": "https://desk.example"}, 303),
        ({"Sec-Fetch-Site": "", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
    ],
)
def test_only_the_desk_s_own_pages_change_anything(
    desk: ServedDesk, case_id: CaseId, headers: dict[str, str], status: int
) -> None:
    form = desk.get(path(case_id)).page.form("claim")
    assert desk.ask("POST", path(case_id), form, headers).status == status
    assert (the_case(desk, case_id).owner is not None) == (status == 303)


def test_other_sites_may_link_to_the_desk(desk: ServedDesk) -> None:
    desk.enter()
    assert desk.ask("GET", "/desk", headers={"Sec-Fetch-Site": "cross-site"}).status == 200


# --- Cases ------------------------------------------------------------------------------------------------


def test_opening_a_case_claims_nothing(desk: ServedDesk, case_id: CaseId) -> None:
    before = the_case(desk, case_id)
    assert desk.get(path(case_id)).status == 200
    assert the_case(desk, case_id) == before


def test_an_agent_takes_a_case_and_goes_on_to_the_next(desk: ServedDesk, case_id: CaseId) -> None:
    other = waiting(desk.desk, 2, "And mine", 5)
    assert desk.get("/desk/next").headers["location"] == path(case_id)
    claimed = desk.press(path(case_id), "claim")
    assert claimed.headers["location"] == f"{path(case_id)}?done=claim"
    assert "You own this case now." in desk.get(claimed.headers["location"]).said
    answered = desk.press(path(case_id), "answered")
    assert answered.headers["location"] == "/desk/next"
    assert desk.get("/desk/next").headers["location"] == path(other)
    assert desk.press(path(other), "no_answer", reason="spam").status == 303
    assert desk.get("/desk/next").headers["location"] == "/desk"


def test_a_button_pressed_twice_acts_once(desk: ServedDesk, case_id: CaseId) -> None:
    form = desk.get(path(case_id)).page.form("claim")
    answers = [desk.ask("POST", path(case_id), form) for _ in range(3)]
    assert [one.status for one in answers] == [303] * 3
    assert sum(isinstance(one, Claimed) for one in desk.desk.cases.timeline(case_id)) == 1


def test_of_two_people_one_wins_and_the_other_is_told(desk: ServedDesk, case_id: CaseId) -> None:
    mine = desk.get(path(case_id)).page.form("claim")
    with desk.by("ben"):
        desk.press(path(case_id), "claim")
    lost = desk.ask("POST", path(case_id), mine)
    assert lost.status == 409
    assert "Ben" in lost.said
    assert the_case(desk, case_id).owner == "ben"


def test_what_was_typed_comes_back_when_a_colleague_was_first(desk: ServedDesk, case_id: CaseId) -> None:
    form = desk.get(path(case_id)).page.form("no_answer")
    with desk.by("ben"):
        desk.press(path(case_id), "claim")
    lost = desk.ask("POST", path(case_id), form | {"reason": "other", "written": "they called us"})
    assert lost.status == 409
    assert desk.press(path(case_id), "note", text="x" * 2001).status == 422


def test_notes_are_for_colleagues_and_change_nothing(desk: ServedDesk, case_id: CaseId) -> None:
    before = the_case(desk, case_id)
    desk.press(path(case_id), "note", text="Called the depot.\nThey found it.")
    case = the_case(desk, case_id)
    assert [one.text for one in desk.desk.cases.timeline(case_id) if isinstance(one, Noted)] == [
        "Called the depot.\nThey found it."
    ]
    assert (case.owner, case.state, case.timers) == (before.owner, before.state, before.timers)
    assert "You 12:00 UTC · Only your team can read this Called the depot." in desk.get(path(case_id)).said
    assert desk.press(path(case_id), "note", text="  ").status == 422


def test_a_case_is_handed_over_by_name(desk: ServedDesk, case_id: CaseId) -> None:
    desk.press(path(case_id), "claim")
    assert desk.press(path(case_id), "hand_over", to="ben").status == 303
    assert the_case(desk, case_id).owner == "ben"
    assert "You handed the case over: Ben" in desk.get(path(case_id)).said
    for nobody in ("eve", "", "ben; x"):
        with desk.by("mo"):
            assert desk.press(path(case_id), "hand_over", to=nobody).status == 422


def test_agents_take_over_and_leads_assign(desk: ServedDesk, case_id: CaseId) -> None:
    with desk.by("ben"):
        desk.press(path(case_id), "claim")
    assert desk.press(path(case_id), "hand_over", to="ana").status == 303
    with desk.by("ben"):
        form = desk.get(path(case_id)).page.form("note") | {"action": "hand_over", "to": "mo"}
        assert desk.ask("POST", path(case_id), form).status == 409
        release = desk.get(path(case_id)).page.form("note") | {"action": "release"}
        assert desk.ask("POST", path(case_id), release).status == 409
    with desk.by("mo"):
        assert desk.press(path(case_id), "hand_over", to="ben").status == 303
    assert [one.to for one in desk.desk.cases.timeline(case_id) if isinstance(one, HandedOver)] == ["ana", "ben"]


def test_colleagues_are_seen_in_the_list_and_on_the_page(desk: ServedDesk, case_id: CaseId) -> None:
    with desk.by("ben"):
        desk.get(f"{path(case_id)}?writing=1")
    assert "Ben is writing" in desk.get("/desk").said
    assert "Ben is writing" in desk.get(path(case_id)).said
    assert "Ana has it open" not in desk.get(path(case_id)).said
    desk.later(seconds=90)
    assert "Ben is writing" not in desk.get("/desk").said


def test_a_poll_without_news_is_304(desk: ServedDesk, case_id: CaseId) -> None:
    for page in ("/desk", path(case_id), "/desk/incidents"):
        first = desk.get(page)
        again = desk.ask("GET", page, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status, again.html) == (304, "")
    with desk.by("ben"):
        desk.press(path(case_id), "claim")
    assert desk.ask("GET", path(case_id), headers={"If-None-Match": first.headers["etag"]}).status == 200


@pytest.mark.parametrize(
    "event", ["", "x", "2026-06-17T12:00:00.000000Z-xyz", "2036-06-17T12:00:00.000000Z-" + "0" * 16]
)
def test_only_forms_of_the_desk_act(desk: ServedDesk, case_id: CaseId, event: str) -> None:
    form = desk.get(path(case_id)).page.form("claim") | {"event": event}
    assert desk.ask("POST", path(case_id), form).status == 400
    assert the_case(desk, case_id).owner is None


@pytest.mark.parametrize("action", ["publish", "delete", "", "resolve"])
def test_a_case_takes_no_other_acts(desk: ServedDesk, case_id: CaseId, action: str) -> None:
    form = desk.get(path(case_id)).page.form("claim") | {"action": action}
    assert desk.ask("POST", path(case_id), form).status == 400


@pytest.mark.parametrize("name", ["1-2", "x", "..", "1", "1-2-3", "9" * 30 + "-1"])
def test_a_case_that_is_not_there_says_so(desk: ServedDesk, name: str) -> None:
    desk.enter()
    assert desk.get(f"/desk/cases/{name}").status == 410


def test_a_closed_case_is_reopened(desk: ServedDesk, case_id: CaseId) -> None:
    desk.press(path(case_id), "no_answer", reason="spam")
    assert any(isinstance(one, Dismissed) for one in desk.desk.cases.timeline(case_id))
    assert desk.press(path(case_id), "reopen_case", reason="it was real").status == 303
    assert the_case(desk, case_id).waiting


def test_text_from_x_and_from_colleagues_is_never_trusted(desk: ServedDesk) -> None:
    case_id = waiting(desk.desk, 1, HOSTILE, why=(HOSTILE,), topics=(HOSTILE,))
    desk.enter()
    desk.press(path(case_id), "note", text=HOSTILE)
    for page in ("/desk", path(case_id), f"/desk/search?q={HOSTILE}", "/desk/search?q=script"):
        shown = desk.get(page)
        assert shown.status == 200
        assert not any(mark in shown.html for mark in MARKS)
        assert "\u202e" not in shown.html
        assert not {name for name in shown.page.attributes if name.startswith("on")}


# --- Incidents, files, failures ---------------------------------------------------------------------------


def test_an_agent_publishes_and_resolves_an_incident(desk: ServedDesk) -> None:
    desk.enter()
    begin(desk.desk, "The checkout throws an error")
    page = f"/desk/incidents/{INCIDENT_ID}"
    assert "Checkout" in desk.get("/desk/incidents").said
    typed = {"title": "Checkout fails", "impact": "major", "body": "We look into it.", "confirmed": "yes"}
    assert desk.press(page, "publish", **typed).status == 303
    desk.later(minutes=1)
    assert desk.press(page, "resolve", body="It is over.").status == 303
    found = desk.desk.incidents.get(INCIDENT_ID)
    assert found is not None
    assert found.status is Status.RESOLVED
    assert desk.get("/desk/incidents/none").status == 410


def test_pages_ask_for_two_files_that_browsers_keep(desk: ServedDesk) -> None:
    desk.enter()
    html = desk.get("/desk").html
    names = [part.split('"')[0] for part in html.split("/desk/assets/")[1:]]
    assert len(names) == 2
    for name in names:
        found = desk.get(f"/desk/assets/{name}")
        assert found.status == 200
        assert "immutable" in found.headers["cache-control"]
    assert desk.get("/desk/assets/other.js").status == 404
    assert desk.get("/desk").headers["cache-control"] == "no-store"


def test_the_policy_names_the_desk_alone(desk: ServedDesk) -> None:
    policy = desk.get("/desk/sign-in").headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_unknown_pages_and_methods_are_refused(desk: ServedDesk) -> None:
    assert desk.get("/desk/none").status == 404
    assert desk.ask("DELETE", "/desk").status == 405


def test_a_failure_is_a_page_and_a_metric(desk: ServedDesk) -> None:
    desk.enter()
    desk.desk.table.get_many = None  # type: ignore[assignment,method-assign]
    waiting(desk.desk, 1, "words")
    assert desk.get("/desk").status == 500
    assert any('"DeskPagesFailed"' in line for line in desk.printed)
    assert not any("words" in line for line in desk.printed)


def test_logs_hold_no_address_code_or_token(desk: ServedDesk) -> None:
    sign_in(desk)
    desk.get("/desk/search?q=secretword")
    printed = "\n".join(desk.printed)
    for secret in ("ana@example.com", desk.mails.codes[-1].code, *desk.cookies.values(), "secretword"):
        assert secret not in printed


def _event(path_: str, body: str) -> dict[str, object]:
    headers = {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"}
    return event_of("POST", path_, headers, body.encode(), "desk.example")
