"""The store of alerts: what is due, leases, messages, the ledger and the texts a person can take."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.alerts import Alerts
from mentiondesk.adapters.storage.table import Exists, Table, Update
from mentiondesk.domain.alerts.budget import Interruption, Interruptions
from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.limits import TextLimit
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import CaseChange, case_change
from mentiondesk.domain.cases.fold import apply, new_case
from mentiondesk.domain.cases.timers import Clock, Due
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, StaffId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Impact, Incident, Status
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.timeline import CaseEntry, Claimed, Released, Snoozed
from mentiondesk.ports.alerts import DueItem, Lease
from mentiondesk.values import replace
from tests.integration.conftest import Desk, MemoryDesk, keep
from tests.support.builders import CASE_ID, NOON, a_record, an_alert, answered, at, minutes, said, settings

POLICY = settings().policy
ANA = StaffId("ana")
TEXTS = (TextLimit(2, minutes(15)), TextLimit(3, minutes(60)))
UNTIL = at(32)


def change_of(case: Case | None, entry: CaseEntry, case_id: CaseId = CASE_ID) -> CaseChange:
    """The change of a stored case (None: there is none) by one more entry."""
    before = case or new_case(case_id, entry.at)
    return case_change(case, apply(before, entry, POLICY), entry)


def opened(desk: Desk, minute: float = 0, customer: str = "1") -> Case:
    """A stored case that a complaint opened so many minutes after noon."""
    return desk.cases.save(change_of(None, said(minute), CaseId(ConversationId("1"), UserId(customer))))


def acted(desk: Desk, case: Case, act: type[Any], minute: float, **facts: Any) -> Case:
    number = case.last[2] + 1 if case.last else 1
    entry = act(entry_id=f"e{minute:06}", at=at(minute), by=ANA, after=case.last_post, number=number, **facts)
    return desk.cases.save(change_of(case, entry))


def escalation(desk: Desk, case: Case) -> Escalation | None:
    found = desk.table.get(keys.escalation(case.case_id))
    return found.read(Escalation) if found else None


def leased(desk: Desk, item: DueItem, minute: float = 30, until: datetime = UNTIL) -> Lease:
    lease = desk.alerts.lease(item, at(minute), until)
    assert lease is not None
    return lease


def due(desk: Desk, minute: float, limit: int = 50) -> list[DueItem]:
    return list(desk.alerts.due(at(minute), limit))


# --- due, leases, marks -----------------------------------------------------------------------------------


def test_due_when_its_first_stage_is(desk: Desk) -> None:
    case = opened(desk)
    assert desk.alerts.due(at(30) - timedelta(microseconds=1), 10) == []
    assert due(desk, 30) == [DueItem(case.case_id)]


def test_those_due_first_stand_in_front(desk: Desk) -> None:
    """Over all shards, whatever the limit."""
    order = [7, 2, 9, 0, 5, 1, 8, 3, 6, 4, 11, 10]
    cases = {minute: opened(desk, minute, customer=f"{minute}").case_id for minute in order}
    assert len({keys.due_shard_of(case, critical=False) for case in cases.values()}) == len(keys.OTHER_SHARDS)
    expected = [DueItem(cases[minute]) for minute in sorted(order)]
    assert due(desk, 100) == expected
    assert due(desk, 100, limit=5) == expected[:5]
    assert due(desk, 33) == expected[:4]


def critical_due(desk: Desk, minute: float, limit: int = 50) -> list[DueItem]:
    return list(desk.alerts.critical_due(at(minute), limit))


def test_what_is_critical_is_due_apart_from_all_else(desk: Desk) -> None:
    """However many others are due, and since when."""
    others = [opened(desk, minute, customer=f"{minute}").case_id for minute in range(6)]
    fires = [
        desk.cases.save(
            change_of(None, said(minute, urgency=Urgency.CRITICAL), CaseId(ConversationId("2"), UserId(f"{minute}")))
        )
        for minute in (40, 39)
    ]
    assert critical_due(desk, 38) == []
    assert critical_due(desk, 40) == [DueItem(case.case_id) for case in reversed(fires)]
    assert critical_due(desk, 40, limit=1) == [DueItem(fires[1].case_id)]
    assert due(desk, 40) == [DueItem(case_id) for case_id in others]
    assert desk.alerts.count_due(at(40)) == len(others), "a message counts nothing that is named by itself"


def test_a_case_that_becomes_critical_moves_to_the_front(desk: Desk) -> None:
    case = opened(desk)
    item = DueItem(case.case_id)
    assert (critical_due(desk, 100), due(desk, 100)) == ([], [item])
    desk.cases.save(change_of(case, said(5, urgency=Urgency.CRITICAL)))
    assert (critical_due(desk, 5), due(desk, 100)) == ([item], [])
    desk.alerts.done(leased(desk, item, 5, at(7)), at(5), at(10), 0)
    assert (critical_due(desk, 10), due(desk, 100)) == ([item], []), "it stays there from stage to stage"


def test_a_released_critical_case_catches_up_in_front(desk: Desk) -> None:
    fire = desk.cases.save(change_of(None, said(0, urgency=Urgency.CRITICAL), RELEASED.subject_id))  # type: ignore[arg-type]
    case = acted(desk, fire, Claimed, 1)
    desk.alerts.done(leased(desk, DueItem(case.case_id), 1, at(3)), at(1), None, 0)
    acted(desk, case, Released, 2)
    assert RELEASED in critical_due(desk, 2)
    desk.alerts.lease(RELEASED, at(2), at(4))
    assert critical_due(desk, 4) == [DueItem(case.case_id)]


def test_an_incident_of_critical_impact_is_due_in_front(desk: Desk) -> None:
    incident = Incident(IncidentId("i1"), Status.CANDIDATE, "Fire", at(0), at(0), impact=Impact.CRITICAL)
    assert desk.incidents.add(incident_change(None, incident.timed(Clock.CONFIRM, minutes(15), at(0))))
    assert (critical_due(desk, 0), due(desk, 0)) == ([NOTICED], [])


@pytest.mark.parametrize("urgency", [Urgency.NORMAL, Urgency.CRITICAL])
@pytest.mark.parametrize("shard", range(keys.SHARDS))
def test_items_from_before_there_was_a_front_are_found(desk: Desk, urgency: Urgency, shard: int) -> None:
    """They stand in any shard, whatever their urgency."""
    case = desk.cases.save(change_of(None, said(0, urgency=urgency)))
    desk.table.update(Update(keys.escalation(case.case_id), {keys.DUE_SHARD: keys.due_shard(shard)}, Exists()))
    assert [*critical_due(desk, 30), *due(desk, 30)] == [DueItem(case.case_id)]
    leased(desk, DueItem(case.case_id))


def test_cases_and_incidents_of_one_moment_stand_beside_each_other(desk: Desk) -> None:
    case = opened(desk)
    incident = noticed(desk, 30)
    assert set(due(desk, 30)) == {DueItem(case.case_id), DueItem(incident.incident_id, "noticed")}


def test_a_lease_hides_its_escalation_and_leaves_the_case_alone(desk: Desk) -> None:
    case = opened(desk)
    lease = leased(desk, DueItem(case.case_id))
    assert (lease.subject, lease.until, lease.ledger) == (case, UNTIL, ())
    assert lease.escalation == Escalation(case.case_id, case.timers[0], UNTIL) == escalation(desk, case)
    assert desk.cases.get(case.case_id) == case, "an open form does not go stale"
    assert due(desk, 31.9) == []
    assert due(desk, 32) == [DueItem(case.case_id)]


def test_of_two_leases_one_is_given(desk: Desk) -> None:
    item = DueItem(opened(desk).case_id)
    leases = [desk.restarted().alerts.lease(item, at(30), UNTIL) for _ in range(2)]
    assert [lease is not None for lease in leases] == [True, False]


def test_what_is_not_due_is_not_leased(desk: Desk) -> None:
    case = opened(desk)
    assert desk.alerts.lease(DueItem(case.case_id), at(29), at(31)) is None
    assert desk.alerts.lease(DueItem(CaseId(ConversationId("1"), UserId("2"))), at(29), at(31)) is None
    assert desk.alerts.lease(DueItem(IncidentId("i"), "noticed"), at(29), at(31)) is None


def test_an_answered_case_is_not_due(desk: Desk) -> None:
    case = opened(desk)
    desk.cases.save(change_of(case, answered(10)))
    assert due(desk, 1000) == []
    assert desk.alerts.lease(DueItem(case.case_id), at(1000), at(1002)) is None


def test_done_moves_an_escalation_to_its_next_stage(desk: Desk) -> None:
    case = opened(desk)
    desk.alerts.done(leased(desk, DueItem(case.case_id)), at(30), at(45), 2)
    assert escalation(desk, case) == Escalation(case.case_id, case.timers[0], at(45), at(30), 2)
    assert (due(desk, 44), due(desk, 45)) == ([], [DueItem(case.case_id)])


def test_done_for_good(desk: Desk) -> None:
    case = opened(desk)
    desk.alerts.done(leased(desk, DueItem(case.case_id)), at(30), None, 0)
    assert due(desk, 10_000) == []
    assert desk.alerts.lease(DueItem(case.case_id), at(10_000), at(10_002)) is None


def test_done_without_a_mark_keeps_the_last_one(desk: Desk) -> None:
    case = opened(desk)
    for minute, mark in ((30, at(30)), (45, None)):
        desk.alerts.done(leased(desk, DueItem(case.case_id), minute, at(minute + 2)), mark, at(45), 1)
    found = escalation(desk, case)
    assert found is not None
    assert found.alerted_until == at(30)


def test_the_next_timer_has_an_escalation_of_its_own(desk: Desk) -> None:
    case = opened(desk)
    desk.alerts.done(leased(desk, DueItem(case.case_id)), at(30), None, 3)
    case = desk.cases.save(change_of(case, answered(40)))
    case = desk.cases.save(change_of(case, said(50)))
    assert case.timer is not None
    assert escalation(desk, case) == Escalation(case.case_id, case.timer, at(80))


def test_an_answer_during_a_lease_wins(desk: Desk) -> None:
    case = opened(desk)
    lease = leased(desk, DueItem(case.case_id))
    desk.cases.save(change_of(case, answered(31)))
    desk.alerts.done(lease, at(30), at(45), 3)
    assert escalation(desk, case) is None
    assert due(desk, 1000) == []


def test_a_claim_during_a_lease_and_the_mark_do_not_undo_each_other(desk: Desk) -> None:
    case = opened(desk)
    lease = leased(desk, DueItem(case.case_id))
    claimed = acted(desk, case, Claimed, 31)
    desk.alerts.done(lease, at(30), at(45), 0)
    assert desk.cases.get(case.case_id) == claimed
    assert due(desk, 45) == [DueItem(case.case_id)]


def test_a_lease_that_ran_out_marks_nothing(desk: Desk) -> None:
    case = opened(desk)
    late = leased(desk, DueItem(case.case_id))
    other = leased(desk, DueItem(case.case_id), 33, at(35))
    desk.alerts.done(late, at(30), None, 4)
    assert escalation(desk, case) == other.escalation
    desk.alerts.done(other, at(33), at(45), 0)
    assert due(desk, 45) == [DueItem(case.case_id)]


def test_a_new_timer_is_not_marked_by_an_old_lease(desk: Desk) -> None:
    case = opened(desk)
    lease = leased(desk, DueItem(case.case_id))
    case = desk.cases.save(change_of(case, answered(31)))
    case = desk.cases.save(change_of(case, said(31.5)))
    before = escalation(desk, case)
    desk.alerts.done(lease, at(30), at(45), 1)
    assert escalation(desk, case) == before


def test_a_snooze_holds_the_escalation(desk: Desk) -> None:
    case = opened(desk)
    case = acted(desk, case, Snoozed, 20, until=at(50))
    assert (due(desk, 49.9), due(desk, 50)) == ([], [DueItem(case.case_id)])


def test_a_snooze_never_makes_an_escalation_due_earlier(desk: Desk) -> None:
    case = opened(desk)
    acted(desk, case, Snoozed, 20, until=at(25))
    assert (due(desk, 29), due(desk, 30)) == ([], [DueItem(case.case_id)])


def test_a_write_that_meets_another_leaves_the_item_to_the_next_run() -> None:
    desk = MemoryDesk()
    item = DueItem(opened(desk).case_id)
    desk.memory.conflict_next()
    assert desk.alerts.lease(item, at(30), UNTIL) is None
    lease = leased(desk, item)
    desk.memory.conflict_next()
    desk.alerts.done(lease, at(30), at(45), 0)
    assert due(desk, 32) == [item], "the lease runs out, and the ledger knows what went out"


# --- messages ---------------------------------------------------------------------------------------------


def noticed(desk: Desk, minute: float = 0) -> Incident:
    """A stored candidate that the desk has just noticed."""
    incident = Incident(IncidentId("i1"), Status.CANDIDATE, "Down", at(minute), at(minute))
    incident = incident.timed(Clock.CONFIRM, minutes(15), at(minute))
    assert desk.incidents.add(incident_change(None, incident))
    return incident


NOTICED = DueItem(IncidentId("i1"), "noticed")
RELEASED = DueItem(CaseId(ConversationId("1"), UserId("1")), "released")


def test_a_message_is_due_at_once(desk: Desk) -> None:
    noticed(desk, 1)
    assert (due(desk, 0.9), due(desk, 1)) == ([], [NOTICED])


def test_a_leased_message_is_one_stage_of_its_subjects_timer(desk: Desk) -> None:
    incident = noticed(desk, 1)
    assert incident.timer is not None
    lease = leased(desk, NOTICED, 1, at(3))
    timer = replace(incident.timer, alerts=(Due("noticed", at(1)),))
    assert lease.escalation == Escalation(incident.incident_id, timer, at(3))
    assert lease.subject == replace(incident, version=1)
    assert (due(desk, 2.9), due(desk, 3)) == ([], [NOTICED])


def test_a_message_that_is_done_is_gone(desk: Desk) -> None:
    noticed(desk)
    desk.alerts.done(leased(desk, NOTICED, 0, at(2)), at(0), None, 0)
    assert desk.table.get(keys.message(*NOTICED)) is None  # type: ignore[arg-type]
    assert due(desk, 14) == []
    assert due(desk, 15) == [DueItem(IncidentId("i1"))], "the escalation of what nobody confirms"


def test_a_message_that_reached_nobody_is_due_again(desk: Desk) -> None:
    noticed(desk)
    desk.alerts.done(leased(desk, NOTICED, 0, at(2)), None, at(1), 1)
    assert (due(desk, 0.9), due(desk, 1)) == ([], [NOTICED])
    again = leased(desk, NOTICED, 1, at(3)).escalation
    assert (again.attempts, again.alerted_until) == (1, None)


def test_a_message_whose_lease_ran_out_is_not_ended_by_it(desk: Desk) -> None:
    noticed(desk)
    late = leased(desk, NOTICED, 0, at(2))
    leased(desk, NOTICED, 3, at(5))
    desk.alerts.done(late, at(0), None, 0)
    assert due(desk, 5) == [NOTICED]


def test_a_message_that_its_subject_needs_no_more_is_gone(desk: Desk) -> None:
    incident = replace(noticed(desk), version=1)
    desk.incidents.save(incident_change(incident, incident.dismissed("a drill", at(0.5))))
    assert due(desk, 1) == [NOTICED]
    assert desk.alerts.lease(NOTICED, at(1), at(3)) is None
    assert due(desk, 1000) == []


def released(desk: Desk, minute: float = 50) -> Case:
    """A case that was claimed, ran to its second stage, and was released."""
    case = acted(desk, opened(desk), Claimed, 5)
    desk.alerts.done(leased(desk, DueItem(case.case_id), 45, at(47)), at(45), at(60), 0)
    return acted(desk, case, Released, minute)


def test_a_release_takes_the_escalation_along_with_all_stages_to_do(desk: Desk) -> None:
    case = released(desk)
    assert due(desk, 50) == [RELEASED]
    lease = leased(desk, RELEASED, 50, at(52))
    assert (lease.item, lease.subject) == (DueItem(case.case_id), case)
    assert lease.escalation == Escalation(case.case_id, case.timers[0], at(52))
    assert (due(desk, 51.9), due(desk, 52)) == ([], [DueItem(case.case_id)]), "the message is gone"


def test_a_release_makes_an_escalation_due_that_had_no_alert_to_come(desk: Desk) -> None:
    case = acted(desk, opened(desk), Claimed, 5)
    desk.alerts.done(leased(desk, DueItem(case.case_id), 90, at(92)), at(90), None, 0)
    acted(desk, case, Released, 100)
    desk.alerts.done(leased(desk, RELEASED, 100, at(102)), at(100), at(600), 0)
    assert (due(desk, 599), due(desk, 600)) == ([], [DueItem(case.case_id)])


def test_a_release_of_a_case_answered_since_is_gone(desk: Desk) -> None:
    case = released(desk)
    desk.cases.save(change_of(case, answered(51)))
    assert desk.alerts.lease(RELEASED, at(52), at(54)) is None
    assert due(desk, 1000) == []


def test_a_release_takes_the_lease_of_the_escalation_over(desk: Desk) -> None:
    case = released(desk, 60)
    before = leased(desk, DueItem(case.case_id), 60, at(62))
    after = leased(desk, RELEASED, 60, at(62))
    assert (before.item, before.escalation.alerted_until) == (after.item, at(45))
    assert after.escalation.alerted_until is None


# --- the ledger -------------------------------------------------------------------------------------------


def test_a_lease_brings_the_ledger_of_its_timer(desk: Desk) -> None:
    case = opened(desk)
    alert = an_alert("half_time", subject_id=case.case_id)
    records = [a_record(alert), a_record(replace(alert, channel=Channel.TEXT), Outcome.HELD, until=at(40))]
    elsewhere = [
        a_record(replace(alert, since=at(-5))),
        a_record(replace(alert, since=at(5))),
        a_record(replace(alert, subject_id=CaseId(case.case_id.conversation, UserId("10")))),
    ]
    desk.alerts.record([*records, *elsewhere])
    lease = leased(desk, DueItem(case.case_id))
    assert sorted(lease.ledger, key=lambda r: r.alert.channel) == records


def test_an_incidents_lease_brings_its_ledger(desk: Desk) -> None:
    incident = noticed(desk)
    record = a_record(an_alert("noticed", subject_id=incident.incident_id))
    desk.alerts.record([record])
    assert leased(desk, NOTICED, 0, at(2)).ledger == (record,)


def test_the_ledger_keeps_the_latest_outcome(desk: Desk) -> None:
    alert = an_alert(subject_id=CASE_ID)
    desk.alerts.record([a_record(alert, Outcome.HELD), a_record(alert, Outcome.FAILED, detail="email to ana: Down")])
    desk.alerts.record([a_record(alert, Outcome.SENT, message_id="m-1")])
    assert desk.ledger(CASE_ID) == [a_record(alert, Outcome.SENT, message_id="m-1")]


def test_every_fact_of_a_record_comes_back(desk: Desk) -> None:
    alert = an_alert(channel=Channel.TEXT, due_at=at(30.001))
    record = Record(alert, Outcome.FAILED, at(31), Channel.EMAIL, "id-é", "text to ana: Down", at(40), digest=True)
    desk.alerts.record([record])
    assert desk.ledger(CASE_ID) == [record]


def test_no_records_are_no_write(desk: Desk) -> None:
    desk.alerts.record([])
    assert desk.all_items() == []


@pytest.mark.parametrize("count", [25, 26, 60])
def test_records_beyond_one_batch(desk: Desk, count: int) -> None:
    case = opened(desk)
    alerts = [an_alert(subject_id=case.case_id, staff_id=f"s{number:03}") for number in range(count)]
    desk.alerts.record([a_record(alert) for alert in alerts])
    found = leased(desk, DueItem(case.case_id)).ledger
    assert sorted(record.alert.staff_id for record in found) == [alert.staff_id for alert in alerts]


def test_everything_kept_expires(desk: Desk) -> None:
    released(desk)
    noticed(desk)
    desk.alerts.record([a_record(an_alert())])
    desk.alerts.take_text_slot(ANA, NOON, TEXTS)
    found = [item for item in desk.all_items() if item.key.pk != keys.OPEN_INCIDENTS]
    assert {item.key.sk.partition("#")[0] for item in found} >= {"ESCALATION", "M", "A", "TEXTS"}
    assert all(int(item.get(keys.EXPIRES)) > NOON.timestamp() for item in found)


# --- texts a person can take ------------------------------------------------------------------------------


def texts(desk: Desk, *seconds: float, staff: StaffId = ANA) -> list[bool]:
    return [desk.alerts.take_text_slot(staff, NOON + timedelta(seconds=s), TEXTS) for s in seconds]


def test_texts_up_to_each_limit(desk: Desk) -> None:
    """Two in a quarter of an hour, three in an hour."""
    assert texts(desk, 0, 0, 1, 899, 900, 901, 3599) == [True, True, False, False, True, False, False]
    assert texts(desk, 3600, 3601, 3602) == [True, True, False]


def test_a_text_not_sent_does_not_count(desk: Desk) -> None:
    assert texts(desk, 0, 1, 2, 3, 4, 5, 900) == [True, True, False, False, False, False, True]


def test_each_person_has_a_limit_of_their_own(desk: Desk) -> None:
    assert texts(desk, 0, 1, 2) == [True, True, False]
    assert texts(desk, 2, 3, 4, staff=StaffId("ben")) == [True, True, False]


def test_texts_are_remembered_by_the_table(desk: Desk) -> None:
    assert texts(desk, 0, 1) == [True, True]
    assert texts(desk.restarted(), 2) == [False]


class Meanwhile:
    """A table to which something happens after each of its first reads."""

    def __init__(self, table: Table, happenings: Sequence[Callable[[], object]]) -> None:
        self._table = table
        self._happenings: Iterator[Callable[[], object]] = iter(happenings)

    def get(self, key: keys.Key) -> Item | None:
        found = self._table.get(key)
        next(self._happenings, lambda: None)()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)


def on(table: Any, desk: Desk) -> Alerts:
    return Alerts(table, keep, desk.cases, desk.incidents)


@pytest.mark.parametrize(("others", "ours"), [(1, True), (2, False)])
def test_texts_counted_at_once(desk: Desk, others: int, ours: bool) -> None:
    """Another notifier counts between our look and our write; no text goes uncounted."""
    slow = on(Meanwhile(desk.table, [lambda: texts(desk, 0)] * others), desk)
    assert slow.take_text_slot(ANA, NOON, TEXTS) is ours
    assert texts(desk, 0) == [False]


def test_no_text_while_the_count_cannot_be_written(desk: Desk) -> None:
    roomy = (TextLimit(100, minutes(15)),)
    busy = on(Meanwhile(desk.table, [lambda: desk.alerts.take_text_slot(ANA, NOON, roomy)] * 50), desk)
    assert busy.take_text_slot(ANA, NOON, roomy) is False


# --- what comes from another version, and what is read without a lease -------------------------------------


def test_a_message_of_an_unknown_kind_stays_and_stops_nobody(desk: Desk) -> None:
    """A later version wrote it; this one may run again after a rollback."""
    unknown = DueItem(IncidentId("i1"), "of_tomorrow")
    noticed(desk)
    item = desk.table.get(keys.message(*NOTICED))  # type: ignore[arg-type]
    assert item is not None
    beside = {**item.beside, keys.DUE_AT: at(0), keys.DUE_SHARD: keys.due_shard(1)}
    desk.table.put(Item(keys.message(*unknown), None, beside))  # type: ignore[arg-type]
    assert desk.alerts.lease(unknown, at(1), at(3)) is None
    assert unknown not in due(desk, 60)
    assert unknown in due(desk, 61)


def test_a_look_takes_no_lease(desk: Desk) -> None:
    case = opened(desk)
    found = desk.alerts.peek(DueItem(case.case_id))
    assert found is not None
    assert (found.subject, found.escalation) == (case, escalation(desk, case))
    assert due(desk, 30) == [DueItem(case.case_id)]
    assert desk.alerts.peek(DueItem(CaseId(ConversationId("1"), UserId("2")))) is None


def test_what_was_peeked_at_is_held_where_it_is_unchanged(desk: Desk) -> None:
    case = opened(desk)
    item = DueItem(case.case_id)
    peeked = desk.alerts.peek(item)
    assert peeked is not None
    held = desk.alerts.hold(peeked, at(2))
    assert held == replace(peeked, until=at(2))
    assert due(desk, 1) == []
    assert desk.alerts.hold(peeked, at(3)) is None, "another run holds it"
    desk.alerts.done(held, None, at(40), 0)
    assert due(desk, 39) == []
    assert due(desk, 40) == [item]


def test_what_was_peeked_at_is_not_held_once_it_has_ended(desk: Desk) -> None:
    case = opened(desk)
    peeked = desk.alerts.peek(DueItem(case.case_id))
    assert peeked is not None
    lease = desk.alerts.lease(DueItem(case.case_id), at(30), at(32))
    assert lease is not None
    desk.alerts.done(lease, at(30), None, 0)
    assert desk.alerts.hold(peeked, at(2)) is None


def test_what_is_due_is_counted(desk: Desk) -> None:
    for minute in range(3):
        opened(desk, minute, customer=f"{minute}")
    assert [desk.alerts.count_due(at(minute)) for minute in (29, 31, 100)] == [0, 2, 3]


def test_the_latest_messages_to_a_person_come_back(desk: Desk) -> None:
    one = Interruption(at(5), (CASE_ID,), critical=True)
    assert desk.alerts.interruptions(ANA) == Interruptions()
    desk.alerts.interrupted(ANA, Interruptions((one,)), at(5))
    assert desk.alerts.interruptions(ANA) == Interruptions((one,))
