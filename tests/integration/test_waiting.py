"""The list of who waits and presence in cases, on both tables."""

from typing import Any

import pytest

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.stores.waiting import WaitingCases
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.cases.commands import Claim, MarkAnswered
from mentiondesk.domain.cases.waiting import PRESENT_FOR, Presence, Row, Tab
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.usecases.cases.find_cases import FindCases
from mentiondesk.usecases.cases.list_waiting import PAGE, SCANNED, ListWaiting, WaitingPage, Wanted
from mentiondesk.values import replace
from tests.integration.conftest import Desk, MemoryDesk
from tests.integration.test_act import CASE_ID, begin
from tests.support.builders import NOON, a_case, a_post, a_staff, at, commanded
from tests.support.counted import Counted
from tests.support.served_desk import waiting

ANA, BEN = StaffId("ana"), StaffId("ben")


def rows(desk: Desk, after: Any = None, most: int = 100) -> list[CaseId]:
    return [row.case_id for row in WaitingCases(desk.table).scan(after, most).rows]


def page(desk: Desk, by: str = "ana", **wanted: Any) -> WaitingPage:
    actor = Actor(a_staff(by), frozenset(), Door.DESK_WEB)
    return ListWaiting(WaitingCases(desk.table))(actor, Wanted(**wanted), NOON)


def ids(found: WaitingPage) -> list[CaseId]:
    return [one.case.case_id for one in found.cases]


def claimed(desk: Desk, case_id: CaseId, by: str) -> None:
    case = desk.cases.get(case_id)
    assert case is not None
    desk.cases.save(commanded(case, Claim(), 1, by))


def test_customers_stand_in_the_order_of_their_deadlines(desk: Desk) -> None:
    late = [waiting(desk, number, "words", minute) for number, minute in enumerate((30, 10, 50, 20, 40, 0))]
    assert rows(desk) == [late[place] for place in (5, 1, 3, 0, 4, 2)]


def test_a_row_tells_what_the_list_chooses_by(desk: Desk) -> None:
    case_id = waiting(desk, 1, "words", kind=Kind.QUESTION, urgency=Urgency.HIGH)
    claimed(desk, case_id, "ben")
    (row,) = WaitingCases(desk.table).scan(None, 100).rows
    case = desk.cases.get(case_id)
    assert case is not None
    assert case.timer is not None
    assert row == Row(case_id, case.timer.answer_by, Kind.QUESTION, Urgency.HIGH, BEN)


def test_who_was_answered_waits_no_more(desk: Desk) -> None:
    case_id = waiting(desk, 1, "words")
    case = desk.cases.get(case_id)
    assert case is not None
    desk.cases.save(commanded(case, MarkAnswered(), 1))
    assert rows(desk) == []


def test_pages_follow_one_another_without_gap_or_repeat(desk: Desk) -> None:
    expected = [waiting(desk, number, "words", number) for number in range(PAGE + 7)]
    seen, after = [], None
    for _ in range(2):
        found = page(desk, after=after)
        seen += ids(found)
        after = found.after
    assert seen == expected
    assert after is None


def test_a_scan_that_is_cut_goes_on_where_it_ended(desk: Desk) -> None:
    expected = [waiting(desk, number, "words", number) for number in range(25)]
    store, seen, after = WaitingCases(desk.table), [], None
    while True:
        scan = store.scan(after, 12)
        seen += [row.case_id for row in scan.rows]
        if not scan.cut:
            break
        after = scan.rows[-1].place
    assert seen == expected


def test_rows_with_one_deadline_are_each_shown_once() -> None:
    desk = MemoryDesk()
    expected = {waiting(desk, number, "words", 5) for number in range(PAGE + 5)}
    first = page(desk)
    seen = ids(first) + ids(page(desk, after=first.after))
    assert len(seen) == len(set(seen)) == len(expected)


def test_tabs_choose_and_count(desk: Desk) -> None:
    mine, his, free, thanks = (
        waiting(desk, number, "words", number, kind=kind)
        for number, kind in enumerate((Kind.COMPLAINT, Kind.QUESTION, Kind.COMPLAINT, Kind.PRAISE))
    )
    claimed(desk, mine, "ana")
    claimed(desk, his, "ben")
    assert ids(page(desk, tab=Tab.MINE)) == [mine]
    assert ids(page(desk, tab=Tab.UNCLAIMED)) == [free]
    assert ids(page(desk, tab=Tab.PRAISE)) == [thanks]
    assert ids(page(desk, kind=Kind.QUESTION)) == [his]
    assert ids(page(desk, urgency=Urgency.CRITICAL)) == []
    counts = {tab: count for tab, count in page(desk).counts.items() if count}
    assert counts == {Tab.ALL: 4, Tab.MINE: 1, Tab.UNCLAIMED: 1, Tab.PRAISE: 1}
    assert not page(desk).cut


def test_the_next_customer_is_one_s_own_before_a_free_one(desk: Desk) -> None:
    free, mine, his = (waiting(desk, number, "words", number) for number in range(3))
    claimed(desk, mine, "ana")
    claimed(desk, his, "ben")
    choose = ListWaiting(WaitingCases(desk.table)).next_for
    found = {by: choose(Actor(a_staff(by), frozenset(), Door.DESK_WEB)) for by in ("ana", "mo")}
    assert {by: row and row.case_id for by, row in found.items()} == {"ana": mine, "mo": free}


def test_praise_is_next_once_nobody_else_waits(desk: Desk) -> None:
    thanks, question = (
        waiting(desk, number, "words", number, kind=kind) for number, kind in enumerate((Kind.PRAISE, Kind.QUESTION))
    )
    choose, ana = ListWaiting(WaitingCases(desk.table)).next_for, Actor(a_staff("ana"), frozenset(), Door.DESK_WEB)
    first = choose(ana)
    assert first is not None
    assert first.case_id == question
    claimed(desk, question, "ben")
    then = choose(ana)
    assert then is not None
    assert then.case_id == thanks


def test_with_nobody_waiting_there_is_no_next(desk: Desk) -> None:
    assert ListWaiting(WaitingCases(desk.table)).next_for(Actor(a_staff(), frozenset(), Door.DESK_WEB)) is None


# --- Presence ---------------------------------------------------------------------------------------------


def test_everybody_sees_who_looks_and_who_writes(desk: Desk) -> None:
    store, case_id = WaitingCases(desk.table), waiting(desk, 1, "words")
    store.come(case_id, ANA, False, NOON)
    found = store.come(case_id, StaffId("jo-ann_2"), True, at(1))
    assert found == store.present(case_id, at(1))
    assert found == (Presence(ANA, NOON), Presence(StaffId("jo-ann_2"), at(1), writing=True))
    assert store.cases([case_id], at(1))[case_id].present == found


def test_presence_passes_by_the_clock_and_not_by_ttl(desk: Desk) -> None:
    store, case_id = WaitingCases(desk.table), waiting(desk, 1, "words")
    store.come(case_id, ANA, True, NOON)
    assert store.present(case_id, NOON + PRESENT_FOR) == ()
    assert store.come(case_id, ANA, False, at(2)) == (Presence(ANA, at(2)),)
    item = desk.table.get(keys.presence(case_id))
    assert item is not None
    assert int(item.get(keys.EXPIRES)) > NOON.timestamp()


def test_presence_leaves_the_case_as_it_is(desk: Desk) -> None:
    store, case_id = WaitingCases(desk.table), waiting(desk, 1, "words")
    before, entries = desk.cases.get(case_id), desk.cases.timeline(case_id)
    store.come(case_id, ANA, True, NOON)
    assert (desk.cases.get(case_id), desk.cases.timeline(case_id)) == (before, entries)


def test_a_case_that_is_gone_is_left_out(desk: Desk) -> None:
    assert WaitingCases(desk.table).cases([a_case().case_id], NOON) == {}


# --- Search -----------------------------------------------------------------------------------------------


def find(desk: Desk) -> FindCases:
    return FindCases(WaitingCases(desk.table), desk.posts)


def test_open_cases_are_found_by_words_and_by_the_customer_s_number(desk: Desk) -> None:
    parcel, refund = waiting(desk, 1, "My PARCEL is late"), waiting(desk, 2, "a refund", topics=("billing",))
    for asked, expected in {
        "parcel": {parcel},
        "late parcel": {parcel},
        "billing": {refund},
        str(parcel.customer): {parcel},
        "parcel refund": set(),
        "complaint": {parcel, refund},
    }.items():
        assert {one.case.case_id for one in find(desk)(asked, NOON)} == expected, asked


def test_a_number_or_an_address_on_x_finds_the_case_exactly(desk: Desk) -> None:
    case_id = waiting(desk, 1, "words")
    post = replace(a_post(), seen_at=NOON)
    desk.posts.add(post)
    assert find(desk).exactly(f"{case_id.conversation}-{case_id.customer}") == case_id
    assert find(desk).exactly(post.post_id) is None
    for asked in ("refund", "", "12", "https://x.com/ana/status/12"):
        assert find(desk).exactly(asked) is None


def test_a_post_leads_to_its_case(desk: Desk) -> None:
    begin(desk, "the checkout fails")
    post_id = next(post.post_id for post in desk.all_posts())
    assert find(desk).exactly(post_id) == CASE_ID
    assert find(desk).exactly(f"https://x.com/shop/status/{post_id}?s=20") == CASE_ID


# --- Cost -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, SCANNED + 40])
def test_a_page_takes_five_requests_however_many_wait(count: int) -> None:
    desk = MemoryDesk()
    for number in range(count):
        waiting(desk, number, "words", number / 60)
    counted = Counted(desk.table)
    actor = Actor(a_staff(), frozenset(), Door.DESK_WEB)
    found = ListWaiting(WaitingCases(counted))(actor, Wanted(), NOON)
    assert counted.requests == 5
    assert len(found.cases) == min(count, PAGE)
    assert found.cut == (count > SCANNED)
