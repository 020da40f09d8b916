"""Claims without a sign of work lapse before the deadline; the owner, the leads and then the queue hear of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.stores.waiting import WaitingCases
from mentiondesk.domain.access.actions import DESK_ACTIONS
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.cases.commands import CaseCommand, HandOver, Note
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.timeline import ClaimLapsed
from mentiondesk.usecases.cases.change_case import ChangeCase
from tests.support.builders import NOON
from tests.support.memory_desk import ANA, BEN, LEA, MemoryDesk


class WatchedDesk(MemoryDesk):
    """A desk whose claims lapse."""

    def __init__(self, **claims: Any) -> None:
        super().__init__([ANA, BEN, LEA], alerts={"claims": claims})
        self.table = self._desk.table
        self._change = ChangeCase(self._desk.cases, lambda: self.settings)

    def command(self, staff: str, command: CaseCommand, case: CaseId, at: float) -> None:
        self.run(at)
        person = self.settings.roster.find(StaffId(staff))
        self._change(Actor(person, DESK_ACTIONS, Door.DESK_WEB), case, command, self._event_id(), self.now)

    def look(self, staff: str, case: CaseId, at: float) -> None:
        self.run(at)
        WaitingCases(self.table).come(case, StaffId(staff), writing=False, now=self.now)

    def lapsed(self, case: CaseId) -> list[datetime]:
        return [one.at for one in self._desk.cases.timeline(case) if isinstance(one, ClaimLapsed)]

    def watched(self) -> bool:
        return any(item.key.sk == "CLAIM" for item in self.table.scan())


def minutes(found: list[datetime]) -> list[int]:
    return [round((at - NOON) / timedelta(minutes=1)) for at in found]


@pytest.fixture
def desk() -> WatchedDesk:
    return WatchedDesk()


def test_an_idle_claim_lapses_before_the_deadline(desk: WatchedDesk) -> None:
    case_id = desk.post(0)
    desk.act("ana", "claim", case_id, at=5)
    desk.run(60)
    assert minutes(desk.lapsed(case_id)) == [35]
    case = desk.case(case_id)
    assert (case.owner, case.waiting) == (None, True)
    assert not desk.watched()


def test_the_owner_and_the_leads_hear_of_it_and_then_the_others(desk: WatchedDesk) -> None:
    case_id = desk.post(0)
    desk.act("ana", "claim", case_id, at=5)
    desk.run(36)
    told = {line.split()[1] for line in desk.told(35, 36)}
    assert {"ana", "lea"} <= told
    words = next(one.words for one in desk.messages if one.at >= NOON + timedelta(minutes=35) and one.staff == "ana")
    assert "The claim has lapsed" in words
    desk.run(50)
    assert "ben" in {line.split()[1] for line in desk.told(35, 50)}


@pytest.mark.parametrize(
    "work",
    [
        lambda desk, case_id: desk.look("ana", case_id, 30),
        lambda desk, case_id: desk.command("ana", Note("called the depot"), case_id, 30),
    ],
    ids=["open page", "note"],
)
def test_a_sign_of_work_keeps_the_claim(desk: WatchedDesk, work: Callable[[WatchedDesk, CaseId], None]) -> None:
    case_id = desk.post(0)
    desk.act("ana", "claim", case_id, at=5)
    work(desk, case_id)
    desk.run(50)
    assert desk.lapsed(case_id) == []
    desk.run(60)
    assert minutes(desk.lapsed(case_id)) == [53]


def test_another_s_look_is_no_sign_of_work(desk: WatchedDesk) -> None:
    case_id = desk.post(0)
    desk.act("ana", "claim", case_id, at=5)
    desk.look("ben", case_id, 30)
    desk.run(40)
    assert minutes(desk.lapsed(case_id)) == [35]


def test_an_answer_ends_the_watch_and_a_new_post_begins_it_anew(desk: WatchedDesk) -> None:
    case_id = desk.post(0)
    desk.act("ana", "claim", case_id, at=5)
    desk.answer(case_id, 20)
    desk.run(300)
    assert desk.lapsed(case_id) == []
    assert not desk.watched()
    desk.post(310, "@FennelAndFinch still broken", case=case_id)
    assert desk.case(case_id).owner == "ana"
    desk.run(360)
    assert minutes(desk.lapsed(case_id)) == [340]


def test_urgency_decides_about_the_span() -> None:
    desk = WatchedDesk(critical="4m", normal=None)
    urgent = desk.post(0, urgency=Urgency.CRITICAL)
    calm = desk.post(0, customer="2")
    desk.act("ana", "claim", urgent, at=1)
    desk.act("ana", "claim", calm, at=1)
    desk.run(90)
    assert minutes(desk.lapsed(urgent)) == [5]
    assert desk.lapsed(calm) == []


def test_a_claim_shortly_before_the_deadline_leaves_the_others_time(desk: WatchedDesk) -> None:
    case_id = desk.post(0)
    desk.act("ana", "claim", case_id, at=52)
    desk.run(60)
    assert minutes(desk.lapsed(case_id)) == [58]


def test_each_call_may_fail_and_the_claim_lapses_once(desk: WatchedDesk) -> None:
    case_id = desk.post(0)
    desk.act("ana", "claim", case_id, at=5)
    desk.run(34)
    before = desk.table.transact

    def dies_after(parts: Any) -> None:
        before(parts)
        raise OSError("the function died")

    desk.table.transact = dies_after  # type: ignore[method-assign]
    with pytest.raises(OSError, match="died"):
        desk.run(35)
    desk.table.transact = before  # type: ignore[method-assign]
    desk.run(45)
    assert len(desk.lapsed(case_id)) == 1
    assert len([line for line in desk.told_to("ana", 35, 36) if "email" in line]) >= 1


def test_who_is_taken_over_from_and_who_is_given_a_case_are_told(desk: WatchedDesk) -> None:
    case_id = desk.post(0, kind=Kind.QUESTION)
    desk.act("ana", "claim", case_id, at=5)
    desk.command("ben", HandOver(StaffId("ben")), case_id, 10)
    desk.run(11)
    assert any("Ben has taken this case over." in one.words for one in desk.messages if one.staff == "ana")
    desk.command("ben", HandOver(StaffId("lea")), case_id, 15)
    desk.run(16)
    assert any("This case is yours now" in one.words for one in desk.messages if one.staff == "lea")
    assert not any("This case is yours" in one.words for one in desk.messages if one.staff == "ben")


def test_watches_stand_where_the_notifier_may_read() -> None:
    assert keys.CLAIMS.startswith("DUE#")
