"""The normal number of complaints at one hour of the week, and how it is updated hour by hour."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import exp, inf, log10, sqrt

from mentiondesk.detection.concepts import (
    CONCEPTS,
    EVERYDAY,
    GENERAL,
    MARKERS,
    NOTHING_KNOWN,
    SUBJECTS,
    VAGUE,
    is_known,
)
from mentiondesk.detection.thresholds import THRESHOLDS, Thresholds
from mentiondesk.domain.incidents.signals import Baseline, HourlyCounts
from mentiondesk.values import replace

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
# Bounds on the size of a stored item: terms kept over every hour, and over one hour of the week.
OVERALL_TERMS = 600
HOUR_TERMS = 60
# Counts are stored with this many digits, and smaller ones are dropped.
_DIGITS = 3
_SMALLEST_COUNT = 0.05
_DAY = 24

_CONCEPTS = frozenset(CONCEPTS)


class Expectation:
    """Expected numbers of reporters under a baseline, blended with priors that fade as counts come in.

    One object serves one run: what depends on the baseline alone is computed once.
    """

    def __init__(self, baseline: Baseline, thresholds: Thresholds = THRESHOLDS) -> None:
        self.thresholds = thresholds
        self._overall, self._hour, self._hour_of_day = baseline.overall, baseline.hour, baseline.hour_of_day
        self.mature = (
            self._overall.hours >= thresholds.mature_hours and self._overall.reporters >= thresholds.mature_reporters
        )
        # Known well enough to tell from the number of complaints alone, and over days.
        self.settled = self._overall.hours >= thresholds.settled_hours
        # Known well enough to tell what customers always speak of: at a busy brand within a day or two.
        self.acquainted = self.settled or self._overall.reporters >= thresholds.acquainted_reporters
        self.hourly_reporters = self._hourly_reporters()
        self._extra = self._extra_surprise()

    @cached_property
    def _topics(self) -> float:
        """The counts of all topics together."""
        return sum(n for term, n in self._overall.terms.items() if is_known(term) and term not in _CONCEPTS)

    def enough(self, people: int) -> int:
        """Distinct reporters that make a cluster: `people` at a busy or new brand, fewer at one known to be quiet."""
        return max(people - self._spared, min(people, self.thresholds.fewest_people))

    @property
    def regular(self) -> bool:
        """True for a calm brand that is heard of every day. Where weeks pass in silence, a loud hour tells little."""
        return self.calm and 24 * self._overall_hourly() >= self.thresholds.regular_daily

    @property
    def calm(self) -> bool:
        """True for a brand known to have so few complaints that the number of them alone tells."""
        return self.mature and self.settled and 24 * self._overall_hourly() <= self.thresholds.calm_daily

    @property
    def _spared(self) -> int:
        t, daily = self.thresholds, 24 * self._overall_hourly()
        return self.calm + (self.calm and daily <= t.quiet_daily)

    def _overall_hourly(self) -> float:
        t = self.thresholds
        return (self._overall.reporters + t.prior_rate * t.prior_rate_hours) / (
            self._overall.hours + t.prior_rate_hours
        )

    def share(self, term: str) -> float:
        """Share of all complaints that has this term, over every hour."""
        t = self.thresholds
        prior = (
            t.prior_everyday_share
            if term in EVERYDAY or term == NOTHING_KNOWN
            else t.prior_general_share
            if term in GENERAL
            else t.prior_concept_share
            if is_known(term)
            else t.prior_word_share
        )
        known = self._overall.terms.get(term, 0.0)
        # A baseline from before topics were counted knows few: their number stands for that of the reporters.
        counted = self._topics if is_known(term) and term not in _CONCEPTS else self._overall.reporters
        return (known + prior * t.prior_share_reporters) / (counted + t.prior_share_reporters)

    def hourly(self, term: str) -> float:
        """Reporters an hour who use this term, at this hour of the week."""
        weight = self.thresholds.overall_term_hours
        expected = self.hourly_reporters * self.share(term)
        return (self._hour.terms.get(term, 0.0) + expected * weight) / (self._hour.hours + weight)

    def trust(self, term: str) -> float:
        """Number of events that the expected count of this term is known from, for `surprise`."""
        return min(1.0 + self._overall.terms.get(term, 0.0), self.thresholds.most_trust)

    def within(self, term: str, others: int, span: timedelta) -> float:
        """Reporters of this term to expect within `span`, given `others` reporters without it.

        A busy day raises the expectation, up to a cap: many times as many complaints about everything are an outage.
        An immature baseline knows no busy days, and the expectation follows the other complaints alone.
        """
        hours = span / HOUR
        mean = self.hourly(term) * hours
        if not self.mature:
            return max(mean, self.among(term, others))
        # A total up to a standard deviation above the expected one counts as a normal day.
        normal = self.hourly_reporters * hours
        return mean * min(max(others / (normal + sqrt(normal) + 1.0), 1.0), self.thresholds.busy_day_cap)

    def among(self, term: str, others: int) -> float:
        """Reporters of this term to expect beside `others` without it, whatever the hour."""
        share = min(self.share(term), self.thresholds.largest_share)
        return others * share / (1 - share)

    def required_surprise(self, term: str) -> float:
        """Least surprise at which a surge of this term is notable; infinite for terms that are always common."""
        t = self.thresholds
        concept = term in _CONCEPTS
        # A new desk does not know yet which words its customers always use.
        if term in MARKERS or (is_known(term) and not concept) or not (concept or self.acquainted):
            return inf
        common = t.common_subject_share if term in SUBJECTS else inf if concept else t.common_word_share
        if self.share(term) >= common:
            return inf
        if term in VAGUE:
            required = t.vague_concept_surprise
        elif concept:
            required = t.general_concept_surprise if term in GENERAL else t.concept_surprise
        else:
            required = t.word_surprise
        return required + self._extra[0] + self._extra[1]

    def _hourly_reporters(self) -> float:
        """Reporters to expect in an hour: of this hour of the week, else of this hour of any day, else of any hour.

        Each of these rates is the prior of the next, worth a number of reporters.
        """
        t, rate, known = self.thresholds, self._overall_hourly(), self._overall
        if known.by_hour and self._hour_of_day is not None:
            rate = _rate(known.by_hour[self._hour_of_day], known.hours / _DAY, rate, t.prior_of_day)
        return _rate(self._hour.reporters, self._hour.hours, rate, t.prior_of_week)

    def _extra_surprise(self) -> tuple[float, float]:
        """Extra surprise for the number of complaints an hour, and for a new baseline."""
        t = self.thresholds
        newness = exp(-self._overall.hours / t.new_baseline_hours)
        few = t.few_people_extra * (self._spared > 0)
        return log10(max(self.hourly_reporters, 1.0)), t.new_baseline_extra * newness + few


def _rate(reporters: float, hours: float, prior: float, worth: float) -> float:
    """Reporters an hour, with a prior rate that is known from `worth` reporters."""
    return (reporters + worth) / (hours + worth / prior)


def hour_of_week(moment: datetime) -> int:
    """Hours since Monday 00:00 UTC, from 0 to 167."""
    at = moment.astimezone(UTC)
    return at.weekday() * 24 + at.hour


def updated(
    counts: HourlyCounts,
    expectation: Expectation,
    until: datetime,
    reporters: float,
    terms: Mapping[str, float],
    most_terms: int,
) -> HourlyCounts:
    """The counts with one more hour, which ended at `until`; unchanged if that hour is counted already.

    `reporters` and `terms` are the hour's, as `count_terms` returns them. Once the baseline is mature, counts far above
    it are cut, so that an outage does not become normal. The `most_terms` most frequent terms are kept, words last.
    """
    if counts.until is not None and until <= counts.until:
        return counts
    kept = _kept(counts, expectation, until)
    added = {term: min(count, _most_learned(expectation, expectation.hourly(term))) for term, count in terms.items()}
    sums = {term: kept * counts.terms.get(term, 0.0) + added.get(term, 0.0) for term in {*counts.terms, *added}}
    frequent: Collection[str] = sums
    if len(sums) > most_terms:
        frequent = sorted(sums, key=lambda term: (not is_known(term), -sums[term], term))[:most_terms]
    most_reporters = _most_learned(expectation, expectation.hourly_reporters)
    return HourlyCounts(
        hours=round(kept * counts.hours + 1, _DIGITS),
        reporters=round(kept * counts.reporters + min(reporters, most_reporters), _DIGITS),
        terms={term: round(sums[term], _DIGITS) for term in frequent if sums[term] >= _SMALLEST_COUNT},
        until=until,
    )


def updated_overall(
    counts: HourlyCounts,
    expectation: Expectation,
    until: datetime,
    reporters: float,
    terms: Mapping[str, float],
) -> HourlyCounts:
    """The counts over every hour with one more, as `updated` makes them, with the rhythm of the day."""
    after = updated(counts, expectation, until, reporters, terms, OVERALL_TERMS)
    if after is counts:
        return counts
    # Counts from before the day's rhythm was kept have none.
    kept, even = _kept(counts, expectation, until), (counts.reporters / _DAY,) * _DAY
    by_hour = [kept * count for count in counts.by_hour or even]
    by_hour[hour_of_week(until - HOUR) % _DAY] += after.reporters - kept * counts.reporters
    return replace(after, by_hour=tuple(round(count, _DIGITS) for count in by_hour))


def _kept(counts: HourlyCounts, expectation: Expectation, until: datetime) -> float:
    """The share of earlier counts that is left by the end of the hour."""
    return expectation.thresholds.weekly_retention ** ((until - counts.until) / WEEK) if counts.until else 0.0


def _most_learned(expectation: Expectation, normal: float) -> float:
    return expectation.thresholds.learning_cap * (1 + normal) if expectation.mature else inf
