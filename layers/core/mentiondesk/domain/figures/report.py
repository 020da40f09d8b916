"""The report: from facts to figures. One function serves the page, the CSV, Monday's mail and the replay.

No average is among the figures: one customer who waited for days would hide in it. docs/figures.md defines each.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.figures.answers import SPANS, Group
from mentiondesk.domain.figures.facts import Fact, IncidentFact, ReplyFact, ReviewFact, SecondAnswer, WaitEnd, WaitFact
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.values import Frozen, field

Name = TypeVar("Name", bound=Hashable)

# Bins of the histogram, each about twice as long as the one before; the last holds what took longer.
BINS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120, 240, 480, 1440, 2880, 4320))
# Kinds whose customers expect an answer; thanks for praise are no debt.
_GROUPS = {Kind.COMPLAINT: Group.CUSTOMERS, Kind.QUESTION: Group.CUSTOMERS, Kind.ABUSE: Group.ABUSE}
_ENDS = (WaitEnd.IGNORED, WaitEnd.RESOLVED)
# A customer whose deadline passed so long ago is stuck: nobody comes to them by themselves.
STUCK_AFTER = timedelta(days=1)
# Kinds and topics beyond these make a table longer than its use.
_MOST_TOPICS = 12


class Answers(Frozen):
    """Figures of a set of waits that needed an answer.

    `within` counts those answered within each of SPANS. `ignored` had no answer in 72 hours, or were closed without
    one. `late` passed a deadline that the settings ask alerts for; of `warned`, staff heard before it. `seconds` are
    the lengths of the answered waits, in order.
    """

    waits: int
    within: Mapping[str, int]
    ignored: int
    late: int
    warned: int
    seconds: tuple[float, ...] = ()

    @property
    def answered(self) -> int:
        return len(self.seconds)

    def share_within(self, span: str) -> float | None:
        """The share answered within a span, 0 to 1; None without waits."""
        return self.within[span] / self.waits if self.waits else None

    @property
    def share_ignored(self) -> float | None:
        return self.ignored / self.waits if self.waits else None

    def percentile(self, share: float) -> timedelta | None:
        """The time within which this share of the customers had their answer, by the nearest rank.

        None where fewer had one at all, or nobody waited.
        """
        rank = max(-(-self.waits * round(share * 100) // 100), 1)
        return timedelta(seconds=self.seconds[rank - 1]) if self.waits and rank <= self.answered else None

    @property
    def histogram(self) -> tuple[int, ...]:
        """The answered waits by length: one count for each of BINS, and one for what took longer."""
        counts = [0] * (len(BINS) + 1)
        for seconds in self.seconds:
            place = next((n for n, end in enumerate(BINS) if seconds <= end.total_seconds()), len(BINS))
            counts[place] += 1
        return tuple(counts)


class Check(NamedTuple):
    """The replies on which a check fired, and those of them that a second person let go."""

    fired: int
    released: int


class Replies(Frozen):
    """Figures of the outbox: replies sent through it, the checks that fired, and the time until an approval."""

    sent: int = 0
    checks: Mapping[str, Check] = field(default_factory=dict)
    approvals: Answers | None = None


class FollowUps(Frozen):
    """Customers whose matter was solved in private: those asked in public afterwards, and those left out by choice."""

    asked: int = 0
    declined: int = 0


class Reviewed(Frozen):
    """Figures of the review sample: the number of replies, and the yeses to each question."""

    replies: int = 0
    yes: tuple[int, ...] = ()


class Report(Frozen):
    """All figures of one span of time.

    `by_person` is in the order of ids and is no ranking. `by_hour` counts first waits by weekday (0 for Monday) and
    hour of their beginning: all, and those answered within an hour. `dismissed`: a person said that it needs no
    answer. `corrected`: facts that correct one of an earlier span, which itself stays as it was.
    """

    first: Answers
    next: Answers
    by_kind: tuple[tuple[Kind, Answers], ...] = ()
    by_urgency: tuple[tuple[Urgency, Answers], ...] = ()
    by_topic: tuple[tuple[str, Answers], ...] = ()
    by_person: tuple[tuple[StaffId, Answers], ...] = ()
    by_hour: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    apart: Mapping[Group, int] = field(default_factory=dict)
    dismissed: int = 0
    private: Answers | None = None
    follow_up: Answers | None = None
    follow_ups: FollowUps = FollowUps()
    go_back: Answers | None = None
    second_answers: int = 0
    incidents: tuple[IncidentFact, ...] = ()
    replies: Replies = Replies()
    reviewed: Reviewed = Reviewed()
    corrected: int = 0


class Now(Frozen):
    """The queue at this moment. `more`: there are more than were counted. `pace`: answers in the last seven days.

    `stuck` are late by more than a day.
    """

    waiting: int
    late: int
    oldest: datetime | None
    pace: int
    more: bool = False
    stuck: int = 0

    @property
    def days_to_clear(self) -> float | None:
        """The days until the queue is empty at this week's pace, if nobody else came; None without a pace."""
        return self.waiting * 7 / self.pace if self.pace else None


def report_of(facts: Iterable[Fact], zone: str) -> Report:
    """The figures of these facts. Hours of the week are those of `zone`."""
    found = list(facts)
    waits, corrected = settled([fact for fact in found if isinstance(fact, WaitFact)])
    needed = [fact for fact in waits if group_of(fact) is Group.CUSTOMERS and fact.end is not WaitEnd.DISMISSED]
    first = [fact for fact in needed if fact.clock is Clock.FIRST_REPLY]
    replies = [fact for fact in needed if fact.clock in (Clock.FIRST_REPLY, Clock.NEXT_REPLY)]
    return Report(
        first=answers_of(first),
        next=answers_of(fact for fact in needed if fact.clock is Clock.NEXT_REPLY),
        by_kind=_by(first, lambda fact: (fact.kind,), list(Kind)),
        by_urgency=_by(first, lambda fact: (fact.urgency,), list(reversed(Urgency))),
        by_topic=_topics(first),
        by_person=_people(replies),
        by_hour=_by_hour(first, ZoneInfo(zone)),
        apart=_apart(waits),
        dismissed=sum(_dismissed(fact) for fact in waits),
        private=_leg(waits, Clock.PRIVATE),
        follow_up=_leg(waits, Clock.FOLLOW_UP),
        follow_ups=_follow_ups(waits),
        go_back=_leg(waits, Clock.GO_BACK),
        second_answers=sum(isinstance(fact, SecondAnswer) for fact in found),
        incidents=_incidents(found),
        replies=_replies([fact for fact in found if isinstance(fact, ReplyFact)]),
        reviewed=_reviewed([fact for fact in found if isinstance(fact, ReviewFact)]),
        corrected=corrected,
    )


def settled(facts: Sequence[WaitFact]) -> tuple[list[WaitFact], int]:
    """One fact a wait: the one recorded last. Beside them, the number of corrections of facts that are not here.

    A wait that goes on after all, because an act was undone, is left out.
    """
    latest: dict[Hashable, WaitFact] = {}
    outside = 0
    for fact in sorted(facts, key=lambda one: one.recorded_at):
        if fact.again and fact.wait not in latest:
            outside += 1
        else:
            latest[fact.wait] = fact
    return [fact for fact in latest.values() if fact.end is not WaitEnd.WITHDRAWN], outside


def group_of(fact: WaitFact) -> Group | None:
    """The group that a wait is counted in; None for kinds that need no answer."""
    if fact.clock is Clock.UNSURE:
        return Group.UNSURE
    if fact.kind not in _GROUPS:
        return None
    in_incident = fact.end is WaitEnd.INCIDENT or fact.incident_id is not None
    return Group.PUBLIC_INCIDENT if in_incident else _GROUPS[fact.kind]


def answers_of(facts: Iterable[WaitFact]) -> Answers:
    """The figures of these waits, all of which needed an answer."""
    waits = list(facts)
    answered = sorted(
        (fact.ended_at - fact.since).total_seconds() for fact in waits if fact.end.answered and fact.ended_at
    )
    late = [fact for fact in waits if fact.alerts and (fact.ended_at or fact.recorded_at) > fact.answer_by]
    return Answers(
        waits=len(waits),
        within={name: sum(one <= span.total_seconds() for one in answered) for name, span in SPANS.items()},
        ignored=sum(fact.end in _ENDS for fact in waits),
        late=len(late),
        warned=sum(fact.warned_at is not None and fact.warned_at <= fact.answer_by for fact in late),
        seconds=tuple(answered),
    )


def _dismissed(fact: WaitFact) -> bool:
    reply = fact.clock in (Clock.FIRST_REPLY, Clock.NEXT_REPLY)
    return reply and fact.end is WaitEnd.DISMISSED and group_of(fact) is Group.CUSTOMERS


def _by(
    facts: Iterable[WaitFact], names: Callable[[WaitFact], Iterable[Name]], order: Sequence[Name]
) -> tuple[tuple[Name, Answers], ...]:
    """The figures by a name, in this order; names without a wait are left out."""
    parts: defaultdict[Name, list[WaitFact]] = defaultdict(list)
    for fact in facts:
        for name in names(fact):
            parts[name].append(fact)
    return tuple((name, answers_of(parts[name])) for name in order if name in parts)


def _topics(facts: Sequence[WaitFact]) -> tuple[tuple[str, Answers], ...]:
    """The topics that most waits are about; a wait may have several."""
    counts = Counter(topic for fact in facts for topic in fact.topics)
    order = [topic for topic, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST_TOPICS]]
    return _by(facts, lambda fact: fact.topics, order)


def _people(facts: Sequence[WaitFact]) -> tuple[tuple[StaffId, Answers], ...]:
    people = sorted({fact.by for fact in facts if fact.by is not None and fact.end.answered})
    answered = [fact for fact in facts if fact.end.answered]
    return _by(answered, lambda fact: (fact.by,) if fact.by else (), people)


def _by_hour(facts: Iterable[WaitFact], zone: ZoneInfo) -> Mapping[tuple[int, int], tuple[int, int]]:
    counts: defaultdict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for fact in facts:
        local = fact.since.astimezone(zone)
        soon = fact.end.answered and fact.ended_at is not None and fact.ended_at - fact.since <= SPANS["1h"]
        waits, answered = counts[local.weekday(), local.hour]
        counts[local.weekday(), local.hour] = (waits + 1, answered + soon)
    return dict(counts)


def _apart(facts: Iterable[WaitFact]) -> Mapping[Group, int]:
    """First waits that are kept apart, by their group."""
    clocks = (Clock.FIRST_REPLY, Clock.UNSURE)
    groups = Counter(group for fact in facts if fact.clock in clocks and (group := group_of(fact)))
    return {group: groups[group] for group in Group if groups[group] and group is not Group.CUSTOMERS}


def _leg(facts: Iterable[WaitFact], clock: Clock) -> Answers | None:
    """The figures of a leg that the desk itself starts; None where there was none.

    What a person decided against, or said needs none, is no wait for anything.
    """
    found = [fact for fact in facts if fact.clock is clock and fact.end not in (WaitEnd.DECLINED, WaitEnd.DISMISSED)]
    return answers_of(found) if found else None


def _follow_ups(facts: Iterable[WaitFact]) -> FollowUps:
    ends = Counter(fact.end for fact in facts if fact.clock is Clock.FOLLOW_UP)
    return FollowUps(ends[WaitEnd.ANSWERED], ends[WaitEnd.DECLINED])


def _incidents(facts: Iterable[Fact]) -> tuple[IncidentFact, ...]:
    """The incidents that were solved; one that was solved twice counts with its last end."""
    latest = {fact.incident_id: fact for fact in facts if isinstance(fact, IncidentFact)}
    return tuple(sorted(latest.values(), key=lambda one: one.first_complaint_at))


def _replies(facts: Sequence[ReplyFact]) -> Replies:
    held = [fact for fact in facts if fact.held_at is not None]
    delays = sorted((one.decided_at - one.held_at).total_seconds() for one in held if one.held_at and one.decided_at)
    approvals = Answers(len(held), {}, 0, 0, 0, tuple(delays)) if held else None
    fired = Counter(check for fact in facts for check in fact.checks)
    released = Counter(check for fact in facts if fact.released for check in fact.checks)
    checks = {name: Check(count, released[name]) for name, count in sorted(fired.items())}
    return Replies(sum(fact.post_id is not None for fact in facts), checks, approvals)


def _reviewed(facts: Sequence[ReviewFact]) -> Reviewed:
    if not facts:
        return Reviewed()
    return Reviewed(len(facts), tuple(map(sum, zip(*(fact.marks for fact in facts), strict=True))))
