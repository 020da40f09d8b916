"""The fold: a case from its timeline, one entry at a time or the whole of it.

Entries are folded in their order: posts as they were made, acts of staff and of the desk behind the last post
that the case held then. A post that is seen late, or with new text, makes the case be rebuilt from its timeline,
so that the same entries always end in the same case.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, assert_never

from mentiondesk.domain.cases.case import OWN_CLOCKS, Case, LatestAct, Phase
from mentiondesk.domain.cases.timers import REPLY_CLOCKS, Clock, Due, Policy, ReplyTimer, TimerOutcome
from mentiondesk.domain.cases.transitions import TRANSITIONS, Move, State
from mentiondesk.domain.ids import CaseId, IncidentId, ReplyId, StaffId
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.profile import latest, strongest
from mentiondesk.domain.posts.tags import ANSWERED, Kind, Tags, Urgency
from mentiondesk.domain.replies.eligibility import Grounds
from mentiondesk.domain.replies.thread import Thread
from mentiondesk.domain.replies.way import Way
from mentiondesk.domain.text import spoken
from mentiondesk.domain.timeline import (
    AnsweredElsewhere,
    AttentionGrew,
    BrandPosted,
    CaseAct,
    CaseActEntry,
    CaseEntry,
    Claimed,
    ClaimLapsed,
    Corrected,
    CustomerPosted,
    Dismissed,
    FollowUpDeclined,
    GoBackStarted,
    HandedOver,
    IncidentJoined,
    IncidentLeft,
    LegEntry,
    LookedUp,
    MovedToPrivate,
    Noted,
    Posted,
    Released,
    Reopened,
    ReplyAct,
    ReplyHeld,
    ReplyQueued,
    ReplyRefused,
    ReplyWithdrawn,
    Resolved,
    Retagged,
    Snoozed,
    SolvedInPrivate,
    Undone,
)
from mentiondesk.values import replace

# The reason of a case whose posts are gone.
GONE = "the post is no longer on X"
# The reason of a case whose customer is not answered any more, by the policy for people who only attack.
SILENCED = "a measure is in force"
_MOST_TOPICS = 12
# Characters of a post that a case keeps.
MOST_WORDS = 600
_MOST_REASONS = 5
_SettlingAct = (
    AnsweredElsewhere
    | Dismissed
    | Resolved
    | Reopened
    | GoBackStarted
    | IncidentJoined
    | IncidentLeft
    | Corrected
    | LegEntry
)
_TOLD_AGAIN_AFTER = timedelta(hours=1)
# A post of these kinds ends a conversation once it has an answer.
_CLOSING_WORDS = (Kind.PRAISE, Kind.SPAM)

# Care teams ask a customer to go on in private with these words, or with X's own link for it.
_MOVES_TO_PRIVATE = re.compile(
    r"\b(?:dms?|dm'd|direct messages?|private messages?|mensaje privado|direktnachricht|message privé)\b"
    r"|messages/compose",
    re.IGNORECASE,
)

# Customers say that they sent it with these words; longer posts tell more than that.
_SAYS_SENT = re.compile(
    r"\b(?:sent|done|dm'?e?d|messaged|(?:have|just) (?:sent|dm)|check (?:your )?(?:dms?|inbox)"
    r"|in your (?:dms?|inbox)|enviado|gesendet|geschickt|envoyé)\b",
    re.IGNORECASE,
)
_MOST_SENT = 14
_WAITS = re.compile(
    r"\?|\b(?:no|not|never|still|again|waiting|ignor\w+|days?|hours?|weeks?|nobody|nothing|haven't|hasn't|won't|can't)\b",
    re.IGNORECASE,
)


def posted(post: Post, tags: Tags | None, incident_id: IncidentId | None = None, on: Grounds | None = None) -> Posted:
    """The entry that a post adds to the timeline.

    `tags` is None for the brand's own; `incident_id` is the public incident that a customer's post is about, and `on`
    the grounds on which X takes a reply to it.
    """
    words = spoken(post.text)[:MOST_WORDS]
    if tags is None:
        return BrandPosted(post.post_id, post.created_at, words, post.seen_at, edited=post.edits > 0)
    return CustomerPosted(
        post_id=post.post_id,
        at=post.created_at,
        words=words,
        kind=tags.kind,
        urgency=tags.urgency,
        needs_reply=tags.needs_reply,
        topics=tags.topics,
        language=tags.language,
        why=tuple(post.text[reason.start : reason.end] or reason.rule for reason in tags.reasons[:_MOST_REASONS]),
        seen_at=post.seen_at,
        incident_id=incident_id,
        unsure=tags.unsure,
        grounds=on,
        edited=post.edits > 0,
    )


class Step(NamedTuple):
    """One entry of a timeline: the case before it, None for the first one, and the case with it."""

    before: Case | None
    after: Case
    entry: CaseEntry


def new_case(case_id: CaseId, at: datetime) -> Case:
    """A case with an empty timeline; one that begins with the brand's post waits for the customer."""
    return Case(case_id=case_id, opened_at=at, state=State.PENDING, kind=Kind.QUESTION)


def fold(case_id: CaseId, timeline: Iterable[CaseEntry], policy: Policy) -> Case:
    """The case that a timeline tells, whatever order the entries come in. Raises ValueError where there is none."""
    ordered = _in_order(timeline)
    if not ordered:
        raise ValueError("a case has at least one entry")
    case = new_case(case_id, ordered[0].order[0])
    for entry in ordered:
        case = apply(case, entry, policy)
    return case


def steps(case_id: CaseId, timeline: Iterable[CaseEntry], policy: Policy) -> Iterator[Step]:
    """The steps of a fold, whatever order the entries come in."""
    before: Case | None = None
    for entry in _in_order(timeline):
        after = apply(before or new_case(case_id, entry.order[0]), entry, policy)
        yield Step(before, after, entry)
        before = after


def _in_order(timeline: Iterable[CaseEntry]) -> list[CaseEntry]:
    """The entries that count, in their order."""
    entries = list(timeline)
    undone = {entry.undoes for entry in entries if isinstance(entry, Undone)}
    return sorted((one for one in entries if one.entry_id not in undone), key=lambda entry: entry.order)


def follows(case: Case, entry: CaseEntry) -> bool:
    """True when the entry stands behind all that the case holds, so that `apply` is right for it."""
    return case.last is None or entry.order > case.last


def apply(case: Case, entry: CaseEntry, policy: Policy) -> Case:
    """The case after its next entry."""
    after = _applied(case, entry, policy)
    if case.closed_at is not None and after.closed_at is None:
        after = replace(after, reopened_at=entry.at)
    return after if policy.resolve_after is None and after.resolve_at is None else _silence(case, after, entry, policy)


def _applied(case: Case, entry: CaseEntry, policy: Policy) -> Case:
    match entry:
        case CustomerPosted():
            case = replace(case, thread=_thread_after(case, entry))
            return _customer_posted(case, entry, policy) if entry.gone_at is None else _customer_gone(case, entry)
        case BrandPosted():
            case = replace(case, thread=_thread_after(case, entry), handed_by=None)
            return _brand_posted(case, entry, policy) if entry.gone_at is None else _answer_gone(case, entry, policy)
        case _:
            handed_by = _handed_by(case, entry)
            case = replace(case, last=entry.order, latest_act=_latest_act(case, entry), handed_by=handed_by)
            return _acted(case, entry, policy)


def _handed_by(case: Case, act: CaseActEntry) -> StaffId | None:
    """The colleague from whom the owner has the case, while the owner has done nothing about it."""
    if isinstance(act, HandedOver):
        return act.by if act.by != act.to else None
    over = act.by == case.owner or isinstance(act, Claimed | Released | ClaimLapsed)
    return None if over else case.handed_by


def _thread_after(case: Case, post: Posted) -> Thread:
    """The thread with a post. A reply of the desk was counted when it was sent, and is no news to its author."""
    thread, gone = case.thread, post.gone_at is not None
    if isinstance(post, BrandPosted):
        if post.reply_id is not None and not gone:
            return thread
        thread = thread if gone else thread.answered()
    return thread.posted(post.post_id, post.words, gone)


def _latest_act(case: Case, act: CaseActEntry) -> LatestAct | None:
    # The links of an incident are kept with that as well: to take one back is an act of its own.
    by_hand = isinstance(act, IncidentJoined | IncidentLeft) and act.by is not None
    if isinstance(act, Undone | ReplyAct) or by_hand:
        return None
    return LatestAct(act.entry_id, act.at, act.by) if act.by else case.latest_act


def _acted(case: Case, act: CaseActEntry, policy: Policy) -> Case:
    match act:
        case Claimed(by=owner) | HandedOver(to=owner):
            after = replace(case, owner=owner, claimed_at=act.at)
        case Released() | ClaimLapsed():
            after = replace(case, owner=None, claimed_at=None, snoozed_until=None)
        case Snoozed():
            after = replace(case, snoozed_until=act.until if case.waiting else None)
        case Noted():
            after = case
        case LookedUp() | AttentionGrew() | Retagged():
            after = _tagged(case, act, policy)
        case Undone():
            # A fold leaves the act out that this one undoes; that the case is open again is news all the same.
            after = replace(case, reopened_at=act.at) if act.reopens and not case.state.closed else case
        case ReplyAct():
            after = replace(case, thread=case.thread.answered(_answers(act)), held=_held(case, act))
        case _:
            after = _settled(case, act, policy)
    return after


def _tagged(case: Case, act: LookedUp | AttentionGrew | Retagged, policy: Policy) -> Case:
    """The case after an act that may change how urgent it is."""
    match act:
        case LookedUp():
            after = _looked_up(case, act, policy)
        case AttentionGrew(attention=found, metrics=metrics, reach=reach):
            known = replace(case, attention=latest(case.attention, found), metrics=metrics or case.metrics)
            after = _raised(replace(known, reach=case.reach if reach is None else reach), strongest(found), policy)
        case Retagged():
            after = _retagged(case, act, policy)
    return after


def _answers(act: ReplyAct) -> int:
    """The number of answers by which a reply's act changes the thread: one is on its way, or will never be there."""
    if isinstance(act, ReplyQueued):
        return 1
    return -1 if isinstance(act, ReplyWithdrawn | ReplyRefused) else 0


def _held(case: Case, act: ReplyAct) -> tuple[ReplyId, ...]:
    """The replies that wait for a person after an act on one."""
    others = tuple(one for one in case.held if one != act.reply_id)
    waits = act.held if isinstance(act, ReplyQueued) else isinstance(act, ReplyHeld)
    return (*others, act.reply_id) if waits else others


def _settled(case: Case, act: _SettlingAct, policy: Policy) -> Case:
    """The case after an act that ends or starts a timer."""
    match act:
        case AnsweredElsewhere():
            after = _answered_elsewhere(case, act)
        case Dismissed(reason=reason):
            after = _closed(case, act, Move.DISMISS, TimerOutcome.DISMISSED, reason)
        case Resolved(reason=reason):
            after = _closed(case, act, Move.RESOLVE, TimerOutcome.RESOLVED, reason)
        case Reopened():
            after = _reopened(case, act, policy)
        case IncidentJoined():
            after = replace(case, incident_id=act.incident_id)
            after = _in_incident(after, act.at) if act.stops else after
        case IncidentLeft():
            after = _left_incident(case, act, policy)
        case GoBackStarted():
            after = _go_back_started(case, act)
        case Corrected():
            after = _corrected(case, act, policy)
        case _:
            after = _led(case, act, policy)
    return after


def _led(case: Case, act: LegEntry, policy: Policy) -> Case:
    """The case after an act that takes its conversation from one leg to the next."""
    match act:
        case MovedToPrivate(way=way):
            timers, breaches = _ended(case, act.at, TimerOutcome.ANSWERED_ELSEWHERE)
            first = case.first_answer_at or act.at
            after = replace(case, timers=timers, breaches=breaches, snoozed_until=None, first_answer_at=first)
            after = _in_private(replace(after, state=TRANSITIONS[case.state][Move.ANSWER]), way, act.at, policy)
        case SolvedInPrivate():
            after = _solved_in_private(case, act, policy)
        case FollowUpDeclined():
            timers, breaches = _ended(case, act.at, TimerOutcome.DECLINED)
            after = replace(
                case, phase=Phase.FOLLOW_UP, timers=timers, breaches=breaches, snoozed_until=None, solved_at=None
            )
        case _:
            assert_never(act)
    return after


def _in_private(case: Case, way: Way, at: datetime, policy: Policy) -> Case:
    """The case whose conversation goes on by this way, with the clock of that leg."""
    moved = replace(case, phase=Phase.PRIVATE, way=way, solved_at=None)
    if case.closed_at is not None or case.post_id is None:
        return moved
    clock = Clock.PRIVATE if policy.private is not None else Clock.FOLLOW_UP
    timer = policy.timer(clock, case.kind, case.urgency, case.post_id, at)
    return replace(moved, timers=_started(case.timers, timer)) if timer else moved


def _solved_in_private(case: Case, act: SolvedInPrivate, policy: Policy) -> Case:
    """The case in which the brand owes a word in public."""
    timers, breaches = _ended(case, act.at, TimerOutcome.SOLVED)
    follow_up = case.post_id and policy.timer(Clock.FOLLOW_UP, case.kind, case.urgency, case.post_id, act.at)
    return replace(
        case,
        state=TRANSITIONS[case.state][Move.ANSWER],
        phase=Phase.FOLLOW_UP,
        timers=_started(timers, follow_up) if follow_up else timers,
        breaches=breaches,
        snoozed_until=None,
        solved_at=act.at,
    )


def _customer_posted(case: Case, post: CustomerPosted, policy: Policy) -> Case:
    kind, first = post.kind, case.posts == 0
    heavier = first or kind.weight > case.kind.weight
    heard = replace(
        case,
        posts=case.posts + 1,
        last=post.order,
        state=State.DISMISSED if first else case.state,
        reason=f"{kind} needs no answer" if first else case.reason,
        kind=kind if heavier else case.kind,
        why=post.why if heavier or post.urgency > case.urgency else case.why,
        urgency=max(case.urgency, post.urgency, *(one.urgency for one in post.attention)),
        attention=latest(case.attention, post.attention),
        thanked_at=case.thanked_at or post.thanked_at,
        topics=tuple(dict.fromkeys((*case.topics, *post.topics)))[:_MOST_TOPICS],
        language=post.language,
        incident_id=post.incident_id or case.incident_id,
        first_words=case.first_words if case.first_said_at else case.words,
        first_said_at=case.first_said_at or case.said_at,
        post_id=post.post_id,
        words=post.words,
        said_at=post.at,
        seen_at=post.seen_at,
        grounds=post.grounds,
    )
    if post.silenced and post.urgency is not Urgency.CRITICAL:
        return replace(heard, reason=SILENCED if first else heard.reason)
    if _gone_private(case, post) and (
        private := policy.timer(Clock.PRIVATE, case.kind, heard.urgency, post.post_id, post.at)
    ):
        return _asked(heard, private, Move.ASK)
    clock = Clock.UNSURE if _needs_a_look(heard, post) else _reply_clock(case)
    wanted = _kind_to_answer(heard, post, clock)
    rings = post.urgency is Urgency.CRITICAL
    timer = wanted and policy.timer(clock, wanted, heard.urgency, post.post_id, post.at, rings=rings)
    if timer and post.incident_id is not None and heard.urgency is not Urgency.CRITICAL:
        return _in_incident(_asked(heard, timer, Move.ASK), post.at)
    return _planned_anew(case, _asked(heard, timer, Move.ASK), timer, policy) if timer else heard


def _customer_gone(case: Case, post: CustomerPosted) -> Case:
    """The case with a post that X no longer shows: nobody is alerted for it, and the case says so."""
    first = case.posts == 0
    return replace(
        case,
        last=post.order,
        gone=case.gone + 1,
        state=State.DISMISSED if first else case.state,
        reason=GONE if first else case.reason,
    )


def _gone_private(case: Case, post: CustomerPosted) -> bool:
    """True when the customer says that the direct message which the brand asked for is sent, and nothing else.

    The desk cannot see the brand's answer to it. A customer who asks or complains in public waits for an answer there.
    """
    if case.phase is not Phase.PRIVATE:
        return False
    said, length = _SAYS_SENT.search(post.words), len(post.words.split())
    calm = post.kind not in (Kind.QUESTION, Kind.ABUSE) and post.urgency < Urgency.HIGH
    return calm and bool(said) and length <= _MOST_SENT and not _WAITS.search(post.words)


def _reply_clock(case: Case) -> Clock:
    return Clock.FIRST_REPLY if case.first_answer_at is None else Clock.NEXT_REPLY


def _needs_a_look(case: Case, post: CustomerPosted) -> bool:
    """True when triage cannot place a post and no conversation explains it."""
    explained = case.state is not State.DISMISSED and case.kind in ANSWERED and post.kind not in _CLOSING_WORDS
    return post.unsure and post.urgency is not Urgency.CRITICAL and not explained


def _kind_to_answer(case: Case, post: CustomerPosted, clock: Clock) -> Kind | None:
    """The kind whose target holds for a post; None when it needs no answer.

    "Just did" is chatter by itself and waits for an answer in a conversation about a late parcel. Thanks for an
    answer, or in a resolved case, need none. Danger needs one whatever its kind.
    """
    closing = post.kind in _CLOSING_WORDS and clock is not Clock.UNSURE
    if case.state is not State.DISMISSED and case.kind in ANSWERED and not closing:
        return case.kind
    if post.urgency is Urgency.CRITICAL:
        return post.kind
    settled = clock is Clock.NEXT_REPLY or case.state is State.RESOLVED
    return None if not post.needs_reply or (closing and settled) else post.kind


def _asked(case: Case, timer: ReplyTimer, move: Move) -> Case:
    """The case with this reply timer running, unless a tighter one is. One that was closed is nobody's."""
    timers = _tightest(case.timers, timer)
    return replace(
        case,
        owner=None if case.state.closed else case.owner,
        claimed_at=None if case.state.closed else case.claimed_at,
        state=TRANSITIONS[case.state][move],
        reason="",
        closed_at=None,
        asked_at=case.asked_at or timer.since if timer.clock is Clock.FIRST_REPLY else case.asked_at,
        timers=timers,
        snoozed_until=case.snoozed_until if timers is case.timers else None,
    )


def _in_incident(case: Case, at: datetime) -> Case:
    """The case without a running timer, because it is part of a public incident; what is critical runs on."""
    if case.urgency is Urgency.CRITICAL:
        return case
    timers, breaches = _ended(case, at, TimerOutcome.INCIDENT)
    return replace(case, timers=timers, breaches=breaches, snoozed_until=None)


def _left_incident(case: Case, act: IncidentLeft, policy: Policy) -> Case:
    """The case outside of the incident: a reply timer begins for its customer, unless one runs or nobody waits."""
    case = replace(case, incident_id=None if case.incident_id == act.incident_id else case.incident_id)
    if case.waiting or case.state is not State.OPEN or case.post_id is None:
        return case
    timer = policy.timer(_reply_clock(case), case.kind, case.urgency, case.post_id, act.at)
    return _asked(case, timer, Move.ASK) if timer else case


def _planned_anew(before: Case, case: Case, timer: ReplyTimer, policy: Policy) -> Case:
    """The case whose running timer has its alerts planned anew, where a later post asks for it.

    A post that is more urgent than all before has the alerts of its urgency, from its own time on. After the last
    stage of a late case, a post is told again, an hour after that stage at the earliest. `timer` is the one that the
    post would have started.
    """
    running = case.timer
    if case.timers is not before.timers or running is None or not running.alerts:
        return case
    last = running.alerts[-1].at
    if case.urgency > before.urgency and case.urgency >= Urgency.HIGH:
        alerts = timer.alerts
    elif policy.again is not None and running.breached(timer.since) and timer.since > last:
        alerts = (Due(policy.again.name, max(timer.since, last + _TOLD_AGAIN_AFTER)),)
    else:
        return case
    anew = running.planned_anew(timer.since, alerts)
    return replace(case, timers=tuple(anew if one is running else one for one in case.timers), snoozed_until=None)


def _tightest(timers: tuple[ReplyTimer, ...], timer: ReplyTimer) -> tuple[ReplyTimer, ...]:
    """The timers with a new reply timer; the same ones where a tighter one runs already."""
    for running in timers:
        if running.running and running.clock not in OWN_CLOCKS and running.tighter(timer) is running:
            return timers
    for running in timers:
        if running.running and running.clock is timer.clock and running.clock in REPLY_CLOCKS:
            timer = timer.taking_over(running)
    return _started(timers, timer)


def _started(timers: tuple[ReplyTimer, ...], timer: ReplyTimer) -> tuple[ReplyTimer, ...]:
    """The timers with a new one, which takes the place of the last one of its clock; others that run give way."""
    others = tuple(
        one.ended(timer.since, TimerOutcome.SUPERSEDED) if one.running else one
        for one in timers
        if one.clock is not timer.clock
    )
    return (*others, timer)


def _brand_posted(case: Case, post: BrandPosted, policy: Policy) -> Case:
    phase = _phase_after(case.phase, post)
    timers, breaches = _ended(case, post.at, TimerOutcome.ANSWERED)
    if phase is Phase.PRIVATE and case.closed_at is None and post.way is None:
        follow_up = policy.timer(Clock.FOLLOW_UP, case.kind, case.urgency, post.post_id, post.at)
        timers = _started(timers, follow_up) if follow_up else timers
    answered = replace(
        case,
        posts=case.posts + 1,
        last=post.order,
        state=TRANSITIONS[case.state][Move.ANSWER],
        phase=phase,
        timers=timers,
        breaches=breaches,
        snoozed_until=None,
        first_answer_at=case.first_answer_at or post.at,
        answered_at=post.at,
        answer_words=post.words,
        thanked_at=post.at if case.kind is Kind.PRAISE else case.thanked_at,
        solved_at=None,
    )
    return _in_private(answered, post.way, post.at, policy) if post.way is not None else answered


def _answer_gone(case: Case, post: BrandPosted, policy: Policy) -> Case:
    """The case with an answer that X no longer shows: a customer who waited then waits again, from now on."""
    seen = replace(case, last=post.order)
    timer = case.timer
    if post.gone_at is None or timer is None or not timer.running or timer.clock in OWN_CLOCKS:
        return seen
    timers, breaches = _ended(case, post.at, TimerOutcome.ANSWERED)
    again = policy.timer(timer.clock, case.kind, case.urgency, timer.post_id, post.gone_at)
    waiting = replace(seen, timers=timers, breaches=breaches)
    return _asked(waiting, again, Move.ASK) if again else waiting


def _phase_after(phase: Phase, post: BrandPosted) -> Phase:
    """The leg after an answer: as its author said, or by the words of one that was typed elsewhere."""
    if post.way is not None or (post.reply_id is None and _MOVES_TO_PRIVATE.search(post.words)):
        return Phase.PRIVATE
    return Phase.FOLLOW_UP if phase is Phase.PRIVATE else phase


def _ended(case: Case, at: datetime, outcome: TimerOutcome) -> tuple[tuple[ReplyTimer, ...], int]:
    """The timers, all of them ended, and the count of breaches."""
    if not case.waiting:
        return case.timers, case.breaches
    late = sum(timer.running and timer.breached(at) for timer in case.timers)
    return tuple(one.ended(at, outcome) if one.running else one for one in case.timers), case.breaches + late


def _corrected(case: Case, act: Corrected, policy: Policy) -> Case:
    """Not a case: dismissed. Of another kind: the running timer has that kind's target, from the same post on."""
    if act.kind is None:
        return _closed(case, act, Move.DISMISS, TimerOutcome.DISMISSED, "not a case")
    corrected, timer = replace(case, kind=act.kind), case.timer
    if timer is None or not timer.running or timer.clock in OWN_CLOCKS:
        return corrected
    anew = policy.timer(timer.clock, act.kind, case.urgency, timer.post_id, timer.since)
    if anew is None:
        return _closed(corrected, act, Move.DISMISS, TimerOutcome.DISMISSED, f"{act.kind} needs no answer")
    if case.urgency is Urgency.CRITICAL:
        anew = policy.timer(timer.clock, act.kind, case.urgency, timer.post_id, timer.since, rings=True) or anew
    anew = anew.taking_over(timer)
    return replace(corrected, timers=tuple(anew if one is timer else one for one in case.timers))


def _retagged(case: Case, act: Retagged, policy: Policy) -> Case:
    """The case with this urgency and these topics. A running timer has the urgency's target, from the same post on."""
    tagged, timer = replace(case, urgency=act.urgency, topics=act.topics), case.timer
    if act.urgency is case.urgency or timer is None or not timer.running or timer.clock in OWN_CLOCKS:
        return tagged
    rings = act.urgency is Urgency.CRITICAL
    anew = policy.timer(timer.clock, case.kind, act.urgency, timer.post_id, timer.since, rings=rings)
    if anew is None:
        return tagged
    anew = anew.taking_over(timer)
    return replace(tagged, timers=tuple(anew if one is timer else one for one in case.timers))


def _looked_up(case: Case, act: LookedUp, policy: Policy) -> Case:
    """The case with its customer's profile. Many readers make it more urgent, and its running timer tighter."""
    known = replace(
        case,
        profile=act.profile,
        metrics=act.metrics or case.metrics,
        attention=latest(case.attention, act.attention),
        reach=act.reach or act.profile.followers,
    )
    return _raised(known, act.urgency, policy)


def _raised(case: Case, urgency: Urgency | None, policy: Policy) -> Case:
    """The case with this urgency, where that is more than it has, and its running timer tighter."""
    timer = case.timer
    if urgency is None or urgency <= case.urgency:
        return case
    raised = replace(case, urgency=urgency)
    if timer is None or not timer.running or timer.clock in OWN_CLOCKS:
        return raised
    rings = urgency is Urgency.CRITICAL
    tighter = policy.timer(timer.clock, case.kind, urgency, timer.post_id, timer.since, rings=rings)
    return _planned_anew(case, _asked(raised, tighter, Move.ASK), tighter, policy) if tighter else raised


def _answered_elsewhere(case: Case, act: AnsweredElsewhere) -> Case:
    timers, breaches = _ended(case, act.at, TimerOutcome.ANSWERED_ELSEWHERE)
    return replace(
        case,
        state=TRANSITIONS[case.state][Move.ANSWER],
        timers=timers,
        breaches=breaches,
        snoozed_until=None,
        first_answer_at=case.first_answer_at or act.at,
        thanked_at=act.at if act.thanks else case.thanked_at,
    )


def _closed(case: Case, act: CaseAct, move: Move, outcome: TimerOutcome, reason: str) -> Case:
    timers, breaches = _ended(case, act.at, outcome)
    return replace(
        case,
        state=TRANSITIONS[case.state][move],
        reason=reason,
        closed_at=act.at,
        timers=timers,
        breaches=breaches,
        snoozed_until=None,
    )


def _reopened(case: Case, act: Reopened, policy: Policy) -> Case:
    """A reply timer starts anew where the case's kind has a target; else the case waits for the customer."""
    if not case.state.closed:
        return case
    post_id = case.post_id
    timer = post_id and policy.timer(_reply_clock(case), case.kind, case.urgency, post_id, act.at)
    if timer:
        return _asked(case, timer, Move.REOPEN)
    return replace(case, state=TRANSITIONS[case.state][Move.REOPEN_QUIETLY], reason="", closed_at=None)


def _go_back_started(case: Case, act: GoBackStarted) -> Case:
    """The case with its go-back timer.

    There is none where staff closed the case, a timer runs, or the brand has posted since the incident ended: a
    post that is seen late can make it so.
    """
    answered = act.timer is not None and case.answered_at is not None and case.answered_at > act.timer.since
    if act.timer is None or answered or case.closed_at is not None or case.waiting:
        return case
    return replace(
        case,
        state=TRANSITIONS[case.state][Move.GO_BACK],
        reason="",
        phase=Phase.FOLLOW_UP,
        timers=_started(case.timers, act.timer),
        snoozed_until=None,
    )


def _silence(before: Case, after: Case, entry: CaseEntry, policy: Policy) -> Case:
    """The case with the end of the customer's silence; who owns the case makes no difference to it."""
    if policy.resolve_after is None or after.state is not State.PENDING or after.waiting:
        return replace(after, resolve_at=None)
    if isinstance(entry, CaseAct) and before.resolve_at is not None and after.timers is before.timers:
        return after
    return replace(after, resolve_at=entry.at + policy.resolve_after)
