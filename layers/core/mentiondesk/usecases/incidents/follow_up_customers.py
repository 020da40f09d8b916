"""A resolved incident → every customer who met it has a case with a clock, and staff have the list."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import CaseId, IncidentId, PostId
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Status
from mentiondesk.ports.cases import AlreadyDone, CaseChanged, CaseStore
from mentiondesk.ports.incidents import IncidentChanged, IncidentStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft

# Incidents last hours; one that lasted longer than this is gone back to by hand.
_LONGEST = timedelta(days=30)
_RESERVE = timedelta(seconds=20)
_ATTEMPTS = 5


@dataclass(slots=True)
class GoneBack:
    """What one run did. `left`: time ran out, and the next run goes on."""

    cases: int = 0
    incidents: list[IncidentId] = field(default_factory=list)
    left: bool = False


class GoBack:
    """Gives the customers of resolved incidents a clock each, then tells staff.

    The record of each case says that it was done, so that a run that is cut short goes on where it was.
    """

    def __init__(self, incidents: IncidentStore, cases: CaseStore, settings: CurrentSettings) -> None:
        self._incidents = incidents
        self._cases = cases
        self._settings = settings

    def __call__(self, now: datetime, time_left: TimeLeft) -> GoneBack:
        gone = GoneBack()
        for incident in self._incidents.recent(now - _LONGEST):
            if incident.status is not Status.RESOLVED or incident.gone_back_at is not None:
                continue
            for case_id, joined in _by_case(self._incidents.joined(incident.incident_id)).items():
                if time_left() < _RESERVE:
                    gone.left = True
                    return gone
                gone.cases += self._wind(case_id, joined.post_id, incident, now)
            self._tell(incident, now)
            gone.incidents.append(incident.incident_id)
        return gone

    def _wind(self, case_id: CaseId, post_id: PostId, incident: Incident, now: datetime) -> bool:
        """Starts the case's clock; False when there is nothing to do, or it was done before."""
        assert incident.ended_at is not None, "what is resolved has ended"
        settings = self._settings()
        rules = settings.incidents
        # The list is what staff hear of first; a case speaks up when its time has run out.
        overdue = tuple(
            Due(stage.name, incident.ended_at + rules.go_back_within * stage.share + stage.shift)
            for stage in settings.policy.stages
            if stage.share >= 1
        )
        wait = ReplyTimer(post_id, incident.ended_at, incident.ended_at + rules.go_back_within, Clock.GO_BACK, overdue)
        event = Event(f"{incident.ended_at:%Y-%m-%dT%H:%M:%S.%fZ}-{incident.incident_id}-go_back", now, None, "go_back")
        event = replace(event, detail=incident.title)
        case = self._cases.get(case_id)
        for _ in range(_ATTEMPTS):
            if case is None or not case.expects_word(incident.ended_at) or self._answered(case, incident.ended_at):
                return False
            try:
                self._cases.save(case.go_back(wait), event)
            except AlreadyDone:
                return False
            except CaseChanged as changed:
                case = changed.current
            else:
                return True
        raise CaseChanged(case)

    def _answered(self, case: Case, since: datetime) -> bool:
        """Whether the brand has written in this case since the end."""
        if case.last_post is None or case.last_post[0] <= since:
            return False
        return any(entry.kind is None and entry.at > since for entry in self._cases.timeline(case.case_id))

    def _tell(self, incident: Incident, now: datetime) -> None:
        """Staff get the list, once."""
        within = self._settings().incidents.go_back_within
        current: Incident | None = incident
        for _ in range(_ATTEMPTS):
            if current is None or current.status is not Status.RESOLVED or current.gone_back_at is not None:
                return
            told = replace(current, gone_back_at=now)
            if told.people:
                told = told.told("go_back", Clock.GO_BACK, within, now)
            try:
                self._incidents.save(told)
            except IncidentChanged as changed:
                current = changed.current
            else:
                return
        raise IncidentChanged(current)


def _by_case(joined: list[LinkedPost]) -> dict[CaseId, LinkedPost]:
    """The latest joined post of each case."""
    return {one.case_id: one for one in joined if one.case_id is not None}
