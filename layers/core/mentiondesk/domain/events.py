"""What staff did: one line of the record on a case or an incident."""

from dataclasses import dataclass
from datetime import datetime

from mentiondesk.domain.ids import StaffId


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done by one person (None: by the desk itself), once.

    `event_id` is made when a button is shown and comes back when it is pressed, so that a second press of
    the same button is known for one; it begins with the time, so that text order is time order.
    """

    event_id: str
    at: datetime
    by: StaffId | None
    action: str
    detail: str = ""
