"""Planning of alerts: recipient, time and channel."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.domain.alerts.escalation import Escalation, started
from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record
from mentiondesk.domain.alerts.plan import Facts, Plan, plan
from mentiondesk.domain.alerts.roster import Audience, Channel, Roster, Staff, Stage
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Due
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.values import Frozen, replace
from tests.support.builders import (
    a_case,
    a_record,
    a_staff,
    an_alert,
    at,
    daily,
    hours,
    minutes,
    settings,
)

EMAIL, TEXT = Channel.EMAIL, Channel.TEXT
# half_time +30 min, three_quarters +45, breach +60, half_hour_late +90 for a complaint at noon.
STAGES = settings().policy.stages

ANA = a_staff("ana")
BOB = a_staff("bob")
LEA = a_staff("lea", always_on_duty=False, roles=frozenset({Audience.LEAD}))
MAX = a_staff("max", always_on_duty=False, roles=frozenset({Audience.MANAGER}))
TEAM = (ANA, BOB, LEA, MAX)
# Noon to 22:00 UTC are quiet for her.
QUIET_ANA = replace(ANA, quiet=hours("UTC", **daily("12-22")))


def only(person: Staff, channel: Channel) -> Staff:
    """The person without their other addresses."""
    return replace(person, addresses={channel: person.addresses[channel]})


class Watched(Frozen):
    """A case with its escalation."""

    case: Case
    escalation: Escalation

    def marked(self, minute: float) -> "Watched":
        """After a run at this minute."""
        return replace(self, escalation=replace(self.escalation, alerted_until=at(minute)))

    def claimed(self, by: str, minute: float) -> "Watched":
        return replace(self, case=replace(self.case, owner=StaffId(by), claimed_at=at(minute)))


def watched(case: Case | None = None, **overrides: Any) -> Watched:
    """A complaint of noon, before its first alert."""
    case = case or a_case(**overrides)
    assert case.timer is not None
    return Watched(case, started(case.case_id, case.timer))


def planned(
    one: Watched, now: datetime, staff: Iterable[Staff] = TEAM, ledger: Iterable[Record] = (), horizon: float = 0
) -> Plan:
    """The plan at `now`, with so many minutes of horizon."""
    facts = Facts(one.case.urgency, one.case.owner, one.case.claimed_at)
    return plan(one.escalation, facts, now, STAGES, Roster(tuple(staff)), ledger, now + minutes(horizon))


def called(result: Plan) -> list[tuple[str, str, str]]:
    return sorted((alert.stage, alert.staff_id, str(alert.channel)) for alert in result.send)


def after_run(
    one: Watched, result: Plan, now: datetime, outcome: Outcome = Outcome.SENT
) -> tuple[Watched, list[Record]]:
    """The case and the ledger as NotifyStaff leaves them when each alert had this outcome."""
    ledger = [*result.records, *(Record(alert, outcome, now, alert.channel) for alert in result.send)]
    return replace(one, escalation=replace(one.escalation, alerted_until=now, due_at=result.next_at)), ledger


@pytest.mark.parametrize(
    ("minute", "alerted_until", "expected", "next_at"),
    [
        (29, None, [], 30),
        (30, None, [("half_time", "ana", "email"), ("half_time", "bob", "email")], 45),
        (45, 30, [("three_quarters", "ana", "text"), ("three_quarters", "bob", "text")], 60),
        (
            60,
            45,
            [
                ("breach", "ana", "text"),
                ("breach", "bob", "text"),
                ("breach", "lea", "email"),
            ],
            90,
        ),
        (90, 60, [("half_hour_late", "max", "email")], None),
    ],
)
def test_each_stage_tells_its_people_on_its_channels(
    minute: int, alerted_until: int | None, expected: list[tuple[str, str, str]], next_at: int | None
) -> None:
    one = watched() if alerted_until is None else watched().marked(alerted_until)
    result = planned(one, at(minute))
    assert called(result) == expected
    assert result.next_at == (None if next_at is None else at(next_at))
    assert result.records == ()


def test_an_alert_knows_its_case_wait_and_deadline() -> None:
    (alert,) = planned(watched(), at(31), [replace(ANA, roles=frozenset({Audience.LEAD}))]).send
    case = a_case()
    assert (alert.subject_id, alert.since, alert.due_at, alert.answer_by) == (case.case_id, at(0), at(30), at(60))


@pytest.mark.parametrize(
    ("staff", "expected"),
    [
        pytest.param([replace(ANA, always_on_duty=False), LEA], ["lea"], id="nobody on duty: the lead"),
        pytest.param(
            [replace(ANA, always_on_duty=False, shifts=hours("UTC", wed="12-13")), BOB, LEA],
            ["ana", "bob"],
            id="those whose shift it is",
        ),
        pytest.param(
            [replace(ANA, always_on_duty=False, shifts=hours("UTC", wed="8-12:30")), BOB, LEA],
            ["bob"],
            id="not when the shift has just ended",
        ),
        pytest.param(
            [replace(ANA, always_on_duty=False, shifts=hours("Asia/Kolkata", wed="18-19")), LEA],
            ["ana"],
            id="shifts are in their own zone",
        ),
    ],
)
def test_who_is_on_duty_hears(staff: list[Staff], expected: list[str]) -> None:
    assert [alert.staff_id for alert in planned(watched(), at(30), staff).send] == expected


def test_without_a_manager_the_lead_hears_the_last_alert() -> None:
    case = watched().marked(60)
    assert called(planned(case, at(90), [ANA, LEA])) == [("half_hour_late", "lea", "email")]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (only(ANA, EMAIL), [("three_quarters", "ana", "email")]),
        (only(ANA, TEXT), [("three_quarters", "ana", "text")]),
    ],
)
def test_a_person_without_the_channel_hears_on_the_other(person: Staff, expected: list[tuple[str, str, str]]) -> None:
    assert called(planned(watched(), at(45), [person, LEA])) == expected


def test_of_stages_due_at_once_each_person_hears_the_latest() -> None:
    result = planned(watched(), at(61), [ANA, LEA])
    assert called(result) == [("breach", "ana", "text"), ("breach", "lea", "email")]
    assert [(one.outcome, one.alert.stage, one.alert.staff_id) for one in result.records] == [
        (Outcome.MERGED, "half_time", "ana"),
        (Outcome.MERGED, "three_quarters", "ana"),
    ]
    assert "breach" in result.records[1].detail


def test_what_quiet_hours_hold_stands_for_nothing_that_can_go() -> None:
    result = planned(watched(), at(46), [QUIET_ANA, LEA])
    assert called(result) == [("half_time", "ana", "email")]
    assert [(one.outcome, one.alert.stage) for one in result.records] == [(Outcome.HELD, "three_quarters")]


def test_the_first_channel_that_works_is_used() -> None:
    """The lead's stage names mail and text; a text would wait for the end of quiet hours."""
    quiet = replace(LEA, quiet=QUIET_ANA.quiet)
    by_text_first = Stage("breach", 1.0, minutes(0), ((Audience.LEAD, TEXT), (Audience.LEAD, EMAIL)))
    case = watched().marked(45)
    for person, expected in ((LEA, "text"), (quiet, "email")):
        result = plan(case.escalation, Facts(Urgency.NORMAL), at(60), [by_text_first], Roster((person,)), ())
        assert called(result) == [("breach", "lea", expected)]


def test_a_critical_case_uses_every_channel_of_a_stage() -> None:
    case = watched(urgency=Urgency.CRITICAL).marked(45)
    assert called(planned(case, at(60), [ANA, LEA])) == [
        ("breach", "ana", "text"),
        ("breach", "lea", "email"),
        ("breach", "lea", "text"),
    ]


def test_warnings_by_the_horizon_can_be_brought_forward_and_later_stages_cannot() -> None:
    result = planned(watched().marked(30), at(40), horizon=30)
    assert sorted((alert.stage, alert.staff_id) for alert in result.ahead) == [
        ("three_quarters", "ana"),
        ("three_quarters", "bob"),
    ]
    assert (result.send, result.next_at) == ((), at(45))


def test_a_warning_is_brought_forward_for_those_whom_its_own_time_calls() -> None:
    leaves = replace(ANA, always_on_duty=False, shifts=hours("UTC", wed="12-12:43"))
    result = planned(watched().marked(30), at(40), [leaves, BOB, LEA], horizon=30)
    assert [alert.staff_id for alert in result.ahead] == ["bob"]


def test_a_stage_for_unclaimed_cases_leaves_out_claimed_ones() -> None:
    stage = Stage("critical_unclaimed", 0.0, minutes(5), ((Audience.LEAD, TEXT),), unless_claimed=True)
    timer = replace(a_case().timers[0], alerts=(Due("critical_unclaimed", at(5)),))
    escalation = started(a_case().case_id, timer)
    for owner, expected in ((None, ["lea"]), ("bob", [])):
        facts = Facts(Urgency.CRITICAL, StaffId(owner) if owner else None, at(1))
        result = plan(escalation, facts, at(5), [stage], Roster(TEAM), ())
        assert [alert.staff_id for alert in result.send] == expected


def test_the_owner_of_a_case_hears_only_the_last_warning() -> None:
    case = watched().claimed("bob", 5)
    assert planned(case, at(30)).send == ()
    assert called(planned(case.marked(30), at(45))) == [("three_quarters", "bob", "text")]


def test_an_owner_whose_shift_is_over_does_not_keep_alerts_from_those_on_duty() -> None:
    left = replace(BOB, always_on_duty=False, shifts=hours("UTC", wed="8-12:30"))
    case = watched().marked(30).claimed("bob", 5)
    assert called(planned(case, at(45), [ANA, left, LEA])) == [("three_quarters", "ana", "text")]


def test_an_owner_without_shifts_hears_with_those_on_duty() -> None:
    case = watched().marked(30).claimed("lea", 5)
    assert called(planned(case, at(45), [ANA, LEA])) == [
        ("three_quarters", "ana", "text"),
        ("three_quarters", "lea", "text"),
    ]


def test_somebody_who_is_meant_twice_is_told_once_and_the_alert_is_not_written_off() -> None:
    ana = only(replace(ANA, roles=frozenset({Audience.LEAD})), EMAIL)
    result = planned(watched().marked(45), at(60), [ana])
    assert called(result) == [("breach", "ana", "email")]
    assert result.records == (), "a crash before the mail went out would lose it"


@profile(derandomize=True, deadline=None, max_examples=150)
@given(st.integers(0, 200), st.sampled_from([None, 20, 30, 50, 60]), st.sampled_from(list(Urgency)))
def test_nobody_is_told_twice_at_once_and_nothing_told_is_written_off(
    minute: int, alerted: int | None, urgency: Urgency
) -> None:
    everything = replace(QUIET_ANA, roles=frozenset({Audience.LEAD, Audience.MANAGER}))
    one = watched(urgency=urgency) if alerted is None else watched(urgency=urgency).marked(alerted)
    result = planned(one, at(minute), [everything, only(BOB, EMAIL)])
    pairs = [(alert.staff_id, alert.channel) for alert in result.send]
    assert len(set(pairs)) == len(pairs)
    assert not {_key(alert) for alert in result.send} & {_key(record.alert) for record in result.records}


def _key(alert: Alert) -> tuple[str, str, Channel]:
    return alert.stage, alert.staff_id, alert.channel


@pytest.mark.parametrize("urgency", [Urgency.LOW, Urgency.NORMAL])
def test_quiet_hours_hold_a_text_until_they_end(urgency: Urgency) -> None:
    case = watched(urgency=urgency).marked(30)
    result = planned(case, at(45), [QUIET_ANA, LEA])
    assert result.send == ()
    (record,) = result.records
    assert (record.outcome, record.alert.stage, record.until) == (Outcome.HELD, "three_quarters", at(600))


@pytest.mark.parametrize("urgency", [Urgency.HIGH, Urgency.CRITICAL])
def test_quiet_hours_do_not_hold_what_is_urgent(urgency: Urgency) -> None:
    case = watched(urgency=urgency).marked(30)
    assert called(planned(case, at(45), [QUIET_ANA, LEA])) == [("three_quarters", "ana", "text")]


def test_quiet_hours_do_not_hold_mail() -> None:
    assert called(planned(watched(), at(30), [QUIET_ANA, LEA])) == [("half_time", "ana", "email")]


def test_held_texts_go_as_one_when_quiet_hours_end_if_the_customer_still_waits() -> None:
    case, ledger = watched(), list[Record]()
    for minute in (30, 45, 60, 90):
        result = planned(case, at(minute), [QUIET_ANA, LEA], ledger)
        case, more = after_run(case, result, at(minute))
        ledger += more
    assert case.escalation.due_at == at(600)
    result = planned(case, at(600), [QUIET_ANA, LEA], ledger)
    assert called(result) == [("breach", "ana", "text")]
    assert [(r.outcome, r.alert.stage) for r in result.records] == [(Outcome.MERGED, "three_quarters")]
    assert result.next_at is None


def test_the_next_look_is_the_end_of_quiet_hours_or_the_next_stage_whichever_comes_first() -> None:
    case = watched().marked(30)
    until_ten_past = replace(ANA, quiet=hours("UTC", **daily("12-12:50")))
    assert planned(case, at(45), [until_ten_past, LEA]).next_at == at(50)
    assert planned(case, at(45), [QUIET_ANA, LEA]).next_at == at(60)


def _held(stage: str = "three_quarters", until: int = 100) -> Record:
    return a_record(an_alert(stage, "ana", TEXT, due_at=at(45)), Outcome.HELD, until=at(until))


def test_a_held_text_is_not_sent_to_somebody_who_has_taken_the_case_since() -> None:
    case = watched().marked(90).claimed("ana", 95)
    assert planned(case, at(100), [ANA, LEA], [_held()]).send == ()


def test_a_held_text_is_not_sent_when_somebody_else_has_taken_the_case() -> None:
    case = watched().marked(90).claimed("bob", 95)
    assert planned(case, at(100), TEAM, [_held()]).send == ()


def test_a_held_text_still_goes_to_the_lead_of_a_claimed_case() -> None:
    case = watched().marked(90).claimed("bob", 95)
    held = a_record(an_alert("breach", "lea", TEXT, due_at=at(60)), Outcome.HELD, until=at(100))
    assert called(planned(case, at(100), TEAM, [held])) == [("breach", "lea", "text")]


def test_a_held_text_goes_to_whom_it_was_meant_for_though_their_shift_is_over() -> None:
    off = replace(ANA, always_on_duty=False)
    case = watched().marked(90)
    assert called(planned(case, at(100), [off, BOB, LEA], [_held()])) == [("three_quarters", "ana", "text")]


def test_a_held_text_for_somebody_who_has_left_is_nobody_s() -> None:
    case = watched().marked(90)
    assert planned(case, at(100), [BOB, LEA], [_held()]).send == ()


def test_a_held_text_that_no_channel_took_is_tried_again() -> None:
    failed = a_record(an_alert("three_quarters", "ana", TEXT, due_at=at(45)), Outcome.FAILED, at=at(100))
    case = watched().marked(90)
    assert called(planned(case, at(101), [ANA, LEA], [failed])) == [("three_quarters", "ana", "text")]
    given_up = case.marked(100)
    assert planned(given_up, at(101), [ANA, LEA], [failed]).send == ()


def test_a_claimed_case_is_its_owner_s_alone() -> None:
    case = watched().marked(30).claimed("bob", 40)
    assert called(planned(case, at(45))) == [("three_quarters", "bob", "text")]


def test_the_lead_hears_of_a_breach_whoever_owns_the_case() -> None:
    case = watched().marked(45).claimed("bob", 40)
    assert called(planned(case, at(60))) == [
        ("breach", "bob", "text"),
        ("breach", "lea", "email"),
    ]


def test_the_owner_hears_nothing_that_was_due_before_they_took_the_case() -> None:
    case = watched().claimed("bob", 46)
    assert planned(case, at(47)).send == ()
    assert planned(case, at(47)).next_at == at(60)


def test_a_case_of_somebody_who_has_left_is_everybody_s() -> None:
    case = watched(owner=StaffId("gone"), claimed_at=at(5))
    assert called(planned(case, at(30))) == [("half_time", "ana", "email"), ("half_time", "bob", "email")]


def test_a_stage_that_settings_no_longer_have_tells_nobody() -> None:
    result = plan(watched().escalation, Facts(Urgency.NORMAL), at(200), STAGES[:1], Roster(TEAM), ())
    assert {alert.stage for alert in result.send} == {"half_time"}


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.MERGED])
def test_what_the_ledger_holds_is_not_repeated(outcome: Outcome) -> None:
    first = planned(watched(), at(30))
    _, ledger = after_run(watched(), first, at(30), outcome)
    # As after a crash: recorded, but the case was not marked.
    assert planned(watched(), at(32), ledger=ledger).send == ()


def test_what_failed_is_repeated_and_only_that() -> None:
    ledger = [
        a_record(an_alert("half_time", "ana", EMAIL, due_at=at(30)), Outcome.FAILED),
        a_record(an_alert("half_time", "bob", EMAIL, due_at=at(30)), Outcome.SENT),
    ]
    assert called(planned(watched(), at(31), ledger=ledger)) == [("half_time", "ana", "email")]


def test_a_marked_stage_is_not_told_to_those_whose_shift_begins_later() -> None:
    case = watched().marked(30)
    assert planned(case, at(40), [BOB, LEA]).send == ()


@profile(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=12).map(sorted))
def test_whenever_the_notifier_runs_everybody_on_duty_hears_of_the_breach(runs: list[int]) -> None:
    case, ledger, sent = watched(), list[Record](), list[Alert]()
    for minute in [*runs, 720]:
        if case.escalation.due_at is not None and case.escalation.due_at <= at(minute):
            result = planned(case, at(minute), [QUIET_ANA, BOB, LEA], ledger)
            case, more = after_run(case, result, at(minute))
            ledger = [*{_key(r.alert): r for r in [*ledger, *more]}.values()]
            sent += result.send
    assert len({_key(alert) for alert in sent}) == len(sent)
    for person in ("ana", "bob", "lea"):
        heard = {alert.stage for alert in sent if alert.staff_id == person}
        assert heard & {"breach", "half_hour_late"}, person


def test_a_stage_brought_forward_to_everybody_is_done() -> None:
    result = planned(watched().marked(30), at(40), horizon=10)
    assert result.ahead_until == at(45)
    assert result.after_ahead(watched().escalation.timer) == at(60)


def test_a_stage_that_calls_somebody_else_at_its_own_time_is_not_done() -> None:
    comes = replace(ANA, always_on_duty=False, shifts=hours("UTC", wed="12:43-14"))
    result = planned(watched().marked(30), at(40), [comes, BOB, LEA], horizon=10)
    assert [alert.staff_id for alert in result.ahead] == ["bob"]
    assert result.ahead_until is None


def test_a_stage_behind_one_that_cannot_be_brought_forward_is_not_done() -> None:
    assert planned(watched().marked(30), at(40), horizon=20).ahead_until is None
    assert planned(watched().marked(30), at(40), [QUIET_ANA, LEA], horizon=10).ahead_until is None
