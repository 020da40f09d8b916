"""Surges of complaints in any words: people put a new problem into words that no table holds."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from math import inf

from mentiondesk.detection.baseline import HOUR, Expectation
from mentiondesk.detection.concepts import (
    ANY_WORDS,
    APART,
    CONCEPTS,
    FAILURES,
    MARKERS,
    NO_FAILURE,
    NOTHING_KNOWN,
    SUBJECTS,
    TOPIC,
    is_known,
)
from mentiondesk.detection.matching import AND, by_term
from mentiondesk.detection.surprise import surprise
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.values import Frozen

MOST_TERMS = 8
# Surprise from which a term belongs to a problem that others have found.
COMPANION = 1.0
# People who must share a word before it tells a problem, and a concept or topic before it counts.
_SHARING, _SHARED = 3, 2
# A surge of so many times the usual number: nearly all of its complaints come from one problem.
_NEARLY_ALL = 15
_CONCEPTS = frozenset(CONCEPTS)
# Concepts that no incident is about, and the lack of any.
_NO_LIKENESS = frozenset((*MARKERS, NOTHING_KNOWN))


class Surge(Frozen):
    """More complaints than usual within `span`, the terms by which posts belong to them, and the fewest people."""

    terms: tuple[str, ...]
    surprise: float
    span: timedelta
    people: int


def surges(
    reporters: Sequence[Signal], expectation: Expectation, now: datetime, people: int, within: timedelta
) -> Iterator[Surge]:
    """Surges of complaints of any words, the longest first, which holds most of the people.

    `reporters` are distinct and in order of time. At a busy brand a rare word that many share tells a surge from a
    busy hour, and `people` are needed; at a quiet one the number of complaints and what they have in common do, and
    fewer people are enough.
    """
    if not expectation.settled:
        return
    spans = sorted((within * part for part in expectation.thresholds.window_parts), reverse=True)
    for find in (_by_words, _by_likeness) if expectation.regular else (_by_words,):
        for span in spans:
            found = find([one for one in reporters if one.at > now - span], expectation, span, people)
            if found is not None:
                yield found


def _excess(count: int, expectation: Expectation, span: timedelta) -> float:
    """Surprise of a number of complaints of any words within `span`."""
    return surprise(count, expectation.hourly_reporters * (span / HOUR), expectation.thresholds.most_trust)


def _by_words(recent: Sequence[Signal], expectation: Expectation, span: timedelta, people: int) -> Surge | None:
    """A surge of which a good part shares a rare word."""
    excess = _excess(len(recent), expectation, span)
    if len(recent) < people or excess < expectation.thresholds.any_surprise:
        return None
    least = max(_SHARING, len(recent) * expectation.thresholds.title_share)
    alike = _alike(recent, expectation, least)
    words = [term for term in alike if term not in _CONCEPTS and expectation.required_surprise(term) < inf]
    if not words or alike[words[0]] < expectation.thresholds.shared_surprise:
        return None
    return Surge((*words[:MOST_TERMS], NOTHING_KNOWN, ANY_WORDS), excess, span, people)


def _by_likeness(recent: Sequence[Signal], expectation: Expectation, span: timedelta, people: int) -> Surge | None:
    """A surge by the number of complaints and the concept or topic that they share: the two are independent.

    Only posts that begin a thread count: answers to the brand come in bursts of their own.
    """
    t, enough = expectation.thresholds, expectation.enough(people)
    begun = [one for one in recent if one.answers is None]
    if len(begun) < enough:
        return None
    alike = {
        term: excess
        for term, excess in _alike(begun, expectation, _SHARED).items()
        if is_known(term) and term not in _NO_LIKENESS
    }
    likeness = max([0.0, *alike.values()]) - t.alike_by_chance
    excess = _excess(len(begun), expectation, span) + max(likeness, 0.0)
    if excess < t.alike_surprise:
        return None
    terms = _terms(begun, alike, expectation, span)
    return Surge((*terms, ANY_WORDS), excess, span, t.fewest_people) if terms else None


def _terms(
    begun: Sequence[Signal], alike: Collection[str], expectation: Expectation, span: timedelta
) -> tuple[str, ...]:
    """The terms by which nearly all posts belong to a surge, those that its people share first.

    A part of the service or a topic stands for the posts that name no failure. A term of one person belongs only where
    nearly all complaints come from the surge, and a matter of its own only if it is shared.
    """
    usual = expectation.hourly_reporters * (span / HOUR)
    least = 1 if len(begun) >= _NEARLY_ALL * usual else _SHARED
    counts = {term: len(having) for term, having in by_term(begun).items()}
    belonging = [
        term
        for term in dict.fromkeys((*alike, *counts))
        if counts[term] >= max(least, _NEARLY_ALL * usual * expectation.share(term))
        and (term in alike or term not in APART)
    ]
    failures = [term for term in belonging if term in FAILURES]
    others = [f"{NO_FAILURE}{AND}{term}" for term in belonging if term in SUBJECTS or term.startswith(TOPIC)]
    nothing = [term for term in belonging if term == NOTHING_KNOWN]
    return (*failures[:MOST_TERMS], *others[:MOST_TERMS], *nothing)


def _alike(recent: Sequence[Signal], expectation: Expectation, least: float) -> dict[str, float]:
    """The surprise of each term's part in the complaints, the most surprising first, from `COMPANION` on."""
    counts = {term: len(having) for term, having in by_term(recent).items()}
    excess = {
        term: surprise(count, len(recent) * expectation.share(term), expectation.trust(term))
        for term, count in counts.items()
        if count >= least
    }
    best = sorted((term for term in excess if excess[term] >= COMPANION), key=lambda term: (-excess[term], term))
    return {term: excess[term] for term in best}
