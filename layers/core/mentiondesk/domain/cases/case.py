"""Cases: one customer's matter in one conversation, told by the posts in it.

A case is a fold over its timeline in the order in which the posts were made. Posts may be seen late, in
another order or with new text; the case is then told again from its timeline, so that the same posts
always end in the same case.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from mentiondesk.domain.alerts.roster import Audience
from mentiondesk.domain.cases.timers import Clock, Due, Policy, ReplyTimer
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, StaffId, UserId, case_id
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency

_MOST_TOPICS = 12
_MOST_WORDS = 600
_MOST_REASONS = 5
# More than any customer is told by phone; an item has no room for endless lists.
_MOST_SETTLED = 30
# Whatever a customer adds to one of these waits for an answer too.
_OPEN_MATTERS = (Kind.COMPLAINT, Kind.QUESTION, Kind.ABUSE)
# Clocks that we started ourselves give way to any that a customer starts.
_OURS = (Clock.FOLLOW_UP, Clock.GO_BACK)
# Said after an answer, these end a conversation.
_CLOSING_WORDS = (Kind.PRAISE, Kind.SPAM)

# How care teams ask a customer to go on in private, and X's own link for it.
_MOVES_TO_PRIVATE = re.compile(
    r"\b(?:dms?|dm'd|direct messages?|private messages?|mensaje privado|direktnachricht|message privé)\b"
    r"|messages/compose",
    re.IGNORECASE,
)


class State(StrEnum):
    """`open`: the customer waits; `pending`: we wait for the customer."""

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class Leg(StrEnum):
    """Where the conversation is: answered in public, moved to private, back in public to ask."""

    PUBLIC = "public"
    PRIVATE = "private"
    FOLLOW_UP = "follow_up"


class CaseRefuses(Exception):
    """What somebody wants to do to a case does not fit what it is now; each reason is a type of its own."""


class CaseClosed(CaseRefuses):
    """The case is resolved or dismissed; nobody can take it."""


class AlreadyClaimed(CaseRefuses):
    """Somebody else owns the case."""

    def __init__(self, case: CaseId, owner: StaffId) -> None:
        super().__init__(f"case {case} is owned by {owner}")
        self.owner = owner


class NotClaimed(CaseRefuses):
    """Nobody owns the case, so nobody can give it back."""


class NotWaiting(CaseRefuses):
    """Nobody waits for anything in this case now."""


class NothingToHold(CaseRefuses):
    """No alert is left that could wait, or the next one is due to a lead already."""


@dataclass(frozen=True, slots=True)
class StaffOutcome:
    """Staff ended the wait other than by a post: pending, "I answered elsewhere"; resolved or dismissed.

    `after` is the last post that the case held then: the posts up to it are settled, and no later ones.
    """

    at: datetime
    after: tuple[datetime, int]
    state: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One post in a case's timeline; `kind` is None for the brand's own."""

    post_id: PostId
    at: datetime
    words: str
    kind: Kind | None = None
    urgency: Urgency = Urgency.LOW
    needs_reply: bool = False
    topics: tuple[str, ...] = ()
    language: str = "und"
    why: tuple[str, ...] = ()
    seen_at: datetime | None = None

    @property
    def order(self) -> tuple[datetime, int]:
        return (self.at, int(self.post_id))


@dataclass(frozen=True, slots=True)
class Case:
    """The unit that has an owner, a state and clocks.

    `wait` is the latest one, running until it has `ended_at`. `due_at` is when the notifier looks at the
    case next, None when no alert is to come. `version` grows with every change and guards every write.
    """

    case_id: CaseId
    conversation_id: ConversationId
    customer_id: UserId
    opened_at: datetime
    state: State
    kind: Kind
    urgency: Urgency = Urgency.LOW
    topics: tuple[str, ...] = ()
    language: str = "und"
    leg: Leg = Leg.PUBLIC
    version: int = 0
    owner: StaffId | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    reason: str = ""
    wait: ReplyTimer | None = None
    due_at: datetime | None = None
    # Alert stages due up to here have gone out; `attempts` counts the runs in which none could.
    alerted_until: datetime | None = None
    attempts: int = 0
    breaches: int = 0
    asked_at: datetime | None = None
    first_answer_at: datetime | None = None
    posts: int = 0
    last_post: tuple[datetime, int] | None = None
    # Oldest first; kept so that the case can be told again.
    settled: tuple[StaffOutcome, ...] = ()
    # The public incident that this is about, if any.
    incident_id: IncidentId | None = None
    # The customer's latest words, so that an alert needs no second look-up.
    post_id: PostId | None = None
    words: str = ""
    # The words that made it what it is, as triage found them.
    why: tuple[str, ...] = ()
    said_at: datetime | None = None
    seen_at: datetime | None = None

    @property
    def matter_id(self) -> CaseId:
        return self.case_id

    @property
    def waiting(self) -> bool:
        """Whether somebody has to do something by a deadline."""
        return self.wait is not None and self.wait.ended_at is None

    def breached(self, now: datetime) -> bool:
        """Whether any of this customer's waits ran past its deadline."""
        return self.breaches > 0 or (self.wait is not None and self.wait.late(now))

    def claim(self, by: StaffId, now: datetime) -> "Case":
        """Owned by `by`. Raises CaseClosed or AlreadyClaimed."""
        self._must_be_open()
        self._must_be_free_for(by)
        return self if self.owner == by else replace(self, owner=by, claimed_at=now)

    def close(self, state: State, reason: str, now: datetime) -> "Case":
        """Resolved or dismissed with a reason; its clocks stop."""
        return _settle(self, StaffOutcome(now, self._latest, state, reason))

    def answered_elsewhere(self, now: datetime) -> "Case":
        """Somebody answered where the desk does not see it; it is the customer's turn. Raises CaseClosed, NotWaiting.

        Anybody may say so, whoever owns the case: it has happened.
        """
        self._must_wait()
        return _settle(self, StaffOutcome(now, self._latest, State.PENDING))

    def needs_no_answer(self, by: StaffId, reason: str, now: datetime) -> "Case":
        """Dismissed with a reason. Raises CaseClosed, NotWaiting or AlreadyClaimed."""
        self._must_wait()
        self._must_be_free_for(by)
        return self.close(State.DISMISSED, reason, now)

    def snooze(self, by: StaffId, until: datetime, policy: Policy) -> "Case":
        """No alert before `until`, or before the next one that goes to a lead or a manager; the clock runs.

        Raises CaseClosed, NotWaiting, AlreadyClaimed or NothingToHold.
        """
        self._must_wait()
        self._must_be_free_for(by)
        longest = self._may_hold_until(policy)
        if self.due_at is None or longest is None or min(until, longest) <= self.due_at:
            raise NothingToHold(self.case_id)
        return replace(self, due_at=min(until, longest))

    def release(self, by: StaffId, now: datetime, lead: bool = False) -> "Case":
        """Nobody's again, and the others on duty are told what they missed; a lead may release what others own.

        Raises CaseClosed, NotClaimed or AlreadyClaimed.
        """
        self._must_be_open()
        if self.owner is None:
            raise NotClaimed(self.case_id)
        if not lead:
            self._must_be_free_for(by)
        free = replace(self, owner=None, claimed_at=None)
        return replace(free, due_at=now, alerted_until=None) if self.waiting and self._alerts else free

    def expects_word(self, since: datetime) -> bool:
        """Whether the customer should hear that a problem of many was solved at `since`.

        Not where staff have closed the case, nor where a clock for an answer runs: that answer says it.
        """
        return self.closed_at is None and not (self.waiting and self.wait is not None and self.wait.since != since)

    def go_back(self, wait: ReplyTimer) -> "Case":
        """The problem of many that this customer met is solved: somebody owes them a word about it."""
        return _started(replace(self, state=State.PENDING, reason="", leg=Leg.FOLLOW_UP), wait)

    @property
    def _latest(self) -> tuple[datetime, int]:
        return self.last_post or (self.opened_at, 0)

    @property
    def _alerts(self) -> tuple[Due, ...]:
        return self.wait.alerts if self.wait else ()

    def _must_be_open(self) -> None:
        if self.state in (State.RESOLVED, State.DISMISSED):
            raise CaseClosed(self.case_id)

    def _must_wait(self) -> None:
        self._must_be_open()
        if not self.waiting:
            raise NotWaiting(self.case_id)

    def _must_be_free_for(self, by: StaffId) -> None:
        if self.owner is not None and self.owner != by:
            raise AlreadyClaimed(self.case_id, self.owner)

    def _may_hold_until(self, policy: Policy) -> datetime | None:
        """The next alert that leads or managers hear; the last of all where they hear none."""
        beyond_duty = {stage.name for stage in policy.stages for to, _ in stage.send if to is not Audience.DUTY}
        ahead = [due for due in self._alerts if self.alerted_until is None or due.at > self.alerted_until]
        theirs = [due.at for due in ahead if due.stage in beyond_duty]
        return min(theirs) if theirs else max((due.at for due in ahead), default=None)


def entry_of(post: Post, tags: Tags | None) -> Entry:
    """The line a post adds to the timeline; `tags` is None for the brand's own."""
    entry = Entry(post_id=post.post_id, at=post.created_at, words=post.text[:_MOST_WORDS], seen_at=post.seen_at)
    if tags is None:
        return entry
    return replace(
        entry,
        kind=tags.kind,
        urgency=tags.urgency,
        needs_reply=tags.needs_reply,
        topics=tags.topics,
        language=tags.language,
        why=tuple(post.text[reason.start : reason.end] or reason.rule for reason in tags.reasons[:_MOST_REASONS]),
    )


def new_case(conversation: ConversationId, customer: UserId, at: datetime) -> Case:
    """A case with no post in it yet; one that begins with our answer waits for the customer."""
    return Case(
        case_id=case_id(conversation, customer),
        conversation_id=conversation,
        customer_id=customer,
        opened_at=at,
        state=State.PENDING,
        kind=Kind.QUESTION,
    )


def is_next(case: Case, entry: Entry) -> bool:
    """Whether the entry follows all that the case holds, so that `extend` applies."""
    return case.last_post is None or entry.order > case.last_post


def extend(case: Case, entry: Entry, policy: Policy) -> Case:
    """The case after its next post."""
    return _answered(case, entry, policy) if entry.kind is None else _heard(case, entry, entry.kind, policy)


def retell(case: Case, entries: Iterable[Entry], policy: Policy) -> Case:
    """The case told again from its whole timeline; what staff did to it is kept."""
    ordered = sorted(entries, key=lambda e: e.order)
    told = new_case(case.conversation_id, case.customer_id, ordered[0].at)
    told = replace(
        told, version=case.version, owner=case.owner, claimed_at=case.claimed_at, incident_id=case.incident_id
    )
    settled = list(case.settled)
    for entry in ordered:
        while settled and settled[0].after < entry.order:
            told = _settle(told, settled.pop(0))
        told = extend(told, entry, policy)
    for one in settled:
        told = _settle(told, one)
    if case.wait is not None and _owed_a_word(case.wait, ordered) and not told.waiting:
        told = told.go_back(case.wait)
    if told.wait == case.wait:
        told = replace(told, due_at=case.due_at, alerted_until=case.alerted_until, attempts=case.attempts)
    return told


def _owed_a_word(wait: ReplyTimer, entries: Iterable[Entry]) -> bool:
    """Whether this is a clock that the end of an incident started, and nobody has written since."""
    answers = (entry.at for entry in entries if entry.kind is None)
    return wait.clock is Clock.GO_BACK and wait.ended_at is None and all(at < wait.since for at in answers)


def _settle(case: Case, settled: StaffOutcome) -> Case:
    case = replace(_wait_over(case, settled.at), settled=(*case.settled, settled)[-_MOST_SETTLED:])
    if settled.state is not State.PENDING:
        return replace(case, state=settled.state, reason=settled.reason, closed_at=settled.at)
    state = State.PENDING if case.state is State.OPEN else case.state
    return replace(case, state=state, first_answer_at=case.first_answer_at or settled.at)


def _heard(case: Case, entry: Entry, kind: Kind, policy: Policy) -> Case:
    first = case.posts == 0
    heavier = first or kind.weight > case.kind.weight
    case = replace(
        case,
        posts=case.posts + 1,
        last_post=entry.order,
        state=State.DISMISSED if first else case.state,
        reason=f"{kind} needs no answer" if first else case.reason,
        kind=kind if heavier else case.kind,
        why=entry.why if heavier or entry.urgency > case.urgency else case.why,
        urgency=max(case.urgency, entry.urgency),
        topics=tuple(dict.fromkeys((*case.topics, *entry.topics)))[:_MOST_TOPICS],
        language=entry.language,
        post_id=entry.post_id,
        words=entry.words,
        said_at=entry.at,
        seen_at=entry.seen_at,
    )
    clock = Clock.FIRST_REPLY if case.first_answer_at is None else Clock.NEXT_REPLY
    wanted = _kind_to_answer(case, entry, kind, clock)
    wait = wanted and policy.wait(clock, wanted, case.urgency, entry.post_id, entry.at)
    return _awaiting(case, wait) if wait else case


def _kind_to_answer(case: Case, entry: Entry, kind: Kind, clock: Clock) -> Kind | None:
    """The kind whose target holds for a post; None when it needs no answer.

    "Just did" is chatter by itself and waits for an answer in a conversation about a late parcel.
    """
    closing = kind in _CLOSING_WORDS
    if case.state is not State.DISMISSED and case.kind in _OPEN_MATTERS and not closing:
        return case.kind
    if not entry.needs_reply or (closing and clock is Clock.NEXT_REPLY):
        return None
    return kind


def _awaiting(case: Case, wait: ReplyTimer) -> Case:
    """The case with this wait running, unless a stricter one is."""
    asked_at = case.asked_at or wait.since if wait.clock is Clock.FIRST_REPLY else case.asked_at
    if case.wait is not None and case.waiting and case.wait.clock not in _OURS:
        wait = case.wait.stricter(wait)
    if wait is case.wait:
        return replace(case, state=State.OPEN, reason="", closed_at=None, asked_at=asked_at)
    return _started(case, wait, state=State.OPEN, reason="", closed_at=None, asked_at=asked_at)


def _started(case: Case, wait: ReplyTimer, **others: Any) -> Case:
    """The case with a new wait, and with what else changes with it."""
    due_at = wait.alerts[0].at if wait.alerts else None
    return replace(case, wait=wait, due_at=due_at, alerted_until=None, attempts=0, **others)


def _answered(case: Case, entry: Entry, policy: Policy) -> Case:
    case = _wait_over(
        case,
        entry.at,
        posts=case.posts + 1,
        last_post=entry.order,
        state=State.PENDING if case.state is State.OPEN else case.state,
        first_answer_at=case.first_answer_at or entry.at,
        leg=_leg_after(case.leg, entry.words),
    )
    if case.leg is not Leg.PRIVATE or case.closed_at is not None:
        return case
    follow_up = policy.wait(Clock.FOLLOW_UP, case.kind, case.urgency, entry.post_id, entry.at)
    return _started(case, follow_up) if follow_up else case


def _wait_over(case: Case, at: datetime, **others: Any) -> Case:
    """The case with its wait ended, and with what else changes with it."""
    if case.wait is None or not case.waiting:
        return replace(case, due_at=None, **others)
    over = replace(case.wait, ended_at=at, alerts=())
    return replace(case, wait=over, due_at=None, attempts=0, breaches=case.breaches + over.late(at), **others)


def _leg_after(leg: Leg, own_words: str) -> Leg:
    if _MOVES_TO_PRIVATE.search(own_words):
        return Leg.PRIVATE
    return Leg.FOLLOW_UP if leg is Leg.PRIVATE else leg
