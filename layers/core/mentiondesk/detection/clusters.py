"""Clusters: different people who report one problem, far more of them than the baseline expects."""

from base64 import b32encode
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2s
from math import inf, log
from typing import NamedTuple

from mentiondesk.detection.baseline import HOUR, Expectation
from mentiondesk.detection.concepts import (
    ANY_WORDS,
    ANYTHING_MAY,
    APART,
    CONCEPTS,
    EVERYDAY,
    FAILURES,
    GENERAL,
    NO_FAILURE,
    NO_SUBJECT,
    SUBJECTS,
    VAGUE,
    related,
)
from mentiondesk.detection.matching import AND, belongs, by_term, distinct_reporters
from mentiondesk.detection.surges import COMPANION, MOST_TERMS, surges
from mentiondesk.detection.surprise import severity, surprise
from mentiondesk.detection.titles import failure_of
from mentiondesk.domain.ids import IncidentId, UserId
from mentiondesk.domain.incidents.incident import Incident, Sample
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.values import Frozen, field

_MOST_CLUSTERS = 5
_MOST_SAMPLES = 3
# Share of the people of a surge of any words who must name a failure before the title does.
_TOLD_BY = 1 / 3
# People who must report two failures together before the one is part of the other's problem.
_TOGETHER = 2
# A cluster of at most this part of an incident's people is small.
_PART_OF = 4
# Longer posts say no more for a sample.
_TELLING_WORDS = 20
_ID_LENGTH = 12
SURGE, LIFT = 2.0, 10.0
# Over longer windows a problem has no moment at which it begins.
_LONGEST_SURGE = timedelta(hours=12, minutes=-1)
# Floors that keep the scan for the beginning of a surge from dividing by nothing.
_LEAST_HOURLY = 0.02
_SHORTEST_BURST = timedelta(minutes=1)

_CONCEPTS = frozenset(CONCEPTS)


class Cluster(Frozen):
    """Different people who report one problem.

    `terms` are the terms of the problem; a signal with any of them belongs to the cluster. `failure` is the concept
    for what is wrong, and `subject` the one for the part of the service; either may be empty. `signals` are in order
    of time, from the beginning of the surge on.
    """

    terms: tuple[str, ...]
    signals: tuple[Signal, ...]
    surprise: float
    subject: str = ""
    failure: str = ""

    @property
    def people(self) -> int:
        """Number of distinct reporters."""
        return len(distinct_reporters(self.signals))

    @property
    def incident_id(self) -> IncidentId:
        """Derived from the earliest post, so that every run that finds this cluster gives it the same id."""
        first = self.signals[0].post_id
        return IncidentId(b32encode(blake2s(first.encode(), digest_size=10).digest()).decode().lower()[:_ID_LENGTH])

    @property
    def severity(self) -> int:
        """1 to 10, by the distance from the baseline."""
        return severity(self.surprise)

    @property
    def topic(self) -> str:
        """The topic that triage gave most of the posts."""
        counts = Counter(topic for one in self.signals for topic in one.topics)
        return min(counts, key=lambda topic: (-counts[topic], topic)) if counts else "other"

    @property
    def samples(self) -> tuple[Sample, ...]:
        return samples(self.signals, self.failure, self.subject)


def samples(signals: Sequence[Signal], failure: str, subject: str) -> tuple[Sample, ...]:
    """Posts of different people that say most about the problem, best first.

    Those that name the failure and the subject, in words of their own, then those that name the failure, then the
    rest; of equals the one that says more, then the earlier one.
    """

    def tells(one: Signal) -> tuple[bool, bool, bool, int]:
        words = min(len(one.words.split()), _TELLING_WORDS)
        return (failure in one.terms, not one.echo, subject in one.terms, words)

    best = sorted(distinct_reporters(signals), key=tells, reverse=True)
    return tuple(Sample(one.post_id, one.author_id, one.at, one.words) for one in best[:_MOST_SAMPLES])


def find_clusters(
    signals: Sequence[Signal], expectation: Expectation, now: datetime, people: int, within: timedelta
) -> list[Cluster]:
    """Clusters of enough distinct reporters in the window `within` up to now, most surprising first.

    `people` are enough at a busy brand, fewer at a quiet one: see `Expectation.enough`. `signals` are as
    `resolve_echoes` returns them; those outside the window are ignored.
    """
    left = [one for one in signals if now - within < one.at <= now]
    enough = expectation.enough(people)
    found: list[Cluster] = []
    while len(found) < _MOST_CLUSTERS and len(left) >= enough:
        cluster = _most_surprising(left, expectation, now, (enough, people), within)
        if cluster is None:
            break
        found.append(cluster)
        left = [one for one in left if not belongs(cluster.terms, one)]
    return found


def widest(
    signals: Sequence[Signal], expectation: Expectation, now: datetime, people: int, within: timedelta
) -> Cluster | None:
    """The cluster of all complaints above the usual, whatever their words; None if their number tells nothing."""
    recent = [one for one in signals if now - within < one.at <= now]
    return _unnamed(_Window(_reporters(recent), by_term(recent), expectation, now), people, within)


def above_baseline(
    terms: Sequence[str], signals: Sequence[Signal], expectation: Expectation, now: datetime, span: timedelta
) -> float:
    """Surprise of the number of people who report any of `terms` within `span` up to now."""
    recent = [one for one in signals if now - span < one.at <= now]
    reporters = len(distinct_reporters(one for one in recent if belongs(terms, one)))
    others = len(distinct_reporters(recent)) - reporters
    mean = _mean(terms, expectation, others, span)
    return surprise(reporters, mean, expectation.thresholds.most_trust)


def _mean(terms: Sequence[str], expectation: Expectation, others: int, span: timedelta) -> float:
    """Reporters of any of `terms` to expect within `span`."""
    unsaid = {NO_SUBJECT, NO_FAILURE}
    parts = [set(term.split(AND)) - unsaid for term in terms]
    of_nothing = expectation.hourly_reporters * expectation.thresholds.prior_general_share * (span / HOUR)
    return sum(min((expectation.within(one, others, span) for one in part), default=of_nothing) for part in parts)


def one_outage(incident: Incident, cluster: Cluster, within: timedelta) -> bool:
    """True if a cluster reports an open incident in other words: at the same time, of a related failure.

    People tell a large outage in many ways: a small cluster of any failure within it is part of it, and so is one that
    begins while many complain in words that no table holds, unless it is a matter of its own.
    """
    first = cluster.signals[0].at
    latest = incident.latest_at or incident.created_at
    if not incident.started_at - within <= first <= latest + within:
        return False
    if related_failures(incident, cluster):
        return True
    small = cluster.people * _PART_OF <= incident.people
    return (small or ANY_WORDS in (*incident.terms, *cluster.terms)) and APART.isdisjoint(cluster.terms)


def related_failures(incident: Incident, cluster: Cluster) -> bool:
    """True if an incident and a cluster are of failures of one kind."""
    return bool(_families(incident.terms) & _families(cluster.terms))


def _families(terms: Iterable[str]) -> set[str]:
    """The general concepts that the failures of some terms belong to."""
    failures = {part for term in terms for part in term.split(AND)}
    return {name for name, narrower in GENERAL.items() if name in failures or not narrower.isdisjoint(failures)}


class _Reporters(NamedTuple):
    """Distinct reporters in order of time, and their times."""

    signals: Sequence[Signal]
    times: Sequence[datetime]

    def since(self, moment: datetime) -> int:
        """The number of those after a moment."""
        return len(self.times) - bisect_right(self.times, moment)


def _reporters(signals: Iterable[Signal]) -> _Reporters:
    distinct = distinct_reporters(signals)
    return _Reporters(distinct, [one.at for one in distinct])


class _Window(Frozen):
    """The distinct reporters up to now, and the signals of each term, in order of time."""

    reporters: _Reporters
    by_term: Mapping[str, Sequence[Signal]]
    expectation: Expectation
    now: datetime
    # The reporters of the terms that were asked for: most terms are one person's, and nobody asks.
    _of_terms: dict[str, _Reporters] = field(default_factory=dict)

    def reporters_of(self, term: str) -> _Reporters:
        """The distinct reporters of a term."""
        found = self._of_terms.get(term)
        if found is None:
            found = self._of_terms[term] = _reporters(self.by_term[term])
        return found

    def surprises(self, terms: Iterable[str], span: timedelta, people: int) -> dict[str, float]:
        """Surprise of each of these terms that at least `people` used for the first time within `span`."""
        since = self.now - span
        total = self.reporters.since(since)
        within, trust = self.expectation.within, self.expectation.trust
        counts = ((term, self.reporters_of(term).since(since)) for term in terms)
        return {
            term: surprise(count, within(term, total - count, span), trust(term))
            for term, count in counts
            if count >= people
        }

    def lift(self, term: str, span: timedelta) -> float:
        """The number of people who used a term within `span`, as a multiple of the expected number."""
        count = self.reporters_of(term).since(self.now - span)
        return count / max(self.expectation.within(term, 0, span), _LEAST_HOURLY * span / HOUR)

    def surprise_among_all(self, term: str, span: timedelta) -> float:
        """Surprise of the term's part in the complaints of `span`: on a day with more of everything it is low."""
        since = self.now - span
        count = self.reporters_of(term).since(since)
        return surprise(
            count,
            self.expectation.among(term, self.reporters.since(since) - count),
            self.expectation.thresholds.most_trust,
        )


def _most_surprising(
    signals: Sequence[Signal], expectation: Expectation, now: datetime, people: tuple[int, int], within: timedelta
) -> Cluster | None:
    """The most surprising cluster. `people` are the fewest that make one: by a concept, and by a mere word."""
    thresholds = expectation.thresholds
    window = _Window(_reporters(signals), by_term(signals), expectation, now)
    enough, enough_by_word = people
    required = {
        term: least
        for term, having in window.by_term.items()
        if len(having) >= enough and (least := expectation.required_surprise(term)) < inf
    }
    surges = [
        (excess - required[term], term, within * part)
        for part in thresholds.window_parts
        for term, excess in window.surprises(required, within * part, enough).items()
        if excess >= required[term]
        and (term in _CONCEPTS or len(window.reporters_of(term).signals) >= enough_by_word)
        and window.surprise_among_all(term, within * part) >= thresholds.share_surprise
    ]
    for margin, seed, span in sorted(surges, reverse=True):
        terms = _terms_of_problem(seed, window, span)
        if margin < thresholds.vague_only_extra and VAGUE.issuperset(_plain(terms)):
            continue
        members = _burst([one for one in signals if belongs(terms, one)], terms, expectation, now)
        if within > _LONGEST_SURGE:
            members = tuple(one for one in signals if belongs(terms, one))
        if len(distinct_reporters(members)) >= (enough if seed in _CONCEPTS else enough_by_word):
            failure = failure_of(members, expectation)
            if seed in SUBJECTS and not _fails(seed, failure, members, margin, expectation):
                continue
            return Cluster(terms, members, margin + required[seed], _main_subject(seed, members, expectation), failure)
    return _unnamed(window, enough_by_word, within)


def _fails(seed: str, failure: str, members: Sequence[Signal], margin: float, expectation: Expectation) -> bool:
    """True if people who name one part of the service report a failure of it, and not what they always speak of.

    A new desk does not know what that is: most of the people must report a failure of that part, and several one that
    is none of every day.
    """
    if expectation.acquainted:
        return bool(failure) or margin >= expectation.thresholds.vague_only_extra
    reporters = distinct_reporters(members)
    failures = GENERAL[seed]
    failing = sum(not failures.isdisjoint(one.terms) for one in reporters)
    rare = sum(not (failures - EVERYDAY).isdisjoint(one.terms) for one in reporters)
    return rare >= _TOGETHER and failing >= expectation.thresholds.majority * len(reporters)


def _share(term: str, members: Iterable[Signal]) -> float:
    reporters = distinct_reporters(members)
    return sum(term in one.terms for one in reporters) / len(reporters)


def _unnamed(window: _Window, people: int, within: timedelta) -> Cluster | None:
    """The cluster of a surge of complaints in any words; None if there is none."""
    for surge in surges(window.reporters.signals, window.expectation, window.now, people, within):
        recent = [one for one in window.reporters.signals if one.at > window.now - surge.span]
        members = _burst(
            [one for one in recent if belongs(surge.terms, one)], surge.terms, window.expectation, window.now
        )
        if len(distinct_reporters(members)) >= surge.people:
            failure = failure_of(members, window.expectation)
            told = bool(failure) and _share(failure, members) >= _TOLD_BY
            return Cluster(surge.terms, members, surge.surprise, "", failure if told else "")
    return None


def _plain(terms: Iterable[str]) -> set[str]:
    return {term.partition(AND)[0] for term in terms}


def _burst(
    members: Sequence[Signal], terms: Sequence[str], expectation: Expectation, now: datetime
) -> tuple[Signal, ...]:
    """The members from the beginning of their surge on.

    The beginning is the post from which on the members are least likely to have come at their usual rate: the
    likelihood ratio of a scan over every possible beginning (Kulldorff's scan statistic). Earlier posts that share
    words with the problem are left out.
    """
    reporters = distinct_reporters(members)
    hourly = max(_mean(terms, expectation, 0, HOUR), _LEAST_HOURLY)
    best, start = 0.0, None
    for place, one in enumerate(reporters):
        count = len(reporters) - place
        mean = hourly * (max(now - one.at, _SHORTEST_BURST) / HOUR)
        likelihood = count * log(count / mean) - (count - mean) if count > mean else 0.0
        if likelihood > best:
            best, start = likelihood, one.at
    return tuple(one for one in members if start is not None and one.at >= start)


def _terms_of_problem(seed: str, window: _Window, span: timedelta) -> tuple[str, ...]:
    """Terms by which posts belong to the seed's problem: what is wrong, and of what.

    A failure of one kind of thing ("payment fails") stands alone. One that anything may have ("won't load") goes with
    the problem's subject, or with no subject at all. A post that names the subject and no failure belongs as well.
    """
    if seed not in _CONCEPTS:
        return (seed,)
    since = window.now - span
    reporters = ((term, window.reporters_of(term)) for term in window.by_term)
    recent = {term: having.signals[-count:] for term, having in reporters if (count := having.since(since))}
    people = {one.author_id for one in recent[seed]}
    subject = _subject_of(seed, recent, people, window.expectation)
    excess = window.surprises(FAILURES.intersection(recent), span, 1)
    failures = [seed] if seed in FAILURES else []
    failures += sorted(
        (
            term
            for term in recent
            if term in FAILURES
            and term != seed
            and _belongs(term, excess.get(term, 0.0), seed, subject, recent, people)
        ),
        key=lambda term: (-excess.get(term, 0.0), term),
    )
    terms = [failure for failure in failures[:MOST_TERMS] if failure not in ANYTHING_MAY]
    general = [failure for failure in failures[:MOST_TERMS] if failure in ANYTHING_MAY]
    if subject:
        terms += [f"{failure}{AND}{subject}" for failure in general]
    # Posts without a subject are frequent at a busy brand: they belong only where nearly all come from the surge.
    terms += [
        f"{failure}{AND}{NO_SUBJECT}"
        for failure in general
        if failure == seed or window.lift(failure, span) >= LIFT * (1 + (failure in VAGUE))
    ]
    if subject:
        terms.append(f"{NO_FAILURE}{AND}{subject}")
    return tuple(dict.fromkeys(terms)) or (seed,)


def _subject_of(
    seed: str, recent: Mapping[str, Sequence[Signal]], people: set[UserId], expectation: Expectation
) -> str:
    """The part of the service that most people of the seed name; empty if there is none."""
    if seed in SUBJECTS:
        return seed
    shared = {
        term: sum(one.author_id in people for one in having) for term, having in recent.items() if term in SUBJECTS
    }
    best = max(shared, key=lambda term: (shared[term], term), default="")
    return best if best and shared[best] >= expectation.thresholds.majority * len(people) else ""


def _main_subject(seed: str, members: Sequence[Signal], expectation: Expectation) -> str:
    reporters = distinct_reporters(members)
    return _subject_of(seed, by_term(reporters), {one.author_id for one in reporters}, expectation)


def _belongs(
    term: str,
    excess: float,
    seed: str,
    subject: str,
    recent: Mapping[str, Sequence[Signal]],
    people: set[UserId],
) -> bool:
    """True if a failure is part of the seed's problem: more frequent than usual, and related or of the same people."""
    if excess < COMPANION:
        return False
    having = recent[term]
    shared = sum(one.author_id in people for one in having)
    close = related(seed, term) or (subject and related(subject, term))
    together = shared >= _TOGETHER and 2 * shared >= len(having)
    return bool(close) or together or (term in VAGUE and excess >= SURGE)
