"""Danger rings at once, whatever else holds messages back; a later post that raises the urgency rings too."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.commands import Claim
from mentiondesk.domain.ids import StaffId, SubjectId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from tests.integration.conftest import Desk, DynamoDesk
from tests.integration.test_notify import ANA, LEA, MAX, QUIET, Office, a_link
from tests.support.builders import a_post, at

CRITICAL: dict[str, Any] = {"urgency": Urgency.CRITICAL}
DUTY_AND_LEAD = [("ana", "email"), ("ana", "text"), ("lea", "email"), ("lea", "text")]
MANAGER = [("max", "email"), ("max", "text")]


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk)


def writes_again(office: Office, case: Case, minute: float, **said: Any) -> Case:
    """The same customer's next post in the case."""
    post = a_post(
        "the kettle caught fire",
        created_at=at(minute),
        conversation_id=case.conversation_id,
        author_id=case.customer_id,
        replied_to=case.post_id,
    )
    return office._hears(post, **said)


def first(told: dict[float, list[tuple[str, str]]]) -> tuple[float, list[tuple[str, str]]]:
    return next(iter(told.items()))


def test_a_critical_case_rings_duty_and_lead_both_ways_in_the_next_run(office: Office) -> None:
    office.opens(0.5, **CRITICAL)
    assert office.over(4) == {1: DUTY_AND_LEAD}


def test_unclaimed_it_rings_again_and_then_the_manager(office: Office) -> None:
    office.opens(**CRITICAL)
    assert office.over(14) == {0: DUTY_AND_LEAD, 5: DUTY_AND_LEAD, 10: MANAGER}


def test_danger_in_a_claimed_case_rings_its_owner_and_the_lead(office: Office) -> None:
    case = office.opens()
    office.over(1)
    office.acts(case, Claim(), "ana", 2)
    writes_again(office, case, 10, **CRITICAL)
    assert first(office.over(12, start=10)) == (10, DUTY_AND_LEAD)


def test_claimed_it_rings_the_manager_when_nothing_happened(office: Office) -> None:
    case = office.opens(**CRITICAL)
    office.over(1)
    office.acts(case, Claim(), "ana", 2)
    assert office.over(21, start=2) == {20: MANAGER}


def test_answered_it_rings_nobody(office: Office) -> None:
    case = office.opens(**CRITICAL)
    office.over(1)
    office.answers(case, 2)
    assert office.over(200, start=2) == {}


@pytest.mark.parametrize("kind", list(Kind))
def test_it_rings_whatever_kind_of_post_it_is(office: Office, kind: Kind) -> None:
    """Also a kind that has no target, or whose target has no alerts."""
    office.opens(kind=kind, needs_reply=False, **CRITICAL)
    assert office.over(1) == {0: DUTY_AND_LEAD}


def test_it_rings_in_quiet_hours(office: Office) -> None:
    office.staff = [QUIET, {**LEA, "quiet": QUIET["quiet"]}, MAX]
    office.opens(**CRITICAL)
    assert office.over(1) == {0: DUTY_AND_LEAD}


def test_it_rings_beyond_every_limit(office: Office) -> None:
    """The text limit is reached, and Ana has had all the messages that her hour takes."""
    office.alerts = {"text_limits": [{"most": 1, "within": "3h"}], "budget": {"most": 1}}
    office.opens(-40, customer=7)
    office.over(4, start=-40)
    office.opens(5, customer=8, **CRITICAL)
    assert office.over(5, start=5) == {5: DUTY_AND_LEAD}


def test_what_rings_leaves_the_budget_alone(office: Office) -> None:
    office.opens(-30, customer=7)
    for customer in range(3):
        office.opens(-0.1 + customer / 1000, customer=customer, **CRITICAL)
    assert office.over(0) == {0: sorted([*DUTY_AND_LEAD * 3, ("ana", "email")])}


def test_three_ring_one_by_one_and_more_ring_together(office: Office) -> None:
    for customer in range(3):
        office.opens(customer / 1000, customer=customer, **CRITICAL)
    office.run(0.1)
    assert office.got() == sorted(DUTY_AND_LEAD * 3)
    for customer in range(3, 20):
        office.opens(1 + customer / 1000, customer=customer, **CRITICAL)
    assert office.run(1.1).messages == 4
    assert len({address for address, _ in office.texts.taken}) == 2
    assert all("17 customers" in text for _, text in office.texts.taken)


def test_the_fourth_rings_in_the_next_run_too(office: Office) -> None:
    for customer in range(6):
        office.opens(customer, customer=customer, **CRITICAL)
        assert office.run(customer + 0.5).messages >= 4
    assert office.over(20, start=6.5), "what nobody has claimed rings again"


def test_what_rings_again_waits_a_little_while_many_ring(office: Office) -> None:
    for customer in range(4):
        office.opens(customer, customer=customer, **CRITICAL)
        office.run(customer)
    office.got()
    told = office.over(12, start=4)
    assert [minute for minute, got in told.items() if ("ana", "text") in got] == [6, 9]


def test_a_flood_of_alarms_by_one_account_rings_three_times_and_then_now_and_then(office: Office) -> None:
    rung = {}
    for minute in range(60):
        office.opens(minute, customer=7, **CRITICAL)
        if minute == 20:
            office.opens(minute - 0.5, customer=8, **CRITICAL)
        office.run(minute)
        told = [got for got in office.got() if got == ("ana", "text")]
        rung[minute] = len(told)
    assert rung[20] == 1, "another customer's emergency"
    assert sum(rung.values()) <= 12


def test_twenty_of_one_minute_are_one_text_that_counts_them_all(office: Office) -> None:
    for customer in range(20):
        office.opens(customer / 1000, customer=customer, **CRITICAL)
    office.run(0.5)
    assert office.got() == DUTY_AND_LEAD
    assert "20 customers" in office.texts.latest
    assert office.over(4, start=1) == {}


# --- a later post raises the urgency ----------------------------------------------------------------------


def test_fire_after_the_last_stage_rings(office: Office) -> None:
    case = office.opens()
    office.over(119)
    writes_again(office, case, 120, **CRITICAL)
    assert office.over(126, start=120) == {120: DUTY_AND_LEAD, 125: DUTY_AND_LEAD}


def test_fire_just_after_the_deadline_rings_those_on_duty(office: Office) -> None:
    case = office.opens()
    office.over(64)
    writes_again(office, case, 65, **CRITICAL)
    assert first(office.over(70, start=65)) == (65, DUTY_AND_LEAD)


def test_fire_releases_what_quiet_hours_hold(office: Office) -> None:
    office.staff = [QUIET, LEA, MAX]
    case = office.opens()
    office.over(46)
    writes_again(office, case, 50, **CRITICAL)
    assert first(office.over(52, start=50)) == (50, DUTY_AND_LEAD)


def test_a_case_that_becomes_urgent_has_the_alerts_of_its_urgency_from_then_on(office: Office) -> None:
    case = office.opens()
    office.over(119)
    writes_again(office, case, 120, urgency=Urgency.HIGH)
    assert list(office.over(220, start=120)) == [135, 143, 150, 180]


def test_a_critical_post_about_which_people_know_rings_once(office: Office) -> None:
    case = office.opens(**CRITICAL)
    office.over(1)
    writes_again(office, case, 2, **CRITICAL)
    assert office.over(4, start=2) == {}


def test_later_posts_of_a_case_that_was_critical_do_not_ring(office: Office) -> None:
    case = office.opens(**CRITICAL)
    office.over(1)
    office.answers(case, 2)
    writes_again(office, case, 10)
    assert list(office.over(30, start=10)) == [25]


# --- told again -------------------------------------------------------------------------------------------


def test_a_late_case_is_told_again_when_its_customer_writes(office: Office) -> None:
    case = office.opens()
    office.over(99)
    case = writes_again(office, case, 300)
    assert office.over(400, start=100) == {300: [("ana", "email")]}
    writes_again(office, case, 1700)
    assert office.over(1800, start=401) == {1700: [("ana", "email")]}


def test_a_customer_who_keeps_writing_is_told_of_once_an_hour(office: Office) -> None:
    case = office.opens()
    office.over(99)
    for minute in range(100, 220):
        case = writes_again(office, case, minute)
        office.run(minute)
    assert office.got() == [("ana", "email")] * 2


# --- refusals ---------------------------------------------------------------------------------------------


def test_what_a_provider_refuses_for_a_while_is_tried_until_it_goes_out(office: Office) -> None:
    office.opens()
    office.over(89)
    for provider in (office.mail, office.texts):
        provider.down = provider.passing = True
    tried = [minute for minute in range(90, 400) if office.run(minute).failed]
    assert tried[:8] == [90, 91, 93, 96, 100, 105, 111, 118]
    assert tried[-1] - tried[-2] <= 30
    for provider in (office.mail, office.texts):
        provider.down = False
    assert list(office.over(440, start=400).values()) == [[("max", "email")]]


def test_it_is_tried_no_more_once_the_customer_has_an_answer(office: Office) -> None:
    case = office.opens()
    office.over(89)
    for provider in (office.mail, office.texts):
        provider.down = provider.passing = True
    office.run(90)
    office.answers(case, 91)
    assert [minute for minute in range(92, 200) if office.run(minute).failed] == []


def test_a_stage_that_falls_due_meanwhile_is_tried_on_time(office: Office) -> None:
    office.opens()
    for provider in (office.mail, office.texts):
        provider.down = provider.passing = True
    assert 60 in [minute for minute in range(30, 70) if office.run(minute).failed]


# --- what names a person without a phone ------------------------------------------------------------------


def test_a_person_with_one_address_is_rung_there_once(office: Office) -> None:
    office.staff = [{**ANA, "phone": None}, LEA, MAX]
    office.opens(**CRITICAL)
    office.run(0)
    assert office.got() == [("ana", str(Channel.EMAIL)), ("lea", "email"), ("lea", "text")]


# --- what is too much to be named -------------------------------------------------------------------------


def test_what_there_is_no_time_for_is_counted(office: Office) -> None:
    """The message says how many alerts fall due before the next one; the runs after it name them."""
    office.batch = 2
    for customer in range(7):
        office.opens(customer / 1000, customer)
    seconds = iter([50, 50, 20])
    office.notifier()(at(31), lambda: timedelta(seconds=next(seconds)))
    assert office.got() == [("ana", "email")]
    assert "5 more alerts fall due before the next message" in office.mail.latest.text
    assert office.over(40, start=32) == {36: [("ana", "email")]}
    assert "more alerts fall due" not in office.mail.latest.text


# --- links -------------------------------------------------------------------------------------------------


def test_a_text_holds_a_short_link_and_a_mail_a_whole_one(office: Office) -> None:
    def short(staff_id: StaffId, subject_id: SubjectId, now: datetime) -> str:
        return f"https://desk.example.com/act/short-{a_link(staff_id, subject_id, now)[-3:]}"

    desk, senders = office.desk, {Channel.EMAIL: office.mail, Channel.TEXT: office.texts}
    notifier = NotifyStaff(
        desk.alerts, desk.incidents, senders, office.writer, lambda: office.settings, a_link, text_links=short
    )
    office.opens(**CRITICAL)
    notifier(at(0), lambda: timedelta(seconds=50))
    assert office.texts.latest.rpartition("/act/")[2].startswith("short-")
    assert "/act/ana-" in office.mail.latest.text


# --- one account ------------------------------------------------------------------------------------------


def test_a_flood_by_one_account_costs_few_messages_and_leaves_danger_alone(office: Office) -> None:
    """A post a minute for ten hours, each in a conversation of its own; in the middle another customer's emergency."""
    if isinstance(office.desk, DynamoDesk):
        pytest.skip("the same stores on another table, and minutes long")
    quiet = Office(office.desk.emptied())
    quiet.opens(300.5, customer=8, **CRITICAL)
    danger = quiet.over(500, start=301)
    told: dict[float, list[tuple[str, str]]] = {}
    for minute in range(600):
        office.opens(minute, customer=7)
        if minute == 300:
            office.opens(300.5, customer=8, **CRITICAL)
        office.run(minute)
        told[minute] = office.got()
    told |= office.over(760, start=600)
    assert told[301] == danger[301] == DUTY_AND_LEAD
    assert sum(map(len, told.values())) - sum(map(len, danger.values())) <= 60
