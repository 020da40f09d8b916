"""Links that act: the rights of one person on one case or one incident, until a moment."""

from datetime import datetime, timedelta

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.ids import CaseId, StaffId, SubjectId
from mentiondesk.values import Frozen

# A case is closed within days; an incident has updates until it is over.
CASE_LINK_LASTS = timedelta(days=3)
INCIDENT_LINK_LASTS = timedelta(days=7)
# A link's time is kept to the minute, rounded up.
_LONGEST = max(CASE_LINK_LASTS, INCIDENT_LINK_LASTS) + timedelta(minutes=1)


class LinkRefused(Exception):
    """A link that does nothing; each reason is a type of its own."""


class LinkForged(LinkRefused):
    """The link was not made by this desk, or was altered since."""


class LinkExpired(LinkRefused):
    """The link's time is over."""


class NoLongerStaff(LinkRefused):
    """The link was made for a person who is not in the settings any more."""


class SubjectGone(LinkRefused):
    """The case or incident is not kept any more."""


class Link(Frozen):
    """A capability for one person, one case or incident, one set of actions, one time span."""

    staff_id: StaffId
    subject_id: SubjectId
    actions: frozenset[Action]
    until: datetime

    @property
    def about_case(self) -> bool:
        return isinstance(self.subject_id, CaseId)

    def actor(self, roster: Roster, now: datetime) -> Actor:
        """The person the link was made for, with its rights.

        Raises LinkExpired, NoLongerStaff, or LinkForged for a link that lasts longer than the desk makes any.
        """
        if self.until > now + _LONGEST:
            raise LinkForged
        if now >= self.until:
            raise LinkExpired
        staff = roster.find(self.staff_id)
        if staff is None:
            raise NoLongerStaff
        return Actor(staff, self.actions, Door.LINK)
