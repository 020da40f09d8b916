"""A mail to a person on the staff did not arrive → the operators hear of it, and the address is marked."""

from datetime import datetime

from mentiondesk.domain.ids import StaffId
from mentiondesk.ports.alerts import MailMarks
from mentiondesk.ports.operators import TroubleStore
from mentiondesk.ports.runtime import CurrentSettings


class StaffMailFailed:
    """Marks and reports; the desk goes on sending to the address, as it has nothing better."""

    def __init__(self, marks: MailMarks, troubles: TroubleStore, settings: CurrentSettings) -> None:
        self._marks = marks
        self._troubles = troubles
        self._settings = settings

    def __call__(self, address: str, reason: str, now: datetime) -> StaffId | None:
        """The person in the settings with this address; None where there is none any more."""
        folded = address.casefold()
        for staff in self._settings().roster.staff:
            if folded in {one.casefold() for one in staff.addresses.values()}:
                self._marks.mark(staff.staff_id, reason, now)
                self._troubles.report({"StaffMailFails": 1}, now, detail=f"{staff.staff_id}: {reason}")
                return staff.staff_id
        return None
