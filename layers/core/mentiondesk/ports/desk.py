"""The desk's lists: who waits, and who looks at a case."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.cases.waiting import Place, Presence, Scan, Tab, WaitingCase
from mentiondesk.domain.ids import CaseId, StaffId


class WaitingStore(Protocol):
    """The queue of open cases, and people's presence in them."""

    def scan(self, after: Place | None, most: int) -> Scan:
        """Up to `most` rows behind a place, in their order; may be a little stale. Costs the same at any length."""

    def listed(self, tab: Tab, after: Place | None, most: int) -> Sequence[Place]:
        """Up to `most` places behind a place, in the list of a clock (`tab.listed`); may be a little stale."""

    def cases(self, case_ids: Sequence[CaseId], now: datetime) -> Mapping[CaseId, WaitingCase]:
        """The cases with who is present in them, up to 50; missing ones are left out."""

    def present(self, case_id: CaseId, now: datetime) -> tuple[Presence, ...]:
        """The people who have the case open, by name of their id."""

    def come(self, case_id: CaseId, staff_id: StaffId, writing: bool, now: datetime) -> tuple[Presence, ...]:
        """Writes that the person has the case open; returns all who have."""
