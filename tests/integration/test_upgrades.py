"""Items in the form of commit 0f5e723 are read, and written in the new form, with nothing lost.

The items of tests/data/subjects_0f5e723.json were written by that commit's own use cases. At noon six customers (11
to 16) complained. 11 was claimed by Bob and snoozed until 12:40. 12 was answered late, and waits again; one round of
alerts has gone out. 13 was dismissed. 14 was claimed, released by a lead and answered elsewhere. 15 and 16 met an
incident that was noticed, published, updated and resolved; both are owed a word. A second candidate waits for a
person, and a third has faded.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_attributes
from mentiondesk.adapters.storage.table import Query
from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import Claim, MarkAnswered
from mentiondesk.domain.cases.fold import fold
from mentiondesk.domain.cases.timers import Clock, TimerOutcome
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId, IncidentId, StaffId
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.timeline import (
    AnsweredElsewhere,
    BrandPosted,
    CaseEntry,
    Claimed,
    CustomerPosted,
    Dismissed,
    Faded,
    GoBackStarted,
    IncidentResolved,
    Noticed,
    Published,
    Released,
    Snoozed,
    Updated,
)
from mentiondesk.ports.alerts import DueItem
from mentiondesk.ports.storage import AlreadyDone
from tests.integration.conftest import TABLE, DynamoDesk
from tests.support.builders import at, commanded, settings

ITEMS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data/subjects_0f5e723.json").read_text(encoding="utf-8")
)
CASES = {
    item["pk"]["S"].rpartition("#")[2]: CaseId.parse(item["pk"]["S"].removeprefix(keys.CASE_PREFIX))
    for item in ITEMS
    if item["sk"]["S"] == keys.CASE
}
LOGIN, APP, OLD = (IncidentId(name) for name in ("20260617-login-1", "20260617-app-2", "20260617-old-3"))
BOB = StaffId("bob")


@pytest.fixture
def desk(table_desk: DynamoDesk) -> DynamoDesk:
    """The table as the version before left it."""
    for item in ITEMS:
        table_desk._db.put_item(TableName=TABLE, Item=item)
    return table_desk


def case_of(desk: DynamoDesk, customer: str) -> Case:
    found = desk.cases.get(CASES[customer])
    assert found is not None
    return found


def kinds(desk: DynamoDesk, customer: str) -> list[type[CaseEntry]]:
    return [type(entry) for entry in desk.cases.timeline(CASES[customer])]


def escalation(desk: DynamoDesk, customer: str) -> Escalation | None:
    found = desk.table.get(keys.escalation(CASES[customer]))
    return found.read(Escalation) if found else None


def test_a_claimed_and_snoozed_case(desk: DynamoDesk) -> None:
    case = case_of(desk, "11")
    assert (case.state, case.owner, case.claimed_at, case.snoozed_until) == (State.OPEN, BOB, at(5), at(40))
    assert case.timer is not None
    assert (case.timer.clock, case.timer.running, case.timer.answer_by) == (Clock.FIRST_REPLY, True, at(60))
    assert kinds(desk, "11") == [CustomerPosted, Claimed, Snoozed]
    held = escalation(desk, "11")
    assert held == Escalation(case.case_id, case.timer, at(40))


def test_a_case_that_waits_again_after_a_late_answer(desk: DynamoDesk) -> None:
    case = case_of(desk, "12")
    assert (case.state, case.breaches, case.answered_at) == (State.OPEN, 1, at(70))
    assert case.timer is not None
    assert (case.timer.clock, case.timer.since) == (Clock.NEXT_REPLY, at(80))
    assert kinds(desk, "12") == [CustomerPosted, BrandPosted, CustomerPosted]
    assert escalation(desk, "12") == Escalation(case.case_id, case.timer, at(125), at(111), 0)


def test_closed_and_answered_cases(desk: DynamoDesk) -> None:
    dismissed, answered = case_of(desk, "13"), case_of(desk, "14")
    assert (dismissed.state, dismissed.reason, dismissed.closed_at) == (State.DISMISSED, "a joke", at(20))
    assert (answered.state, answered.owner, answered.first_answer_at) == (State.PENDING, None, at(30))
    assert [case.timer and case.timer.outcome for case in (dismissed, answered)] == [
        TimerOutcome.DISMISSED,
        TimerOutcome.ANSWERED_ELSEWHERE,
    ]
    assert kinds(desk, "13") == [CustomerPosted, Dismissed]
    assert kinds(desk, "14") == [CustomerPosted, Claimed, Released, AnsweredElsewhere]
    assert (escalation(desk, "13"), escalation(desk, "14")) == (None, None)


@pytest.mark.parametrize("customer", ["15", "16"])
def test_a_case_that_is_owed_a_word_about_a_solved_incident(desk: DynamoDesk, customer: str) -> None:
    case = case_of(desk, customer)
    assert case.timer is not None
    assert (case.timer.clock, case.timer.running, case.timer.since) == (Clock.GO_BACK, True, at(40))
    assert case.incident_id == (LOGIN if customer == "16" else None)
    assert kinds(desk, customer) == [CustomerPosted, BrandPosted, GoBackStarted]
    started = escalation(desk, customer)
    assert started is not None
    assert started.due_at == case.timer.alerts[0].at


@pytest.mark.parametrize("customer", sorted(CASES))
def test_the_timeline_tells_the_case_that_is_stored(desk: DynamoDesk, customer: str) -> None:
    """But for timers that were not kept, and for words that the desk never folded before."""
    case = case_of(desk, customer)
    told = fold(case.case_id, desk.cases.timeline(case.case_id), settings().policy)
    names = (
        *("state", "owner", "claimed_at", "closed_at", "reason", "snoozed_until", "timer", "breaches", "asked_at"),
        *("first_answer_at", "answered_at", "posts", "last", "incident_id", "kind", "urgency", "words", "phase"),
    )
    assert {name: getattr(told, name) for name in names} == {name: getattr(case, name) for name in names}


@pytest.mark.parametrize("customer", sorted(CASES))
def test_a_case_is_upgraded_once(desk: DynamoDesk, customer: str) -> None:
    case = case_of(desk, customer)
    before = desk.items("")
    assert case_of(desk, customer) == case
    assert desk.items("") == before
    assert desk.table.count(_part(customer, keys.OLD_EVENT)) == 0


def _part(customer: str, prefix: str) -> Query:
    return Query(keys.case(CASES[customer]).pk, prefix=prefix)


def test_a_button_that_was_pressed_before_is_known_for_pressed(desk: DynamoDesk) -> None:
    case = case_of(desk, "13")
    (_, dismissed) = desk.cases.timeline(case.case_id)
    assert desk.cases.holds(case.case_id, dismissed.entry_id)
    with pytest.raises(AlreadyDone):
        desk.cases.save(case_change(case, case, dismissed))


def test_work_goes_on_with_upgraded_cases(desk: DynamoDesk) -> None:
    desk.cases.save(commanded(case_of(desk, "11"), MarkAnswered(), 20, by="bob"))
    assert (case_of(desk, "11").waiting, escalation(desk, "11")) == (False, None)
    desk.cases.save(commanded(case_of(desk, "12"), Claim(), 130))
    assert case_of(desk, "12").owner == "ana"


def test_old_items_in_the_due_index_are_upgraded_when_they_fall_due(desk: DynamoDesk) -> None:
    due = [*desk.alerts.critical_due(at(130), 50), *desk.alerts.due(at(130), 50)]
    assert {DueItem(CASES["11"]), DueItem(CASES["12"]), DueItem(APP)} <= set(due)
    lease = desk.alerts.lease(DueItem(CASES["12"]), at(130), at(132))
    assert lease is not None
    assert (lease.subject, lease.escalation.alerted_until) == (case_of(desk, "12"), at(111))
    case = [item for item in desk.items(keys.CASE_PREFIX) if item["sk"]["S"] == keys.CASE]
    assert {from_attributes(item).schema for item in case if item["pk"]["S"].endswith(("#11", "#12"))} == {1}


def test_incidents_and_their_records(desk: DynamoDesk) -> None:
    login, app, old = (desk.incidents.get(one) for one in (LOGIN, APP, OLD))
    assert login is not None and app is not None and old is not None
    assert (login.status, login.owner, login.gone_back_at) == (Status.RESOLVED, "ana", at(41))
    assert login.timer is not None
    assert (login.timer.clock, login.timer.running) == (Clock.GO_BACK, True)
    assert app.timer is not None
    assert (app.status, app.timer.clock, app.waiting) == (Status.CANDIDATE, Clock.CONFIRM, True)
    assert old.timer is not None
    assert (old.status, old.timer.outcome) == (Status.FADED, TimerOutcome.FADED)
    records = {one: [type(entry) for entry in desk.incidents.record(one)] for one in (LOGIN, APP, OLD)}
    assert records == {LOGIN: [Noticed, Published, Updated, IncidentResolved], APP: [Noticed], OLD: [Faded]}
    assert [one.incident_id for one in desk.incidents.open()] == [APP]
    assert {one.incident_id for one in desk.incidents.recent(at(0))} == {LOGIN, APP, OLD}
    assert [update.status for update in desk.incidents.updates(LOGIN)][-1] is Status.RESOLVED


def test_a_second_press_on_an_old_incident_s_button(desk: DynamoDesk) -> None:
    assert desk.incidents.get(LOGIN) is not None
    published = next(entry for entry in desk.incidents.record(LOGIN) if isinstance(entry, Published))
    assert published.entry_id.endswith(f"-{Action.PUBLISH}")
    assert desk.incidents.holds(LOGIN, published.entry_id)
