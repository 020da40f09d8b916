"""Facts: what figures count, written once and never changed. They hold ids, times and tags, and no text.

A fact is recorded in the transaction of what it tells of. A correction is a further fact about the same wait.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.cases.case import Case, Phase
from mentiondesk.domain.cases.fold import Step
from mentiondesk.domain.cases.timers import REPLY_CLOCKS, Clock, ReplyTimer, TimerOutcome
from mentiondesk.domain.figures.answers import IGNORED_AFTER
from mentiondesk.domain.figures.targets import Targets
from mentiondesk.domain.ids import CaseId, IncidentId, PostId, StaffId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.reply import Hold, Reply, ReplyState
from mentiondesk.domain.replies.signature import signature_in
from mentiondesk.domain.timeline import Act, BrandPosted, CaseEntry
from mentiondesk.values import Frozen, replace

# Facts outlive the cases that they tell of, so that a year can be compared with the one before.
FACTS_LAST = timedelta(days=800)
# A colleague's second answer comes soon; a later post of the brand is news.
_SECOND_ANSWER_WITHIN = timedelta(hours=1)
# Posts of one answer in several parts follow each other this closely.
_SAME_BREATH = timedelta(minutes=2)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Times of an erased person are told to this step; every zone's hours and days begin on one of these.
COARSE, _APART = timedelta(minutes=15), timedelta(microseconds=1)
# Waits that count as ignored after 72 hours: those of customers, and private conversations that nobody closed.
_IGNORABLE = (*REPLY_CLOCKS, Clock.PRIVATE)
_PART = re.compile(r"\b\d\s?/\s?\d\b")


class WaitEnd(StrEnum):
    """The end of a wait. IGNORED: it had no answer after 72 hours. WITHDRAWN: an act was undone, so it goes on."""

    ANSWERED = "answered"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"
    INCIDENT = "incident"
    CONFIRMED = "confirmed"
    FADED = "faded"
    SUPERSEDED = "superseded"
    SOLVED = "solved"
    DECLINED = "declined"
    IGNORED = "ignored"
    WITHDRAWN = "withdrawn"

    @property
    def answered(self) -> bool:
        """True when the customer got an answer, in public or elsewhere, or their matter was solved in private."""
        return self in (WaitEnd.ANSWERED, WaitEnd.ANSWERED_ELSEWHERE, WaitEnd.SOLVED)


class WaitFact(Frozen):
    """A customer's wait on one clock, as it was when it ended or had lasted for 72 hours.

    `since` is the post with which the wait began, `answer_by` the deadline that held at its end. `by` is the person
    who ended it, or the owner of the case. `warned_at` is the first alert that went out. `again`: a fact about this
    wait was recorded before, and this one corrects it.
    """

    case_id: CaseId
    clock: Clock
    since: datetime
    answer_by: datetime
    recorded_at: datetime
    end: WaitEnd
    kind: Kind
    urgency: Urgency
    topics: tuple[str, ...] = ()
    ended_at: datetime | None = None
    by: StaffId | None = None
    warned_at: datetime | None = None
    incident_id: IncidentId | None = None
    # The brand's post that ended it.
    answer_id: PostId | None = None
    # False where the settings ask for no alerts about such a wait.
    alerts: bool = True
    again: bool = False

    @property
    def wait(self) -> tuple[CaseId, Clock, datetime]:
        """The wait that this fact tells of."""
        return self.case_id, self.clock, self.since

    @property
    def fact_id(self) -> str:
        return f"wait#{self.case_id}#{self.clock}"

    @property
    def _ending(self) -> tuple[object, ...]:
        return self.wait, self.end, self.ended_at


class SecondAnswer(Frozen):
    """The brand answered a customer who had an answer, and had not written since."""

    case_id: CaseId
    recorded_at: datetime
    by: StaffId | None = None

    @property
    def fact_id(self) -> str:
        return f"second_answer#{self.case_id}"


class IncidentFact(Frozen):
    """A public incident at its end: the first complaint, noticed, published, solved."""

    incident_id: IncidentId
    recorded_at: datetime
    first_complaint_at: datetime
    noticed_at: datetime
    published_at: datetime
    solved_at: datetime
    people: int = 0

    @property
    def fact_id(self) -> str:
        return f"incident#{self.incident_id}"


class ReplyFact(Frozen):
    """A reply of the outbox when it was sent or given up: the checks that fired, and the time it waited for approval.

    `released`: a second person let it go in spite of a check. `held_at` None: nobody had to approve it.
    """

    reply_id: str
    case_id: CaseId
    recorded_at: datetime
    by: StaffId
    checks: tuple[str, ...] = ()
    released: bool = False
    held_at: datetime | None = None
    decided_at: datetime | None = None
    # The post that it became; None for a reply that was given up.
    post_id: PostId | None = None

    @property
    def fact_id(self) -> str:
        return f"reply#{self.reply_id}"


class ReviewFact(Frozen):
    """A reviewed reply of a person: its questions with the answers yes (True) or no."""

    reply_id: str
    by: StaffId
    recorded_at: datetime
    marks: tuple[bool, ...]

    @property
    def fact_id(self) -> str:
        return f"review#{self.reply_id}"


class TargetsFact(Frozen):
    """The brand's targets for a week's figures, noted when it was over; `recorded_at` is its first moment.

    A later change of the settings does not change what the week was measured by.
    """

    recorded_at: datetime
    targets: Targets

    @property
    def fact_id(self) -> str:
        return "targets"


Fact = WaitFact | SecondAnswer | IncidentFact | ReplyFact | ReviewFact | TargetsFact
CaseFact = WaitFact | SecondAnswer


def facts_of(before: Case | None, after: Case, entry: CaseEntry) -> tuple[CaseFact, ...]:
    """The facts of an entry that stands behind all others of its case."""
    recorded = recorded_at(entry)
    waits = (_decided(one, recorded) for one in _ended(before, after, entry, recorded))
    return (*waits, *_second_answers(before, entry, recorded))


def corrections(was: Sequence[Step], anew: Sequence[Step], entry: CaseEntry) -> tuple[WaitFact, ...]:
    """The facts of an entry that is put between others, or changes one: the steps of the timelines without and with it.

    Both are folded by the policy of now, so that a change of the settings makes no fact; a wait that ends as it did
    before makes none either.
    """
    recorded = recorded_at(entry)
    known = {fact.wait: fact for fact in _waits(was, recorded)}
    found = list(_waits(anew, recorded))
    told = {fact._ending for fact in known.values()}  # noqa: SLF001 - of this module's own class
    fresh = (replace(fact, again=fact.wait in known) for fact in found if fact._ending not in told)  # noqa: SLF001
    runs = _running(anew)
    over = {fact.wait for fact in found}
    withdrawn = (
        replace(fact, end=WaitEnd.WITHDRAWN, ended_at=None, recorded_at=recorded, again=True)
        for wait, fact in known.items()
        if wait in runs and wait not in over
    )
    return (*(_decided(fact, recorded) for fact in fresh), *withdrawn)


def reply_fact(reply: Reply) -> ReplyFact | None:
    """The fact of a reply that is over; None while it is not, and for posts about incidents."""
    if reply.case_id is None or reply.ended_at is None or not reply.state.final:
        return None
    held = Hold.CHECK in reply.holds
    sent_back = reply.ended_at if reply.state is ReplyState.WITHDRAWN and reply.reason else None
    return ReplyFact(
        reply_id=reply.reply_id,
        case_id=reply.case_id,
        recorded_at=reply.ended_at,
        by=reply.author,
        checks=tuple(dict.fromkeys(finding.rule for finding in reply.findings)),
        released=held and reply.approved_at is not None,
        held_at=reply.made_at if held else None,
        decided_at=(reply.approved_at or sent_back) if held else None,
        post_id=reply.post_id,
    )


def ignored_waits(case: Case, now: datetime) -> tuple[WaitFact, ...]:
    """The facts of a case's waits that run, and have had no answer for 72 hours."""
    waits = (_fact(case, one, WaitEnd.IGNORED, None, one.began + IGNORED_AFTER) for one in case.timers if one.running)
    return tuple(fact for fact in waits if fact.clock in _IGNORABLE and fact.recorded_at <= now)


def anonymous(fact: Fact, case_id: CaseId, post_id: PostId, moments: Mapping[datetime, datetime]) -> Fact:
    """The fact with a made-up case, a made-up post in place of the brand's, and `moments` in place of those it told.

    It counts as before and leads to nobody: X shows the customer above a post of the brand, and when each was written.
    All times of a wait move together, so that it lasted as long.
    """
    match fact:
        case WaitFact():
            return replace(_moved_wait(fact, moments), case_id=case_id, answer_id=None)
        case SecondAnswer():
            return replace(fact, case_id=case_id, recorded_at=moments[fact.recorded_at])
        case ReplyFact():
            made_up = post_id if fact.post_id else None
            return replace(_moved_reply(fact, moments), case_id=case_id, post_id=made_up)
        case ReviewFact():
            return replace(fact, reply_id=post_id, recorded_at=moments[fact.recorded_at])
        case IncidentFact() | TargetsFact():
            return fact


def coarse_moments(facts: Iterable[Fact]) -> Mapping[datetime, datetime]:
    """For each moment that facts about one person tell, its quarter of an hour.

    Moments stay apart and in their order: waits are told apart by their beginnings, and the latest fact of one counts.
    """
    found: dict[datetime, datetime] = {}
    latest = datetime.min.replace(tzinfo=UTC)
    for moment in sorted({moment for fact in facts for moment in _moments(fact)}):
        latest = max(moment - (moment - _EPOCH) % COARSE, latest + _APART)
        found[moment] = latest
    return found


def _moments(fact: Fact) -> Iterator[datetime]:
    yield fact.recorded_at
    if isinstance(fact, WaitFact):
        yield fact.since
    if isinstance(fact, ReplyFact) and fact.held_at is not None:
        yield fact.held_at


def _moved_wait(fact: WaitFact, moments: Mapping[datetime, datetime]) -> WaitFact:
    since = moments[fact.since]
    by = fact.since - since
    ended_at, warned_at = _earlier(fact.ended_at, by), _earlier(fact.warned_at, by)
    moved = replace(fact, since=since, answer_by=fact.answer_by - by, ended_at=ended_at, warned_at=warned_at)
    return replace(moved, recorded_at=moments[fact.recorded_at])


def _moved_reply(fact: ReplyFact, moments: Mapping[datetime, datetime]) -> ReplyFact:
    held_at = moments[fact.held_at] if fact.held_at else None
    by = fact.held_at - held_at if fact.held_at and held_at else timedelta()
    recorded = moments[fact.recorded_at]
    return replace(fact, recorded_at=recorded, held_at=held_at, decided_at=_earlier(fact.decided_at, by))


def _earlier(moment: datetime | None, by: timedelta) -> datetime | None:
    return moment - by if moment else None


def recorded_at(entry: CaseEntry) -> datetime:
    """The moment at which the desk learned of an entry."""
    if isinstance(entry, Act):
        return entry.at
    return entry.gone_at or max(entry.seen_at or entry.at, entry.at)


def _waits(steps: Iterable[Step], recorded: datetime) -> Iterator[WaitFact]:
    """The waits that end in these steps."""
    for before, after, entry in steps:
        yield from _ended(before, after, entry, recorded)


def _running(steps: Sequence[Step]) -> set[tuple[CaseId, Clock, datetime]]:
    """The waits that run after the last step."""
    return {(after.case_id, one.clock, one.began) for _, after, _ in steps[-1:] for one in after.timers if one.running}


def _ended(before: Case | None, after: Case, entry: CaseEntry, recorded: datetime) -> Iterator[WaitFact]:
    """The waits that an entry ends. One that gives way to a tighter timer goes on with that one."""
    ran = {(one.clock, one.since): one for one in before.timers if one.running} if before else {}
    known = {(one.clock, one.since) for one in before.timers} if before else set()
    for timer in after.timers:
        key = timer.clock, timer.since
        over = timer.ended_at is not None and timer.outcome is not TimerOutcome.SUPERSEDED
        if over and (key in ran or key not in known):
            fact = _fact(after, timer, WaitEnd(str(timer.outcome)), timer.ended_at, recorded)
            alerted = key not in ran or bool(ran[key].alerts)
            answer = entry.post_id if isinstance(entry, BrandPosted) else None
            yield replace(fact, by=_by(before, entry), alerts=alerted, answer_id=answer)


def _fact(case: Case, timer: ReplyTimer, end: WaitEnd, ended_at: datetime | None, recorded: datetime) -> WaitFact:
    return WaitFact(
        case_id=case.case_id,
        clock=timer.clock,
        since=timer.began,
        answer_by=timer.answer_by,
        recorded_at=recorded,
        end=end,
        kind=case.kind,
        urgency=case.urgency,
        topics=case.topics,
        ended_at=ended_at,
        by=case.owner if end is WaitEnd.IGNORED else None,
        incident_id=case.incident_id,
        alerts=bool(timer.alerts),
    )


def _decided(fact: WaitFact, recorded: datetime) -> WaitFact:
    """The fact as it counts: a customer's wait that ended after 72 hours is ignored, as of then."""
    limit = fact.since + IGNORED_AFTER
    if fact.clock not in _IGNORABLE or fact.ended_at is None or fact.ended_at <= limit or recorded <= limit:
        return fact
    return replace(fact, end=WaitEnd.IGNORED, ended_at=None, answer_id=None, recorded_at=limit, again=False)


def _by(before: Case | None, entry: CaseEntry) -> StaffId | None:
    """The person who ended a wait: by an act, by a reply, or by a post of the brand in the case that they own."""
    if isinstance(entry, Act):
        return entry.by
    return _author(before, entry) if before is not None and isinstance(entry, BrandPosted) else None


def _author(case: Case, post: BrandPosted) -> StaffId | None:
    """The author of a reply of the desk; of one that was typed on X, the owner of the case."""
    return post.by or case.owner


def _second_answers(before: Case | None, entry: CaseEntry, recorded: datetime) -> Iterable[SecondAnswer]:
    if before is None or not isinstance(entry, BrandPosted) or entry.gone_at or not _answered_again(before, entry):
        return ()
    return (SecondAnswer(before.case_id, recorded, _author(before, entry)),)


def _answered_again(case: Case, post: BrandPosted) -> bool:
    """True for an answer to nothing new: the parts of one answer, and what follows later, do not count."""
    answered, asked = case.answered_at, case.said_at
    if answered is None or asked is None or asked > answered or case.waiting or case.phase is not Phase.PUBLIC:
        return False
    apart, one, other = post.at - answered, signature_in(case.answer_words), signature_in(post.words)
    if apart > _SECOND_ANSWER_WITHIN or _PART.search(post.words):
        return False
    return one != other if one and other else apart > _SAME_BREATH
