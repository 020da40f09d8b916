"""Cases: the same posts always end in the same case, and its clocks are the customer's."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import product
from typing import Any, TypeVar, get_args

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.domain.cases.case import Case, Phase
from mentiondesk.domain.cases.fold import apply, fold, follows, new_case, posted
from mentiondesk.domain.cases.timers import Clock, Due, Policy, ReplyTimer, TimerOutcome
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, StaffId, UserId, id_at
from mentiondesk.domain.posts.tags import Kind, Reason, Urgency
from mentiondesk.domain.timeline import (
    ENTRY_NAMES,
    AnsweredElsewhere,
    BrandPosted,
    CaseAct,
    CaseActEntry,
    CaseEntry,
    Claimed,
    CustomerPosted,
    Dismissed,
    Entry,
    GoBackStarted,
    Noted,
    Place,
    Posted,
    Released,
    Reopened,
    Resolved,
    Snoozed,
)
from mentiondesk.values import replace
from tests.support.builders import (
    CASE_ID,
    a_post,
    a_post_id,
    a_story,
    answered,
    at,
    said,
    settings,
    tags,
)
from tests.support.examples import example

ANA = StaffId("ana")
_Act = TypeVar("_Act", bound=CaseAct)
POLICY = settings(targets={"next_reply": {"complaint": "2h"}, "follow_up": "1d"}).policy


def timer_of(case: Case) -> ReplyTimer:
    assert case.timer is not None
    return case.timer


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
    timer = timer_of(case)
    assert case.state is State.OPEN
    assert (timer.clock, timer.since, timer.answer_by) == (Clock.FIRST_REPLY, at(0), at(due_in))
    assert (case.asked_at, case.opened_at, case.seen_at) == (at(0), at(0), at(7))


@pytest.mark.parametrize("kind", [Kind.VENT, Kind.CHATTER, Kind.SPAM])
def test_what_needs_no_answer_is_dismissed_with_its_reason_and_no_clock(kind: Kind) -> None:
    case = a_story(said(0, kind))
    assert (case.state, case.timers) == (State.DISMISSED, ())
    assert str(kind) in case.reason


@pytest.mark.parametrize("kind", [Kind.VENT, Kind.CHATTER, Kind.SPAM, Kind.PRAISE, Kind.QUESTION])
def test_a_post_that_triage_cannot_place_has_a_clock_of_its_own(kind: Kind) -> None:
    case = a_story(said(0, kind, needs_reply=True, unsure=True))
    timer = timer_of(case)
    assert (case.state, timer.clock, timer.answer_by, bool(timer.alerts)) == (State.OPEN, Clock.UNSURE, at(120), True)
    assert case.asked_at is None


def test_thanks_that_triage_is_unsure_of_are_looked_at_after_an_answer_too() -> None:
    sure = a_story(said(0), answered(10), said(20, Kind.PRAISE))
    unsure = a_story(said(0), answered(10), said(20, Kind.PRAISE, unsure=True))
    assert not sure.waiting
    assert (timer_of(unsure).clock, timer_of(unsure).since) == (Clock.UNSURE, at(20))


def test_a_conversation_explains_what_triage_cannot_place() -> None:
    case = a_story(said(0), answered(10), said(20, Kind.CHATTER, needs_reply=True, unsure=True))
    assert timer_of(case).clock is Clock.NEXT_REPLY


def test_a_complaint_takes_the_place_of_an_unsure_post() -> None:
    case = a_story(said(0, Kind.CHATTER, needs_reply=True, unsure=True), said(10, Kind.COMPLAINT))
    assert (timer_of(case).clock, case.timers[0].outcome) == (Clock.FIRST_REPLY, TimerOutcome.SUPERSEDED)


def test_settings_can_leave_unsure_posts_alone() -> None:
    policy = settings(targets={"unsure": None}).policy
    case = fold(CASE_ID, [said(0, Kind.CHATTER, needs_reply=True, unsure=True)], policy)
    assert (case.state, case.timers) == (State.DISMISSED, ())


def test_the_notifier_looks_first_when_half_the_time_is_gone() -> None:
    assert timer_of(a_story(said(0))).alerts[0].at == at(30)
    assert not timer_of(a_story(said(0, Kind.PRAISE))).alerts


def test_an_answer_stops_the_clock() -> None:
    case = a_story(said(0), answered(20))
    assert (case.state, case.waiting, timer_of(case).alerts) == (State.PENDING, False, ())
    assert (timer_of(case).ended_at, timer_of(case).outcome) == (at(20), TimerOutcome.ANSWERED)
    assert (case.first_answer_at, case.answered_at) == (at(20), at(20))
    assert not case.breached(at(500))


def test_a_second_answer_changes_nothing_about_the_first() -> None:
    case = a_story(said(0), answered(20), answered(90))
    assert (timer_of(case).ended_at, case.first_answer_at, case.breaches) == (at(20), at(20), 0)


def test_pending_has_no_clock_until_the_customer_writes_again() -> None:
    case = a_story(said(0), answered(20), said(300), policy=POLICY)
    timer = timer_of(case)
    assert (case.state, timer.clock) == (State.OPEN, Clock.NEXT_REPLY)
    assert (timer.since, timer.answer_by) == (at(300), at(300 + 120))


@pytest.mark.parametrize("kind", [Kind.CHATTER, Kind.VENT, Kind.QUESTION])
def test_whatever_the_customer_adds_to_an_answered_complaint_waits_for_an_answer(kind: Kind) -> None:
    case = a_story(said(0), answered(20), said(30, kind))
    assert (case.state, timer_of(case).since, case.kind) == (State.OPEN, at(30), Kind.COMPLAINT)


def test_thanks_after_the_answer_need_no_other() -> None:
    case = a_story(said(0), answered(20), said(25, Kind.PRAISE))
    assert (case.state, case.waiting) == (State.PENDING, False)
    assert case.kind is Kind.COMPLAINT


def test_thanks_before_the_answer_do_not_stop_the_clock() -> None:
    case = a_story(said(0), said(10, Kind.PRAISE))
    assert (case.state, timer_of(case).since, timer_of(case).answer_by) == (State.OPEN, at(0), at(60))


def test_each_customer_in_a_thread_has_a_case_of_their_own() -> None:
    thread = ConversationId("77")
    mine, theirs = (CaseId(thread, UserId(user)) for user in ("1", "2"))
    elsewhere = CaseId(ConversationId("78"), UserId("1"))
    assert len({mine, theirs, elsewhere}) == 3
    assert [str(one) for one in (mine, theirs, elsewhere)] == ["77#1", "77#2", "78#1"]
    assert [CaseId.parse(str(one)) for one in (mine, theirs, elsewhere)] == [mine, theirs, elsewhere]


def test_writing_again_while_waiting_does_not_win_time_for_the_brand() -> None:
    case = a_story(said(0), said(45), said(58))
    assert (timer_of(case).since, timer_of(case).answer_by, case.posts) == (at(0), at(60), 3)


def test_urgency_raised_while_waiting_brings_the_deadline_forward() -> None:
    case = a_story(said(0), said(5, urgency=Urgency.CRITICAL))
    assert (case.urgency, timer_of(case).answer_by, timer_of(case).alerts[0].at) == (Urgency.CRITICAL, at(35), at(5))


def test_urgency_raised_late_leaves_the_earlier_deadline() -> None:
    case = a_story(said(0), said(50, urgency=Urgency.HIGH))
    assert (case.urgency, timer_of(case).answer_by) == (Urgency.HIGH, at(60))


def test_calmer_words_do_not_lower_the_urgency() -> None:
    case = a_story(said(0, urgency=Urgency.CRITICAL), said(5, urgency=Urgency.LOW), said(6, Kind.CHATTER))
    assert (case.urgency, timer_of(case).answer_by) == (Urgency.CRITICAL, at(30))


def test_a_question_that_turns_into_a_complaint_has_the_complaint_s_deadline() -> None:
    case = a_story(said(0, Kind.QUESTION), said(10))
    assert (case.kind, timer_of(case).answer_by) == (Kind.COMPLAINT, at(70))


def test_a_wait_that_tells_nobody_gives_way_to_one_that_does() -> None:
    case = a_story(said(0, Kind.PRAISE), said(23 * 60, Kind.QUESTION))
    assert timer_of(case).alerts
    assert timer_of(case).since == at(23 * 60)


def test_chatter_that_turns_into_a_complaint_is_opened_again() -> None:
    case = a_story(said(0, Kind.CHATTER), said(30))
    assert (case.state, case.reason, case.kind) == (State.OPEN, "", Kind.COMPLAINT)
    assert (timer_of(case).since, timer_of(case).clock, case.asked_at) == (at(30), Clock.FIRST_REPLY, at(30))


def test_chatter_about_chatter_stays_dismissed() -> None:
    assert a_story(said(0, Kind.CHATTER), said(30, Kind.CHATTER)).state is State.DISMISSED


def test_a_case_that_begins_with_our_post_waits_for_the_customer_and_then_for_us() -> None:
    ours = a_story(answered(0))
    assert (ours.state, ours.waiting, ours.first_answer_at) == (State.PENDING, False, at(0))
    theirs = a_story(answered(0), said(10), policy=POLICY)
    assert (theirs.state, timer_of(theirs).clock, timer_of(theirs).answer_by) == (
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
    entry = posted(a_post("x" * 25_000), tags(reasons=tuple(Reason("r", 0, 5) for _ in range(99))))
    assert isinstance(entry, CustomerPosted)
    assert len(entry.words) <= 600
    assert len(entry.why) <= 5


def test_reasons_become_the_words_they_point_at() -> None:
    entry = posted(a_post("@shop it broke!"), tags(reasons=(Reason("failed", 9, 14),)))
    assert isinstance(entry, CustomerPosted)
    assert entry.why == ("broke",)


@pytest.mark.parametrize(
    "ours", ["Please DM us your order number.", "https://twitter.com/messages/compose?recipient_id=1", "dms are open"]
)
def test_asking_for_a_direct_message_moves_the_case_to_private_and_starts_the_follow_up_clock(ours: str) -> None:
    case = a_story(said(0), answered(20, ours), policy=POLICY)
    timer = timer_of(case)
    assert (case.phase, case.state, timer.clock) == (Phase.PRIVATE, State.PENDING, Clock.FOLLOW_UP)
    assert (timer.since, timer.answer_by, case.waiting) == (at(20), at(20 + 24 * 60), True)


def test_back_in_public_ends_the_private_phase() -> None:
    case = a_story(said(0), answered(20, "DM us"), answered(90, "All solved?"), policy=POLICY)
    assert (case.phase, case.waiting, case.breaches) == (Phase.FOLLOW_UP, False, 0)


def test_an_answer_in_public_is_no_private_phase_and_without_a_target_there_is_no_follow_up() -> None:
    assert a_story(said(0), answered(20, "Our admin sent it"), policy=POLICY).phase is Phase.PUBLIC
    case = a_story(said(0), answered(20, "DM us"))
    assert (case.phase, case.waiting) == (Phase.PRIVATE, False)


def test_a_customer_who_writes_in_public_while_in_private_is_not_left_to_the_follow_up_clock() -> None:
    case = a_story(said(0), answered(20, "DM us"), said(30), policy=POLICY)
    assert (timer_of(case).clock, timer_of(case).answer_by, case.state) == (
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


def act(kind: Callable[..., _Act], minute: float, after: Place, number: int = 1, /, **facts: object) -> _Act:
    """An act, at this minute after noon, behind a post."""
    entry_id = f"{minute:07}-{kind}"
    return kind(entry_id=entry_id, at=at(minute), by=ANA, after=after, number=number, **facts)


COMPLAINT = said(0)
PLACE = COMPLAINT.order[:2]
RESOLVED = act(Resolved, 10, PLACE, reason="sent a new one")


@pytest.mark.parametrize("kind", [Resolved, Dismissed])
def test_closing_stops_the_clock_with_a_reason(kind: Callable[..., Resolved | Dismissed]) -> None:
    case = a_story(COMPLAINT, act(kind, 70, PLACE, reason="sent a new one"))
    state, outcome = (
        (State.RESOLVED, TimerOutcome.RESOLVED) if kind is Resolved else (State.DISMISSED, TimerOutcome.DISMISSED)
    )
    assert (case.state, case.reason, case.closed_at) == (state, "sent a new one", at(70))
    assert (case.waiting, case.breaches, timer_of(case).outcome) == (False, 1, outcome)


def test_a_customer_who_writes_to_a_closed_case_opens_it_again() -> None:
    case = a_story(COMPLAINT, RESOLVED, said(20, Kind.CHATTER))
    assert (case.state, case.closed_at, case.reason) == (State.OPEN, None, "")
    assert timer_of(case).since == at(20)


@pytest.mark.parametrize("thanks", [Kind.PRAISE, Kind.SPAM])
@pytest.mark.parametrize("before", [(COMPLAINT,), (COMPLAINT, answered(5))])
def test_thanks_leave_a_resolved_case_resolved(before: tuple[Posted, ...], thanks: Kind) -> None:
    resolved = act(Resolved, 10, before[-1].order[:2], reason="sent a new one")
    case = a_story(*before, resolved, said(20, thanks, needs_reply=True))
    assert (case.state, case.reason, case.closed_at) == (State.RESOLVED, "sent a new one", at(10))
    assert (case.waiting, case.words) == (False, f"{thanks} at 20")


def test_our_own_post_does_not_start_a_clock_on_a_closed_case() -> None:
    case = a_story(COMPLAINT, RESOLVED, answered(20, "DM us if anything else comes up"), policy=POLICY)
    assert (case.state, case.waiting, case.closed_at) == (State.RESOLVED, False, at(10))


def test_a_case_that_is_reopened_has_a_reply_timer_from_then_on() -> None:
    case = a_story(COMPLAINT, RESOLVED, act(Reopened, 30, PLACE, 2, reason="it broke again"))
    assert (case.state, case.reason, case.closed_at) == (State.OPEN, "", None)
    assert (timer_of(case).clock, timer_of(case).since, timer_of(case).answer_by) == (Clock.FIRST_REPLY, at(30), at(90))
    answered_before = a_story(
        COMPLAINT,
        answered(5),
        act(Resolved, 10, answered(5).order[:2], reason="sent a new one"),
        act(Reopened, 30, answered(5).order[:2], 2, reason="it broke again"),
        policy=POLICY,
    )
    assert (timer_of(answered_before).clock, timer_of(answered_before).answer_by) == (Clock.NEXT_REPLY, at(150))


def test_a_reopened_case_that_needs_no_answer_waits_for_the_customer() -> None:
    chatter = said(0, Kind.CHATTER)
    case = a_story(chatter, act(Reopened, 30, chatter.order[:2], reason="look again"))
    assert (case.state, case.timers, case.reason, case.closed_at) == (State.PENDING, (), "", None)


def test_each_clock_keeps_its_own_timer_and_outcome() -> None:
    case = a_story(said(0), answered(20, "DM us"), said(30), answered(60, "Solved?"), policy=POLICY)
    assert [(one.clock, one.ended_at, one.outcome) for one in case.timers] == [
        (Clock.FIRST_REPLY, at(20), TimerOutcome.ANSWERED),
        (Clock.FOLLOW_UP, at(30), TimerOutcome.SUPERSEDED),
        (Clock.NEXT_REPLY, at(60), TimerOutcome.ANSWERED),
    ]


SENT = {"words": "done, sent you a DM", "kind": Kind.CHATTER, "needs_reply": False}


def gone_private(*more: CaseEntry, policy: Policy | None = None, **sent: Any) -> Case:
    """A case in which the brand asked for a direct message and the customer says that it is sent."""
    asks = answered(10, "Sorry! Please DM us your order number.")
    return a_story(said(0), asks, said(20, **{**SENT, **sent}), *more, policy=policy)


def test_after_dm_us_and_sent_the_private_timer_runs() -> None:
    """The desk cannot see the answer: it asks once, half-way, in place of an hour's deadline."""
    timer = timer_of(gone_private())
    assert (timer.clock, timer.since, timer.answer_by) == (Clock.PRIVATE, at(20), at(20 + 240))
    assert timer.alerts == (Due("private_question", at(20 + 120)),)


def test_who_never_says_sent_has_no_private_timer() -> None:
    assert not a_story(said(0), answered(10, "Please DM us your order number.")).waiting


@pytest.mark.parametrize(
    "words",
    [
        "I sent you a DM an hour ago and nobody answers",
        "sent! why does it take so long?",
        "still no reply to the DM I sent",
        "done with your company, I will buy my kettles elsewhere from now on and tell everyone",
    ],
)
def test_who_complains_in_public_is_answered_there(words: str) -> None:
    case = gone_private(words=words, kind=Kind.COMPLAINT, needs_reply=True)
    assert (timer_of(case).clock, timer_of(case).answer_by) == (Clock.NEXT_REPLY, at(80))


def test_danger_is_not_left_to_the_private_timer() -> None:
    case = gone_private(urgency=Urgency.CRITICAL)
    assert timer_of(case).clock is Clock.NEXT_REPLY


def test_a_complaint_takes_the_place_of_the_private_timer() -> None:
    assert timer_of(gone_private(said(40))).clock is Clock.NEXT_REPLY


def test_an_answer_in_public_ends_the_private_timer() -> None:
    assert not gone_private(answered(30)).waiting


def test_without_a_private_target_sent_waits_like_any_post() -> None:
    case = gone_private(policy=settings(targets={"private": None}).policy)
    assert timer_of(case).clock is Clock.NEXT_REPLY


def test_a_snooze_is_a_fact_that_ends_with_its_timer() -> None:
    snoozed = a_story(COMPLAINT, act(Snoozed, 10, PLACE, until=at(40)))
    assert (snoozed.snoozed_until, snoozed.timers) == (at(40), a_story(COMPLAINT).timers)
    policy = settings().policy
    assert apply(snoozed, said(20), policy).snoozed_until == at(40)
    assert apply(snoozed, said(20, urgency=Urgency.CRITICAL), policy).snoozed_until is None
    assert apply(snoozed, answered(20), policy).snoozed_until is None
    assert apply(snoozed, act(Released, 20, PLACE, 2), policy).snoozed_until is None


SILENT = settings(targets={"resolve_after": "14d"}).policy


def test_a_silent_customer_s_case_has_an_end_only_where_the_policy_says_so() -> None:
    days = 14 * 24 * 60
    assert a_story(said(0), answered(20)).resolve_at is None
    assert a_story(said(0), policy=SILENT).resolve_at is None
    pending = a_story(said(0), answered(20), policy=SILENT)
    assert pending.resolve_at == at(20 + days)
    claimed = apply(pending, act(Claimed, 50, pending.last_post), SILENT)
    assert claimed.resolve_at == at(20 + days)
    assert apply(claimed, said(60, Kind.PRAISE), SILENT).resolve_at == at(60 + days)
    assert apply(claimed, said(60), SILENT).resolve_at is None
    assert apply(claimed, act(Resolved, 60, pending.last_post, 2, reason="solved"), SILENT).resolve_at is None


def test_a_timer_that_runs_is_no_silence() -> None:
    policy = settings(targets={"resolve_after": "14d", "follow_up": "1d"}).policy
    case = a_story(said(0), answered(20, "DM us"), policy=policy)
    assert (case.state, case.waiting, case.resolve_at) == (State.PENDING, True, None)


GO_BACK = ReplyTimer(said(0).post_id, at(100), at(100 + 24 * 60), Clock.GO_BACK, (Due("breach", at(100 + 24 * 60)),))


def go_back(after: Place, minute: float = 101, number: int = 1) -> GoBackStarted:
    return act(GoBackStarted, minute, after, number, incident_id=IncidentId("inc-1"), title="Down", timer=GO_BACK)


def test_a_solved_incident_starts_the_timer_of_a_customer_who_is_owed_a_word() -> None:
    story = (said(0), answered(20))
    case = a_story(*story, go_back(story[-1].order[:2]))
    assert (case.state, case.phase, case.timer) == (State.PENDING, Phase.FOLLOW_UP, GO_BACK)
    chatter = a_story(said(0, Kind.CHATTER), go_back(PLACE))
    assert (chatter.state, chatter.reason, chatter.timer) == (State.PENDING, "", GO_BACK)


def test_no_word_is_owed_where_staff_closed_the_case_or_a_timer_runs_or_the_brand_has_written_since() -> None:
    assert a_story(COMPLAINT, go_back(PLACE)).timers == a_story(COMPLAINT).timers
    assert a_story(COMPLAINT, RESOLVED, go_back(PLACE, number=2)).state is State.RESOLVED
    late = (said(0), answered(20), answered(100.5))
    assert not a_story(*late, go_back(late[-1].order[:2])).waiting


def test_a_customer_who_writes_and_an_answer_end_the_go_back_timer() -> None:
    story = (said(0), answered(20), go_back(answered(20).order[:2]))
    asks = a_story(*story, said(120), policy=POLICY)
    assert (timer_of(asks).clock, asks.timers[1].outcome) == (Clock.NEXT_REPLY, TimerOutcome.SUPERSEDED)
    assert not a_story(*story, answered(120)).waiting


def feed(entries: Sequence[CaseEntry]) -> Case:
    """The case as the use cases leave it: one step for an entry that follows, else rebuilt from its timeline."""
    timeline: dict[str, CaseEntry] = {}
    case: Case | None = None
    for entry in entries:
        known = entry.entry_id in timeline
        timeline[entry.entry_id] = entry
        case = case or new_case(CASE_ID, entry.at)
        one_step = not known and follows(case, entry)
        case = apply(case, entry, POLICY) if one_step else fold(CASE_ID, timeline.values(), POLICY)
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


_reasons = st.sampled_from(["spam", "sent a new one"])
_acts: st.SearchStrategy[tuple[Callable[..., Any], dict[str, Any]]] = st.one_of(
    st.sampled_from([Claimed, Released, AnsweredElsewhere]).map(lambda kind: (kind, {})),
    st.tuples(st.sampled_from([Dismissed, Resolved, Reopened]), _reasons.map(lambda reason: {"reason": reason})),
    _minutes.map(lambda minute: (Snoozed, {"until": at(minute)})),
    st.just((GoBackStarted, {"incident_id": IncidentId("inc-1"), "title": "Down", "timer": GO_BACK})),
)


@st.composite
def _histories(draw: st.DrawFn) -> list[CaseEntry]:
    """A case's history as it reaches the desk: posts late and edited, acts of staff and of the desk in between."""
    posts: list[Posted] = draw(_timelines.flatmap(st.permutations))
    case, history = new_case(CASE_ID, posts[0].at), list[CaseEntry]()
    for number, post in enumerate(posts):
        history.append(post)
        case = feed(history)
        for again in range(draw(st.integers(0, 2))):
            kind, facts = draw(_acts)
            assert case.last is not None
            history.append(act(kind, number * 10 + again, case.last_post, case.last[2] + 1, **facts))
            case = feed(history)
        if draw(st.booleans()):
            old = draw(st.sampled_from([one for one in history if isinstance(one, CustomerPosted | BrandPosted)]))
            if isinstance(old, CustomerPosted):
                history.append(replace(old, kind=draw(_kinds), needs_reply=draw(st.booleans()), words="edited"))
    return history


@profile(derandomize=True, deadline=None, max_examples=150)
@given(_histories())
def test_one_step_an_entry_ends_in_the_case_that_the_whole_timeline_tells(history: list[CaseEntry]) -> None:
    timeline = {entry.entry_id: entry for entry in history}
    assert feed(history) == fold(CASE_ID, timeline.values(), POLICY)
    assert feed(history) == fold(CASE_ID, reversed(timeline.values()), POLICY)


def in_order(entries: Sequence[Posted]) -> list[Posted]:
    return sorted(entries, key=lambda entry: entry.order)


@profile(derandomize=True, deadline=None, max_examples=500)
@given(_timelines.flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries))))
def test_posts_seen_in_any_order_end_in_the_same_case(orders: tuple[list[Posted], list[Posted]]) -> None:
    entries, shuffled = orders
    assert feed(shuffled) == feed(in_order(entries))


@profile(derandomize=True, deadline=None, max_examples=200)
@given(_timelines, st.data())
def test_posts_seen_again_change_nothing(entries: list[Posted], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(entries), max_size=3))
    assert feed([*in_order(entries), *again]) == feed(in_order(entries))


@profile(derandomize=True, deadline=None, max_examples=200)
@given(_timelines, _kinds, _urgencies)
def test_an_edited_post_is_told_as_if_it_had_always_said_so(
    entries: list[Posted], kind: Kind, urgency: Urgency
) -> None:
    first = entries[0]
    facts = {"kind": kind, "urgency": urgency, "needs_reply": True} if isinstance(first, CustomerPosted) else {}
    edited: Posted = replace(first, words="please DM us", **facts)  # type: ignore[arg-type]
    assert feed([*in_order(entries), edited]) == feed(in_order([edited, *entries[1:]]))


@profile(derandomize=True, deadline=None, max_examples=300)
@given(_timelines)
def test_a_case_never_contradicts_itself(entries: list[Posted]) -> None:
    case = feed(in_order(entries))
    assert case.posts == len(entries)
    assert not (case.state is State.OPEN and not case.waiting), "open means that the customer waits"
    assert case.state is not State.DISMISSED or case.reason
    assert len({one.clock for one in case.timers}) == len(case.timers), "one timer a clock"
    assert all(one.running or (one.outcome and not one.alerts) for one in case.timers)


@profile(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(_customer_entries, min_size=2, max_size=6))
def test_nothing_a_waiting_customer_adds_moves_an_alerted_deadline_back(entries: list[Posted]) -> None:
    ordered = in_order(entries)
    case = a_story(ordered[0])
    for entry in ordered[1:]:
        before, case = case, apply(case, entry, settings().policy)
        if before.waiting and timer_of(before).alerts:
            assert timer_of(case).answer_by <= timer_of(before).answer_by
            assert case.urgency >= before.urgency


def test_what_staff_did_survives_a_rebuild() -> None:
    claimed, snoozed = act(Claimed, 5, PLACE), act(Snoozed, 6, PLACE, 2, until=at(40))
    rebuilt = feed([COMPLAINT, claimed, snoozed, said(-5, Kind.CHATTER)])
    assert (rebuilt.owner, rebuilt.claimed_at, rebuilt.snoozed_until) == (ANA, at(5), at(40))
    rebuilt = feed([COMPLAINT, RESOLVED, said(-5, Kind.CHATTER)])
    assert (rebuilt.state, rebuilt.reason, rebuilt.closed_at, rebuilt.waiting) == (
        State.RESOLVED,
        "sent a new one",
        at(10),
        False,
    )
    rebuilt = feed([COMPLAINT, answered(20), go_back(answered(20).order[:2]), said(-5, Kind.CHATTER)])
    assert rebuilt.timer == GO_BACK


def test_every_entry_has_a_name_of_its_own() -> None:
    assert set(ENTRY_NAMES) == set(get_args(Entry))
    assert len(set(ENTRY_NAMES.values())) == len(ENTRY_NAMES)


@pytest.mark.parametrize("kind", ENTRY_NAMES)
def test_an_entry_is_no_subclass_of_another(kind: type[Entry]) -> None:
    """A `match` takes it for the other one, and the type checker says nothing."""
    assert not kind.__subclasses__()


def an_act(kind: type[CaseAct], minute: float, number: int, variant: int) -> Any:
    facts = {"entry_id": f"{minute:07}-{kind}", "at": at(minute), "after": PLACE, "number": number}
    timer = {"timer": GO_BACK} if kind is GoBackStarted else {}
    return example(kind, variant, by=ANA, forgotten_at=None, **facts, **timer)


def with_effect(kind: type[CaseAct]) -> tuple[list[CaseEntry], CaseEntry]:
    """A story and an act of this type that changes its case: it may need another act before it."""
    for variant, other in product((1, 2), (None, *get_args(CaseActEntry))):
        before = [COMPLAINT, act(Claimed, 1, PLACE), *([an_act(other, 2, 2, 1)] if other else [])]
        done, case = an_act(kind, 3, len(before), variant), feed(before)
        if feed([*before, done]) != replace(case, last=done.order, latest_act=feed([*before, done]).latest_act):
            return before, done
    raise AssertionError(f"{kind} changes nothing")


@pytest.mark.parametrize("kind", sorted(set(get_args(CaseActEntry)) - {Noted}, key=str))
def test_no_field_that_an_act_sets_is_lost_when_a_case_is_rebuilt(kind: type[CaseAct]) -> None:
    """A late post that changes nothing leaves every field but those that say which posts there are."""
    before, done = with_effect(kind)
    case = feed([*before, done])
    rebuilt = feed([*before, done, said(-5, Kind.CHATTER)])
    first = replace(rebuilt, posts=1, first_words=case.first_words, first_said_at=case.first_said_at)
    first = replace(first, thread=first.thread._replace(posts=case.thread.posts))
    assert replace(first, opened_at=case.opened_at) == case


def test_a_post_that_is_later_than_an_act_is_not_settled_by_it_however_late_it_is_seen() -> None:
    first, second = said(0), said(30)
    settled = act(AnsweredElsewhere, 40, first.order[:2])
    assert feed([first, settled, second]).waiting
    assert not feed([first, second, act(AnsweredElsewhere, 40, second.order[:2])]).waiting


def test_an_earlier_post_seen_late_starts_the_clock_earlier() -> None:
    rebuilt = fold(CASE_ID, [said(0), said(-20)], settings().policy)
    assert (timer_of(rebuilt).since, timer_of(rebuilt).answer_by, rebuilt.opened_at) == (at(-20), at(40), at(-20))


def test_of_two_timers_that_end_together_the_longer_one_counts() -> None:
    one = ReplyTimer(a_post_id(1), at(0), at(60), Clock.FIRST_REPLY, (Due("breach", at(60)),))
    other = replace(one, post_id=a_post_id(2), since=at(30))
    assert other.tighter(one) is one
    assert one.tighter(other) is one
    assert one.answer_by - one.since == timedelta(hours=1)
