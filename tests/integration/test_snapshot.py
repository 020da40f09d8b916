"""The customer beside the case: their other cases, waits and promises; and the one query by which a case is read."""

from datetime import timedelta

import pytest

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.read_ahead import ReadAhead
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.customers import Customers
from mentiondesk.adapters.storage.stores.replies import ReplyDrafts
from mentiondesk.adapters.storage.stores.waiting import WaitingCases
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock, ReplyTimer, TimerOutcome
from mentiondesk.domain.customers.snapshot import Kept, kinds_of, last_promise, last_wait, waited_in
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, StaffId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.praise import Regard
from mentiondesk.domain.replies.draft import ReplyDraft
from mentiondesk.domain.strikes.record import CustomerRecord, Strike
from mentiondesk.domain.timeline import Retagged
from mentiondesk.triage import triage
from mentiondesk.usecases.cases.know_customer import MOST, KnowCustomer
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.values import replace
from tests.integration.conftest import Desk
from tests.support.builders import NOON, a_case, a_post, an_answer, at, settings
from tests.support.counted import Counted
from tests.support.doors import HOSTILE, MARKS
from tests.support.served_desk import ServedDesk, waiting

CUSTOMER = UserId("2000000007")


def hears(
    desk: Desk, minute: float, text: str = "@FennelAndFinch my parcel is late", answer: float | None = None
) -> Case:
    """A new conversation of the same customer, with the brand's answer after so many minutes."""
    found = settings()
    classify = ClassifyMention(desk.posts, desk.cases, triage, lambda: found)
    post = a_post(text, created_at=at(minute), author_id=CUSTOMER)
    posts = [post] if answer is None else [post, an_answer(post, "On its way.", created_at=at(minute + answer))]
    for one in posts:
        desk.posts.add(one)
        classify(one, one.created_at)
    case = desk.cases.get(CaseId(post.conversation_id, CUSTOMER))
    assert case is not None
    return case


# --- Rules ------------------------------------------------------------------------------------------------


def case(number: int = 1, **facts: object) -> Case:
    found = a_case()
    case_id = CaseId(ConversationId(str(number)), CUSTOMER)
    return replace(found, **{"case_id": case_id, "timers": (), **facts})  # type: ignore[arg-type]


def promise(clock: Clock, since: float, outcome: TimerOutcome | None = None, ended: float = 0) -> ReplyTimer:
    timer = ReplyTimer(a_post().post_id, at(since), at(since + 60), clock)
    return timer.ended(at(ended), outcome) if outcome else timer


@pytest.mark.parametrize(
    ("outcome", "ended", "now", "kept"),
    [
        (None, 0, 30, Kept.OPEN),
        (None, 0, 61, Kept.OVERDUE),
        (TimerOutcome.ANSWERED, 40, 999, Kept.KEPT),
        (TimerOutcome.ANSWERED_ELSEWHERE, 61, 999, Kept.LATE),
        (TimerOutcome.SOLVED, 60, 999, Kept.KEPT),
        (TimerOutcome.DECLINED, 10, 999, Kept.DROPPED),
        (TimerOutcome.DISMISSED, 10, 999, Kept.DROPPED),
        (TimerOutcome.RESOLVED, 10, 999, Kept.DROPPED),
        (TimerOutcome.SUPERSEDED, 10, 999, Kept.OVERTAKEN),
        (TimerOutcome.INCIDENT, 10, 999, Kept.OVERTAKEN),
    ],
)
def test_a_promise_is_kept_when_the_customer_heard_in_time(
    outcome: TimerOutcome | None, ended: float, now: float, kept: Kept
) -> None:
    found = last_promise([case(timers=(promise(Clock.PRIVATE, 0, outcome, ended),))], at(now))
    assert found is not None
    assert (found.kept, found.clock, found.by) == (kept, Clock.PRIVATE, at(60))


def test_the_last_promise_in_any_case_counts_and_a_reply_that_is_due_is_none() -> None:
    first = case(1, timers=(promise(Clock.GO_BACK, 5),))
    second = case(2, timers=(promise(Clock.FOLLOW_UP, 9), promise(Clock.NEXT_REPLY, 99)))
    found = last_promise([first, second], at(20))
    assert found is not None
    assert (found.case_id, found.clock) == (second.case_id, Clock.FOLLOW_UP)
    assert last_promise([case(timers=(promise(Clock.FIRST_REPLY, 5),))], at(20)) is None


def test_waits_are_from_the_question_to_the_first_answer() -> None:
    answered = case(asked_at=at(0), first_answer_at=at(90))
    assert waited_in(answered) == timedelta(minutes=90)
    assert waited_in(case(asked_at=at(9), first_answer_at=at(0))) == timedelta(0)
    assert last_wait([case(asked_at=at(0), first_answer_at=None), answered]) == timedelta(minutes=90)
    assert last_wait([]) is None


def test_kinds_are_counted_for_ninety_days() -> None:
    old = case(opened_at=NOON - timedelta(days=90))
    cases = [case(opened_at=NOON, kind=kind) for kind in (Kind.PRAISE, Kind.COMPLAINT, Kind.COMPLAINT)]
    assert kinds_of([*cases, old], NOON) == {Kind.COMPLAINT: 2, Kind.PRAISE: 1}


# --- On both stores ---------------------------------------------------------------------------------------


def test_a_snapshot_knows_the_other_cases_and_costs_two_requests(desk: Desk) -> None:
    first, second = hears(desk, 0, answer=45), hears(desk, 60, "@FennelAndFinch thank you, lovely")
    third = hears(desk, 120)
    counted = Counted(desk.table)
    found = KnowCustomer(Customers(counted))(third, at(130))
    assert [one.case_id for one in found.others] == [second.case_id, first.case_id]
    assert (found.first_post_at, found.posts, found.waited) == (at(0), 3, timedelta(minutes=45))
    assert sum((found.kinds or {}).values()) == 3
    assert counted.requests == 2
    counted.requests = 0
    alone = KnowCustomer(Customers(counted))(case(9, incident_id=None, case_id=CaseId.parse("8#8")), NOON)
    assert (alone.others, alone.posts, alone.promise, counted.requests) == ((), 0, None, 1)


def test_a_customer_with_many_cases_stays_cheap(desk: Desk) -> None:
    cases = [hears(desk, number) for number in range(MOST + 3)]
    found = KnowCustomer(Customers(desk.table))(cases[0], at(60))
    assert [one.case_id for one in found.others] == [one.case_id for one in cases[: -MOST - 1 : -1]]
    assert found.more


def test_a_customer_from_before_there_were_marks_has_the_latest_case(desk: Desk) -> None:
    old, new = hears(desk, 0), hears(desk, 5)
    desk.table.delete(keys.case_of_customer(new.case_id, new.opened_at))
    found = KnowCustomer(Customers(desk.table))(old, at(9))
    assert [one.case_id for one in found.others] == [new.case_id]


def test_the_only_case_of_a_customer_costs_no_mark_and_is_found_when_there_are_more(desk: Desk) -> None:
    first = hears(desk, 0)
    assert [item for item in desk.all_items(f"CUSTOMER#{CUSTOMER}") if item.key.sk.startswith("C#")] == []
    second, third = hears(desk, 5), hears(desk, 9)
    known = Customers(desk.table).known(CUSTOMER)
    assert known.cases == (third.case_id, second.case_id, first.case_id)


def test_two_first_cases_at_once_are_both_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = hears(desk, 0)
    # The second post was looked at before the first one's case was written.
    asked = iter([Regard()])
    whole = desk.cases.regard
    monkeypatch.setattr(desk.cases, "regard", lambda customer: next(asked, None) or whole(customer))
    second = hears(desk, 5)
    assert Customers(desk.table).known(CUSTOMER).cases == (second.case_id, first.case_id)


def test_a_case_that_the_brand_s_post_opens_hides_no_other_of_the_customer(desk: Desk) -> None:
    first = hears(desk, 0)
    parent = a_post("@FennelAndFinch and another thing", created_at=at(5), author_id=CUSTOMER)
    found = settings()
    classify = ClassifyMention(desk.posts, desk.cases, triage, lambda: found)
    for one in (an_answer(parent, "On its way.", created_at=at(6)), parent):
        desk.posts.add(one)
        classify(one, one.created_at)
    second = CaseId(parent.conversation_id, CUSTOMER)
    assert set(Customers(desk.table).known(CUSTOMER).cases) == {first.case_id, second}


def test_strikes_and_the_incident_stand_beside_the_case(desk: Desk) -> None:
    found = hears(desk, 0)
    strike = Strike("s", "r", (), StaffId("ana"), NOON, at(9999), StaffId("mo"), NOON)
    desk.table.put(Item(keys.strikes(CUSTOMER), CustomerRecord(CUSTOMER, (strike,))))
    incident = Incident(IncidentId("i"), Status.CANDIDATE, "Checkout fails", NOON, NOON)
    assert desk.incidents.add(incident_change(None, incident))
    known = KnowCustomer(Customers(desk.table))(replace(found, incident_id=incident.incident_id), at(9))
    assert (known.strikes, known.silenced, known.incident) == (1, False, "Checkout fails")


def test_a_case_is_read_by_one_query_and_as_it_is_stored(desk: Desk) -> None:
    hears(desk, 0, answer=9)
    found = hears(desk, 20, answer=5)
    ReplyDrafts(desk.table, lambda: timedelta(days=9)).save(
        ReplyDraft(found.case_id, StaffId("ana"), "x", found.thread, NOON)
    )
    counted = Counted(desk.table)
    table = ReadAhead(counted)
    cases, drafts, lists = Cases(table, _keep), ReplyDrafts(table, _keep), WaitingCases(table)

    def read() -> tuple[object, ...]:
        return cases.get(found.case_id), cases.timeline(found.case_id), drafts.of(found.case_id)

    plain = read()
    counted.requests = 0
    with table.case(found.case_id):
        assert read() == plain
        assert counted.requests == 1
        lists.come(found.case_id, StaffId("ben"), False, at(30))
        assert [one.staff_id for one in lists.present(found.case_id, at(30))] == ["ben"]
        assert cases.get(CaseId.parse("7#7")) is None
        assert counted.requests == 3
        drafts.discard(found.case_id, StaffId("ana"))
        assert drafts.of(found.case_id) == []
    assert read()[0] == plain[0]


def _keep() -> timedelta:
    return timedelta(days=400)


# --- Pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def served() -> ServedDesk:
    served = ServedDesk()
    served.enter()
    return served


def path(case_id: CaseId) -> str:
    return f"/desk/cases/{case_id.conversation}-{case_id.customer}"


def test_the_page_of_a_case_shows_the_customer(served: ServedDesk) -> None:
    other = hears(served.desk, -200, answer=130)
    found = hears(served.desk, -10)
    served.press(path(found.case_id), "move_to_private", way="phone", link="", note="")
    page = served.get(path(found.case_id))
    assert "irst answer after 2 h 10 min" in page.said
    assert "Promised last: an answer in private by" in page.said and "Not due yet." in page.said
    assert path(other.case_id) in page.page.links
    assert path(found.case_id) in served.get(path(other.case_id)).page.links


def test_urgency_and_topics_are_corrected_and_the_deadline_follows(served: ServedDesk) -> None:
    case_id = waiting(served.desk, 1, "My parcel is late", topics=("delivery",))
    before = served.desk.cases.get(case_id)
    form = served.get(path(case_id)).page.form("retag")
    assert form["topic.delivery"] == "yes"
    done = served.ask("POST", path(case_id), {**form, "urgency": "high", "topic.refund": "yes"})
    after = served.desk.cases.get(case_id)
    assert before is not None and after is not None and before.timer is not None and after.timer is not None
    assert (done.status, after.urgency, after.topics) == (303, Urgency.HIGH, ("delivery", "refund"))
    assert after.timer.since == before.timer.since
    assert after.timer.answer_by <= before.timer.answer_by
    assert "You corrected urgency and topics: high, delivery, refund" in served.get(path(case_id)).said
    served.press(path(case_id), "undo")
    assert served.desk.cases.get(case_id).urgency is before.urgency  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"urgency": "loud"}, 422), ({"urgency": ""}, 422), ({"topic.../x": "yes"}, 422), ({}, 409)],
)
def test_a_correction_that_is_none_is_refused(served: ServedDesk, typed: dict[str, str], status: int) -> None:
    case_id = waiting(served.desk, 1, "My parcel is late")
    form = served.get(path(case_id)).page.form("retag") | typed
    assert served.ask("POST", path(case_id), form).status == status
    assert not [one for one in served.desk.cases.timeline(case_id) if isinstance(one, Retagged)]


def test_hostile_words_of_other_cases_stay_words(served: ServedDesk) -> None:
    hears(served.desk, 0, f"@FennelAndFinch {HOSTILE}")
    found = hears(served.desk, 5)
    page = served.get(path(found.case_id))
    assert page.status == 200
    assert not any(mark in page.html for mark in MARKS)
