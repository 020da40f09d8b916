"""Who is there, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mentiondesk.domain.cases.timers import Audience, Channel
from mentiondesk.domain.hours import Hours
from mentiondesk.domain.ids import StaffId


@dataclass(frozen=True)
class Staff:
    """One person: how to reach them, when they are on duty, and when texts should wait.

    `shifts` None means never on duty by the clock: such a person hears only what their roles bring.
    """

    staff_id: StaffId
    name: str
    email: str | None = None
    phone: str | None = None
    zone: str = "UTC"
    always_on_duty: bool = False
    shifts: Hours | None = None
    quiet: Hours | None = None
    roles: frozenset[Audience] = frozenset()

    def on_duty(self, now: datetime) -> bool:
        return self.always_on_duty or (self.shifts is not None and self.shifts.is_open(now))

    def address(self, channel: Channel) -> str | None:
        return self.email if channel is Channel.EMAIL else self.phone


@dataclass(frozen=True)
class Roster:
    """Everybody an alert can go to."""

    staff: tuple[Staff, ...]

    def find(self, staff_id: StaffId) -> Staff | None:
        return next((one for one in self.staff if one.staff_id == staff_id), None)

    def audience(self, audience: Audience, now: datetime, owner: StaffId | None = None) -> Sequence[Staff]:
        """Who hears an alert for this audience now; never empty in a valid roster.

        A claimed case is its owner's: the others on duty hear nothing more of it. With nobody on duty
        the lead hears; without a manager, the lead does.
        """
        leads = [one for one in self.staff if Audience.LEAD in one.roles]
        if audience is Audience.LEAD:
            return leads
        if audience is Audience.MANAGER:
            return [one for one in self.staff if Audience.MANAGER in one.roles] or leads
        if owner is not None and (claimer := self.find(owner)) is not None:
            return [claimer]
        return [one for one in self.staff if one.on_duty(now)] or leads
