"""Signals compared with each other, with terms and with incidents."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from mentiondesk.domain.ids import PostId, UserId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.incidents.signals import Signal

# Joins terms that must all be present: "missing + album".
AND = " + "


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
    """Signals in order of time, where a "same here" has the terms of the post it answers.

    Signals without terms are left out: an echo of a post that is not among `signals` is one.
    """
    terms: dict[PostId, tuple[str, ...]] = {}
    found = []
    for signal in sorted(signals, key=lambda one: (one.at, int(one.post_id))):
        answered = terms.get(signal.answers, ()) if signal.echo and signal.answers else ()
        resolved = _with_terms(signal, answered) if answered else signal
        terms[resolved.post_id] = resolved.terms
        if resolved.terms:
            found.append(resolved)
    return found


def _with_terms(echo: Signal, answered: tuple[str, ...]) -> Signal:
    """The echo with the terms of the post it answers. Its digest goes: equal echoes of people are no copies."""
    return replace(echo, terms=tuple(dict.fromkeys((*echo.terms, *answered))), digest="")


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
    """True if the signal has one of `terms`; "missing + album" requires both."""
    own = set(signal.terms)
    return any(own.issuperset(term.split(AND)) for term in terms)


def matches(incident: Incident, signal: Signal) -> bool:
    """True if a complaint is about an incident that was detected before."""
    return has_any(incident.terms, signal)
