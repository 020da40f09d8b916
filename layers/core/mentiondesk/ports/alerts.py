"""Due alerts: leases and the ledger."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from mentiondesk.domain.alerts.budget import Interruptions
from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.alerts.limits import TextLimit
from mentiondesk.domain.alerts.roster import DutyChange
from mentiondesk.domain.ids import StaffId, SubjectId
from mentiondesk.domain.subject import Subject
from mentiondesk.values import Frozen


class MailMarks(Protocol):
    """Marks of people whom mail did not reach."""

    def mark(self, staff_id: StaffId, reason: str, now: datetime) -> None:
        """Notes the latest failure; it stays for some weeks."""


class DueItem(NamedTuple):
    """The escalation of a subject, or (with `message_id`) a message about it, that is due."""

    subject_id: SubjectId
    message_id: str | None = None


class Lease(Frozen):
    """A due item, ours until `until`.

    `escalation` is the subject's own, or the message as an escalation. `ledger` holds the records of its timer.
    """

    item: DueItem
    subject: Subject
    escalation: Escalation
    until: datetime
    ledger: tuple[Record, ...] = ()
    # The person whom a message is meant for.
    to: StaffId | None = None


class DutyStore(Protocol):
    """The latest word of each person about their duty."""

    def all(self) -> Sequence[DutyChange]:
        """The changes of duty that hold, and some that are over."""

    def put(self, change: DutyChange) -> None:
        """Takes the place of what the person said before."""


class AlertStore(Protocol):
    """Stores due items, their leases, and the latest outcome of every alert."""

    def critical_due(self, now: datetime, limit: int) -> Sequence[DueItem]:
        """Up to `limit` items due by `now` about what was critical when they were written; else as `due`."""

    def due(self, now: datetime, limit: int) -> Sequence[DueItem]:
        """Up to `limit` of the other items due by `now`, those due first in front; may be a little stale."""

    def count_due(self, until: datetime) -> int:
        """The number of items due by then that are not critical; may be a little stale."""

    def lease(self, item: DueItem, now: datetime, until: datetime) -> Lease | None:
        """The item as it is now, hidden from other notifiers until `until`; None when it is not due any more.

        The message that a case was released takes the case's escalation along, whose stages all count as not done:
        the lease is that escalation's, and the message is gone.
        """

    def peek(self, item: DueItem) -> Lease | None:
        """The escalation as it is now, without a lease: it is not ours to end. None where there is none."""

    def hold(self, peeked: Lease, until: datetime) -> Lease | None:
        """The lease of what was peeked at; None when it was leased, ended or planned anew since."""

    def record(self, records: Iterable[Record]) -> None:
        """Writes the latest outcome of each alert."""

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        """Ends a lease: the item is due again at `next_at`. Does nothing where the item has changed since.

        Without `next_at`, an escalation has no alert to come, and a message is gone.
        """

    def interruptions(self, staff_id: StaffId) -> Interruptions:
        """The latest messages to this person."""

    def interrupted(self, staff_id: StaffId, latest: Interruptions, now: datetime) -> None:
        """Writes the latest messages to this person."""

    def take_text_slot(self, staff_id: StaffId, now: datetime, limits: Sequence[TextLimit]) -> bool:
        """Counts one text to this person; False, and not counted, when a limit is reached."""
