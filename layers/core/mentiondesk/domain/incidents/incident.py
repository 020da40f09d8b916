"""Incidents: one problem that many customers meet, from the first suspicion to the last update about it.

The terms are those of Atlassian Statuspage, so that its readers and tools understand them. The desk notices
candidates by itself: a candidate is public only once a person has confirmed it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer, TimerOutcome
from mentiondesk.domain.ids import CaseId, ComponentId, IncidentId, PostId, StaffId, UserId
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.values import Frozen, replace

# Stages of alerts about a candidate that nobody has confirmed in time.
UNCONFIRMED, STILL_UNCONFIRMED = "unconfirmed", "still_unconfirmed"


class Status(StrEnum):
    """The stage of an incident or of a scheduled maintenance."""

    CANDIDATE = "candidate"
    DISMISSED = "dismissed"
    FADED = "faded"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"

    @property
    def public(self) -> bool:
        """True when the status page shows it."""
        return self not in (Status.CANDIDATE, Status.DISMISSED, Status.FADED)

    @property
    def ended(self) -> bool:
        return self in (Status.DISMISSED, Status.FADED, Status.RESOLVED, Status.COMPLETED)

    @property
    def watched(self) -> bool:
        """True when the work is done and staff see whether it holds."""
        return self in (Status.MONITORING, Status.VERIFYING)

    @property
    def maintenance(self) -> bool:
        return self in (Status.SCHEDULED, Status.IN_PROGRESS, Status.VERIFYING, Status.COMPLETED)


# After monitoring, an incident may be identified again: a fix that did not hold.
_NEXT: Mapping[Status, tuple[Status, ...]] = {
    Status.CANDIDATE: (Status.INVESTIGATING, Status.IDENTIFIED, Status.DISMISSED, Status.FADED),
    Status.INVESTIGATING: (Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED),
    Status.IDENTIFIED: (Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED),
    # Opened again: what was called solved was not.
    Status.RESOLVED: (Status.INVESTIGATING,),
    Status.MONITORING: (Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED),
    Status.SCHEDULED: (Status.SCHEDULED, Status.IN_PROGRESS, Status.COMPLETED),
    Status.IN_PROGRESS: (Status.IN_PROGRESS, Status.VERIFYING, Status.COMPLETED),
    Status.VERIFYING: (Status.IN_PROGRESS, Status.VERIFYING, Status.COMPLETED),
}


# A timer ends with the status that ends it; any public one confirms the incident.
_OUTCOMES: Mapping[Status, TimerOutcome] = {
    Status.DISMISSED: TimerOutcome.DISMISSED,
    Status.FADED: TimerOutcome.FADED,
    Status.RESOLVED: TimerOutcome.RESOLVED,
    Status.COMPLETED: TimerOutcome.RESOLVED,
}


class Impact(StrEnum):
    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"


class Health(StrEnum):
    """A component's status, best first."""

    OPERATIONAL = "operational"
    UNDER_MAINTENANCE = "under_maintenance"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"

    @property
    def rank(self) -> int:
        """0 for operational, growing with the damage."""
        return list(Health).index(self)


class NotPossible(Exception):
    """The incident is not in a state that allows this step; `status` is the one it is in."""

    def __init__(self, incident: IncidentId, status: Status, wanted: Status) -> None:
        super().__init__(f"incident {incident} is {status} and cannot become {wanted}")
        self.status = status


class PublicStays(NotPossible):
    """A public incident is not merged into another: subscribers have heard of it, and it stays on the status page."""


class AlreadyOver(NotPossible):
    """The maintenance would have ended before it is announced."""


class Affected(Frozen):
    """The status of one component because of an incident."""

    component: ComponentId
    health: Health


class Update(Frozen):
    """A public update about an incident. `affected` holds the components' status from then on.

    `by` is None when the desk itself published it, as it does when a maintenance begins. `edited_at` is when a
    person last changed its text.
    """

    incident_id: IncidentId
    at: datetime
    status: Status
    body: str
    affected: tuple[Affected, ...] = ()
    by: StaffId | None = None
    edited_at: datetime | None = None

    @property
    def update_id(self) -> str:
        """Stable: the incident and the moment."""
        return f"{self.incident_id}-{int(self.at.timestamp() * 1000):013d}"


class Sample(Frozen):
    """A customer's post, to show what it is about."""

    post_id: PostId
    author_id: UserId
    at: datetime
    words: str


class Incident(Frozen):
    """A problem of many customers, or a scheduled maintenance. `version` guards every write.

    `started_at` is about when it began: the first complaint of the surge, until staff say otherwise (`start_known`).
    `created_at` is when the desk or a person wrote it down, `latest_at` the latest complaint. `people` counts distinct
    customers, `posts` their posts. `severity` runs from 1 to 10. A further complaint matches the incident by its
    `terms`; `failure` is the concept for what is wrong. `slow` marks a problem of many hours, of which the lead reads
    and which is no outage. `timer` runs while staff
    have something to do about it by a deadline. `owner` is the person who published it. `go_back_from` holds the
    customers' cases that a person has chosen to leave out when the others are gone back to; None until somebody has
    looked at the list.
    """

    incident_id: IncidentId
    status: Status
    title: str
    created_at: datetime
    started_at: datetime
    impact: Impact = Impact.MINOR
    topic: str = "other"
    affected: tuple[Affected, ...] = ()
    version: int = 0
    terms: tuple[str, ...] = ()
    people: int = 0
    posts: int = 0
    severity: int = 1
    latest_at: datetime | None = None
    samples: tuple[Sample, ...] = ()
    failure: str = ""
    slow: bool = False
    published_at: datetime | None = None
    monitoring_at: datetime | None = None
    ended_at: datetime | None = None
    updated_at: datetime | None = None
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    reason: str = ""
    timer: ReplyTimer | None = None
    owner: StaffId | None = None
    # Minutes above the usual, and the moment at which each customer's case had its go-back timer.
    longevity: int = 0
    gone_back_at: datetime | None = None
    start_known: bool = False
    edited_at: datetime | None = None
    go_back_from: tuple[CaseId, ...] | None = None
    # The number of its posts whose cases have left the ladder.
    stopped_for: int = 0

    @property
    def subject_id(self) -> IncidentId:
        return self.incident_id

    @property
    def waiting(self) -> bool:
        """True when somebody has to do something by a deadline."""
        return self.timer is not None and self.timer.running

    @property
    def urgency(self) -> Urgency:
        """The urgency of alerts about it; what is over is critical no more."""
        if self.slow:
            return Urgency.NORMAL
        return Urgency.CRITICAL if self.open and self.impact is Impact.CRITICAL else Urgency.HIGH

    @property
    def critical(self) -> bool:
        """True when it rings."""
        return self.urgency is Urgency.CRITICAL

    @property
    def order(self) -> tuple[datetime, str]:
        """The place in a list by creation."""
        return self.created_at, self.incident_id

    def timed(self, clock: Clock, within: timedelta, at: datetime) -> "Incident":
        """The incident with a timer: somebody must have acted `within`. A message tells staff that it runs.

        An incident that nobody confirms is told again when the time is over, and once more after as long again.
        """
        post_id = self.samples[0].post_id if self.samples else PostId("0")
        again = (Due(UNCONFIRMED, at + within), Due(STILL_UNCONFIRMED, at + 2 * within))
        alerts = again if clock is Clock.CONFIRM else ()
        return replace(self, timer=ReplyTimer(post_id, at, at + within, clock, alerts))

    @property
    def public(self) -> bool:
        return self.status.public

    @property
    def open(self) -> bool:
        """True when it still goes on: a candidate, or unresolved."""
        return not self.status.ended

    @property
    def next_statuses(self) -> tuple[Status, ...]:
        """The statuses that can come next, in the order in which problems and maintenance go."""
        return _NEXT.get(self.status, ())

    def moved(self, update: Update) -> "Incident":
        """The incident after a public update, which may be the first. Raises NotPossible."""
        moved = self._in(update.status, update.at)
        affected = {one.component: one for one in (*self.affected, *update.affected)}
        return replace(
            moved,
            affected=tuple(affected.values()),
            published_at=self.published_at or update.at,
            updated_at=update.at,
        )

    def edited(
        self, title: str, impact: Impact, affected: tuple[Affected, ...], started_at: datetime, at: datetime
    ) -> "Incident":
        """The incident with corrected facts; its status and its updates stay."""
        return replace(
            self,
            title=title,
            impact=impact,
            affected=affected,
            started_at=started_at,
            start_known=self.start_known or started_at != self.started_at,
            edited_at=at,
        )

    def reopened(self, update: Update) -> "Incident":
        """A resolved incident that goes on after all. Raises NotPossible."""
        if self.status is not Status.RESOLVED:
            raise NotPossible(self.incident_id, self.status, update.status)
        again = replace(self.moved(update), gone_back_at=None, go_back_from=None)
        return replace(again, timer=None) if again.timer and again.timer.clock is Clock.GO_BACK else again

    def gone_through(self, cases: tuple[CaseId, ...], at: datetime) -> "Incident":
        """The resolved incident whose customers, but for `cases`, somebody is to go back to. Raises NotPossible."""
        if self.status is not Status.RESOLVED or self.go_back_from is not None:
            raise NotPossible(self.incident_id, self.status, Status.RESOLVED)
        running = self.timer is not None and self.timer.running
        timer = self.timer.ended(at, TimerOutcome.CONFIRMED) if self.timer and running else self.timer
        return replace(self, go_back_from=cases, timer=timer)

    def dismissed(self, reason: str, at: datetime) -> "Incident":
        """The candidate that a person called no incident. Raises NotPossible once it is public."""
        return replace(self._in(Status.DISMISSED, at), reason=reason)

    def faded(self, at: datetime) -> "Incident":
        """The candidate that was never confirmed, after complaints stopped. Raises NotPossible once it is public."""
        return replace(self._in(Status.FADED, at), reason="nobody confirmed it")

    def _in(self, status: Status, at: datetime) -> "Incident":
        if status not in self.next_statuses:
            raise NotPossible(self.incident_id, self.status, status)
        outcome = _OUTCOMES.get(status, TimerOutcome.CONFIRMED)
        return replace(
            self,
            status=status,
            monitoring_at=(self.monitoring_at or at) if status.watched else self.monitoring_at,
            ended_at=at if status.ended else None,
            timer=self.timer.ended(at, outcome) if self.timer and self.timer.running else self.timer,
        )


def component_health(incidents: "tuple[Incident, ...] | list[Incident]") -> dict[ComponentId, Health]:
    """The status of each component named in a public, unresolved incident: the worst where several name it."""
    worst: dict[ComponentId, Health] = {}
    for incident in incidents:
        if not incident.public or not incident.open or incident.status is Status.SCHEDULED:
            continue
        for one in incident.affected:
            worst[one.component] = max(worst.get(one.component, Health.OPERATIONAL), one.health, key=lambda h: h.rank)
    return worst


class LinkedPost(Frozen):
    """A customer's post that is part of an incident."""

    post_id: PostId
    author_id: UserId
    at: datetime
    words: str
    case_id: CaseId | None = None
