"""The ledger of alerts: one record for each alert, with its latest outcome."""

from datetime import datetime
from enum import StrEnum

from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.ids import StaffId, SubjectId
from mentiondesk.values import Frozen


class Outcome(StrEnum):
    """The state of an alert after a run."""

    SENT = "sent"
    HELD = "held"
    FAILED = "failed"
    MERGED = "merged"


class Alert(Frozen):
    """A notice to one person on one channel about one running timer.

    `since` is the start of the timer, `due_at` the time of the stage, `answer_by` the deadline. `planned_at`: when the
    timer's alerts were planned anew; such alerts have a part of the ledger to themselves.
    """

    subject_id: SubjectId
    since: datetime
    stage: str
    staff_id: StaffId
    channel: Channel
    due_at: datetime
    answer_by: datetime
    planned_at: datetime | None = None


class Record(Frozen):
    """The ledger's line on an alert: its latest outcome, and the provider's id of the message.

    `until` is the end of quiet hours for a held text. `via` differs from the alert's channel when that one failed,
    was missing or over its limit. `digest`: the alert went out in one message with others.
    """

    alert: Alert
    outcome: Outcome
    at: datetime
    via: Channel
    message_id: str = ""
    detail: str = ""
    until: datetime | None = None
    digest: bool = False
