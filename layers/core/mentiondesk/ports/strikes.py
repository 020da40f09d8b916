"""Records of strikes and measures."""

from typing import Protocol

from mentiondesk.domain.ids import UserId
from mentiondesk.domain.strikes.record import CustomerRecord
from mentiondesk.ports.storage import Changed


class RecordChanged(Changed):
    """Somebody else changed the record meanwhile; `current` is the record as it is now."""

    def __init__(self, current: CustomerRecord) -> None:
        super().__init__("the record has changed")
        self.current = current


class StrikeStore(Protocol):
    """One record a customer."""

    def get(self, customer: UserId) -> CustomerRecord:
        """The record; an empty one where there is none."""

    def save(self, record: CustomerRecord) -> None:
        """Writes the record with the next version. Raises RecordChanged where it is not as it was read."""
