"""A resolved incident → staff have the list of its customers; once a person has gone through it, each has a timer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.cases.case import CaseRefuses
from mentiondesk.domain.cases.commands import LeaveIncident, StartGoBack
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer
from mentiondesk.domain.ids import CaseId, IncidentId, PostId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Status
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.optimistic import retried
from mentiondesk.values import replace

# Incidents last hours; the customers of one that lasted longer than this are followed up by hand.
_LONGEST = timedelta(days=30)
_RESERVE = timedelta(seconds=20)


@dataclass(slots=True)
class GoneBack:
    """The outcome of one run. `left`: time ran out, and the next run goes on."""

    cases: int = 0
    incidents: list[IncidentId] = field(default_factory=list)
    left: bool = False


class GoBack:
    """Gives staff the list of customers of each resolved incident; starts a go-back timer for each that they leave in.

    No clock of a customer starts before a person has gone through the list. The timeline of each case says that it was
    done, so that a run that is cut short goes on where it was.
    """

    def __init__(self, incidents: IncidentStore, change_case: ChangeCase, settings: CurrentSettings) -> None:
        self._incidents = incidents
        self._change_case = change_case
        self._settings = settings

    def __call__(self, now: datetime, time_left: TimeLeft) -> GoneBack:
        """A run over the incidents of the last 30 days. Raises CaseChanged or IncidentChanged."""
        gone = GoneBack()
        for incident in self._incidents.recent(now - _LONGEST):
            if incident.status is not Status.RESOLVED or incident.gone_back_at is not None:
                continue
            if incident.go_back_from is None and incident.people:
                self._list(incident, now)
            elif not self._start_all(incident, incident.go_back_from or (), now, time_left, gone):
                gone.left = True
                return gone
        return gone

    def _start_all(
        self, incident: Incident, left_out: tuple[CaseId, ...], now: datetime, time_left: TimeLeft, gone: GoneBack
    ) -> bool:
        """Starts the customers' timers; False when time ran out."""
        for case_id, post in _by_case(self._incidents.joined(incident.incident_id)).items():
            if time_left() < _RESERVE:
                return False
            if case_id in left_out:
                self._do(case_id, LeaveIncident(incident.incident_id), "left", incident, now)
            else:
                gone.cases += self._start(case_id, post.post_id, incident, now)
        self._settle(incident, now)
        gone.incidents.append(incident.incident_id)
        return True

    def _start(self, case_id: CaseId, post_id: PostId, incident: Incident, now: datetime) -> bool:
        """Starts the case's timer; False when no word is owed, or it was started before."""
        assert incident.ended_at is not None, "a resolved incident has ended"
        command = StartGoBack(incident.incident_id, incident.title, self._timer(post_id, incident.ended_at))
        return self._do(case_id, command, "go_back", incident, now)

    def _do(
        self, case_id: CaseId, command: StartGoBack | LeaveIncident, name: str, incident: Incident, now: datetime
    ) -> bool:
        """Gives the command once for the case; False where it does not fit, or was given before."""
        event_id = f"{incident.ended_at:%Y-%m-%dT%H:%M:%S.%fZ}-{incident.incident_id}-{name}"
        try:
            self._change_case(DESK, case_id, command, event_id, now)
        except (CaseRefuses, AlreadyDone, SubjectGone):
            return False
        return True

    def _timer(self, post_id: PostId, since: datetime) -> ReplyTimer:
        """Staff have the list first; a case alerts them when its time has run out."""
        settings = self._settings()
        within = settings.incidents.go_back_within
        overdue = tuple(
            Due(stage.name, since + within * stage.share + stage.shift)
            for stage in settings.policy.stages
            if stage.share >= 1
        )
        return ReplyTimer(post_id, since, since + within, Clock.GO_BACK, overdue)

    def _list(self, incident: Incident, now: datetime) -> None:
        """Gives staff the list of customers, once."""
        if incident.timer is not None and incident.timer.clock is Clock.GO_BACK:
            return
        within = self._settings().incidents.go_back_within

        def attempt(current: Incident | None) -> None:
            if current is None or current.status is not Status.RESOLVED or current.go_back_from is not None:
                return
            self._incidents.save(incident_change(current, current.timed(Clock.GO_BACK, within, now)))

        retried(incident, attempt)

    def _settle(self, incident: Incident, now: datetime) -> None:
        """Keeps that every customer's timer has started."""

        def attempt(current: Incident | None) -> None:
            if current is not None and current.status is Status.RESOLVED and current.gone_back_at is None:
                self._incidents.save(incident_change(current, replace(current, gone_back_at=now)))

        retried(incident, attempt)


def _by_case(posts: Iterable[LinkedPost]) -> dict[CaseId, LinkedPost]:
    """The latest linked post of each case."""
    return {one.case_id: one for one in posts if one.case_id is not None}
