"""Actors: who does something, through which door, with which rights."""

from enum import StrEnum

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.alerts.roster import Audience, Staff
from mentiondesk.domain.ids import StaffId
from mentiondesk.values import Frozen


class NotAllowed(Exception):
    """The actor's rights do not hold this action."""


class Door(StrEnum):
    """The ways by which commands reach the desk."""

    LINK = "link"
    DESK_WEB = "desk_web"
    ITSELF = "itself"


class Actor(Frozen):
    """A person, resolved at a door, or (`staff` None) the desk itself."""

    staff: Staff | None
    rights: frozenset[Action]
    door: Door

    @property
    def by(self) -> StaffId | None:
        """The name under which the timeline keeps what this actor does."""
        return self.staff.staff_id if self.staff else None

    @property
    def leads(self) -> bool:
        """True when the actor may change what others own."""
        return self.staff is not None and not self.staff.roles.isdisjoint({Audience.LEAD, Audience.MANAGER})

    def may(self, action: Action | None) -> bool:
        """True when the rights hold the action; None stands for an action of the desk itself."""
        return action in self.rights if action is not None else self.door is Door.ITSELF

    def must_be_allowed(self, action: Action | None) -> None:
        """Raises NotAllowed."""
        if not self.may(action):
            raise NotAllowed


DESK = Actor(None, frozenset(Action), Door.ITSELF)
