"""The auditor's view: X's own counts, stored posts by time, alerts against their ledger, and its record."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.alerts.message import StaffMessage
from mentiondesk.domain.audit import Progress, Report
from mentiondesk.domain.cases.timers import ReplyTimer
from mentiondesk.domain.health import GivenUp, SetAside
from mentiondesk.domain.ids import SubjectId
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.subject import Subject


class XCounts(Protocol):
    """X's counts. One call makes one request, and one more for a token of the app where it has none."""

    def counted(self, first: datetime, last: datetime, now: datetime) -> Mapping[datetime, int]:
        """Posts to and about the brand by the hour they were made in. Raises XRefuses or XUnavailable."""

    def made(self, first: datetime, last: datetime, token: str | None, now: datetime) -> Page:
        """A page of the posts that `counted` counts. Raises XRefuses, XUnavailable or XTooFarBack."""

    def billed(self, now: datetime) -> Mapping[date, int]:
        """Posts that X billed, by UTC day. Raises XRefuses or XUnavailable."""


class MadePosts(Protocol):
    """Customers' posts by the time at which they were made; those that X no longer shows are among them."""

    def count_made(self, first: datetime, last: datetime) -> int:
        """The number of classified posts made from `first` up to `last`; may be a little stale."""

    def made(self, first: datetime, last: datetime) -> Iterator[Post]:
        """The posts with these ids, in no order."""


class Escalated(NamedTuple):
    """A case or an incident as it is, with its escalation, if there is one, and the names of messages to be sent."""

    subject: Subject
    escalation: Escalation | None
    messages: frozenset[str] = frozenset()


class AlertAudit(Protocol):
    """The alerts of subjects, without leases."""

    def escalated(self, subject_ids: Sequence[SubjectId]) -> Iterator[Escalated]:
        """The subjects that there are, each with its escalation, in no order."""

    def ledger(self, subject_id: SubjectId, timer: ReplyTimer) -> Sequence[Record]:
        """The records of a timer's alerts."""

    def restart(self, subject: Subject, timer: ReplyTimer, now: datetime) -> bool:
        """Has the notifier plan all stages of the subject's running timer again; the ledger keeps what has gone out.

        False, and nothing written, when the subject has changed.
        """

    def message_again(self, message: StaffMessage) -> None:
        """Has a message sent once more; the ledger keeps who has had it."""


class FailureQueues(Protocol):
    """The queues of what functions gave up on; looking changes nothing in them."""

    def counts(self) -> Mapping[GivenUp, int]: ...


class AuditStore(Protocol):
    """The auditor's progress, its reports, and what it counted last."""

    def note_set_aside(self, counted: SetAside) -> None:
        """Takes the place of what was counted before."""

    def set_aside(self) -> SetAside | None: ...

    def progress(self) -> Progress | None: ...

    def save(self, progress: Progress) -> None: ...

    def tried_again(self, subject_id: SubjectId, now: datetime) -> bool:
        """Notes that an absent alert of a subject is tried again; True when it was before, within a day."""

    def report(self, report: Report) -> None:
        """Keeps a report with findings for some months."""

    def reports(self, since: datetime) -> list[Report]:
        """The reports with findings since then, oldest first."""
