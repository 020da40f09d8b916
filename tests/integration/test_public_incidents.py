"""Cases in a public incident: off the ladder until it is resolved, one mail an hour to its owner in their place."""

from datetime import timedelta
from typing import Any

import pytest

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock, TimerOutcome
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import IncidentId, PostId, StaffId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Status, Update
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.triage import triage
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.follow_up_customers import GoBack
from mentiondesk.usecases.incidents.stop_timers import StopTimers
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.values import replace
from tests.integration.conftest import Desk
from tests.integration.test_notify import Office
from tests.support.builders import a_post, at, tags

ID = IncidentId("i1")


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk)


def candidate(office: Office) -> None:
    """A candidate noticed at noon, which nobody was alerted of."""
    incident = Incident(ID, Status.CANDIDATE, "Down", at(0), at(0), people=2, posts=2, latest_at=at(0))
    assert office.desk.incidents.add(incident_change(None, incident))


def linked(office: Office, *cases: Case, minute: float = 0) -> None:
    posts = [
        LinkedPost(PostId(str(case.post_id)), case.customer_id, case.said_at or at(minute), "It is down", case.case_id)
        for case in cases
    ]
    count, people = office.desk.incidents.join(ID, posts)
    changed(office, posts=count, people=people, latest_at=max(post.at for post in posts))


def changed(office: Office, **facts: Any) -> Incident:
    found = office.desk.incidents.get(ID)
    assert found is not None
    return office.desk.incidents.save(incident_change(found, replace(found, **facts)))


def updated(office: Office, status: Status, minute: float) -> Incident:
    found = office.desk.incidents.get(ID)
    assert found is not None
    update = Update(ID, at(minute), status, "We look into it.", by=StaffId("lea"))
    moved = replace(found.moved(update), owner=StaffId("lea"))
    return office.desk.incidents.save(incident_change(found, moved, update=update))


def stop_timers(office: Office, minute: float) -> int:
    change = ChangeCase(office.desk.cases, lambda: office.settings)
    return StopTimers(office.desk.incidents, change)(at(minute), lambda: timedelta(minutes=1))


def hears(office: Office, minute: float, customer: int, incident: bool, **said: Any) -> Case:
    """A complaint that is classified while the desk's incidents are known; `incident`: it matches the public one."""
    found = office.settings
    post = a_post("It is down", created_at=at(minute), author_id=UserId(str(customer)))
    office.desk.posts.add(post)
    classify = ClassifyMention(
        office.desk.posts,
        office.desk.cases,
        lambda one: tags(said=triage(one).said, **said),
        lambda: found,
        lambda _: office.desk.incidents.open(),
    )
    if incident:
        classify._incident = lambda *_: office.desk.incidents.get(ID)  # type: ignore[method-assign]
    change = classify(post, post.created_at)
    assert change is not None and change.case is not None
    return office.case(change.case.after.case_id)


def test_cases_of_an_incident_that_is_published_leave_the_ladder(office: Office) -> None:
    candidate(office)
    cases = [office.opens(0, 1), office.opens(1, 2)]
    linked(office, *cases)
    office.over(20)
    assert stop_timers(office, 19) == 0, "nothing is public yet"
    updated(office, Status.INVESTIGATING, 20)
    assert stop_timers(office, 21) == 2
    for case in cases:
        stored = office.case(case.case_id)
        assert (stored.state, stored.waiting, stored.incident_id) == (State.OPEN, False, ID)
        assert stored.timer is not None and stored.timer.outcome is TimerOutcome.INCIDENT
    assert office.over(79, start=21) == {}


def test_they_are_stopped_once(office: Office) -> None:
    candidate(office)
    linked(office, office.opens())
    updated(office, Status.INVESTIGATING, 5)
    assert [stop_timers(office, minute) for minute in (6, 7)] == [1, 0]
    linked(office, office.opens(8, 2))
    assert [stop_timers(office, minute) for minute in (9, 10)] == [1, 0]


def test_what_is_critical_stays_on_the_ladder(office: Office) -> None:
    candidate(office)
    case = office.opens(urgency=Urgency.CRITICAL)
    linked(office, case)
    updated(office, Status.INVESTIGATING, 1)
    assert stop_timers(office, 1) == 0
    assert office.case(case.case_id).waiting


def test_a_complaint_about_a_public_incident_starts_no_timer(office: Office) -> None:
    candidate(office)
    updated(office, Status.INVESTIGATING, 0)
    case = hears(office, 5, 7, incident=True)
    assert (case.state, case.waiting, case.incident_id, case.asked_at) == (State.OPEN, False, ID, at(5))
    assert office.over(59, start=5) == {}


def test_critical_posts_about_a_public_incident_ring(office: Office) -> None:
    candidate(office)
    updated(office, Status.INVESTIGATING, 0)
    assert hears(office, 5, 7, incident=True, urgency=Urgency.CRITICAL).waiting


def test_a_further_post_starts_no_timer_until_it_is_resolved(office: Office) -> None:
    candidate(office)
    updated(office, Status.INVESTIGATING, 0)
    case = hears(office, 5, 7, incident=True)

    def again(minute: float) -> Case:
        found = office.settings
        post = a_post("any news?", created_at=at(minute), conversation_id=case.conversation_id, author_id=UserId("7"))
        office.desk.posts.add(post)
        incidents = office.desk.incidents
        ClassifyMention(
            office.desk.posts,
            office.desk.cases,
            lambda one: tags(said=triage(one).said),
            lambda: found,
            lambda _: incidents.open(),
        )(post, post.created_at)
        return office.case(case.case_id)

    assert not again(10).waiting
    updated(office, Status.RESOLVED, 20)
    assert again(30).waiting


def test_when_it_is_resolved_they_go_to_the_go_back_clock(office: Office) -> None:
    candidate(office)
    case = office.opens()
    linked(office, case)
    updated(office, Status.INVESTIGATING, 5)
    stop_timers(office, 6)
    updated(office, Status.RESOLVED, 50)
    changed(office, go_back_from=())
    change = ChangeCase(office.desk.cases, lambda: office.settings)
    GoBack(office.desk.incidents, change, lambda: office.settings)(at(51), lambda: timedelta(minutes=1))
    timer = office.case(case.case_id).timer
    assert timer is not None
    assert (timer.clock, timer.running, timer.answer_by) == (Clock.GO_BACK, True, at(50 + 24 * 60))


def test_the_owner_hears_each_hour_what_is_new(office: Office) -> None:
    candidate(office)
    linked(office, office.opens(0, 1))
    updated(office, Status.INVESTIGATING, 5)
    stop_timers(office, 6)
    case = hears(office, 40, 7, incident=True)
    linked(office, case)
    assert office.over(130, start=6) == {65: [("lea", "email")]}, "the hour after it brings nothing new"
    assert "1 post in the last hour" in office.mail.latest.text
    linked(office, hears(office, 131, 8, incident=True))
    assert office.over(300, start=131) == {185: [("lea", "email")]}


def test_no_hour_is_told_once_it_is_resolved(office: Office) -> None:
    candidate(office)
    linked(office, office.opens(0, 1))
    updated(office, Status.INVESTIGATING, 5)
    stop_timers(office, 6)
    updated(office, Status.RESOLVED, 30)
    assert office.over(300, start=30) == {}


def test_an_hourly_mail_that_reaches_nobody_is_tried_again(office: Office) -> None:
    candidate(office)
    linked(office, hears(office, 1, 7, incident=False))
    updated(office, Status.INVESTIGATING, 0.5)
    stop_timers(office, 2)
    office.mail.down = office.texts.down = True
    assert [minute for minute in (61, 62) if office.run(minute).failed] == [61, 62]
    office.mail.down = office.texts.down = False
    assert office.over(70, start=63) == {64: [("lea", "email")]}


def test_a_case_that_is_taken_out_waits_again(office: Office) -> None:
    candidate(office)
    case = office.opens()
    linked(office, case)
    updated(office, Status.INVESTIGATING, 5)
    stop_timers(office, 6)
    office.desk.incidents.take_out(ID, PostId(str(case.post_id)))
    assert [stop_timers(office, minute) for minute in (8, 9)] == [0, 0]
    stored = office.case(case.case_id)
    assert stored.timer is not None
    assert (stored.waiting, stored.incident_id, stored.timer.answer_by) == (True, None, at(68))
    assert list(office.over(54, start=9)) == [38, 53]


def test_a_case_left_out_of_the_go_back_list_waits_again(office: Office) -> None:
    candidate(office)
    case = office.opens()
    linked(office, case)
    updated(office, Status.INVESTIGATING, 5)
    stop_timers(office, 6)
    updated(office, Status.RESOLVED, 50)
    changed(office, go_back_from=(case.case_id,))
    change = ChangeCase(office.desk.cases, lambda: office.settings)
    GoBack(office.desk.incidents, change, lambda: office.settings)(at(51), lambda: timedelta(minutes=1))
    timer = office.case(case.case_id).timer
    assert timer is not None
    assert (timer.clock, timer.running, timer.answer_by) == (Clock.FIRST_REPLY, True, at(111))
