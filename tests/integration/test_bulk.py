"""One act on several ticked customers: each case is decided by itself, once, and no reply is among the acts."""

from urllib.parse import urlencode

import pytest

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.timeline import AnsweredElsewhere, HandedOver, IncidentJoined, IncidentLeft, MembersChanged
from mentiondesk.usecases.cases.list_waiting import PAGE
from tests.integration.test_act import INCIDENT_ID, begin
from tests.support.doors import HOSTILE, MARKS, Answer
from tests.support.served_desk import ServedDesk, waiting

BULK = "/desk/bulk"


@pytest.fixture
def desk() -> ServedDesk:
    desk = ServedDesk()
    desk.enter()
    return desk


@pytest.fixture
def cases(desk: ServedDesk) -> list[CaseId]:
    return [waiting(desk.desk, number, f"Parcel {number} is late", number) for number in (1, 2, 3)]


def path(case_id: CaseId) -> str:
    return f"/desk/cases/{case_id.conversation}-{case_id.customer}"


def the_case(desk: ServedDesk, case_id: CaseId) -> Case:
    found = desk.desk.cases.get(case_id)
    assert found is not None
    return found


def tick(case_id: CaseId) -> str:
    return f"case.{case_id.conversation}-{case_id.customer}"


def asked(desk: ServedDesk, action: str, *cases: CaseId) -> Answer:
    """The page after boxes of the list were ticked and a button below it was pressed."""
    shown = next(form for form in desk.get("/desk").page.forms if {"action": action} in form.buttons)
    boxes = {tick(one): str(the_case(desk, one).version) for one in cases}
    return desk.post(BULK, **shown.fields, **boxes, action=action)


def confirmed(desk: ServedDesk, page: Answer, action: str, **typed: str) -> Answer:
    return desk.ask("POST", BULK, page.page.form(action) | {"confirm": "yes", **typed})


def acts(desk: ServedDesk, case_id: CaseId, kind: type) -> int:
    return sum(isinstance(one, kind) for one in desk.desk.cases.timeline(case_id))


def test_the_list_has_a_box_for_each_customer_with_the_version_that_was_seen(
    desk: ServedDesk, cases: list[CaseId]
) -> None:
    desk.press(path(cases[0]), "claim")
    page = desk.get("/desk")
    for one in cases:
        assert f'name="{tick(one)}" value="{the_case(desk, one).version}"' in page.html
    offered = {button["action"] for form in page.page.forms for button in form.buttons if "action" in button}
    assert offered == {"answered", "no_answer", "hand_over", "link_incident"}


def test_a_page_says_what_will_happen_and_changes_nothing(desk: ServedDesk, cases: list[CaseId]) -> None:
    before = [the_case(desk, one) for one in cases]
    page = asked(desk, "answered", *cases[:2])
    assert (page.status, "Mark 2 customers as answered elsewhere?" in page.said) == (200, True)
    assert "Parcel 1" in page.said and "Parcel 3" not in page.said
    assert [the_case(desk, one) for one in cases] == before


def test_what_was_ticked_is_answered_and_the_rest_waits(desk: ServedDesk, cases: list[CaseId]) -> None:
    page = confirmed(desk, asked(desk, "answered", *cases[:2]), "answered")
    assert (page.status, "2 changed" in page.said, "not changed" in page.said) == (200, True, False)
    assert [the_case(desk, one).waiting for one in cases] == [False, False, True]


def test_each_case_is_decided_by_itself(desk: ServedDesk, cases: list[CaseId]) -> None:
    """One has changed since the list was shown, one belongs to a colleague, one is not stored, one is closed."""
    page = asked(desk, "no_answer", *cases)
    with desk.by("ben"):
        desk.press(path(cases[1]), "note", text="They called.")
    gone = {"case.1-2": "1"}
    done = desk.ask("POST", BULK, page.page.form("no_answer") | gone | {"confirm": "yes", "reason": "spam"})
    assert "2 changed" in done.said and "2 not changed" in done.said
    assert "The case has changed since you saw it" in done.said
    assert "This case is no longer stored" in done.said
    assert [the_case(desk, one).state.closed for one in cases] == [True, False, True]


def test_what_is_refused_now_is_told_before_anything_is_pressed(desk: ServedDesk, cases: list[CaseId]) -> None:
    with desk.by("ben"):
        desk.press(path(cases[0]), "claim")
    page = asked(desk, "no_answer", *cases[:2])
    assert "1 will stay as it is" in page.said and "Ben owns this case" in page.said
    assert tick(cases[0]) not in page.page.form("no_answer")


def test_a_row_that_changed_since_it_was_ticked_stays_as_it_is(desk: ServedDesk, cases: list[CaseId]) -> None:
    seen = {tick(cases[0]): str(the_case(desk, cases[0]).version)}
    with desk.by("ben"):
        desk.press(path(cases[0]), "claim")
    page = desk.post(BULK, **seen, action="answered", back="/desk")
    assert "The case has changed since you saw it" in page.said
    form = asked(desk, "answered", cases[1]).page.form("answered")
    pressed = desk.ask("POST", BULK, {**form, **seen, "confirm": "yes"})
    assert "1 changed" in pressed.said and "1 not changed" in pressed.said
    assert the_case(desk, cases[0]).waiting


@pytest.mark.parametrize("by", ["ana", "mo"])
def test_agents_assign_what_is_free_and_leads_assign_anything(desk: ServedDesk, cases: list[CaseId], by: str) -> None:
    with desk.by("ben"):
        desk.press(path(cases[0]), "claim")
    with desk.by(by):
        done = confirmed(desk, asked(desk, "hand_over", *cases[:2]), "hand_over", to="mo")
    assert ("Ben owns this case" in done.said) == (by == "ana")
    assert [the_case(desk, one).owner for one in cases] == ["ben" if by == "ana" else "mo", "mo", None]


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("hand_over", {"to": ""}),
        ("hand_over", {"to": "eve"}),
        ("no_answer", {}),
        ("no_answer", {"reason": "other"}),
        ("link_incident", {"incident": "", "reason": "x"}),
        ("link_incident", {"incident": INCIDENT_ID, "reason": " "}),
    ],
)
def test_what_is_missing_is_asked_for_again(
    desk: ServedDesk, cases: list[CaseId], action: str, typed: dict[str, str]
) -> None:
    begin(desk.desk)
    page = confirmed(desk, asked(desk, action, *cases), action, **typed)
    assert (page.status, "Please correct the form" in page.said) == (422, True)
    assert all(tick(one) in page.page.form(action) for one in cases)
    assert [the_case(desk, one).version for one in cases] == [1, 1, 1]


def test_a_second_press_is_the_first_one_s_success(desk: ServedDesk, cases: list[CaseId]) -> None:
    form = asked(desk, "answered", *cases).page.form("answered") | {"confirm": "yes"}
    answers = [desk.ask("POST", BULK, form) for _ in range(3)]
    assert ["3 changed" in one.said and "not changed" not in one.said for one in answers] == [True] * 3
    assert [acts(desk, one, AnsweredElsewhere) for one in cases] == [1, 1, 1]
    assigned = asked(desk, "hand_over", waiting(desk.desk, 9, "Mine")).page.form("hand_over")
    for _ in range(2):
        desk.ask("POST", BULK, assigned | {"confirm": "yes", "to": "ben"})
    assert acts(desk, waiting_id(9), HandedOver) == 1


def waiting_id(number: int) -> CaseId:
    return CaseId.parse(f"{1_800_000_000_000_000_000 + number}#{2_000_000_000 + number}")


def test_cases_are_linked_to_an_incident_and_taken_out_again_with_a_reason(
    desk: ServedDesk, cases: list[CaseId]
) -> None:
    begin(desk.desk, "The checkout throws an error")
    urgent = waiting(desk.desk, 4, "Somebody is hurt", urgency=Urgency.CRITICAL)
    page = asked(desk, "link_incident", cases[0], urgent)
    done = confirmed(desk, page, "link_incident", incident=INCIDENT_ID, reason="same error")
    assert "2 changed" in done.said
    incident = desk.desk.incidents.get(INCIDENT_ID)
    assert incident is not None
    assert (the_case(desk, cases[0]).incident_id, incident.people) == (INCIDENT_ID, 2)
    assert the_case(desk, cases[0]).waiting, "a candidate stops no timer"
    told = desk.get(path(cases[0])).said
    assert "You linked the case to an incident" in told and "same error" in told
    again = confirmed(desk, asked(desk, "link_incident", cases[0]), "link_incident", incident=INCIDENT_ID, reason="x")
    assert "The case is part of this incident already" in again.said
    assert desk.press(path(cases[0]), "unlink_incident", reason="").status == 422
    assert desk.press(path(cases[0]), "unlink_incident", reason="another error").status == 303
    left = desk.desk.incidents.get(INCIDENT_ID)
    assert left is not None
    assert (the_case(desk, cases[0]).incident_id, left.people) == (None, 1)
    assert acts(desk, cases[0], IncidentJoined) == acts(desk, cases[0], IncidentLeft) == 1
    members = [one for one in desk.desk.incidents.record(INCIDENT_ID) if isinstance(one, MembersChanged)]
    assert sorted(one.joined for one in members) == [False, True, True]


def test_a_public_incident_stops_the_timers_of_what_is_linked_but_critical_cases_run_on(
    desk: ServedDesk, cases: list[CaseId]
) -> None:
    begin(desk.desk)
    publish = f"/desk/incidents/{INCIDENT_ID}"
    desk.press(publish, "publish", title="Checkout fails", impact="major", body="We look into it.", confirmed="yes")
    urgent = waiting(desk.desk, 4, "Somebody is hurt", urgency=Urgency.CRITICAL)
    page = asked(desk, "link_incident", cases[0], urgent)
    confirmed(desk, page, "link_incident", incident=INCIDENT_ID, reason="same error")
    assert (the_case(desk, cases[0]).waiting, the_case(desk, urgent).waiting) == (False, True)
    desk.later(minutes=1)
    desk.press(path(cases[0]), "unlink_incident", reason="another error")
    assert the_case(desk, cases[0]).waiting
    desk.later(minutes=1)
    form = asked(desk, "link_incident", cases[1]).page.form("link_incident")
    desk.press(publish, "resolve", body="It works again.", confirmed="yes")
    late = desk.ask("POST", BULK, form | {"confirm": "yes", "incident": INCIDENT_ID, "reason": "same"})
    assert desk.desk.incidents.get(INCIDENT_ID).status is Status.RESOLVED  # type: ignore[union-attr]
    assert "This incident takes no more cases" in late.said
    assert the_case(desk, cases[1]).waiting


def test_a_case_is_linked_from_its_own_page(desk: ServedDesk, cases: list[CaseId]) -> None:
    begin(desk.desk)
    page = desk.ask("POST", BULK, desk.get(path(cases[0])).page.form("link_incident"))
    done = confirmed(desk, page, "link_incident", incident=INCIDENT_ID, reason="same error")
    assert the_case(desk, cases[0]).incident_id == INCIDENT_ID
    assert path(cases[0]) in done.page.links


@pytest.mark.parametrize(
    "typed",
    [
        {"action": "reply"},
        {"action": "note", "text": "x"},
        {"action": "claim"},
        {"action": ""},
        {"action": "answered", "case.1": "1"},
        {"action": "answered", "case.1-2": "x"},
        {"action": "answered", "case.1-2": "-1"},
        {"action": "answered", "case.1-2": "1", "confirm": "yes"},
        {"action": "answered", "case.1-2": "1", "confirm": "yes", "event": "x"},
        {"action": "answered", **{f"case.1-{number}": "1" for number in range(PAGE + 1)}},
    ],
)
def test_what_no_form_of_the_list_sends_is_refused(desk: ServedDesk, typed: dict[str, str]) -> None:
    assert desk.post(BULK, **typed).status == 400


def test_nothing_ticked_changes_nothing(desk: ServedDesk, cases: list[CaseId]) -> None:
    page = asked(desk, "answered")
    assert (page.status, "Tick the customers in the list first" in page.said) == (422, True)
    assert not [form for form in page.page.forms if "confirm" in form.fields]
    assert [the_case(desk, one).version for one in cases] == [1, 1, 1]


def test_the_way_back_leads_to_the_desk_alone(desk: ServedDesk, cases: list[CaseId]) -> None:
    for wanted, leads in (
        ("/desk?view=mine", "/desk?view=mine"),
        ("//evil.example", "/desk"),
        ("https://x.y", "/desk"),
    ):
        page = desk.post(BULK, **{tick(cases[0]): "1"}, action="answered", back=wanted)
        assert leads in page.page.links
        assert "evil" not in page.html


def test_hostile_words_and_fields_stay_words(desk: ServedDesk) -> None:
    case_id = waiting(desk.desk, 1, HOSTILE, why=(HOSTILE,))
    begin(desk.desk, HOSTILE)
    page = asked(desk, "link_incident", case_id)
    again = confirmed(desk, page, "link_incident", incident=HOSTILE, reason="x")
    faulty = confirmed(desk, asked(desk, "no_answer", case_id), "no_answer", reason=HOSTILE, back=HOSTILE)
    done = confirmed(desk, asked(desk, "no_answer", case_id), "no_answer", reason="other", written=HOSTILE)
    for shown in (page, faulty, done, desk.get(path(case_id))):
        assert shown.status in (200, 422)
        assert not any(mark in shown.html for mark in MARKS)
    assert again.status == 422


def test_a_whole_page_of_fifty_fits_into_one_form(desk: ServedDesk) -> None:
    cases = [waiting(desk.desk, number, "My parcel is late", number) for number in range(PAGE)]
    page = asked(desk, "no_answer", *cases)
    done = confirmed(desk, page, "no_answer", reason="other", written="x" * 300)
    assert "50 changed" in done.said


def test_colleagues_pages_learn_of_it_with_their_next_poll(desk: ServedDesk, cases: list[CaseId]) -> None:
    with desk.by("ben"):
        tag = desk.get(path(cases[0])).headers["etag"]
    confirmed(desk, asked(desk, "hand_over", cases[0]), "hand_over", to="mo")
    with desk.by("ben"):
        assert desk.ask("GET", path(cases[0]), headers={"If-None-Match": tag}).status == 200


def test_another_site_s_form_changes_nothing(desk: ServedDesk, cases: list[CaseId]) -> None:
    form = asked(desk, "answered", *cases).page.form("answered") | {"confirm": "yes"}
    assert desk.ask("POST", BULK, form, {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert len(urlencode(form)) < 32_768
    assert the_case(desk, cases[0]).waiting
