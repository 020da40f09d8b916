"""Facts that figures are made of, and who was sent a report."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.figures.facts import Fact
from mentiondesk.domain.figures.figures import Figures
from mentiondesk.domain.figures.report import Now
from mentiondesk.domain.ids import CaseId, StaffId


class FactStore(Protocol):
    """Facts, each written once."""

    def add(self, fact: Fact) -> None:
        """Writes a fact, unless it is there."""

    def between(self, first: datetime, last: datetime) -> Iterator[Fact]:
        """The facts that were recorded from `first` on and before `last`, oldest first."""

    def late_since(self, first: datetime, last: datetime) -> Iterator[CaseId]:
        """The open cases whose deadline lies in this time; may be a little stale."""

    def send_once(self, week: str, staff_id: StaffId, now: datetime) -> bool:
        """Marks that a person is sent the report of a week; False when they were."""

    def not_sent(self, week: str, staff_id: StaffId) -> None:
        """Takes the mark back: the report did not go out."""


class QueueCounts(Protocol):
    """The length of the queue."""

    def now(self, now: datetime, pace: int) -> Now:
        """The customers who wait, up to a few thousand; may be a little stale. `pace` is passed on."""


class ReportWriter(Protocol):
    """Writes the mail with a week's figures."""

    def report(self, figures: Figures, roster: Roster, brand: str, now: datetime) -> Email: ...
