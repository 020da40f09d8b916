"""The end of the day: three sentences and one picture, from the cases and the ledger."""

from infra.local.closing import Closing, closing
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, UserId
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.timeline import CaseEntry
from mentiondesk.values import replace
from tests.support.builders import a_record, a_story, an_alert, answered, at, said


def customer(number: int, *entries: CaseEntry) -> Case:
    return replace(a_story(*entries), case_id=CaseId(ConversationId(str(number)), UserId(str(number))))


def told(case: Case, minute: float, outcome: Outcome = Outcome.SENT) -> Record:
    return a_record(an_alert(subject_id=case.case_id), outcome, at=at(minute))


def the_day() -> Closing:
    """Six customers who needed an answer, and one who was pleased; their deadline is an hour after they wrote."""
    soon = customer(1, said(0), answered(20))
    in_the_hour = customer(2, said(0), answered(50))
    rescued = customer(3, said(0), answered(55))
    late = customer(4, said(0), answered(90))
    never = customer(5, said(0))
    just_now = customer(6, said(170))
    pleased = customer(7, said(0, Kind.PRAISE))
    ledger = [
        told(in_the_hour, 52),
        told(rescued, 30),
        told(rescued, 45),
        told(late, 30),
        told(never, 30),
        told(soon, 10, Outcome.FAILED),
    ]
    return closing([soon, in_the_hour, rescued, late, never, just_now, pleased], ledger, at(180))


def test_customers_are_counted_by_the_time_they_waited() -> None:
    day, _ = the_day().bars
    assert (day.half_hour, day.hour, day.later, day.none) == (1, 2, 1, 2)


def test_an_alert_has_saved_those_who_were_answered_in_time_after_it() -> None:
    assert the_day().saved == 1


def test_a_deadline_is_missed_by_a_late_answer_and_by_none() -> None:
    assert the_day().missed == 2


def test_without_the_desk_those_are_left_who_were_answered_before_any_alert() -> None:
    _, without = the_day().bars
    assert (without.half_hour, without.hour, without.later, without.none) == (1, 1, 0, 4)


def test_it_is_said_in_three_sentences() -> None:
    first, second, third = the_day().sentences
    assert first == (
        "6 customers needed an answer: 1 had it within 30 minutes, 3 within an hour, 4 by the end of the day."
    )
    assert second == "1 had it in time after an alert had told somebody; 2 deadlines were missed."
    assert third.startswith("Without the desk nobody would have been told: 2 were answered before any alert")


def test_customers_of_a_public_incident_are_counted_apart() -> None:
    found = the_day()
    of_incident = replace(customer(8, said(0)), incident_id=IncidentId("one"))
    apart = closing([of_incident], [], at(180))
    assert (apart.of_incident, apart.bars[0].none, apart.missed) == (1, 0, 0)
    assert "(beside 1 of the incident, who are told together)" in apart.sentences[0]
    assert "beside" not in found.sentences[0]
