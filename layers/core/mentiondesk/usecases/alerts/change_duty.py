"""A person's word that they are on duty, or off, until a time."""

from datetime import datetime

from mentiondesk.domain.access.actor import Actor, NotAllowed
from mentiondesk.domain.alerts.roster import DutyChange, Roster
from mentiondesk.ports.alerts import DutyStore


class ChangeDuty:
    """People speak for themselves alone. The last word holds, so that pressing twice does no harm."""

    def __init__(self, duty: DutyStore) -> None:
        self._duty = duty

    def __call__(self, actor: Actor, on: bool, until: datetime, now: datetime) -> DutyChange:
        """Raises NotAllowed for the desk itself."""
        if actor.staff is None:
            raise NotAllowed
        change = DutyChange(actor.staff.staff_id, on, now, until)
        self._duty.put(change)
        return change

    def roster(self, roster: Roster) -> Roster:
        """The roster with what everybody has said by now."""
        return roster.with_duty(self._duty.all())
