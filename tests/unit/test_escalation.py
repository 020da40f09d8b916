"""Escalations and messages: what a change of a case or an incident means for the alerts."""

from datetime import timedelta

import pytest

from mentiondesk.domain.alerts.escalation import (
    Escalation,
    StartEscalation,
    StopEscalation,
    escalation_change,
    started,
)
from mentiondesk.domain.alerts.message import (
    CaseReleased,
    FollowUpList,
    IncidentCritical,
    IncidentHourly,
    IncidentNoticed,
    StaffMessage,
    escalated,
    message_id,
)
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import CaseChange, case_change
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer, TimerOutcome
from mentiondesk.domain.ids import IncidentId, PostId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Impact, Incident, Status
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.timeline import Claimed, Released
from mentiondesk.values import replace
from tests.support.builders import CASE_ID, NOON, a_case, a_story, answered, at, said
from tests.support.telling import a_candidate, after, an_update

TIMER = ReplyTimer(PostId("1"), NOON, at(60), Clock.FIRST_REPLY, (Due("half_time", at(30)), Due("breach", at(60))))
QUIET = replace(TIMER, alerts=())
OVER = TIMER.ended(at(10), TimerOutcome.ANSWERED)
LATER = replace(TIMER, since=at(20))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(None, TIMER, StartEscalation(TIMER), id="a timer begins"),
        pytest.param(None, QUIET, None, id="a timer without alerts begins"),
        pytest.param(TIMER, TIMER, None, id="nothing changes"),
        pytest.param(TIMER, LATER, StartEscalation(LATER), id="another timer takes its place"),
        pytest.param(TIMER, QUIET, StopEscalation(), id="one without alerts takes its place"),
        pytest.param(TIMER, OVER, StopEscalation(), id="the timer ends"),
        pytest.param(QUIET, replace(QUIET, ended_at=at(10)), None, id="a timer without alerts ends"),
        pytest.param(OVER, LATER, StartEscalation(LATER), id="the next timer begins"),
        pytest.param(OVER, None, None, id="nothing is left"),
    ],
)
def test_an_escalation_follows_its_timer(before: ReplyTimer | None, after: ReplyTimer | None, expected: object) -> None:
    assert escalation_change(before, after) == expected


def test_an_escalation_is_due_with_its_first_stage() -> None:
    assert started(CASE_ID, TIMER) == Escalation(CASE_ID, TIMER, due_at=at(30))


def test_an_escalation_is_of_its_timer_while_that_runs() -> None:
    escalation = started(CASE_ID, TIMER)
    assert escalation.is_of(TIMER)
    assert not any(map(escalation.is_of, (None, OVER, LATER, replace(TIMER, clock=Clock.GO_BACK))))


def _released(case: Case) -> CaseChange:
    entry = Released(entry_id="1", at=at(20), after=case.last_post)
    return case_change(case, replace(case, owner=None), entry)


def test_a_released_case_tells_the_others_what_they_missed() -> None:
    change = _released(a_case())
    assert (change.escalation, change.messages) == (None, (CaseReleased(CASE_ID, at(20)),))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(a_story(said(0), answered(10)), id="the customer has an answer"),
        pytest.param(a_story(said(0, Kind.PRAISE)), id="its timer has no alerts"),
    ],
)
def test_a_released_case_tells_nothing_where_nothing_was_missed(case: Case) -> None:
    assert _released(case).messages == ()


def test_a_claim_sends_no_message() -> None:
    case = a_case()
    entry = Claimed(entry_id="1", at=at(20), after=case.last_post)
    assert case_change(case, case, entry).messages == ()


def _an_incident(clock: Clock | None, status: Status = Status.CANDIDATE) -> Incident:
    incident = Incident(IncidentId("i"), status, "Down", NOON, NOON)
    return incident if clock is None else incident.timed(clock, timedelta(minutes=15), at(1))


def test_a_candidate_is_noticed() -> None:
    change = incident_change(None, _an_incident(Clock.CONFIRM))
    assert change.messages == (IncidentNoticed(IncidentId("i"), at(1)),)
    assert isinstance(change.escalation, StartEscalation)
    assert [due.at for due in change.escalation.timer.alerts] == [at(16), at(31)], "for as long as nobody confirms it"


def test_a_resolved_incident_brings_the_list_of_its_customers() -> None:
    before = _an_incident(None, Status.RESOLVED)
    change = incident_change(before, _an_incident(Clock.GO_BACK, Status.RESOLVED))
    assert (change.escalation, change.messages) == (None, (FollowUpList(IncidentId("i"), at(1)),))


def test_a_message_is_sent_once_whatever_else_changes() -> None:
    before = _an_incident(Clock.CONFIRM)
    assert incident_change(before, replace(before, people=9)).messages == ()
    assert incident_change(before, before.faded(at(60))).messages == ()


def test_messages_of_one_subject_have_names_of_their_own() -> None:
    messages: list[StaffMessage] = [
        CaseReleased(CASE_ID, NOON),
        IncidentNoticed(IncidentId("i"), NOON),
        FollowUpList(IncidentId("i"), NOON),
        IncidentHourly(IncidentId("i"), NOON),
        IncidentCritical(IncidentId("i"), NOON),
    ]
    assert len({message_id(message) for message in messages}) == len(messages)


@pytest.mark.parametrize(
    ("message", "clock", "stage"),
    [
        (IncidentNoticed(IncidentId("i"), at(2)), Clock.CONFIRM, "noticed"),
        (FollowUpList(IncidentId("i"), at(2)), Clock.GO_BACK, "go_back"),
    ],
)
def test_a_message_is_one_stage_of_its_subjects_timer(
    message: IncidentNoticed | FollowUpList, clock: Clock, stage: str
) -> None:
    timer = ReplyTimer(PostId("1"), at(1), at(16), clock)
    found = escalated(message, a_candidate(timer=timer), 3, at(4))
    assert found == Escalation(
        IncidentId("i"), replace(timer, alerts=(Due(stage, at(2)),)), at(2), alerted_until=at(4), attempts=3
    )


@pytest.mark.parametrize(
    "timer",
    [
        None,
        ReplyTimer(PostId("1"), at(1), at(16), Clock.CONFIRM, ended_at=at(5)),
        ReplyTimer(PostId("1"), at(1), at(16), Clock.GO_BACK),
    ],
)
def test_a_message_is_moot_once_its_timer_is_over(timer: ReplyTimer | None) -> None:
    assert escalated(IncidentNoticed(IncidentId("i"), at(2)), a_candidate(timer=timer), 0, None) is None


def test_an_incident_that_becomes_critical_rings() -> None:
    """By more people or by a person's word; a candidate that begins as one is told of as noticed."""
    noticed = replace(_an_incident(Clock.CONFIRM), latest_at=at(3))
    critical = replace(noticed, impact=Impact.CRITICAL, latest_at=at(9))
    rings = (IncidentCritical(IncidentId("i"), at(9)),)
    assert incident_change(noticed, critical).messages == rings
    assert incident_change(critical, replace(critical, people=99)).messages == ()
    assert incident_change(None, critical).messages == (IncidentNoticed(IncidentId("i"), at(1)),)
    opened = replace(after(a_candidate(), [an_update(0)]), impact=Impact.CRITICAL, timer=None, latest_at=at(9))
    assert rings[0] in incident_change(None, replace(opened, incident_id=IncidentId("i"))).messages
    assert incident_change(noticed, replace(critical, status=Status.FADED)).messages == ()


def test_a_ring_about_an_incident_is_moot_once_it_is_not_critical() -> None:
    ring, critical = IncidentCritical(IncidentId("i"), at(9)), replace(a_candidate(), impact=Impact.CRITICAL)
    assert escalated(ring, critical, 0, None) is not None
    for calm in (replace(critical, impact=Impact.MAJOR), replace(critical, status=Status.DISMISSED)):
        assert escalated(ring, calm, 0, None) is None


def test_the_hourly_message_goes_on_while_the_incident_is_public() -> None:
    hourly, public = IncidentHourly(IncidentId("i"), at(60)), after(a_candidate(), [an_update(0)])
    first, second = escalated(hourly, public, 0, None), escalated(hourly, public, 0, at(60))
    assert first is not None and second is not None
    assert (first.timer.since, second.timer.since) == (at(0), at(60)), "what is new counts from there"
    resolved = after(public, [an_update(70, Status.RESOLVED)])
    assert escalated(hourly, resolved, 0, at(60)) is escalated(hourly, a_candidate(), 0, None) is None
