"""Planning: the plan of one leased item."""

from datetime import timedelta
from typing import Any

import pytest

from mentiondesk.domain.alerts.escalation import Escalation, started
from mentiondesk.domain.alerts.message import NEWS, OwnerNews
from mentiondesk.domain.alerts.plan import Plan
from mentiondesk.domain.alerts.roster import Audience, Channel, Stage
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock, Due, Policy, ReplyTimer, TimerOutcome
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.subject import Subject
from mentiondesk.ports.alerts import DueItem, Lease
from mentiondesk.usecases.alerts.planning import planned
from mentiondesk.values import replace
from tests.support.builders import a_case, a_post_id, a_story, at, minutes, said, settings

TEAM: list[dict[str, Any]] = [
    {"id": "ana", "name": "Ana", "email": "ana@example.com", "duty": "always", "roles": ["lead"]},
    {"id": "bob", "name": "Bob", "email": "bob@example.com", "duty": "always"},
]
SETTINGS = settings(staff=TEAM)
CASE = a_case()


def the_plan(subject: Subject, escalation: Escalation | None = None, minute: float = 30) -> Plan:
    escalation = escalation or started(CASE.case_id, CASE.timers[0])
    return planned(Lease(DueItem(subject.subject_id), subject, escalation, at(32)), SETTINGS, at(minute)).plan


def called(plan: Plan) -> list[tuple[str, str]]:
    return sorted((alert.stage, alert.staff_id) for alert in plan.send)


def test_a_case_is_planned_by_the_stages_of_cases() -> None:
    assert called(the_plan(CASE)) == [("half_time", "ana"), ("half_time", "bob")]


def test_nobody_gets_a_text_about_a_post_that_triage_is_unsure_of() -> None:
    phones = [{**one, "phone": f"+4479460000{place}"} for place, one in enumerate(TEAM)]
    found = settings(staff=phones)
    posts = {46: said(0), 91: said(0, Kind.CHATTER, needs_reply=True, unsure=True)}
    channels = {}
    for minute, post in posts.items():
        case = a_story(post, policy=found.policy)
        assert case.timer
        lease = Lease(DueItem(case.subject_id), case, started(case.case_id, case.timer), at(minute + 2))
        channels[minute] = {alert.channel for alert in planned(lease, found, at(minute)).plan.send}
    assert (Channel.TEXT in channels[46], channels[91]) == (True, {Channel.EMAIL})


def test_a_case_is_planned_for_its_owner() -> None:
    owned = replace(CASE, owner=StaffId("bob"), claimed_at=at(10))
    assert called(the_plan(owned, minute=45)) == [("three_quarters", "bob")]


def test_an_incident_is_planned_by_its_own_stages_whoever_owns_it() -> None:
    incident = Incident(IncidentId("i"), Status.CANDIDATE, "Down", at(0), at(0), owner=StaffId("bob"))
    incident = incident.timed(Clock.CONFIRM, minutes(15), at(0))
    assert incident.timer is not None
    escalation = started(IncidentId("i"), replace(incident.timer, alerts=(Due("noticed", at(0)),)))
    assert set(called(the_plan(incident, escalation))) == {("noticed", "ana"), ("noticed", "bob")}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(replace(CASE, timers=(CASE.timers[0].ended(at(20), TimerOutcome.ANSWERED),)), id="it is over"),
        pytest.param(replace(CASE, timers=(replace(CASE.timers[0], since=at(5)),)), id="another timer runs"),
        pytest.param(replace(CASE, timers=()), id="none runs"),
    ],
)
def test_nothing_is_planned_once_the_timer_is_over(case: Case) -> None:
    assert the_plan(case, minute=500) == Plan()


def test_a_slow_problem_goes_to_the_leads_by_mail_alone() -> None:
    incident = Incident(IncidentId("i"), Status.CANDIDATE, "Down", at(0), at(0), slow=True)
    incident = incident.timed(Clock.CONFIRM, minutes(15), at(0))
    assert incident.timer is not None
    escalation = started(IncidentId("i"), replace(incident.timer, alerts=(Due("noticed", at(0)),)))
    plan = the_plan(incident, escalation)
    leads = {one.staff_id for one in SETTINGS.roster.audience(Audience.LEAD, at(0))}
    assert {(alert.staff_id, alert.channel) for alert in plan.send} == {(one, Channel.EMAIL) for one in leads}


def a_policy(*names: str) -> Policy:
    stages = tuple(Stage(name, (place + 1) / 4, timedelta(0), ()) for place, name in enumerate(names))
    return Policy({}, {}, stages)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (("half", "late"), {"half": 0.25, "late": 0.5}),
        (("half", "overdue"), {"half": 0.25, "overdue": 0.5, "late": 0.5}),
        (("early", "overdue"), {"early": 0.25, "overdue": 0.5, "half": 0.25, "late": 0.5}),
        # Nobody can tell which of them is the renamed one: the last stands for the last.
        (("half", "warning", "overdue"), {"half": 0.25, "warning": 0.5, "overdue": 0.75, "late": 0.75}),
        (("only",), {"only": 0.25, "half": 0.25, "late": 0.25}),
        (("half",), {"half": 0.25}),
    ],
)
def test_a_stage_that_was_renamed_is_told_by_its_place(after: tuple[str, ...], found: dict[str, float]) -> None:
    alerts = (Due("half", at(15)), Due("late", at(30)))
    timer = ReplyTimer(a_post_id(1), at(0), at(60), Clock.FIRST_REPLY, alerts)
    assert {stage.name: stage.share for stage in a_policy(*after).stages_of(timer)} == found


def test_of_all_news_it_is_known_who_hears_them() -> None:
    assert set(NEWS) == set(OwnerNews)
