"""Reply timers: by when a customer must be answered, and when staff hear of it on the way there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from mentiondesk.domain.alerts.roster import Stage
from mentiondesk.domain.hours import Hours, after
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.values import Frozen, field, replace


class Clock(StrEnum):
    """The kinds of timers.

    A customer waits for a first or a next reply. UNSURE runs until a person has looked at a post that triage cannot
    place. PRIVATE starts when staff move the conversation to private and ends when it is solved there; then FOLLOW_UP
    starts, and ends when the brand is back in public. Of an answer that was typed elsewhere the desk knows the words
    alone: FOLLOW_UP starts when they ask for direct messages, PRIVATE when the customer says that one is sent. GO_BACK
    starts when an incident that a customer met is solved. CONFIRM belongs to an incident that a person must confirm or
    dismiss.
    """

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    UNSURE = "unsure"
    PRIVATE = "private"
    FOLLOW_UP = "follow_up"
    CONFIRM = "confirm"
    GO_BACK = "go_back"


# The clocks of customers who wait for the brand's answer.
REPLY_CLOCKS = (Clock.FIRST_REPLY, Clock.NEXT_REPLY, Clock.UNSURE)


class TimerOutcome(StrEnum):
    """The reason why a timer ended. A superseded timer gave way to one that a customer's post started.

    INCIDENT: the case is part of a public incident. SOLVED: the matter is solved in private. DECLINED: a person
    decided against a follow-up.
    """

    ANSWERED = "answered"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"
    SUPERSEDED = "superseded"
    CONFIRMED = "confirmed"
    FADED = "faded"
    INCIDENT = "incident"
    SOLVED = "solved"
    DECLINED = "declined"


class Target(Frozen):
    """The longest that one kind of post may wait, counted in opening hours (None: round the clock)."""

    within: timedelta
    hours: Hours | None = None
    alerts: bool = True


# The target of a critical post whose kind has none in the settings.
CRITICAL_TARGET = Target(timedelta(minutes=30))


class Due(Frozen):
    """An alert stage of a timer, and the moment at which it falls due."""

    stage: str
    at: datetime


class ReplyTimer(Frozen):
    """A wait: since which post, until when, and when staff are alerted.

    It runs until it has `ended_at` and an outcome. An ended timer has no alerts. `planned_at` is the time of the
    later post from which its alerts were planned anew. `waits_since` is the beginning of the customer's wait where
    that is earlier: the timer took the place of another one.
    """

    post_id: PostId
    since: datetime
    answer_by: datetime
    clock: Clock
    alerts: tuple[Due, ...] = ()
    ended_at: datetime | None = None
    outcome: TimerOutcome | None = None
    planned_at: datetime | None = None
    waits_since: datetime | None = None

    @property
    def began(self) -> datetime:
        """The beginning of the customer's wait."""
        return self.waits_since or self.since

    @property
    def running(self) -> bool:
        return self.ended_at is None

    def breached(self, now: datetime) -> bool:
        """True when the timer ended, or still runs, after its deadline."""
        return (self.ended_at or now) > self.answer_by

    def half_gone(self, now: datetime) -> bool:
        """True while the timer runs, from half time on."""
        return self.running and now - self.since >= (self.answer_by - self.since) / 2

    def ended(self, at: datetime, outcome: TimerOutcome) -> "ReplyTimer":
        return replace(self, ended_at=at, outcome=outcome, alerts=())

    def planned_anew(self, at: datetime, alerts: tuple[Due, ...]) -> "ReplyTimer":
        """The timer with these alerts in place of its own; its deadline stays."""
        return replace(self, alerts=alerts, planned_at=at)

    def taking_over(self, other: "ReplyTimer") -> "ReplyTimer":
        """This timer in place of another one, whose customer goes on waiting."""
        return self if other.began >= self.since else replace(self, waits_since=other.began)

    def tighter(self, other: "ReplyTimer") -> "ReplyTimer":
        """The one of two running timers to work by: with alerts first, then the earlier deadline."""
        return min(self, other, key=_tightness)


def _tightness(timer: ReplyTimer) -> tuple[bool, datetime, datetime]:
    return not timer.alerts, timer.answer_by, timer.since


class Policy(Frozen, dict=True, gc=True):
    """Targets by clock, kind and urgency, and the stages of alerting.

    `critical` are the stages of posts about danger, in real time since the post. `again` is the stage for a customer
    who writes again after the last stage of a late case, `question` that of a private timer: it asks whether the
    customer was answered in private. Where `resolve_after` is set, a case without a running timer
    is resolved when its customer has been silent for so long. `lapse` are the spans by urgency after which a claim
    without a sign of work lapses.
    """

    first_reply: Mapping[tuple[Kind, Urgency], Target]
    next_reply: Mapping[tuple[Kind, Urgency], Target]
    stages: tuple[Stage, ...]
    follow_up: Target | None = None
    private: Target | None = None
    resolve_after: timedelta | None = None
    unsure: Target | None = None
    critical: tuple[Stage, ...] = ()
    again: Stage | None = None
    question: Stage | None = None
    lapse: Mapping[Urgency, timedelta] = field(default_factory=dict)

    @cached_property
    def all_stages(self) -> tuple[Stage, ...]:
        """The stages that a case's alerts may name."""
        return (*self.critical, *self.stages, *(one for one in (self.again, self.question) if one is not None))

    @cached_property
    def _stage_names(self) -> frozenset[str]:
        return frozenset(stage.name for stage in self.all_stages)

    def stages_of(self, timer: ReplyTimer) -> tuple[Stage, ...]:
        """The stages that this timer's alerts may name.

        Settings may have renamed stages since the timer began: a name that is gone stands for the new stage in its
        place, counted from the last, and for the first new one where there are fewer.
        """
        planned = [due.stage for due in timer.alerts]
        gone = [name for name in planned if name not in self._stage_names]
        if not gone:
            return self.all_stages
        new = [stage for stage in self.stages if stage.name not in planned]
        if not new:
            return self.all_stages
        new.sort(key=lambda stage: (stage.share, stage.shift))
        new = [*new[:1] * (len(gone) - len(new)), *new][-len(gone) :]
        return (*self.all_stages, *(replace(stage, name=name) for name, stage in zip(gone, new, strict=True)))

    def timer(
        self, clock: Clock, kind: Kind, urgency: Urgency, post_id: PostId, since: datetime, *, rings: bool = False
    ) -> ReplyTimer | None:
        """The timer that such a post starts; None when it needs no answer.

        With `rings`, the post is about danger: the timer has the critical stages too, and a target in any case.
        """
        target = self._target(clock, kind, urgency) or (CRITICAL_TARGET if rings else None)
        if target is None:
            return None
        stages = self.stages if clock is not Clock.PRIVATE else (self.question,) if self.question else ()
        answer_by = after(target.hours, since, target.within)
        due = [Due(stage.name, _stage_time(stage, target, since)) for stage in stages if target.alerts]
        if rings:
            # The critical stages are warning enough; the others begin with the deadline.
            late = [one for one in due if one.at >= answer_by]
            due = [*late, *(Due(stage.name, since + stage.shift) for stage in self.critical)]
        return ReplyTimer(
            post_id=post_id,
            since=since,
            answer_by=answer_by,
            clock=clock,
            alerts=tuple(sorted(due, key=lambda d: d.at)),
        )

    def _target(self, clock: Clock, kind: Kind, urgency: Urgency) -> Target | None:
        match clock:
            case Clock.FIRST_REPLY:
                return self.first_reply.get((kind, urgency))
            case Clock.NEXT_REPLY:
                return self.next_reply.get((kind, urgency))
            case Clock.UNSURE:
                return self.unsure
            case Clock.PRIVATE:
                return self.private
            case Clock.FOLLOW_UP:
                return self.follow_up
            case Clock.CONFIRM | Clock.GO_BACK:
                return None


def _stage_time(stage: Stage, target: Target, since: datetime) -> datetime:
    """Stages count in the target's own time: with opening hours, "one hour before" is an open hour."""
    wanted = target.within * stage.share + stage.shift
    return after(target.hours, since, max(wanted, timedelta(0)))
