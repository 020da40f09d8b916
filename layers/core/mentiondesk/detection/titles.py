"""Titles of clusters, like "Home page: won't load": customers' own words for the subject, and the failure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log

from mentiondesk.detection.baseline import Expectation
from mentiondesk.detection.concepts import ANY_BROKEN, CONCEPTS, GENERAL
from mentiondesk.detection.matching import by_term, distinct_reporters
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.triage.concepts import surfaces

_MOST_SUBJECT_WORDS = 2
_VAGUEST = "not working"
# Words in capitals up to this length are read as acronyms, and longer ones as shouting.
_LONGEST_ACRONYM = 4

_CONCEPTS = frozenset(CONCEPTS)


def failure_of(seed: str, members: Sequence[Signal], expectation: Expectation) -> str:
    """The concept that tells the members apart from the baseline best; general ones only if there is no other.

    Empty if the members share no concept: their cluster is named by its subject alone.
    """
    reporters = distinct_reporters(members)
    least = max(2, len(reporters) * expectation.thresholds.title_share)
    weights = {
        concept: len(having) * log(max(len(having) / len(reporters) / expectation.share(concept), 1.0))
        for concept, having in by_term(reporters).items()
        if concept in _CONCEPTS and concept not in GENERAL and len(having) >= least
    }
    if weights:
        return min(weights, key=lambda concept: (-weights[concept], CONCEPTS.index(concept)))
    if seed == ANY_BROKEN:
        return _VAGUEST
    return f"trouble with {seed}" if seed in GENERAL else ""


def subject_of(failure: str, members: Sequence[Signal], expectation: Expectation) -> tuple[str, ...]:
    """Up to two word stems that many reporters use, far more often than the baseline."""
    thresholds = expectation.thresholds
    reporters = distinct_reporters(members)
    weights = {}
    for word, having in by_term(reporters).items():
        share = len(having) / len(reporters)
        lift = share / expectation.share(word)
        telling = (share >= thresholds.title_share and lift >= thresholds.title_lift) or (
            share >= thresholds.majority and lift >= thresholds.title_lift / 2
        )
        if telling and len(having) > 1 and word not in _CONCEPTS and word not in failure:
            weights[word] = len(having) * log(lift)
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:_MOST_SUBJECT_WORDS])


def spelled_out(stems: Sequence[str], texts: Iterable[str]) -> str:
    """Spells one or two stems as most of the texts do, in the texts' order if they stand side by side."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    side_by_side: Counter[tuple[str, str]] = Counter()
    for text in texts:
        words = surfaces(text)
        for stem, spelling in words:
            spellings[stem][_calm(spelling)] += 1
        side_by_side.update({(one, other) for (one, _), (other, _) in pairwise(words)})
    shown = [spellings[stem].most_common(1)[0][0] if spellings[stem] else stem for stem in stems]
    if len(stems) < 2:
        return ", ".join(shown)
    forwards, backwards = side_by_side[stems[0], stems[1]], side_by_side[stems[1], stems[0]]
    if max(forwards, backwards) <= 1:
        return ", ".join(shown)
    return " ".join(shown if forwards >= backwards else reversed(shown))


def _calm(spelling: str) -> str:
    return spelling.lower() if spelling.isupper() and len(spelling) > _LONGEST_ACRONYM else spelling
