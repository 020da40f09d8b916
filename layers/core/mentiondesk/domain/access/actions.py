"""Actions: the rights that a person may hold on one case or one incident."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Action(StrEnum):
    """A right, named as the buttons of the pages send it."""

    CLAIM = "claim"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    SNOOZE = "snooze"
    RELEASE = "release"
    RESOLVE_CASE = "resolve_case"
    REOPEN_CASE = "reopen_case"
    CORRECT = "correct"
    UNDO = "undo"
    NOTE = "note"
    HAND_OVER = "hand_over"
    MOVE_TO_PRIVATE = "move_to_private"
    SOLVED_IN_PRIVATE = "solved_in_private"
    DECLINE_FOLLOW_UP = "decline_follow_up"
    LINK_INCIDENT = "link_incident"
    UNLINK_INCIDENT = "unlink_incident"
    RETAG = "retag"
    REPLY = "reply"
    APPROVE_REPLY = "approve_reply"
    PUBLISH = "publish"
    DISMISS = "dismiss"
    UPDATE = "update"
    RESOLVE = "resolve"
    APPROVE = "approve"
    OPEN_INCIDENT = "open_incident"
    EDIT = "edit"
    EDIT_UPDATE = "edit_update"
    REOPEN = "reopen"
    MEMBERS = "members"
    RESCHEDULE = "reschedule"
    GO_BACK = "go_back"
    MERGE = "merge"
    PLAN_MAINTENANCE = "plan_maintenance"


# The wire format of links that are in mails already: a bit never changes its meaning, a new action takes a new bit.
BITS: Mapping[Action, int] = {
    Action.CLAIM: 1 << 0,
    Action.ANSWERED: 1 << 1,
    Action.NO_ANSWER: 1 << 2,
    Action.SNOOZE: 1 << 3,
    Action.RELEASE: 1 << 4,
    Action.PUBLISH: 1 << 5,
    Action.DISMISS: 1 << 6,
    Action.UPDATE: 1 << 7,
    Action.RESOLVE: 1 << 8,
    Action.APPROVE: 1 << 9,
    Action.RESOLVE_CASE: 1 << 10,
    Action.REOPEN_CASE: 1 << 11,
    Action.OPEN_INCIDENT: 1 << 14,
    Action.EDIT: 1 << 15,
    Action.EDIT_UPDATE: 1 << 16,
    Action.REOPEN: 1 << 17,
    Action.MEMBERS: 1 << 18,
    Action.RESCHEDULE: 1 << 19,
    Action.GO_BACK: 1 << 20,
    Action.MERGE: 1 << 21,
    Action.CORRECT: 1 << 12,
    Action.UNDO: 1 << 13,
}

INCIDENT_ACTIONS = frozenset(
    {
        *(Action.PUBLISH, Action.DISMISS, Action.UPDATE, Action.RESOLVE, Action.APPROVE, Action.EDIT),
        *(Action.EDIT_UPDATE, Action.REOPEN, Action.MEMBERS, Action.RESCHEDULE, Action.GO_BACK, Action.MERGE),
    }
)
# Rights on replies, for people who have signed in.
REPLY_ACTIONS = frozenset({Action.REPLY, Action.APPROVE_REPLY})
# Rights on the status page as a whole, for people who have signed in.
PAGE_ACTIONS = frozenset({Action.PLAN_MAINTENANCE})
# Rights of leads and managers alone.
LEAD_ACTIONS = frozenset({Action.APPROVE_REPLY, Action.PLAN_MAINTENANCE})
CASE_ACTIONS = frozenset(BITS) - INCIDENT_ACTIONS
# Rights on cases of people who have signed in; no link carries them, so that they need no bit.
DESK_ACTIONS = frozenset(Action) - frozenset(BITS) - REPLY_ACTIONS - PAGE_ACTIONS


def to_bits(actions: Iterable[Action]) -> int:
    return sum(BITS[action] for action in actions)


def from_bits(bits: int) -> frozenset[Action]:
    """The actions of these bits; unknown bits are passed over."""
    return frozenset(action for action, bit in BITS.items() if bits & bit)
