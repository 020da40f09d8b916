"""Due alerts: leases and the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.alerts.limits import TextLimit
from mentiondesk.domain.alerts.plan import Subject
from mentiondesk.domain.ids import StaffId, SubjectId


@dataclass(frozen=True, slots=True)
class Lease:
    """A due case or incident, ours until `until`; the ledger of its wait says what has gone out already."""

    matter: Subject
    until: datetime
    ledger: tuple[Record, ...]


class AlertStore(Protocol):
    """What is due, who is working on it, and what became of every alert."""

    def due(self, now: datetime, limit: int) -> Sequence[SubjectId]:
        """Up to `limit` cases and incidents due by `now`, those due first in front; may be a little stale."""

    def lease(self, matter_id: SubjectId, now: datetime, until: datetime) -> Lease | None:
        """The matter as it is now, hidden from other notifiers until `until`; None when it is not due any more."""

    def record(self, records: Iterable[Record]) -> None:
        """Writes the latest outcome of each alert."""

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        """Ends a lease; does nothing where the matter has changed since."""

    def take_text_slot(self, staff_id: StaffId, now: datetime, limits: Sequence[TextLimit]) -> bool:
        """Counts one text to this person; False, and not counted, when a limit is reached."""
