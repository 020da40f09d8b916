"""Links that act: what one person may do to one case or one incident, until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.alerts.roster import Roster, Staff
from mentiondesk.domain.ids import StaffId, SubjectId


class Action(StrEnum):
    """What a button does. Links in the world name these by their place here: new ones go last."""

    CLAIM = "claim"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    SNOOZE = "snooze"
    RELEASE = "release"
    PUBLISH = "publish"
    DISMISS = "dismiss"
    UPDATE = "update"
    RESOLVE = "resolve"
    APPROVE = "approve"


CASE_ACTIONS = frozenset({Action.CLAIM, Action.ANSWERED, Action.NO_ANSWER, Action.SNOOZE, Action.RELEASE})
INCIDENT_ACTIONS = frozenset(Action) - CASE_ACTIONS
# A case is seen to within days; an incident is told about until it is over.
CASE_LINK_LASTS = timedelta(days=3)
INCIDENT_LINK_LASTS = timedelta(days=7)


class LinkRefused(Exception):
    """A link that does nothing; each reason is a type of its own."""


class LinkForged(LinkRefused):
    """Not made by this desk, or altered since."""


class LinkExpired(LinkRefused):
    """Its time is over."""


class NoLongerStaff(LinkRefused):
    """It was made for somebody who is not in the settings any more."""


class NotInLink(LinkRefused):
    """It was not made for this action."""


class SubjectGone(LinkRefused):
    """What it is about is not kept any more."""


@dataclass(frozen=True, slots=True)
class Link:
    """Made for one person, one case or incident, one set of actions, one time span."""

    staff_id: StaffId
    matter_id: SubjectId
    actions: frozenset[Action]
    until: datetime

    @property
    def about_case(self) -> bool:
        """A case's id holds a "#", an incident's holds none."""
        return "#" in self.matter_id

    def holder(self, roster: Roster, now: datetime) -> Staff:
        """The person it was made for. Raises LinkExpired or NoLongerStaff."""
        if now >= self.until:
            raise LinkExpired
        staff = roster.find(self.staff_id)
        if staff is None:
            raise NoLongerStaff
        return staff

    def must_allow(self, action: Action) -> None:
        """Raises NotInLink."""
        if action not in self.actions:
            raise NotInLink
