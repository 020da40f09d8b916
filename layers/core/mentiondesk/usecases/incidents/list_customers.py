"""The customers of an incident: their posts in it, their cases, and who still has to be told that it is over."""

from collections.abc import Iterable
from datetime import datetime

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, IncidentId
from mentiondesk.domain.incidents.go_back import GoBackState, go_back_state
from mentiondesk.domain.incidents.incident import Incident, LinkedPost
from mentiondesk.ports.desk import WaitingStore
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.usecases.optimistic import kept
from mentiondesk.values import Frozen

PAGE = 50
# As many customers are looked at for the list of those who still have to be told.
LOOKED_AT = 150


class Member(Frozen):
    """A post in the incident. `case` is None where the desk keeps none; `state` while nobody is to be told."""

    post: LinkedPost
    case: Case | None = None
    state: GoBackState | None = None


class Members(Frozen):
    """A part of the posts, the latest first. `more`: there are others behind them. `out`: how many were taken out."""

    incident: Incident
    shown: tuple[Member, ...]
    count: int
    out: int
    more: bool = False


class ListCustomers:
    """Looks at the posts of an incident and at the cases of their customers."""

    def __init__(self, incidents: IncidentStore, waiting: WaitingStore) -> None:
        self._incidents = incidents
        self._waiting = waiting

    def all(self, incident_id: IncidentId, first: int, now: datetime) -> Members:
        """Up to 50 posts from the number `first` on. Raises SubjectGone."""
        incident = kept(self._incidents.get(incident_id))
        posts, out = self._posts(incident_id)
        shown = posts[first : first + PAGE]
        return Members(incident, self._members(incident, shown, now), len(posts), len(out), len(posts) > first + PAGE)

    def out(self, incident_id: IncidentId) -> Members:
        """The posts that people took out. Raises SubjectGone."""
        incident = kept(self._incidents.get(incident_id))
        posts, out = self._posts(incident_id)
        return Members(incident, tuple(map(Member, out)), len(posts), len(out))

    def to_tell(self, incident_id: IncidentId, now: datetime) -> Members:
        """The latest post of each customer who still has to be told, among the latest 150 customers."""
        incident = kept(self._incidents.get(incident_id))
        posts, out = self._posts(incident_id)
        latest = list({one.case_id: one for one in reversed(posts) if one.case_id}.values())[::-1]
        found = self._members(incident, latest[:LOOKED_AT], now)
        shown = tuple(one for one in found if one.state in (GoBackState.TO_TELL, GoBackState.NOT_CHOSEN))
        return Members(incident, shown, len(posts), len(out), len(latest) > LOOKED_AT)

    def _posts(self, incident_id: IncidentId) -> tuple[list[LinkedPost], list[LinkedPost]]:
        """The posts in it, the latest first, and those that were taken out."""
        return self._incidents.joined(incident_id)[::-1], self._incidents.taken_out(incident_id)

    def _members(self, incident: Incident, posts: Iterable[LinkedPost], now: datetime) -> tuple[Member, ...]:
        listed = list(posts)
        cases = self._cases({one.case_id: None for one in listed if one.case_id}, now)
        return tuple(_member(incident, one, cases.get(one.case_id) if one.case_id else None) for one in listed)

    def _cases(self, ids: Iterable[CaseId], now: datetime) -> dict[CaseId, Case]:
        found = self._waiting.cases(list(ids), now)
        return {case_id: one.case for case_id, one in found.items()}


def _member(incident: Incident, post: LinkedPost, case: Case | None) -> Member:
    return Member(post, case, go_back_state(incident, case) if case else None)
