"""Watches over claims: each claimed case whose customer waits has one, with a time at which to look."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from mentiondesk.domain.ids import CaseId, StaffId


class ClaimWatch(NamedTuple):
    """A claim to look at, and the time for which the look was planned."""

    case_id: CaseId
    due_at: datetime


class ClaimWatches(Protocol):
    """Watches are started and ended in the transactions that change owners and timers."""

    def due(self, now: datetime, limit: int) -> Sequence[ClaimWatch]:
        """Up to `limit` watches due by `now`, the earliest first; may be a little stale."""

    def seen(self, case_id: CaseId, staff_id: StaffId) -> datetime | None:
        """The time at which the person last had the case's page open, within the last day."""

    def move(self, watch: ClaimWatch, to: datetime) -> None:
        """Plans the next look. Does nothing where the watch has been started anew."""

    def end(self, watch: ClaimWatch) -> None:
        """Takes the watch away. Does nothing where it has been started anew."""
