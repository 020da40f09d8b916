"""Who must be answered by when, and who is told on the way there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.alerts.roster import Stage
from mentiondesk.domain.hours import Hours, after
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.tags import Kind, Urgency


class Clock(StrEnum):
    """What is waited for: customers for replies, an incident for a person who confirms it.

    After an incident that is solved, its customers wait for a word that it is.
    """

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    FOLLOW_UP = "follow_up"
    CONFIRM = "confirm"
    GO_BACK = "go_back"


@dataclass(frozen=True, slots=True)
class Target:
    """How long one kind of post may wait, on which hours (None: round the clock)."""

    within: timedelta
    hours: Hours | None = None
    alerts: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """One alert stage of one wait, and when it falls due."""

    stage: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReplyTimer:
    """A customer waiting: since which post, until when, and when staff are told.

    `ended_at` is set once the brand has answered; a case keeps its latest wait, whose alerts are over then.
    """

    post_id: PostId
    since: datetime
    answer_by: datetime
    clock: Clock
    alerts: tuple[Due, ...] = ()
    ended_at: datetime | None = None

    def late(self, now: datetime) -> bool:
        """Whether the answer came, or still has not come, after the deadline."""
        return (self.ended_at or now) > self.answer_by

    def stricter(self, other: "ReplyTimer") -> "ReplyTimer":
        """Of two running waits the one to work by: with alerts first, then the earlier deadline."""
        return min(self, other, key=lambda w: (not w.alerts, w.answer_by, w.since))


@dataclass(frozen=True)
class Policy:
    """Targets by clock, kind and urgency, and the stages of alerting."""

    first_reply: Mapping[tuple[Kind, Urgency], Target]
    next_reply: Mapping[tuple[Kind, Urgency], Target]
    stages: tuple[Stage, ...]
    follow_up: Target | None = None

    def wait(self, clock: Clock, kind: Kind, urgency: Urgency, post_id: PostId, since: datetime) -> ReplyTimer | None:
        """The wait that such a post starts; None when it needs no answer."""
        target = self._target(clock, kind, urgency)
        if target is None:
            return None
        due = [Due(stage.name, _stage_time(stage, target, since)) for stage in self.stages if target.alerts]
        return ReplyTimer(
            post_id=post_id,
            since=since,
            answer_by=after(target.hours, since, target.within),
            clock=clock,
            alerts=tuple(sorted(due, key=lambda d: d.at)),
        )

    def _target(self, clock: Clock, kind: Kind, urgency: Urgency) -> Target | None:
        match clock:
            case Clock.FIRST_REPLY:
                return self.first_reply.get((kind, urgency))
            case Clock.NEXT_REPLY:
                return self.next_reply.get((kind, urgency))
            case Clock.FOLLOW_UP:
                return self.follow_up
            case Clock.CONFIRM | Clock.GO_BACK:
                return None


def _stage_time(stage: Stage, target: Target, since: datetime) -> datetime:
    """Stages count in the target's own time: with opening hours, "one hour before" is an open hour."""
    wanted = target.within * stage.share + stage.shift
    return after(target.hours, since, max(wanted, timedelta(0)))
