"""Noticing: when different people say the same thing, far more of them than usual. Counting, nothing else.

Each term of the signals in a sliding window is counted in *voices* (different people; copies of one text are one
voice) and held against what this brand usually hears at this hour of the week. How improbable the count is, is its
*surprise*: minus the decimal logarithm of the chance that the usual alone brings so many voices or more.
"""

from base64 import b32encode
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from itertools import pairwise
from math import exp, inf, lgamma, log, log1p, log10, sqrt

from mentiondesk.detection.concepts import ANY_BROKEN, CONCEPTS, GENERAL, SUBJECTS, VAGUE, related
from mentiondesk.detection.signals import Signal, surfaces
from mentiondesk.domain.ids import IncidentId, PostId, UserId
from mentiondesk.domain.incidents.incident import Incident, Sample
from mentiondesk.domain.text import quotable

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
_AND = " + "
# More surprising than floating point can tell.
_CERTAIN = 300.0

# A surprise of 3 is one chance in 1,000 for one term at one moment. This much is asked for where people complain once
# an hour, and one more for each ten times as many: there are as many more chances to be surprised.
_ENOUGH = 3.1
_ENOUGH_WHEN_GENERAL = 3.6
# What may mean anything is more often many small things at once.
_ENOUGH_WHEN_VAGUE = 5.5
# And what says nothing more exactly asks for so much more again.
_MORE_WHEN_ALONE = 1.5
# A word or a subject in so many of all complaints tells what the brand is about, and not what is wrong today.
_COMMON, _COMMON_SUBJECT = 0.02, 0.2
# What is asked for more on the first day, and the hours in which that falls to a third.
_MORE_WHEN_NEW, _NEW_FOR = 1.0, 72.0
# There are far more words than concepts, so that one of them is high by chance more often.
_ENOUGH_FOR_A_WORD = 5.5
# What goes with something remarkable need not be so by itself.
_ALONGSIDE = 2.0
_MOST_SHARE = 0.9
# A busy day has no more than so many times the usual.
_BUSY = 3.0
# Parts of the window, each looked at for what is new in it.
_WINDOWS = (1 / 12, 1 / 4, 1 / 2, 1.0)
_MOST_GROUPS = 5
_MOST_TERMS = 8
_MOST_SAMPLES = 3
_TITLE = 80
_ID_LENGTH = 12
# A word stands in the title when so large a part of them use it, so many times more often than others.
_OFTEN = 0.2
_LIFT = 3.0
# When most of them use it, half as many times will do.
_MOSTLY = 0.6
_VAGUEST = "not working"
# A longer word in capitals is shouted.
_ACRONYM = 4

# What is believed before anything is known, and how many hours or voices of knowledge that is worth.
_VOICES_AN_HOUR = 1.0
_HOURS_BELIEVED = 1.0
_SHARE_OF_A_GENERAL, _SHARE_OF_A_CONCEPT, _SHARE_OF_A_WORD = 0.15, 0.05, 0.01
_VOICES_BELIEVED = 40.0
_HOUR_BELIEVED = 2.0
_TERM_BELIEVED = 4.0
# The usual is never known exactly: with more than this many complaints behind it, it is not trusted any more.
_MOST_TRUST = 20.0
# How much of the usual is left after a week.
_WEEK_KEPT = 0.8
HABIT_TERMS = 600
HOUR_TERMS = 60
_FORGOTTEN = 0.05
_DIGITS = 3
# Hours after which the usual is known well enough to tell an outage from it.
_KNOWS = 24
# A count that an outage raised teaches no more than this many times the usual.
_TEACHES = 3.0


@dataclass(frozen=True, slots=True)
class HourlyCounts:
    """What was counted in the past: over all hours, or over one hour of the week. Older hours weigh less.

    `until`: the end of the latest hour counted.
    """

    hours: float = 0.0
    voices: float = 0.0
    terms: Mapping[str, float] = field(default_factory=dict)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual at one hour of the week, by all hours and by that hour in the weeks before."""

    overall: HourlyCounts = HourlyCounts()
    hour: HourlyCounts = HourlyCounts()

    def voices(self) -> float:
        """Complaints an hour."""
        overall = (self.overall.voices + _VOICES_AN_HOUR * _HOURS_BELIEVED) / (self.overall.hours + _HOURS_BELIEVED)
        return (self.hour.voices + overall * _HOUR_BELIEVED) / (self.hour.hours + _HOUR_BELIEVED)

    def share(self, term: str) -> float:
        """Of how many complaints the term is a part, on the whole."""
        believed = (
            _SHARE_OF_A_GENERAL if term in GENERAL else _SHARE_OF_A_CONCEPT if term in CONCEPTS else _SHARE_OF_A_WORD
        )
        known = self.overall.terms.get(term, 0.0)
        return (known + believed * _VOICES_BELIEVED) / (self.overall.voices + _VOICES_BELIEVED)

    def an_hour(self, term: str) -> float:
        """Complaints an hour with this term."""
        expected = self.voices() * self.share(term)
        return (self.hour.terms.get(term, 0.0) + expected * _TERM_BELIEVED) / (self.hour.hours + _TERM_BELIEVED)

    def trust(self, term: str) -> float:
        """How many complaints this knowledge rests on."""
        return min(1.0 + self.overall.terms.get(term, 0.0), _MOST_TRUST)


def surprise(count: int, mean: float, trust: float) -> float:
    """How improbable `count` or more is where `mean` is usual: minus the logarithm to base 10 of the chance.

    Negative binomial: a Poisson count whose mean is itself known only from `trust` events.
    """
    if count <= mean:
        return 0.0
    rest = mean / (trust + mean)
    if rest <= 0.0:
        return _CERTAIN
    first = lgamma(count + trust) - lgamma(trust) - lgamma(count + 1) - trust * log1p(mean / trust) + count * log(rest)
    term = total = exp(first)
    if term <= 0.0:
        return _CERTAIN
    further = count
    while term > total * 1e-9 and further < count + 10_000:
        term *= (further + trust) / (further + 1) * rest
        total += term
        further += 1
    return max(-log10(min(total, 1.0)), 0.0)


def voices(signals: Iterable[Signal]) -> list[Signal]:
    """One signal a person and a text, the earliest of each: fifty posts of one person are one voice."""
    people: set[UserId] = set()
    texts: set[str] = set()
    found = []
    for signal in signals:
        if signal.author_id not in people and (not signal.digest or signal.digest not in texts):
            found.append(signal)
        people.add(signal.author_id)
        if signal.digest:
            texts.add(signal.digest)
    return found


def heard(signals: Iterable[Signal]) -> list[Signal]:
    """Signals oldest first, where a "same here" says what the post it answers says; those that say nothing are out."""
    ordered = sorted(signals, key=lambda one: (one.at, int(one.post_id)))
    terms: dict[PostId, tuple[str, ...]] = {}
    found = []
    for one in ordered:
        meant = terms.get(one.answers, ()) if one.echo and one.answers else ()
        said = replace(one, terms=tuple(dict.fromkeys((*one.terms, *meant))), digest="") if meant else one
        terms[said.post_id] = said.terms
        if said.terms:
            found.append(said)
    return found


def meets(terms: Iterable[str], signal: Signal) -> bool:
    """Whether a signal says one of `terms`; "a + b" asks for both."""
    said = set(signal.terms)
    return any(said.issuperset(term.split(_AND)) for term in terms)


def matches(incident: Incident, signal: Signal) -> bool:
    """Whether a complaint is about an incident that the desk has noticed."""
    return meets(incident.terms, signal)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Different people who say the same thing.

    `terms`: any of these tells that somebody means it. `about`: the words that say what it is about, and `what`
    the concept that says what is wrong with it, if there is one.
    """

    terms: tuple[str, ...]
    signals: tuple[Signal, ...]
    surprise: float
    about: tuple[str, ...] = ()
    what: str = ""

    @property
    def people(self) -> int:
        """How many voices there are: neither posts, nor copies."""
        return len(voices(self.signals))

    @property
    def incident_id(self) -> IncidentId:
        """The same for whoever finds this group: from the earliest post in it."""
        first = self.signals[0].post_id
        return IncidentId(b32encode(blake2s(first.encode(), digest_size=10).digest()).decode().lower()[:_ID_LENGTH])

    @property
    def severity(self) -> int:
        """1 to 10, by how far it is from the usual."""
        return severity(self.surprise)

    @property
    def topic(self) -> str:
        """What most of them are about, as triage sees it."""
        counted = Counter(topic for one in self.signals for topic in one.topics)
        return min(counted, key=lambda topic: (-counted[topic], topic)) if counted else "other"

    @property
    def title(self) -> str:
        """Customers' own telling words and what is wrong, like "Home page: won't load"."""
        about = _as_written(self.about, [one.words for one in voices(self.signals)])
        said = f"{about}: {self.what}" if about and self.what else about or self.what or self.topic
        return quotable(said[:1].upper() + said[1:], _TITLE)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Posts that show what it is about: those that say most of it, in the words of different people.

        The latest of them: a window may begin before the problem does.
        """
        wanted = {*self.about, self.what}
        told = sorted(
            voices(self.signals),
            key=lambda one: (self.what in one.terms, len(wanted.intersection(one.terms)), one.at),
            reverse=True,
        )
        return tuple(Sample(one.post_id, one.author_id, one.at, one.words) for one in told[:_MOST_SAMPLES])


def severity(excess: float) -> int:
    """1 to 10: a surprise of 4 is 3, of 40 is 9."""
    return min(max(round(1.5 * sqrt(excess)), 1), 10)


def groups(signals: Sequence[Signal], usual: Baseline, now: datetime, people: int, within: timedelta) -> list[Cluster]:
    """What `people` or more say in a window that ends now, far above the usual; the most surprising first.

    `signals` are as `heard` gives them; those that are older than `within` are not looked at.
    """
    left = [one for one in signals if now - within < one.at <= now]
    found: list[Cluster] = []
    while len(found) < _MOST_GROUPS and len(left) >= people:
        group = _most_surprising(left, usual, now, people, within)
        if group is None:
            break
        found.append(group)
        left = [one for one in left if not meets(group.terms, one)]
    return found


def above_usual(
    terms: Sequence[str], signals: Sequence[Signal], usual: Baseline, now: datetime, span: timedelta
) -> float:
    """How surprising it still is that so many people say any of `terms` in the time up to now."""
    recent = [one for one in signals if now - span < one.at <= now]
    said = len(voices(one for one in recent if meets(terms, one)))
    others = len(voices(recent)) - said
    mean = sum(min(_expected(part, others, usual, span) for part in term.split(_AND)) for term in terms)
    return surprise(said, mean, _MOST_TRUST)


@dataclass(frozen=True, slots=True)
class _Window:
    """Who says each term in the time up to now, oldest first, and what is usual."""

    said: Mapping[str, Sequence[Signal]]
    everybody: Sequence[Signal]
    usual: Baseline
    now: datetime

    def surprises(self, span: timedelta, people: int) -> dict[str, float]:
        """How surprising each term is that `people` or more have said for the first time within `span`."""
        total = _since(self.now - span, self.everybody)
        counts = {term: _since(self.now - span, having) for term, having in self.said.items() if len(having) >= people}
        return {
            term: surprise(count, _expected(term, total - count, self.usual, span), self.usual.trust(term))
            for term, count in counts.items()
            if count >= people
        }


def _most_surprising(
    signals: Sequence[Signal], usual: Baseline, now: datetime, people: int, within: timedelta
) -> Cluster | None:
    window = _Window(_said(signals), voices(signals), usual, now)
    found = [
        (excess - _enough(term, usual), term, within * share)
        for share in _WINDOWS
        for term, excess in window.surprises(within * share, people).items()
        if excess >= _enough(term, usual)
    ]
    for margin, seed, span in sorted(found, reverse=True):
        terms = _alongside(seed, window, span, people)
        if margin < _MORE_WHEN_ALONE and VAGUE.issuperset(terms):
            continue
        members = tuple(one for one in signals if meets(terms, one))
        what = _what(seed, members, usual)
        return Cluster(terms, members, margin + _enough(seed, usual), _about(what, members, usual), what)
    return None


def _since(moment: datetime, signals: Sequence[Signal]) -> int:
    return len(signals) - bisect_right(signals, moment, key=lambda one: one.at)


def _said(signals: Iterable[Signal]) -> dict[str, list[Signal]]:
    """Who says each term: its voices, oldest first."""
    return {term: voices(having) for term, having in _by_term(signals).items()}


def _by_term(signals: Iterable[Signal]) -> dict[str, list[Signal]]:
    found: defaultdict[str, list[Signal]] = defaultdict(list)
    for one in signals:
        for term in one.terms:
            found[term].append(one)
    return found


def _enough(term: str, usual: Baseline) -> float:
    """How surprising a term must be to be remarkable; more in the first days, when little is known.

    What the brand is about is in no way remarkable.
    """
    if usual.share(term) >= (_COMMON_SUBJECT if term in SUBJECTS else inf if term in CONCEPTS else _COMMON):
        return inf
    if term in VAGUE:
        enough = _ENOUGH_WHEN_VAGUE
    elif term in CONCEPTS:
        enough = _ENOUGH_WHEN_GENERAL if term in GENERAL else _ENOUGH
    else:
        enough = _ENOUGH_FOR_A_WORD
    return enough + log10(max(usual.voices(), 1.0)) + _MORE_WHEN_NEW * exp(-usual.overall.hours / _NEW_FOR)


def _expected(term: str, others: int, usual: Baseline, span: timedelta) -> float:
    """Voices that the usual brings; where more of everything else is heard than usual, more of this as well.

    Before the usual is known, this goes by what else is heard alone. Once it is known, many times as much of
    everything is no busy day any more: it is what is to be noticed.
    """
    hours = span / HOUR
    mean = usual.an_hour(term) * hours
    if usual.overall.hours < _KNOWS:
        share = min(usual.share(term), _MOST_SHARE)
        return max(mean, others * share / (1 - share))
    most = usual.voices() * hours
    return mean * min(max(others / (most + sqrt(most) + 1.0), 1.0), _BUSY)


def _alongside(seed: str, window: _Window, span: timedelta, people: int) -> tuple[str, ...]:
    """The terms of one problem: the one that showed it, and those that are up with it and belong to it."""
    said = window.said
    meant = {one.author_id for one in said[seed]}
    found = {seed: inf}
    for term, excess in window.surprises(span, 2).items():
        shared = sum(one.author_id in meant for one in said[term])
        belongs = related(seed, term) or 2 * shared >= max(len(said[term]), 4)
        if (
            belongs
            and term not in GENERAL
            and excess >= (_ALONGSIDE if term in CONCEPTS else _enough(term, window.usual))
        ):
            found.setdefault(term, excess)
    exact = {term: excess for term, excess in found.items() if term not in VAGUE}
    others = {one.author_id for term in exact for one in said[term]} & meant
    if seed in VAGUE and len(others) >= max(people, _MOSTLY * len(meant)):
        # What is vague would draw in whatever else goes wrong.
        found = exact
    return tuple(sorted(found, key=lambda term: (-found[term], term)))[:_MOST_TERMS]


def _about(what: str, members: Sequence[Signal], usual: Baseline) -> tuple[str, ...]:
    """Up to two words that many of them use, far more often than others do."""
    said = voices(members)
    weights = {}
    for word, having in _said(said).items():
        part = len(having) / len(said)
        lift = part / usual.share(word)
        telling = (part >= _OFTEN and lift >= _LIFT) or (part >= _MOSTLY and lift >= _LIFT / 2)
        if telling and len(having) > 1 and word not in CONCEPTS and word not in what:
            weights[word] = len(having) * log(lift)
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:2])


def _what(seed: str, members: Sequence[Signal], usual: Baseline) -> str:
    """The concept that tells most about them; a general one where they tell none in particular."""
    said = voices(members)
    weights = {
        concept: len(having) * log(max(len(having) / len(said) / usual.share(concept), 1.0))
        for concept, having in _said(said).items()
        if concept in CONCEPTS and concept not in GENERAL and len(having) >= max(2, len(said) * _OFTEN)
    }
    if weights:
        return min(weights, key=lambda concept: (-weights[concept], CONCEPTS.index(concept)))
    if seed == ANY_BROKEN:
        return _VAGUEST
    return f"trouble with {seed}" if seed in GENERAL else ""


def _as_written(about: Sequence[str], texts: Iterable[str]) -> str:
    """Stems as most customers write them; together where they stand together."""
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    side_by_side: Counter[tuple[str, str]] = Counter()
    for text in texts:
        words = surfaces(text)
        for word, surface in words:
            written[word][surface.lower() if surface.isupper() and len(surface) > _ACRONYM else surface] += 1
        side_by_side.update({(one, other) for (one, _), (other, _) in pairwise(words)})
    shown = [written[word].most_common(1)[0][0] if written[word] else word for word in about]
    if len(about) < 2 or not max(side_by_side[about[0], about[1]], side_by_side[about[1], about[0]]) > 1:
        return ", ".join(shown)
    return " ".join(shown if side_by_side[about[0], about[1]] >= side_by_side[about[1], about[0]] else reversed(shown))


def counted(signals: Iterable[Signal]) -> tuple[int, dict[str, int]]:
    """The voices of an hour, and how many of them say each term."""
    said = voices(signals)
    return len(said), {term: len(having) for term, having in _by_term(said).items()}


def hour_of_week(moment: datetime) -> int:
    """0 for Monday 00:00 UTC."""
    at = moment.astimezone(UTC)
    return at.weekday() * 24 + at.hour


def learnt(
    habit: HourlyCounts, usual: Baseline, until: datetime, said: float, terms: Mapping[str, float], most: int
) -> HourlyCounts:
    """The habit with one more hour, which ended at `until`; the one it is when that hour is in it already.

    An outage teaches little: a count far above the usual is cut.
    """
    if habit.until is not None and until <= habit.until:
        return habit
    kept = _WEEK_KEPT ** ((until - habit.until) / WEEK) if habit.until else 0.0
    known = usual.overall.hours >= _KNOWS
    most_said = _TEACHES * (1 + usual.voices()) if known else inf
    cut = {term: min(count, _TEACHES * (1 + usual.an_hour(term)) if known else inf) for term, count in terms.items()}
    sums = {term: kept * habit.terms.get(term, 0.0) + cut.get(term, 0.0) for term in {*habit.terms, *cut}}
    frequent = sorted(sums, key=lambda term: (term not in CONCEPTS, -sums[term], term))[:most]
    return HourlyCounts(
        hours=round(kept * habit.hours + 1, _DIGITS),
        voices=round(kept * habit.voices + min(said, most_said), _DIGITS),
        terms={term: round(sums[term], _DIGITS) for term in frequent if sums[term] >= _FORGOTTEN},
        until=until,
    )
