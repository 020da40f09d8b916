"""The states of a case and the table of its transitions."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """`open`: the customer waits. `pending`: the brand waits for the customer. The others are closed."""

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"

    @property
    def closed(self) -> bool:
        return self in (State.RESOLVED, State.DISMISSED)


class Move(StrEnum):
    """Everything that can happen to a case and matters to its state."""

    ASK = "ask"
    """The customer's post needs an answer."""
    ANSWER = "answer"
    """The brand posted, or somebody answered elsewhere."""
    RESOLVE = "resolve"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    """A person opened a closed case again, and the customer waits."""
    REOPEN_QUIETLY = "reopen_quietly"
    """A person opened a closed case again in which nothing has to be answered by a deadline."""
    GO_BACK = "go_back"
    """The problem that the customer met is solved, and somebody owes them a word about it."""


# Total, because a timeline with late posts may bring any move in any state; commands refuse what makes no sense.
# A customer's post that needs no answer ("thanks") is no move: it leaves every state as it is.
TRANSITIONS: Mapping[State, Mapping[Move, State]] = {
    State.OPEN: {
        Move.ASK: State.OPEN,
        Move.ANSWER: State.PENDING,
        Move.RESOLVE: State.RESOLVED,
        Move.DISMISS: State.DISMISSED,
        Move.REOPEN: State.OPEN,
        Move.REOPEN_QUIETLY: State.OPEN,
        Move.GO_BACK: State.OPEN,
    },
    State.PENDING: {
        Move.ASK: State.OPEN,
        Move.ANSWER: State.PENDING,
        Move.RESOLVE: State.RESOLVED,
        Move.DISMISS: State.DISMISSED,
        Move.REOPEN: State.PENDING,
        Move.REOPEN_QUIETLY: State.PENDING,
        Move.GO_BACK: State.PENDING,
    },
    State.RESOLVED: {
        Move.ASK: State.OPEN,
        Move.ANSWER: State.RESOLVED,
        Move.RESOLVE: State.RESOLVED,
        Move.DISMISS: State.DISMISSED,
        Move.REOPEN: State.OPEN,
        Move.REOPEN_QUIETLY: State.PENDING,
        Move.GO_BACK: State.RESOLVED,
    },
    State.DISMISSED: {
        Move.ASK: State.OPEN,
        Move.ANSWER: State.DISMISSED,
        Move.RESOLVE: State.RESOLVED,
        Move.DISMISS: State.DISMISSED,
        Move.REOPEN: State.OPEN,
        Move.REOPEN_QUIETLY: State.PENDING,
        # Dismissed as chatter; what a person has closed gets no go-back timer at all.
        Move.GO_BACK: State.PENDING,
    },
}
