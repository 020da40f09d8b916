"""Cases: the same posts always end in the same case, and its clocks are the customer's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.domain.cases.case import (
    AlreadyClaimed,
    Case,
    CaseClosed,
    Entry,
    Leg,
    State,
    entry_of,
    extend,
    is_next,
    new_case,
    retell,
)
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer
from mentiondesk.domain.ids import ConversationId, StaffId, UserId, id_at
from mentiondesk.domain.posts.tags import Kind, Reason, Urgency
from tests.support.builders import (
    CONVERSATION_ID,
    CUSTOMER_ID,
    a_case,
    a_post,
    a_post_id,
    a_story,
    answered,
    at,
    said,
    settings,
    tags,
)

ANA, BOB = StaffId("ana"), StaffId("bob")
POLICY = settings(targets={"next_reply": {"complaint": "2h"}, "follow_up": "1d"}).policy


def wait_of(case: Case) -> ReplyTimer:
    assert case.wait is not None
    return case.wait


def test_urgency_has_the_order_of_its_meaning() -> None:
    low, normal, high, critical = Urgency
    assert low < normal < high < critical
    assert critical > high > normal > low
    assert critical >= high >= Urgency.HIGH
    assert not normal >= high
    assert low <= normal
    assert not critical <= high
    assert max(normal, critical, low) is critical
    assert min(high, low) is low


@pytest.mark.parametrize(
    ("kind", "urgency", "due_in"),
    [
        (Kind.COMPLAINT, Urgency.NORMAL, 60),
        (Kind.COMPLAINT, Urgency.HIGH, 30),
        (Kind.COMPLAINT, Urgency.CRITICAL, 30),
        (Kind.QUESTION, Urgency.NORMAL, 240),
        (Kind.PRAISE, Urgency.NORMAL, 24 * 60),
    ],
)
def test_the_first_reply_clock_starts_when_the_customer_posted(kind: Kind, urgency: Urgency, due_in: int) -> None:
    case = a_story(said(0, kind, urgency=urgency, seen_at=at(7)))
    wait = wait_of(case)
    assert case.state is State.OPEN
    assert (wait.clock, wait.since, wait.answer_by) == (Clock.FIRST_REPLY, at(0), at(due_in))
    assert (case.asked_at, case.opened_at, case.seen_at) == (at(0), at(0), at(7))


@pytest.mark.parametrize("kind", [Kind.VENT, Kind.CHATTER, Kind.SPAM])
def test_what_needs_no_answer_is_dismissed_with_its_reason_and_no_clock(kind: Kind) -> None:
    case = a_story(said(0, kind))
    assert (case.state, case.wait, case.due_at) == (State.DISMISSED, None, None)
    assert str(kind) in case.reason


def test_the_notifier_looks_first_when_half_the_time_is_gone() -> None:
    assert a_story(said(0)).due_at == at(30)
    assert a_story(said(0, Kind.PRAISE)).due_at is None


def test_an_answer_stops_the_clock() -> None:
    case = a_story(said(0), answered(20))
    assert (case.state, case.waiting, case.due_at) == (State.PENDING, False, None)
    assert (wait_of(case).ended_at, case.first_answer_at) == (at(20), at(20))
    assert not case.breached(at(500))


def test_a_second_answer_changes_nothing_about_the_first() -> None:
    case = a_story(said(0), answered(20), answered(90))
    assert (wait_of(case).ended_at, case.first_answer_at, case.breaches) == (at(20), at(20), 0)


def test_pending_has_no_clock_until_the_customer_writes_again() -> None:
    case = a_story(said(0), answered(20), said(300), policy=POLICY)
    wait = wait_of(case)
    assert (case.state, wait.clock) == (State.OPEN, Clock.NEXT_REPLY)
    assert (wait.since, wait.answer_by) == (at(300), at(300 + 120))


@pytest.mark.parametrize("kind", [Kind.CHATTER, Kind.VENT, Kind.QUESTION])
def test_whatever_the_customer_adds_to_an_answered_complaint_waits_for_an_answer(kind: Kind) -> None:
    case = a_story(said(0), answered(20), said(30, kind))
    assert (case.state, wait_of(case).since, case.kind) == (State.OPEN, at(30), Kind.COMPLAINT)


def test_thanks_after_the_answer_need_no_other() -> None:
    case = a_story(said(0), answered(20), said(25, Kind.PRAISE))
    assert (case.state, case.waiting, case.due_at) == (State.PENDING, False, None)
    assert case.kind is Kind.COMPLAINT


def test_thanks_before_the_answer_do_not_stop_the_clock() -> None:
    case = a_story(said(0), said(10, Kind.PRAISE))
    assert (case.state, wait_of(case).since, wait_of(case).answer_by) == (State.OPEN, at(0), at(60))


def test_each_customer_in_a_thread_has_a_case_of_their_own() -> None:
    thread = ConversationId("77")
    mine, theirs = (new_case(thread, UserId(user), at(0)).case_id for user in ("1", "2"))
    elsewhere = new_case(ConversationId("78"), UserId("1"), at(0)).case_id
    assert (mine, theirs, elsewhere) == ("77#1", "77#2", "78#1")


def test_writing_again_while_waiting_does_not_win_time_for_the_brand() -> None:
    case = a_story(said(0), said(45), said(58))
    assert (wait_of(case).since, wait_of(case).answer_by, case.posts) == (at(0), at(60), 3)


def test_urgency_raised_while_waiting_brings_the_deadline_forward() -> None:
    case = a_story(said(0), said(5, urgency=Urgency.CRITICAL))
    assert (case.urgency, wait_of(case).answer_by, case.due_at) == (Urgency.CRITICAL, at(35), at(20))


def test_urgency_raised_late_leaves_the_earlier_deadline() -> None:
    case = a_story(said(0), said(50, urgency=Urgency.HIGH))
    assert (case.urgency, wait_of(case).answer_by) == (Urgency.HIGH, at(60))


def test_calmer_words_do_not_lower_the_urgency() -> None:
    case = a_story(said(0, urgency=Urgency.CRITICAL), said(5, urgency=Urgency.LOW), said(6, Kind.CHATTER))
    assert (case.urgency, wait_of(case).answer_by) == (Urgency.CRITICAL, at(30))


def test_a_question_that_turns_into_a_complaint_has_the_complaint_s_deadline() -> None:
    case = a_story(said(0, Kind.QUESTION), said(10))
    assert (case.kind, wait_of(case).answer_by) == (Kind.COMPLAINT, at(70))


def test_a_wait_that_tells_nobody_gives_way_to_one_that_does() -> None:
    case = a_story(said(0, Kind.PRAISE), said(23 * 60, Kind.QUESTION))
    assert wait_of(case).alerts
    assert wait_of(case).since == at(23 * 60)


def test_chatter_that_turns_into_a_complaint_is_opened_again() -> None:
    case = a_story(said(0, Kind.CHATTER), said(30))
    assert (case.state, case.reason, case.kind) == (State.OPEN, "", Kind.COMPLAINT)
    assert (wait_of(case).since, wait_of(case).clock, case.asked_at) == (at(30), Clock.FIRST_REPLY, at(30))


def test_chatter_about_chatter_stays_dismissed() -> None:
    assert a_story(said(0, Kind.CHATTER), said(30, Kind.CHATTER)).state is State.DISMISSED


def test_a_case_that_begins_with_our_post_waits_for_the_customer_and_then_for_us() -> None:
    ours = a_story(answered(0))
    assert (ours.state, ours.waiting, ours.first_answer_at) == (State.PENDING, False, at(0))
    theirs = a_story(answered(0), said(10), policy=POLICY)
    assert (theirs.state, wait_of(theirs).clock, wait_of(theirs).answer_by) == (
        State.OPEN,
        Clock.NEXT_REPLY,
        at(130),
    )
    assert theirs.kind is Kind.COMPLAINT


def test_a_case_shows_what_the_customer_said_last_and_why_it_weighs() -> None:
    case = a_story(
        said(0, why=("broken",), topics=("delivery",)),
        said(10, Kind.CHATTER, why=("just",), topics=("delivery", "refund"), words="just saying"),
    )
    assert (case.words, case.post_id, case.said_at) == ("just saying", id_at(at(10)), at(10))
    assert (case.why, case.topics) == (("broken",), ("delivery", "refund"))


def test_a_case_does_not_grow_without_bound() -> None:
    case = a_story(*(said(minute, topics=(f"topic {minute}",)) for minute in range(40)))
    assert case.posts == 40
    assert len(case.topics) <= 12
    entry = entry_of(a_post("x" * 25_000), tags(reasons=tuple(Reason("r", 0, 5) for _ in range(99))))
    assert len(entry.words) <= 600
    assert len(entry.why) <= 5


def test_reasons_become_the_words_they_point_at() -> None:
    entry = entry_of(a_post("@shop it broke!"), tags(reasons=(Reason("failed", 9, 14),)))
    assert entry.why == ("broke",)


@pytest.mark.parametrize(
    "ours", ["Please DM us your order number.", "https://twitter.com/messages/compose?recipient_id=1", "dms are open"]
)
def test_asking_for_a_direct_message_moves_the_case_to_private_and_starts_the_follow_up_clock(ours: str) -> None:
    case = a_story(said(0), answered(20, ours), policy=POLICY)
    wait = wait_of(case)
    assert (case.leg, case.state, wait.clock) == (Leg.PRIVATE, State.PENDING, Clock.FOLLOW_UP)
    assert (wait.since, wait.answer_by, case.waiting) == (at(20), at(20 + 24 * 60), True)


def test_back_in_public_ends_the_private_leg() -> None:
    case = a_story(said(0), answered(20, "DM us"), answered(90, "All solved?"), policy=POLICY)
    assert (case.leg, case.waiting, case.breaches) == (Leg.FOLLOW_UP, False, 0)


def test_an_answer_in_public_is_no_private_leg_and_without_a_target_there_is_no_follow_up() -> None:
    assert a_story(said(0), answered(20, "Our admin sent it"), policy=POLICY).leg is Leg.PUBLIC
    case = a_story(said(0), answered(20, "DM us"))
    assert (case.leg, case.waiting) == (Leg.PRIVATE, False)


def test_a_customer_who_writes_in_public_while_in_private_is_not_left_to_the_follow_up_clock() -> None:
    case = a_story(said(0), answered(20, "DM us"), said(30), policy=POLICY)
    assert (wait_of(case).clock, wait_of(case).answer_by, case.state) == (
        Clock.NEXT_REPLY,
        at(150),
        State.OPEN,
    )


def test_a_late_answer_is_a_breach_and_each_late_wait_counts() -> None:
    late = a_story(said(0), answered(61))
    assert (late.breaches, late.breached(at(61))) == (1, True)
    twice = a_story(said(0), answered(61), said(100), answered(300), policy=POLICY)
    assert twice.breaches == 2
    assert a_story(said(0), answered(60)).breaches == 0


def test_a_wait_still_running_is_a_breach_once_its_deadline_has_passed() -> None:
    case = a_story(said(0))
    assert not case.breached(at(60))
    assert case.breached(at(61))


def test_one_owner_a_case() -> None:
    case = a_case().claim(ANA, at(5))
    assert (case.owner, case.claimed_at) == (ANA, at(5))
    assert case.claim(ANA, at(9)).claimed_at == at(5)
    with pytest.raises(AlreadyClaimed) as refused:
        case.claim(BOB, at(9))
    assert refused.value.owner == ANA


@pytest.mark.parametrize("state", [State.RESOLVED, State.DISMISSED])
def test_closing_stops_the_clock_and_nobody_can_take_a_closed_case(state: State) -> None:
    case = a_case().close(state, "sent a new one", at(70))
    assert (case.state, case.reason, case.closed_at) == (state, "sent a new one", at(70))
    assert (case.waiting, case.due_at, case.breaches) == (False, None, 1)
    with pytest.raises(CaseClosed):
        case.claim(ANA, at(80))


def test_a_customer_who_writes_to_a_closed_case_opens_it_again() -> None:
    closed = a_case().close(State.RESOLVED, "sent a new one", at(10))
    case = extend(closed, said(20, Kind.CHATTER), POLICY)
    assert (case.state, case.closed_at, case.reason) == (State.OPEN, None, "")
    assert wait_of(case).since == at(20)


def test_our_own_post_does_not_start_a_clock_on_a_closed_case() -> None:
    closed = a_case().close(State.RESOLVED, "sent a new one", at(10))
    case = extend(closed, answered(20, "DM us if anything else comes up"), POLICY)
    assert (case.state, case.waiting, case.due_at) == (State.RESOLVED, False, None)


def feed(entries: Sequence[Entry]) -> Case:
    """The case as ClassifyMention leaves it: extended by a next post, else told again from its timeline."""
    timeline: dict[str, Entry] = {}
    case: Case | None = None
    for entry in entries:
        known = entry.post_id in timeline
        timeline[entry.post_id] = entry
        case = case or new_case(CONVERSATION_ID, CUSTOMER_ID, entry.at)
        told_on = not known and is_next(case, entry)
        case = extend(case, entry, POLICY) if told_on else retell(case, timeline.values(), POLICY)
    assert case is not None
    return case


_kinds = st.sampled_from(list(Kind))
_urgencies = st.sampled_from(list(Urgency))
_minutes = st.integers(0, 600)
_customer_entries = st.builds(
    lambda minute, kind, urgency, needs, topics, why: said(
        minute, kind, urgency=urgency, needs_reply=needs, topics=topics, why=why
    ),
    _minutes,
    _kinds,
    _urgencies,
    st.booleans(),
    st.lists(st.sampled_from(["delivery", "refund", "outage"]), unique=True).map(tuple),
    st.lists(st.sampled_from(["broken", "late"]), max_size=1).map(tuple),
)
_own_entries = st.builds(answered, _minutes, st.sampled_from(["We look into it.", "Please DM us.", "Solved?"]))
_timelines = st.lists(_customer_entries | _own_entries, min_size=1, max_size=7).map(
    # Posts of one millisecond are told apart, and put in order, by their ids.
    lambda entries: [replace(e, post_id=a_post_id(int(e.post_id) + n)) for n, e in enumerate(entries)]
)


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.order)


@profile(derandomize=True, deadline=None, max_examples=500)
@given(_timelines.flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries))))
def test_posts_seen_in_any_order_end_in_the_same_case(orders: tuple[list[Entry], list[Entry]]) -> None:
    entries, shuffled = orders
    assert feed(shuffled) == feed(in_order(entries))


@profile(derandomize=True, deadline=None, max_examples=200)
@given(_timelines, st.data())
def test_posts_seen_again_change_nothing(entries: list[Entry], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(entries), max_size=3))
    assert feed([*in_order(entries), *again]) == feed(in_order(entries))


@profile(derandomize=True, deadline=None, max_examples=200)
@given(_timelines, _kinds, _urgencies)
def test_an_edited_post_is_told_as_if_it_had_always_said_so(entries: list[Entry], kind: Kind, urgency: Urgency) -> None:
    edited = replace(entries[0], kind=kind, urgency=urgency, needs_reply=True, words="edited")
    assert feed([*in_order(entries), edited]) == feed(in_order([edited, *entries[1:]]))


@profile(derandomize=True, deadline=None, max_examples=300)
@given(_timelines)
def test_a_case_never_contradicts_itself(entries: list[Entry]) -> None:
    case = feed(in_order(entries))
    assert case.posts == len(entries)
    assert not (case.state is State.OPEN and not case.waiting), "open means that the customer waits"
    assert case.state is not State.DISMISSED or case.reason
    if case.due_at is not None:
        assert case.waiting
        assert case.due_at in [due.at for due in wait_of(case).alerts]


@profile(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(_customer_entries, min_size=2, max_size=6))
def test_nothing_a_waiting_customer_adds_moves_an_alerted_deadline_back(entries: list[Entry]) -> None:
    ordered = in_order(entries)
    case = a_story(ordered[0])
    for entry in ordered[1:]:
        before, case = case, extend(case, entry, settings().policy)
        if before.waiting and wait_of(before).alerts:
            assert wait_of(case).answer_by <= wait_of(before).answer_by
            assert case.urgency >= before.urgency


def test_what_staff_did_survives_a_retelling() -> None:
    taken = a_case().claim(ANA, at(5))
    told = retell(replace(taken, version=7), [said(0), said(-5, Kind.CHATTER)], POLICY)
    assert (told.owner, told.claimed_at, told.version) == (ANA, at(5), 7)
    closed = a_case().close(State.RESOLVED, "sent a new one", at(10))
    told = retell(closed, [said(0), said(-5, Kind.CHATTER)], POLICY)
    assert (told.state, told.reason, told.closed_at, told.waiting) == (
        State.RESOLVED,
        "sent a new one",
        at(10),
        False,
    )


def test_alerts_that_went_out_are_not_due_again_when_a_retelling_leaves_the_wait_as_it_was() -> None:
    case = replace(a_case(), alerted_until=at(30), due_at=at(45), attempts=2)
    told = retell(case, [said(0), said(-5, Kind.CHATTER)], settings().policy)
    assert (told.alerted_until, told.due_at, told.attempts) == (at(30), at(45), 2)


def test_an_earlier_post_seen_late_starts_the_clock_earlier() -> None:
    told = retell(a_case(), [said(0), said(-20)], settings().policy)
    assert (wait_of(told).since, wait_of(told).answer_by, told.opened_at) == (at(-20), at(40), at(-20))


def test_of_two_waits_that_end_together_the_longer_one_counts() -> None:
    one = ReplyTimer(a_post_id(1), at(0), at(60), Clock.FIRST_REPLY, (Due("breach", at(60)),))
    other = replace(one, post_id=a_post_id(2), since=at(30))
    assert other.stricter(one) is one
    assert one.stricter(other) is one
    assert one.answer_by - one.since == timedelta(hours=1)
