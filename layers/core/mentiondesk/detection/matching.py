"""Signals compared with each other, with terms and with incidents."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache

from mentiondesk.detection.concepts import (
    ANYTHING_MAY,
    APART,
    CONCEPTS,
    FAILURES,
    NO_FAILURE,
    NO_SUBJECT,
    OF_THEIR_OWN,
    SUBJECTS,
)
from mentiondesk.domain.ids import ConversationId, PostId, UserId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.values import replace

# Joins terms that must all be present: "missing + album".
AND = " + "
_HOUR = timedelta(hours=1)
# People of one hour who must share a failure before a "same here" without a thread counts as theirs.
_SHARED = 2
_CONCEPTS = frozenset(CONCEPTS)
_UNSAID = {NO_SUBJECT: SUBJECTS, NO_FAILURE: FAILURES}


def distinct_reporters(signals: Iterable[Signal]) -> list[Signal]:
    """The earliest signal of each person and each text, so that its length is the number of distinct reporters.

    Further posts of one person and copies of one text are left out. `signals` are in order of time.
    """
    people: set[UserId] = set()
    texts: set[str] = set()
    found = []
    for signal in signals:
        author, digest = signal.author_id, signal.digest
        if author not in people and (not digest or digest not in texts):
            found.append(signal)
        people.add(author)
        if digest:
            texts.add(digest)
    return found


def resolve_echoes(signals: Iterable[Signal]) -> list[Signal]:
    """Signals in order of time, where a "same here" has the terms of what it repeats.

    That is the post it answers; else the latest complaint of its thread; else, where it answers the brand or nothing
    known, what most people of the last hour complain of. Signals without terms are left out, such as an echo of
    nothing that is known.
    """
    terms: dict[PostId, tuple[str, ...]] = {}
    threads: dict[ConversationId, tuple[str, ...]] = {}
    found: list[Signal] = []
    for signal in sorted(signals, key=lambda one: (one.at, int(one.post_id))):
        thread = signal.case_id.conversation if signal.case_id else None
        repeated: tuple[str, ...] = ()
        if signal.echo:
            repeated = terms.get(signal.answers or PostId(""), ()) or threads.get(thread or ConversationId(""), ())
            repeated = repeated or _of_the_hour(found, signal)
        resolved = _with_terms(signal, repeated) if repeated else signal
        terms[resolved.post_id] = resolved.terms
        if thread is not None and resolved.terms:
            threads[thread] = resolved.terms
        if resolved.terms:
            found.append(resolved)
    return found


def _of_the_hour(found: Sequence[Signal], echo: Signal) -> tuple[str, ...]:
    """The concepts that most people named in the hour before an echo; empty if fewer than two share a failure."""
    recent = distinct_reporters(one for one in found if echo.at - _HOUR < one.at)
    counts = {failure: len(having) for failure, having in by_term(recent).items() if failure in FAILURES}
    best = max(counts, key=lambda failure: (counts[failure], failure), default="")
    if not best or counts[best] < _SHARED or 2 * counts[best] < len(recent):
        return ()
    example = next(one for one in reversed(recent) if best in one.terms)
    return tuple(term for term in example.terms if term in _CONCEPTS)


def _with_terms(echo: Signal, repeated: tuple[str, ...]) -> Signal:
    """The echo with the terms of what it repeats. Its digest goes: equal echoes of people are no copies."""
    return replace(echo, terms=tuple(dict.fromkeys((*echo.terms, *repeated))), digest="")


def by_term(signals: Iterable[Signal]) -> dict[str, list[Signal]]:
    """The signals that have each term, in the order of `signals`."""
    found: defaultdict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        for term in signal.terms:
            found[term].append(signal)
    return found


def count_terms(signals: Iterable[Signal]) -> tuple[int, dict[str, int]]:
    """The number of distinct reporters, and how many of them use each term."""
    reporters = distinct_reporters(signals)
    return len(reporters), {term: len(having) for term, having in by_term(reporters).items()}


def has_any(terms: Iterable[str], signal: Signal) -> bool:
    """True if the signal has one of `terms`; "missing + album" requires both, "slow + no subject" no subject at all."""
    own, (single, joined) = _with_unsaid(signal.terms), _parts(tuple(terms))
    return not own.isdisjoint(single) or any(own.issuperset(parts) for parts in joined)


# A run compares each of some thousand signals with each of a few incidents and clusters.
@lru_cache(maxsize=8192)
def _with_unsaid(terms: tuple[str, ...]) -> frozenset[str]:
    """The terms of a signal, with "no subject" and "no failure" where it names none.

    A subject that an order of one's own accounts for is none of what else fails.
    """
    others = frozenset(terms)
    if not ANYTHING_MAY.isdisjoint(terms):
        others = others.difference(*(OF_THEIR_OWN[term] for term in terms if term in OF_THEIR_OWN))
    return frozenset((*terms, *(unsaid for unsaid, said in _UNSAID.items() if said.isdisjoint(others))))


@lru_cache(maxsize=512)
def _parts(terms: tuple[str, ...]) -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
    """The terms that stand alone, and the parts of each joined one."""
    parts = [frozenset(term.split(AND)) for term in terms]
    return frozenset().union(*(one for one in parts if len(one) == 1)), tuple(one for one in parts if len(one) > 1)


def belongs(terms: Iterable[str], signal: Signal) -> bool:
    """True if the signal has one of `terms` and is no matter of its own, such as fraud or a rude person."""
    terms = tuple(terms)
    if not has_any(terms, signal):
        return False
    own = APART.intersection(signal.terms)
    return own.issubset(terms) and (not signal.critical or bool(own))


def of_their_own(incident: Incident, signal: Signal) -> bool:
    """True if a post about an incident also tells of its author's own order, which the incident's end does not settle.

    Such a post counts for the incident, and its case waits for an answer as any other.
    """
    failures = {part for term in incident.terms for part in term.split(AND)}
    return any(term in OF_THEIR_OWN and term not in failures for term in signal.terms)


def matches(incident: Incident, signal: Signal) -> bool:
    """True if a complaint is about an incident that was detected before."""
    return belongs(incident.terms, signal)
