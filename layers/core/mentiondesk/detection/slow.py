"""Slow problems: few people an hour, and over half a day or two days far more than usual."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mentiondesk.detection.baseline import HOUR, Expectation
from mentiondesk.detection.clusters import Cluster, find_clusters
from mentiondesk.detection.concepts import VAGUE
from mentiondesk.detection.matching import count_terms
from mentiondesk.detection.thresholds import Thresholds
from mentiondesk.domain.incidents.signals import Baseline, HourlyCounts, Signal
from mentiondesk.values import replace

# The spans that are looked at, the longest last.
SPANS = (timedelta(hours=12), timedelta(days=2))


def slow_clusters(
    signals: Sequence[Signal], baseline: Baseline, now: datetime, thresholds: Thresholds
) -> list[Cluster]:
    """Clusters over half a day or two days up to now that name one failure, most surprising first.

    `signals` are those of two days as `resolve_echoes` returns them. A baseline of less than `settled_hours` gives
    none: it cannot know yet what is usual.
    """
    if baseline.overall.hours < thresholds.settled_hours:
        return []
    strict = replace(
        thresholds,
        window_parts=(1.0,),
        concept_surprise=thresholds.slow_surprise,
        general_concept_surprise=float("inf"),
        vague_concept_surprise=float("inf"),
        word_surprise=thresholds.slow_word_surprise,
        any_surprise=float("inf"),
        alike_surprise=float("inf"),
    )
    found: dict[tuple[str, ...], Cluster] = {}
    for span in SPANS:
        recent = [one for one in signals if now - span < one.at]
        if len(recent) < min(thresholds.fewest_people, thresholds.slow_people):
            continue
        expectation = Expectation(_without(baseline, recent, span), strict)
        for cluster in find_clusters(recent, expectation, now, thresholds.slow_people, span):
            if cluster.failure and cluster.failure not in VAGUE:
                found.setdefault(cluster.terms, cluster)
    return sorted(found.values(), key=lambda cluster: -cluster.surprise)


def _without(baseline: Baseline, signals: Sequence[Signal], span: timedelta) -> Baseline:
    """The baseline less the counts of the span itself: a problem of two days is in it already."""
    reporters, terms = count_terms(signals)
    overall = baseline.overall
    less = {term: max(overall.terms.get(term, 0.0) - count, 0.0) for term, count in terms.items()}
    return Baseline(
        HourlyCounts(
            hours=max(overall.hours - span / HOUR, 0.0),
            reporters=max(overall.reporters - reporters, 0.0),
            terms={**overall.terms, **less},
            until=overall.until,
        )
    )
