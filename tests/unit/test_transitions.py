"""The states of a case: one test a transition, and commands that do not fit are refused."""

import pytest

from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.cases.transitions import TRANSITIONS, Move, State
from mentiondesk.domain.posts.tags import Kind
from tests.support.builders import a_case, answered, at, said, settings

OPEN, PENDING, RESOLVED, DISMISSED = State.OPEN, State.PENDING, State.RESOLVED, State.DISMISSED


@pytest.mark.parametrize(
    ("before", "move", "after"),
    [
        (OPEN, Move.ASK, OPEN),
        (OPEN, Move.ANSWER, PENDING),
        (OPEN, Move.RESOLVE, RESOLVED),
        (OPEN, Move.DISMISS, DISMISSED),
        (OPEN, Move.REOPEN, OPEN),
        (OPEN, Move.REOPEN_QUIETLY, OPEN),
        (OPEN, Move.GO_BACK, OPEN),
        (PENDING, Move.ASK, OPEN),
        (PENDING, Move.ANSWER, PENDING),
        (PENDING, Move.RESOLVE, RESOLVED),
        (PENDING, Move.DISMISS, DISMISSED),
        (PENDING, Move.REOPEN, PENDING),
        (PENDING, Move.REOPEN_QUIETLY, PENDING),
        (PENDING, Move.GO_BACK, PENDING),
        (RESOLVED, Move.ASK, OPEN),
        (RESOLVED, Move.ANSWER, RESOLVED),
        (RESOLVED, Move.RESOLVE, RESOLVED),
        (RESOLVED, Move.DISMISS, DISMISSED),
        (RESOLVED, Move.REOPEN, OPEN),
        (RESOLVED, Move.REOPEN_QUIETLY, PENDING),
        (RESOLVED, Move.GO_BACK, RESOLVED),
        (DISMISSED, Move.ASK, OPEN),
        (DISMISSED, Move.ANSWER, DISMISSED),
        (DISMISSED, Move.RESOLVE, RESOLVED),
        (DISMISSED, Move.DISMISS, DISMISSED),
        (DISMISSED, Move.REOPEN, OPEN),
        (DISMISSED, Move.REOPEN_QUIETLY, PENDING),
        (DISMISSED, Move.GO_BACK, PENDING),
    ],
)
def test_each_transition(before: State, move: Move, after: State) -> None:
    assert TRANSITIONS[before][move] is after


def test_the_table_is_total() -> None:
    assert {state: set(moves) for state, moves in TRANSITIONS.items()} == {state: set(Move) for state in State}


@pytest.mark.parametrize("state", list(State))
def test_the_fold_goes_by_the_table(state: State) -> None:
    policy = settings().policy
    case = a_case(state=state, timers=(), closed_at=at(5) if state.closed else None)
    assert apply(case, said(10), policy).state is TRANSITIONS[state][Move.ASK]
    assert apply(case, answered(10), policy).state is TRANSITIONS[state][Move.ANSWER]
    assert apply(case, said(10, Kind.PRAISE, needs_reply=False), policy).state is state


@pytest.mark.parametrize("state", [RESOLVED, DISMISSED])
def test_closed_states(state: State) -> None:
    assert state.closed
    assert not OPEN.closed
    assert not PENDING.closed
