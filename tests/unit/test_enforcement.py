"""Measures on X: steps begin and end by themselves, refusals become tasks, and no path from two posts leads to one."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.domain.ids import PostId, StaffId, UserId
from mentiondesk.domain.strikes.enforcement import (
    done_by_hand,
    next_step,
    postponed,
    refused,
    steps,
    taken,
    told,
    untold,
    wakes_at,
)
from mentiondesk.domain.strikes.record import (
    CustomerRecord,
    Deed,
    DeedPrices,
    Evidence,
    Measure,
    NothingThere,
    StrikeRule,
    StrikeRules,
    ask_for_measure,
    confirm_measure,
    confirm_strike,
    revoke,
    strike,
    withdraw_strike,
)
from mentiondesk.values import replace
from tests.support.builders import CASE_ID, NOON

ANA, MO = StaffId("ana"), StaffId("mo")
RULES = StrikeRules((StrikeRule("slur", "Insults somebody for who they are."),))
MINUTE, ENDS = timedelta(minutes=1), NOON + RULES.lasts


def measured(measure: Measure) -> CustomerRecord:
    record = CustomerRecord(UserId("7"))
    for number in range(1, 4):
        posts = [Evidence(PostId(str(number)), "digest")]
        record = strike(record, "slur", posts, ANA, f"s{number}", NOON, RULES)
        record = confirm_strike(record, f"s{number}", MO, NOON)
    asked = ask_for_measure(record, measure, ANA, "m", NOON, RULES, CASE_ID)
    return confirm_measure(asked, "m", MO, NOON, RULES)


def everything_taken(record: CustomerRecord, now: datetime) -> CustomerRecord:
    while (step := next_step(record, now)) is not None:
        record = taken(record, step, now)
    return record


def names(record: CustomerRecord, now: datetime) -> set[str]:
    return {step.name for step in steps(record, now)}


@pytest.mark.parametrize(
    ("measure", "begins", "ends"),
    [
        (Measure.MUTE, {"mute-7-on"}, {"mute-7-off"}),
        (Measure.HIDE_REPLIES, {f"hide-{n}-on" for n in "123"}, {f"hide-{n}-off" for n in "123"}),
        (Measure.ANSWER_NO_MORE, set(), set()),
    ],
)
def test_a_measure_is_done_on_x_and_taken_back_at_its_end(measure: Measure, begins: set[str], ends: set[str]) -> None:
    record = measured(measure)
    assert names(record, NOON) == begins
    done = everything_taken(record, NOON)
    assert names(done, ENDS - MINUTE) == set()
    assert wakes_at(done, NOON) == (ENDS if begins else None)
    assert names(done, ENDS) == ends
    over = everything_taken(done, ENDS)
    assert (names(over, ENDS), wakes_at(over, ENDS)) == (set(), None)


def test_what_is_revoked_is_taken_back_at_once() -> None:
    done = everything_taken(measured(Measure.MUTE), NOON)
    revoked = revoke(done, "m", ANA, "They apologised", NOON + MINUTE)
    assert names(revoked, NOON + MINUTE) == {"mute-7-off"}
    assert wakes_at(revoked, NOON + MINUTE) == NOON + MINUTE


def test_a_measure_that_ended_before_x_took_it_does_nothing() -> None:
    assert names(revoke(measured(Measure.MUTE), "m", ANA, "No", NOON), NOON) == set()


def test_a_strike_that_is_withdrawn_takes_the_measure_with_it() -> None:
    done = everything_taken(measured(Measure.HIDE_REPLIES), NOON)
    fallen = withdraw_strike(done, "s2", MO, "It was a joke", NOON, RULES)
    assert names(fallen, NOON) == {f"hide-{n}-off" for n in "123"}


def test_blocking_is_a_task_for_a_person_at_both_ends() -> None:
    record = measured(Measure.BLOCK)
    assert next_step(record, NOON) is None
    assert [one.name for one in untold(record, NOON)] == ["block-7-on"]
    assert wakes_at(record, NOON) == NOON
    known = told(record, untold(record, NOON))
    assert untold(known, NOON) == ()
    assert names(known, NOON) == {"block-7-on"}
    done = done_by_hand(known, "block-7-on", MO, NOON + MINUTE)
    assert names(done, NOON + MINUTE) == set()
    assert [(one.on, one.by) for one in done.enforced] == [(True, MO)]
    assert [one.name for one in untold(done, ENDS)] == ["block-7-off"], "and somebody is told to unblock"
    with pytest.raises(NothingThere):
        done_by_hand(done, "block-7-on", MO, NOON + MINUTE)


def test_what_x_refuses_is_a_task_and_the_end_is_tried_by_the_api_again() -> None:
    record = measured(Measure.MUTE)
    step = next_step(record, NOON)
    assert step is not None
    no = refused(record, step, "not_allowed")
    assert next_step(no, NOON) is None
    (task,) = untold(no, NOON)
    assert (task.by_hand, task.known.refusal) == (True, "not_allowed")
    done = done_by_hand(told(no, (task,)), task.name, MO, NOON)
    ending = next_step(done, ENDS)
    assert ending is not None
    assert (ending.name, ending.by_hand) == ("mute-7-off", False)


def test_nobody_can_do_by_hand_what_is_no_task() -> None:
    with pytest.raises(NothingThere):
        done_by_hand(measured(Measure.MUTE), "mute-7-on", MO, NOON)


def test_the_pause_grows_while_x_is_down_and_x_s_own_word_counts() -> None:
    record, now, pauses = measured(Measure.MUTE), NOON, []
    for _ in range(9):
        step = next_step(record, now)
        assert step is not None
        record = postponed(record, step, now, None)
        due = wakes_at(record, now)
        assert due is not None
        assert next_step(record, due - MINUTE / 2) is None
        pauses.append(due - now)
        now = due
    assert pauses[:3] == [MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert max(pauses) == timedelta(hours=1)
    step = next_step(record, now)
    assert step is not None
    assert wakes_at(postponed(record, step, now, now + 7 * MINUTE), now) == now + 7 * MINUTE


def test_the_page_knows_the_price_before_anybody_asks() -> None:
    prices = DeedPrices()
    assert [str(one) for one in prices.of(Measure.MUTE, 3)] == ["0.015", "0.005"]
    assert [str(one) for one in prices.of(Measure.HIDE_REPLIES, 3)] == ["0.045", "0.045"]
    assert sum(prices.of(Measure.BLOCK, 3)) == 0


@given(st.sampled_from(Measure), st.lists(st.sampled_from(["take", "refuse", "wait", "tell", "hand"]), max_size=30))
def test_whatever_x_answers_a_measure_leaves_nothing_behind(measure: Measure, answers: list[str]) -> None:
    """After the end, everything that was done is taken back, or somebody is told to; nothing else is touched."""
    record, now = measured(measure), NOON
    for answer in answers:
        step = next_step(record, now)
        if step is not None and answer == "take":
            record = taken(record, step, now)
        elif step is not None and answer == "refuse":
            record = refused(record, step, "blocked")
        elif step is not None and answer == "wait":
            record = postponed(record, step, now, None)
        elif answer == "tell":
            record = told(record, untold(record, now))
        elif answer == "hand" and (tasks := [one for one in steps(record, now) if one.by_hand]):
            record = done_by_hand(record, tasks[0].name, MO, now)
        now += MINUTE
    ended = replace(record, version=record.version + 1)
    on = {(one.deed, one.target) for one in ended.enforced if one.on}
    assert {(one.deed, one.target) for one in steps(ended, ENDS)} == on
    assert not any(one.on for one in steps(ended, ENDS))
    assert {one.deed for one in ended.enforced} <= {Deed.HIDE, Deed.MUTE, Deed.BLOCK}
    if on:
        assert wakes_at(ended, ENDS) is not None
