"""Incidents: one problem that many customers meet, from the first suspicion to the last word about it.

The words are those of Atlassian Statuspage, so that its readers and tools understand them. A candidate is
what the desk has noticed by itself: it is public only once a person has confirmed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer
from mentiondesk.domain.ids import CaseId, ComponentId, IncidentId, PostId, StaffId, UserId
from mentiondesk.domain.posts.tags import Urgency


class Status(StrEnum):
    """How far along an incident or a scheduled maintenance is."""

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
        """Whether the status page tells of it."""
        return self not in (Status.CANDIDATE, Status.DISMISSED, Status.FADED)

    @property
    def ended(self) -> bool:
        return self in (Status.DISMISSED, Status.FADED, Status.RESOLVED, Status.COMPLETED)

    @property
    def maintenance(self) -> bool:
        return self in (Status.SCHEDULED, Status.IN_PROGRESS, Status.VERIFYING, Status.COMPLETED)


# An incident may be said to be identified again after monitoring: a fix that did not hold.
_NEXT: Mapping[Status, tuple[Status, ...]] = {
    Status.CANDIDATE: (Status.INVESTIGATING, Status.IDENTIFIED, Status.DISMISSED, Status.FADED),
    Status.INVESTIGATING: (Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED),
    Status.IDENTIFIED: (Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED),
    Status.MONITORING: (Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED),
    Status.SCHEDULED: (Status.SCHEDULED, Status.IN_PROGRESS, Status.COMPLETED),
    Status.IN_PROGRESS: (Status.IN_PROGRESS, Status.VERIFYING, Status.COMPLETED),
    Status.VERIFYING: (Status.IN_PROGRESS, Status.VERIFYING, Status.COMPLETED),
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


@dataclass(frozen=True, slots=True)
class Affected:
    """How one component is doing because of an incident."""

    component: ComponentId
    health: Health


@dataclass(frozen=True, slots=True)
class Update:
    """One public word about an incident. `affected` is how components are doing from then on.

    `by` is None when the desk itself spoke, as settings may allow.
    """

    incident_id: IncidentId
    at: datetime
    status: Status
    body: str
    affected: tuple[Affected, ...] = ()
    by: StaffId | None = None

    @property
    def update_id(self) -> str:
        """Stable: the incident and the moment."""
        return f"{self.incident_id}-{int(self.at.timestamp() * 1000):013d}"


@dataclass(frozen=True, slots=True)
class Sample:
    """One customer's post, to show what it is about."""

    post_id: PostId
    author_id: UserId
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One problem of many customers, or a scheduled maintenance. `version` guards every write.

    `started_at` is the first complaint, `created_at` when the desk or a person wrote it down, `latest_at`
    the latest complaint. `people` counts distinct customers, `posts` their posts. `severity` runs from 1 to
    10. `terms` are the telling words that a further complaint is held against.
    `wait`, `due_at`, `alerted_until`, `attempts` are as in a case: what staff have to see to, and when they
    are told next.
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
    published_at: datetime | None = None
    monitoring_at: datetime | None = None
    ended_at: datetime | None = None
    updated_at: datetime | None = None
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    reason: str = ""
    wait: ReplyTimer | None = None
    due_at: datetime | None = None
    alerted_until: datetime | None = None
    attempts: int = 0
    owner: StaffId | None = None
    claimed_at: datetime | None = None
    # For how many minutes it has been above the usual, and when each customer's case got its clock after the end.
    longevity: int = 0
    gone_back_at: datetime | None = None

    @property
    def matter_id(self) -> IncidentId:
        return self.incident_id

    @property
    def waiting(self) -> bool:
        """Whether somebody has to do something by a deadline."""
        return self.wait is not None and self.wait.ended_at is None

    @property
    def urgency(self) -> Urgency:
        """What quiet hours go by."""
        return Urgency.CRITICAL if self.impact is Impact.CRITICAL else Urgency.HIGH

    def told(self, stage: str, clock: Clock, within: timedelta, at: datetime) -> "Incident":
        """Staff are told of it at once; somebody should have seen to it `within`.

        The stages are "noticed", until a person confirms it, and "go_back", once it is solved.
        """
        post_id = self.samples[0].post_id if self.samples else PostId("0")
        wait = ReplyTimer(post_id, at, at + within, clock, (Due(stage, at),))
        return replace(self, wait=wait, due_at=at, alerted_until=None, attempts=0)

    @property
    def public(self) -> bool:
        return self.status.public

    @property
    def open(self) -> bool:
        """Whether it still goes on: a candidate, or unresolved."""
        return not self.status.ended

    @property
    def next_statuses(self) -> tuple[Status, ...]:
        """What it can become, in the order in which problems and maintenance go."""
        return _NEXT.get(self.status, ())

    def moved(self, update: Update) -> "Incident":
        """After a public word about it, which may be the first. Raises NotPossible."""
        told = self._in(update.status, update.at)
        affected = {one.component: one for one in (*self.affected, *update.affected)}
        return replace(
            told,
            affected=tuple(affected.values()),
            published_at=self.published_at or update.at,
            updated_at=update.at,
        )

    def dismissed(self, reason: str, at: datetime) -> "Incident":
        """A person says that it is no incident. Raises NotPossible once it is public."""
        return replace(self._in(Status.DISMISSED, at), reason=reason)

    def faded(self, at: datetime) -> "Incident":
        """Nobody confirmed it and nobody complains any more. Raises NotPossible once it is public."""
        return replace(self._in(Status.FADED, at), reason="nobody confirmed it")

    def _in(self, status: Status, at: datetime) -> "Incident":
        if status not in self.next_statuses:
            raise NotPossible(self.incident_id, self.status, status)
        seen_to = replace(self.wait, ended_at=self.wait.ended_at or at) if self.wait else None
        return replace(
            self,
            status=status,
            monitoring_at=(self.monitoring_at or at) if status is Status.MONITORING else self.monitoring_at,
            ended_at=at if status.ended else None,
            wait=seen_to,
            due_at=None,
            attempts=0,
        )


def component_health(incidents: "tuple[Incident, ...] | list[Incident]") -> dict[ComponentId, Health]:
    """How each component named in a public, unresolved incident is doing: the worst that any of them says."""
    worst: dict[ComponentId, Health] = {}
    for incident in incidents:
        if not incident.public or not incident.open or incident.status is Status.SCHEDULED:
            continue
        for one in incident.affected:
            worst[one.component] = max(worst.get(one.component, Health.OPERATIONAL), one.health, key=lambda h: h.rank)
    return worst


@dataclass(frozen=True, slots=True)
class LinkedPost:
    """One customer's post that is part of an incident."""

    post_id: PostId
    author_id: UserId
    at: datetime
    words: str
    case_id: CaseId | None = None
