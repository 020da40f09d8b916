"""Commands: what a person, or the desk itself, wants done to a case; and the one place that decides about them."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.alerts.roster import Audience
from mentiondesk.domain.cases.case import (
    AlreadyClaimed,
    AlreadyLinked,
    AlreadyTheirs,
    AlreadyYours,
    Case,
    CaseClosed,
    CaseNotClosed,
    CaseRefuses,
    IncidentOver,
    InPrivate,
    KindUnchanged,
    NoFollowUp,
    NoGrowth,
    NotClaimed,
    NothingToSnooze,
    NothingToUndo,
    NotInPrivate,
    NotLinked,
    NotSilent,
    NotWaiting,
    NoWordOwed,
    Phase,
    RunsOn,
    TagsUnchanged,
)
from mentiondesk.domain.cases.timers import Due, Policy, ReplyTimer
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.posts.profile import Attention, Profile, PublicMetrics, strongest
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.way import Solved, Way
from mentiondesk.domain.text import Reason, Text
from mentiondesk.domain.timeline import (
    AnsweredElsewhere,
    AttentionGrew,
    CaseActEntry,
    Claimed,
    ClaimLapsed,
    Corrected,
    Dismissed,
    FollowUpDeclined,
    GoBackStarted,
    HandedOver,
    IncidentJoined,
    IncidentLeft,
    LookedUp,
    MovedToPrivate,
    Noted,
    Released,
    Reopened,
    Resolved,
    Retagged,
    Snoozed,
    SolvedInPrivate,
    Undone,
)
from mentiondesk.values import Frozen, required

# A snooze may hold what these hear.
_NO_LEADS = (Audience.DUTY, Audience.ROOM)
# The time in which an act can be undone.
UNDO_WITHIN = timedelta(minutes=10)


# The name of a topic, as the catalogue and the settings write it.
TOPIC_NAME = "[a-z][a-z0-9_]{1,29}"


class SnoozeFor(StrEnum):
    """The spans for which alerts can wait; never past the next alert that goes to a lead or a manager."""

    HALF_HOUR = "30m"
    HOUR = "1h"
    UNTIL_LEAD = "lead"

    def until(self, now: datetime) -> datetime:
        match self:
            case SnoozeFor.HALF_HOUR:
                return now + timedelta(minutes=30)
            case SnoozeFor.HOUR:
                return now + timedelta(hours=1)
            case SnoozeFor.UNTIL_LEAD:
                return datetime.max.replace(tzinfo=now.tzinfo)


class Asked(Frozen):
    """The circumstances of a command: who gives it and when, the id of the entry it makes, the policy in force."""

    actor: Actor
    now: datetime
    entry_id: str
    policy: Policy

    def new(self, case: Case) -> dict[str, Any]:
        """The fields that every act has. It stands behind the last post, and behind the acts that stand there."""
        number = case.last[2] + 1 if case.last else 1
        return {
            "entry_id": self.entry_id,
            "at": self.now,
            "by": self.actor.by,
            "after": case.last_post,
            "number": number,
        }


class CaseCommand(Frozen):
    """A command on a case. `action` is the right that a person needs for it; None for a command of the desk's own."""

    action: ClassVar[Action | None] = None

    def entry(self, case: Case, asked: Asked) -> CaseActEntry:
        """The entry that the command adds to the timeline. Raises CaseRefuses where it does not fit the case."""
        raise NotImplementedError


class StaffCommand(CaseCommand):
    """A command that a person gives. Its fields are what they type or choose, unless pages have a form for it.

    The words of its act stand under act.<action>.
    """

    action: ClassVar[Action]

    @classmethod
    def samples(cls) -> Iterable["StaffCommand"]:
        """The commands by which pages know whether the act fits a case now: one for each choice; texts left empty."""
        return (cls(**dict.fromkeys(required(cls), "")),)


class Claim(StaffCommand):
    """Own the case. Refused as CaseClosed, AlreadyClaimed, AlreadyYours."""

    action = Action.CLAIM

    def entry(self, case: Case, asked: Asked) -> Claimed:
        _must_be_open(case)
        _must_be_free_for(case, asked.actor)
        if case.owner is not None:
            raise AlreadyYours(case.case_id)
        return Claimed(**asked.new(case))


class Release(StaffCommand):
    """Give the case back, so that the others on duty hear what they missed. Leads may release what others own.

    Refused as CaseClosed, NotClaimed, AlreadyClaimed.
    """

    action = Action.RELEASE

    def entry(self, case: Case, asked: Asked) -> Released:
        _must_be_open(case)
        if case.owner is None:
            raise NotClaimed(case.case_id)
        if not asked.actor.leads:
            _must_be_free_for(case, asked.actor)
        return Released(**asked.new(case))


class Snooze(StaffCommand):
    """Let alerts wait; the timer runs on. Refused as CaseClosed, NotWaiting, AlreadyClaimed, NothingToSnooze."""

    action = Action.SNOOZE
    hold: SnoozeFor

    def entry(self, case: Case, asked: Asked) -> Snoozed:
        _must_wait(case)
        _must_be_free_for(case, asked.actor)
        until = _snooze_end(case, self.hold.until(asked.now), asked.now, asked.policy)
        return Snoozed(until=until, **asked.new(case))

    @classmethod
    def samples(cls) -> Iterable["Snooze"]:
        return map(cls, SnoozeFor)


class MarkAnswered(StaffCommand):
    """Say that the customer was answered where the desk does not see it. Anybody may: it has happened.

    Refused as CaseClosed, NotWaiting.
    """

    action = Action.ANSWERED

    def entry(self, case: Case, asked: Asked) -> AnsweredElsewhere:
        _must_wait(case)
        return AnsweredElsewhere(thanks=case.kind is Kind.PRAISE, **asked.new(case))


class Dismiss(StaffCommand):
    """Close the case because it needs no answer. Refused as CaseClosed, NotWaiting, AlreadyClaimed."""

    action = Action.NO_ANSWER
    reason: str

    def entry(self, case: Case, asked: Asked) -> Dismissed:
        _must_wait(case)
        _must_be_free_for(case, asked.actor)
        return Dismissed(reason=self.reason, **asked.new(case))


class Resolve(StaffCommand):
    """Close the case because the customer's matter is settled. Refused as CaseClosed, AlreadyClaimed."""

    action = Action.RESOLVE_CASE
    reason: Reason

    def entry(self, case: Case, asked: Asked) -> Resolved:
        _must_be_open(case)
        _must_be_free_for(case, asked.actor)
        return Resolved(reason=self.reason, **asked.new(case))


class Reopen(StaffCommand):
    """Open a closed case again. Refused as CaseNotClosed."""

    action = Action.REOPEN_CASE
    reason: Reason

    def entry(self, case: Case, asked: Asked) -> Reopened:
        if not case.state.closed:
            raise CaseNotClosed(case.case_id)
        return Reopened(reason=self.reason, **asked.new(case))


class Correct(StaffCommand):
    """Say that triage was wrong: the case is of another kind, or (None) no case at all.

    Refused as CaseClosed, AlreadyClaimed, KindUnchanged.
    """

    action = Action.CORRECT
    kind: Kind | None = None

    def entry(self, case: Case, asked: Asked) -> Corrected:
        _must_be_open(case)
        _must_be_free_for(case, asked.actor)
        if self.kind is case.kind:
            raise KindUnchanged(case.case_id)
        return Corrected(kind=self.kind, **asked.new(case))

    @classmethod
    def samples(cls) -> Iterable["Correct"]:
        return map(cls, (None, *Kind))


class Retag(StaffCommand):
    """Say that triage was wrong about the urgency or the topics.

    Refused as CaseClosed, AlreadyClaimed, TagsUnchanged.
    """

    action = Action.RETAG
    urgency: Urgency
    topics: tuple[Annotated[str, Text(pattern=TOPIC_NAME)], ...] = ()

    def entry(self, case: Case, asked: Asked) -> Retagged:
        _must_be_open(case)
        _must_be_free_for(case, asked.actor)
        if self.urgency is case.urgency and set(self.topics) == set(case.topics):
            raise TagsUnchanged(case.case_id)
        return Retagged(urgency=self.urgency, topics=self.topics, **asked.new(case))

    @classmethod
    def samples(cls) -> Iterable["Retag"]:
        return map(cls, Urgency)


class Undo(StaffCommand):
    """Take back one's own latest act, for ten minutes. Refused as NothingToUndo."""

    action = Action.UNDO

    def entry(self, case: Case, asked: Asked) -> Undone:
        act = case.latest_act
        if act is None or act.by != asked.actor.by or asked.now - act.at > UNDO_WITHIN:
            raise NothingToUndo(case.case_id)
        closed = case.state.closed and case.closed_at == act.at
        return Undone(undoes=act.entry_id, reopens=closed, **asked.new(case))


class NoteReach(CaseCommand):
    """Keep what X shows of the customer and the post. The desk's own; never refused.

    `attention`: the reasons for which a complaint is urgent; `reach`: who can read it.
    """

    profile: Profile
    metrics: PublicMetrics | None = None
    attention: tuple[Attention, ...] = ()
    reach: int = 0

    def entry(self, case: Case, asked: Asked) -> LookedUp:
        found = self.attention if case.kind is Kind.COMPLAINT else ()
        return LookedUp(
            profile=self.profile,
            metrics=self.metrics,
            urgency=strongest(found),
            attention=found,
            reach=self.reach,
            **asked.new(case),
        )


class NoteAttention(CaseCommand):
    """Raise a complaint that more people read or join. The desk's own. Refused as NoGrowth.

    A count is news when it asks for more urgency than the case has, or has doubled since it was noted.
    """

    attention: tuple[Attention, ...]
    metrics: PublicMetrics | None = None
    reach: int | None = None

    def entry(self, case: Case, asked: Asked) -> AttentionGrew:
        known = {one.draw: one.count for one in case.attention}
        grew = (one.urgency > case.urgency or one.count >= 2 * known.get(one.draw, 0) for one in self.attention)
        if not case.waiting or case.kind is not Kind.COMPLAINT or not any(grew):
            raise NoGrowth(case.case_id)
        return AttentionGrew(attention=self.attention, metrics=self.metrics, reach=self.reach, **asked.new(case))


class Note(StaffCommand):
    """Write something down for colleagues. Never refused: a note helps in a closed case, too."""

    action = Action.NOTE
    text: Annotated[str, Text(1, 2000)]

    def entry(self, case: Case, asked: Asked) -> Noted:
        return Noted(text=self.text, **asked.new(case))


class HandOver(StaffCommand):
    """Make another person the owner, or take the case over oneself.

    Anybody may take a case over, and give away what is unclaimed or their own; leads may give away any case.
    Refused as CaseClosed, AlreadyClaimed, AlreadyYours, AlreadyTheirs.
    """

    action = Action.HAND_OVER
    to: Annotated[StaffId, Text(1, 30, staff=True)]

    def entry(self, case: Case, asked: Asked) -> HandedOver:
        _must_be_open(case)
        if case.owner == self.to:
            raise (AlreadyYours if self.to == asked.actor.by else AlreadyTheirs)(case.case_id)
        if self.to != asked.actor.by and not asked.actor.leads:
            _must_be_free_for(case, asked.actor)
        return HandedOver(to=self.to, **asked.new(case))


class MoveToPrivate(StaffCommand):
    """Say that the conversation goes on in private. The clock of that leg runs until it is solved there.

    A reply that asks the customer to go on there does the same when it is on X. Refused as CaseClosed, AlreadyClaimed,
    InPrivate.
    """

    action = Action.MOVE_TO_PRIVATE
    way: Way
    link: Annotated[str, Text(most=300)] = ""
    note: Annotated[str, Text(most=600)] = ""

    def entry(self, case: Case, asked: Asked) -> MovedToPrivate:
        _must_be_open(case)
        _must_be_free_for(case, asked.actor)
        if case.phase is Phase.PRIVATE and case.way is self.way:
            raise InPrivate(case.case_id)
        return MovedToPrivate(way=self.way, link=self.link, note=self.note, **asked.new(case))

    @classmethod
    def samples(cls) -> Iterable["MoveToPrivate"]:
        return map(cls, Way)


class SolveInPrivate(StaffCommand):
    """Say that the matter is solved in private, and on what grounds. The clock of the follow-up in public starts.

    Refused as CaseClosed, AlreadyClaimed, NotInPrivate.
    """

    action = Action.SOLVED_IN_PRIVATE
    how: Solved = Solved.BY_US

    def entry(self, case: Case, asked: Asked) -> SolvedInPrivate:
        _must_be_open(case)
        _must_be_free_for(case, asked.actor)
        if case.phase is not Phase.PRIVATE:
            raise NotInPrivate(case.case_id)
        return SolvedInPrivate(how=self.how, **asked.new(case))


class DeclineFollowUp(StaffCommand):
    """Decide against a word in public. Refused as CaseClosed, AlreadyClaimed, NoFollowUp."""

    action = Action.DECLINE_FOLLOW_UP
    reason: Reason

    def entry(self, case: Case, asked: Asked) -> FollowUpDeclined:
        _must_be_open(case)
        _must_be_free_for(case, asked.actor)
        if not case.owes_follow_up:
            raise NoFollowUp(case.case_id)
        return FollowUpDeclined(reason=self.reason, **asked.new(case))


class LinkIncident(StaffCommand):
    """Say that the case belongs to an incident. Anybody may: it is a fact about the customer's matter.

    `title`, `stops` and `over` are those of the incident: its name, True where it is public so that the case's timers
    stop, and True where it takes no more cases. Refused as CaseClosed, AlreadyLinked, IncidentOver.
    """

    action = Action.LINK_INCIDENT
    incident_id: IncidentId
    reason: str
    title: str = ""
    stops: bool = True
    over: bool = False

    def entry(self, case: Case, asked: Asked) -> IncidentJoined:
        _must_be_open(case)
        if case.incident_id == self.incident_id:
            raise AlreadyLinked(case.case_id)
        if self.over:
            raise IncidentOver(case.case_id)
        new = asked.new(case)
        return IncidentJoined(
            incident_id=self.incident_id, title=self.title, reason=self.reason, stops=self.stops, **new
        )


class UnlinkIncident(StaffCommand):
    """Say that the case does not belong to its incident: its customer waits again. Refused as NotLinked."""

    action = Action.UNLINK_INCIDENT
    reason: Reason

    def entry(self, case: Case, asked: Asked) -> IncidentLeft:
        if case.incident_id is None:
            raise NotLinked(case.case_id)
        return IncidentLeft(incident_id=case.incident_id, reason=self.reason, **asked.new(case))


class Lapse(CaseCommand):
    """Take the case from an owner who gives no sign of work. The desk's own. Refused as NotClaimed."""

    owner: StaffId

    def entry(self, case: Case, asked: Asked) -> ClaimLapsed:
        if case.owner != self.owner or not case.waiting:
            raise NotClaimed(case.case_id)
        return ClaimLapsed(owner=self.owner, **asked.new(case))


class StartGoBack(CaseCommand):
    """Start the timer of a customer who met an incident that is solved. The desk's own. Refused as NoWordOwed."""

    incident_id: IncidentId
    title: str
    timer: ReplyTimer

    def entry(self, case: Case, asked: Asked) -> GoBackStarted:
        answered = case.answered_at is not None and case.answered_at > self.timer.since
        if case.closed_at is not None or case.waiting or answered:
            raise NoWordOwed(case.case_id)
        return GoBackStarted(incident_id=self.incident_id, title=self.title, timer=self.timer, **asked.new(case))


class JoinIncident(CaseCommand):
    """Stop the timers of a case that is part of a public incident. The desk's own. Refused as NotWaiting, RunsOn."""

    incident_id: IncidentId

    def entry(self, case: Case, asked: Asked) -> IncidentJoined:
        _must_wait(case)
        if case.urgency is Urgency.CRITICAL:
            raise RunsOn(case.case_id)
        return IncidentJoined(incident_id=self.incident_id, **asked.new(case))


class LeaveIncident(CaseCommand):
    """Have a case wait again that a person took out of an incident. The desk's own. Refused as NoWordOwed."""

    incident_id: IncidentId

    def entry(self, case: Case, asked: Asked) -> IncidentLeft:
        elsewhere = case.incident_id not in (None, self.incident_id)
        if case.waiting or elsewhere or case.state is not State.OPEN:
            raise NoWordOwed(case.case_id)
        return IncidentLeft(incident_id=self.incident_id, **asked.new(case))


class ResolveSilent(CaseCommand):
    """Close a case whose customer has been silent as long as the policy says. The desk's own. Refused as NotSilent."""

    def entry(self, case: Case, asked: Asked) -> Resolved:
        silence = asked.policy.resolve_after
        if silence is None or case.resolve_at is None or asked.now < case.resolve_at:
            raise NotSilent(case.case_id)
        return Resolved(reason=f"no word from the customer in {silence.days} days", **asked.new(case))


# The commands of people, in the order in which pages offer their acts.
STAFF_COMMANDS: tuple[type[StaffCommand], ...] = (
    Undo,
    Claim,
    MarkAnswered,
    Correct,
    Release,
    Dismiss,
    Resolve,
    Snooze,
    Reopen,
    SolveInPrivate,
    DeclineFollowUp,
    MoveToPrivate,
    Retag,
    LinkIncident,
    UnlinkIncident,
    HandOver,
    Note,
)


def decide(
    case: Case, command: CaseCommand, actor: Actor, now: datetime, entry_id: str, policy: Policy
) -> CaseActEntry:
    """The entry that the command adds to the timeline. Raises CaseRefuses where it does not fit the case."""
    return command.entry(case, Asked(actor, now, entry_id, policy))


def possible(case: Case, actor: Actor, now: datetime, policy: Policy) -> Iterator[tuple[StaffCommand, CaseActEntry]]:
    """The commands that this person may give and that fit the case now, each with its entry; texts left empty."""
    for command in (sample for kind in STAFF_COMMANDS if actor.may(kind.action) for sample in kind.samples()):
        with suppress(CaseRefuses):
            yield command, decide(case, command, actor, now, "", policy)


def _must_be_open(case: Case) -> None:
    if case.state.closed:
        raise CaseClosed(case.case_id)


def _must_wait(case: Case) -> None:
    _must_be_open(case)
    if not case.waiting:
        raise NotWaiting(case.case_id)


def _must_be_free_for(case: Case, actor: Actor) -> None:
    if case.owner is not None and case.owner != actor.by:
        raise AlreadyClaimed(case.case_id, case.owner)


def _snooze_end(case: Case, wanted: datetime, now: datetime, policy: Policy) -> datetime:
    """The end of a snooze: not past the next alert to leads or managers, or the last of all where they hear none.

    Raises NothingToSnooze where no alert would wait for it.
    """
    ahead = [due for due in case.timer.alerts if due.at > now] if case.timer else []
    until = min(wanted, _longest_snooze(ahead, policy) or now)
    held = case.snoozed_until is not None and case.snoozed_until > now
    next_alert = case.snoozed_until if held else min((due.at for due in ahead), default=now)
    if next_alert is None or until <= next_alert:
        raise NothingToSnooze(case.case_id)
    return until


def _longest_snooze(ahead: list[Due], policy: Policy) -> datetime | None:
    beyond_duty = {stage.name for stage in policy.all_stages for to, _ in stage.send if to not in _NO_LEADS}
    theirs = [due.at for due in ahead if due.stage in beyond_duty]
    return min(theirs) if theirs else max((due.at for due in ahead), default=None)
