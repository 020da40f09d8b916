"""Messages: what staff hear of at once, whatever the stages of a timer say.

A message is written in the transaction of what caused it. The notifier sends it at its next run, and keeps the
outcome in the ledger like that of any alert.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer
from mentiondesk.domain.ids import CaseId, IncidentId


@dataclass(frozen=True, slots=True)
class CaseReleased:
    """A case lost its owner: the people on duty hear of the stages that they missed."""

    subject_id: CaseId
    at: datetime


@dataclass(frozen=True, slots=True)
class IncidentNoticed:
    """The desk noticed a candidate: a person must confirm or dismiss it."""

    subject_id: IncidentId
    at: datetime


@dataclass(frozen=True, slots=True)
class FollowUpList:
    """An incident is resolved: staff get the list of its customers, to go back to each of them."""

    subject_id: IncidentId
    at: datetime


StaffMessage = CaseReleased | IncidentNoticed | FollowUpList


def message_id(message: StaffMessage) -> str:
    """The name of a message among those of its subject; a later message of the same name takes its place."""
    match message:
        case CaseReleased():
            return "released"
        case IncidentNoticed():
            return "noticed"
        case FollowUpList():
            return "go_back"
        case _:
            assert_never(message)


def escalated(
    message: IncidentNoticed | FollowUpList, timer: ReplyTimer | None, attempts: int, alerted_until: datetime | None
) -> Escalation | None:
    """The message as an escalation of its own: one stage, due when it was written.

    None when the subject needs it no more: `timer`, the subject's, is over or another one.
    """
    match message:
        case IncidentNoticed():
            clock, stage = Clock.CONFIRM, "noticed"
        case FollowUpList():
            clock, stage = Clock.GO_BACK, "go_back"
        case _:
            assert_never(message)
    if timer is None or not timer.running or timer.clock is not clock:
        return None
    one_stage = ReplyTimer(timer.post_id, timer.since, timer.answer_by, clock, (Due(stage, message.at),))
    return Escalation(message.subject_id, one_stage, message.at, alerted_until, attempts)
