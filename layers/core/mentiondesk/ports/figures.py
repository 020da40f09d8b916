"""Facts that figures are made of, and who was sent a report."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.figures.facts import Fact
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
