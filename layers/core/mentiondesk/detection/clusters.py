"""Clusters: different people who report one problem, far more of them than the baseline expects."""

from base64 import b32encode
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s
from math import inf

from mentiondesk.detection.baseline import Expectation
from mentiondesk.detection.concepts import CONCEPTS, GENERAL, VAGUE, related
from mentiondesk.detection.matching import AND, by_term, distinct_reporters, has_any
from mentiondesk.detection.surprise import severity, surprise
from mentiondesk.detection.titles import failure_of, spelled_out, subject_of
from mentiondesk.domain.ids import IncidentId, UserId
from mentiondesk.domain.incidents.incident import Sample
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.text import quotable

_MOST_CLUSTERS = 5
_MOST_TERMS = 8
_MOST_SAMPLES = 3
_LONGEST_TITLE = 80
_ID_LENGTH = 12

_CONCEPTS = frozenset(CONCEPTS)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Different people who report one problem.

    `terms` are the terms of the problem; a signal with any of them belongs to the cluster. `subject` holds the word
    stems for what the problem is about, and `failure` the concept for what is wrong with it; either may be empty.
    `signals` are in order of time.
    """

    terms: tuple[str, ...]
    signals: tuple[Signal, ...]
    surprise: float
    subject: tuple[str, ...] = ()
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
    def title(self) -> str:
        """Subject and failure, like "Home page: won't load"; the topic if neither is known."""
        subject = spelled_out(self.subject, [one.words for one in distinct_reporters(self.signals)])
        parts = f"{subject}: {self.failure}" if subject and self.failure else subject or self.failure or self.topic
        return quotable(parts[:1].upper() + parts[1:], _LONGEST_TITLE)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Posts of different people that show the problem: those with most of its terms, then the latest.

        The latest, since a window may begin before the problem does.
        """
        wanted = {*self.subject, self.failure}
        best = sorted(
            distinct_reporters(self.signals),
            key=lambda one: (self.failure in one.terms, len(wanted.intersection(one.terms)), one.at),
            reverse=True,
        )
        return tuple(Sample(one.post_id, one.author_id, one.at, one.words) for one in best[:_MOST_SAMPLES])


def find_clusters(
    signals: Sequence[Signal], expectation: Expectation, now: datetime, people: int, within: timedelta
) -> list[Cluster]:
    """Clusters of at least `people` distinct reporters in the window `within` up to now, most surprising first.

    `signals` are as `resolve_echoes` returns them; those outside the window are ignored.
    """
    left = [one for one in signals if now - within < one.at <= now]
    found: list[Cluster] = []
    while len(found) < _MOST_CLUSTERS and len(left) >= people:
        cluster = _most_surprising(left, expectation, now, people, within)
        if cluster is None:
            break
        found.append(cluster)
        left = [one for one in left if not has_any(cluster.terms, one)]
    return found


def above_baseline(
    terms: Sequence[str], signals: Sequence[Signal], expectation: Expectation, now: datetime, span: timedelta
) -> float:
    """Surprise of the number of people who report any of `terms` within `span` up to now."""
    recent = [one for one in signals if now - span < one.at <= now]
    reporters = len(distinct_reporters(one for one in recent if has_any(terms, one)))
    others = len(distinct_reporters(recent)) - reporters
    mean = sum(min(expectation.within(part, others, span) for part in term.split(AND)) for term in terms)
    return surprise(reporters, mean, expectation.thresholds.most_trust)


@dataclass(frozen=True, slots=True)
class _Window:
    """The distinct reporters up to now, all of them and by term, in order of time."""

    reporters: Sequence[Signal]
    by_term: Mapping[str, Sequence[Signal]]
    expectation: Expectation
    now: datetime

    def surprises(self, span: timedelta, people: int) -> dict[str, float]:
        """Surprise of each term that at least `people` used for the first time within `span`."""
        since = self.now - span
        total = _since(since, self.reporters)
        counts = {term: _since(since, having) for term, having in self.by_term.items() if len(having) >= people}
        within, trust = self.expectation.within, self.expectation.trust
        return {
            term: surprise(count, within(term, total - count, span), trust(term))
            for term, count in counts.items()
            if count >= people
        }


def _since(moment: datetime, signals: Sequence[Signal]) -> int:
    return len(signals) - bisect_right(signals, moment, key=lambda one: one.at)


def _most_surprising(
    signals: Sequence[Signal], expectation: Expectation, now: datetime, people: int, within: timedelta
) -> Cluster | None:
    thresholds, required = expectation.thresholds, expectation.required_surprise
    reporters_by_term = {term: distinct_reporters(having) for term, having in by_term(signals).items()}
    window = _Window(distinct_reporters(signals), reporters_by_term, expectation, now)
    surges = [
        (excess - required(term), term, within * part)
        for part in thresholds.window_parts
        for term, excess in window.surprises(within * part, people).items()
        if excess >= required(term)
    ]
    for margin, seed, span in sorted(surges, reverse=True):
        terms = _terms_of_problem(seed, window, span, people)
        if margin >= thresholds.vague_only_extra or not VAGUE.issuperset(terms):
            members = tuple(one for one in signals if has_any(terms, one))
            failure = failure_of(seed, members, expectation)
            subject = subject_of(failure, members, expectation)
            return Cluster(terms, members, margin + required(seed), subject, failure)
    return None


def _terms_of_problem(seed: str, window: _Window, span: timedelta, people: int) -> tuple[str, ...]:
    """The seed and the terms that belong to the same problem, the seed or the most surprising first."""
    people_of_seed = {one.author_id for one in window.by_term[seed]}
    found = {seed: inf}
    for term, excess in window.surprises(span, 2).items():
        if _belongs(term, excess, seed, window, people_of_seed):
            found.setdefault(term, excess)
    exact = {term: excess for term, excess in found.items() if term not in VAGUE}
    exact_people = {one.author_id for term in exact for one in window.by_term[term]} & people_of_seed
    majority = window.expectation.thresholds.majority * len(people_of_seed)
    if seed in VAGUE and len(exact_people) >= max(people, majority):
        # A vague term would draw in every other problem of that hour.
        found = exact
    return tuple(sorted(found, key=lambda term: (-found[term], term)))[:_MOST_TERMS]


def _belongs(term: str, excess: float, seed: str, window: _Window, people_of_seed: set[UserId]) -> bool:
    """True if a term is part of the seed's problem: surprising itself, and related or used by the same people."""
    if term in GENERAL:
        return False
    expectation, having = window.expectation, window.by_term[term]
    is_concept = term in _CONCEPTS
    if excess < (expectation.thresholds.companion_surprise if is_concept else expectation.required_surprise(term)):
        return False
    shared = sum(one.author_id in people_of_seed for one in having)
    return related(seed, term) or 2 * shared >= max(len(having), 4)
