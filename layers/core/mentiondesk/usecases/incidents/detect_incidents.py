"""Turns surges of complaints into incident candidates, and lets open incidents grow or fade."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mentiondesk.detection.baseline import HOUR, HOUR_TERMS, OVERALL_TERMS, Expectation, hour_of_week, updated
from mentiondesk.detection.clusters import Cluster, above_baseline, find_clusters
from mentiondesk.detection.matching import count_terms, distinct_reporters, matches, resolve_echoes
from mentiondesk.detection.signals import stem
from mentiondesk.detection.surprise import severity
from mentiondesk.detection.thresholds import THRESHOLDS, Thresholds
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import ComponentId, IncidentId, PostId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, LinkedPost, Status
from mentiondesk.domain.incidents.rules import IncidentRules
from mentiondesk.domain.incidents.signals import SIGNALS_KEPT, Baseline, Signal
from mentiondesk.domain.status.page import PageComponent
from mentiondesk.domain.timeline import Faded, Noticed
from mentiondesk.ports.detection import BaselineStore, SignalStore
from mentiondesk.ports.incidents import IncidentChanged, IncidentStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone

# Upper bound on the signals read in one run; the latest are kept.
MOST_SIGNALS = 3000
# Delivery by X and classification may delay a signal by this much.
_LATE = timedelta(minutes=10)
# Ended incidents up to this age can hold back new ones.
_REMEMBERED = timedelta(days=7)
_DAY = timedelta(days=1)
# Cap on the multiple of the cooldown after an incident that came and went repeatedly.
_LONGEST_HOLD = 8
# During a cooldown a new incident needs this many times the usual people.
_BREAKS_THE_HOLD = 4
# Multiples of the people needed for a candidate at which the impact becomes major and critical.
_MAJOR_FROM, _CRITICAL_FROM = 4, 20
_SAVE_ATTEMPTS = 5
_HEALTH = {
    Impact.NONE: Health.OPERATIONAL,
    Impact.MINOR: Health.DEGRADED_PERFORMANCE,
    Impact.MAJOR: Health.PARTIAL_OUTAGE,
    Impact.CRITICAL: Health.MAJOR_OUTAGE,
}


@dataclass(slots=True)
class Detected:
    """The outcome of one run.

    `joined` counts posts that were linked to incidents, `hours_learned` the hours added to the baseline. `full` is set
    when more signals were waiting than one run reads. `given_up` lists incidents whose changes were not saved because
    of concurrent writers; the next run saves them.
    """

    raised: list[IncidentId] = field(default_factory=list)
    faded: list[IncidentId] = field(default_factory=list)
    given_up: list[IncidentId] = field(default_factory=list)
    joined: int = 0
    hours_learned: int = 0
    full: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """The inputs that every step of one run shares."""

    now: datetime
    settings: DeskSettings
    expectation: Expectation
    signals: Sequence[Signal]
    detected: Detected


class DetectIncidents:
    """A run over the signals of the latest window.

    A candidate's id derives from its signals, so that overlapping runs raise it once. A run that dies is repaired by
    the next, which links every matching post of the window to the incident again.
    """

    def __init__(
        self,
        signals: SignalStore,
        baselines: BaselineStore,
        incidents: IncidentStore,
        settings: CurrentSettings,
        thresholds: Thresholds = THRESHOLDS,
        most_signals: int = MOST_SIGNALS,
    ) -> None:
        self._signals = signals
        self._baselines = baselines
        self._incidents = incidents
        self._settings = settings
        self._thresholds = thresholds
        self._most_signals = most_signals
        # Posts that this process has linked already, to spare the writes.
        self._joined: dict[IncidentId, set[PostId]] = {}

    def __call__(self, now: datetime) -> Detected:
        run = self._begin(now)
        open_incidents = [incident for incident in self._incidents.open() if incident.terms]
        self._joined = {one.incident_id: self._joined.get(one.incident_id, set()) for one in open_incidents}
        for incident in open_incidents:
            self._follow(incident, run)
        rest = [one for one in run.signals if not any(matches(incident, one) for incident in open_incidents)]
        for cluster in self._new_clusters(rest, run):
            self._raise(cluster, run)
        return run.detected

    def _begin(self, now: datetime) -> _Run:
        """Updates the baseline and reads the signals of the window."""
        detected = Detected()
        settings = self._settings()
        expectation = Expectation(self._learn(now, detected), self._thresholds)
        latest = self._signals.window(now - settings.incidents.within - _LATE, now, self._most_signals)
        detected.full = len(latest) == self._most_signals
        return _Run(now, settings, expectation, resolve_echoes(latest), detected)

    def _raise(self, cluster: Cluster, run: _Run) -> None:
        incident = _candidate(cluster, run.settings, run.now)
        entry = Noticed(entry_id=_entry_id(run.now, "noticed"), at=run.now, people=cluster.people)
        if self._incidents.add(incident_change(None, incident, entry)):
            run.detected.raised.append(incident.incident_id)
        stored = self._incidents.get(incident.incident_id)
        if stored is not None and stored.open:
            self._follow(stored, run)

    def _new_clusters(self, rest: Sequence[Signal], run: _Run) -> list[Cluster]:
        """Clusters that no recently ended incident holds back; ended incidents are read only if there are clusters."""
        rules, now = run.settings.incidents, run.now
        found = find_clusters(rest, run.expectation, now, rules.people, rules.within)
        if not found:
            return []
        recent = [one for one in self._incidents.recent(now - _REMEMBERED) if one.terms and one.ended_at]
        holding = [one for one in recent if _holds_back(one, recent, rest, rules, now)]
        if not holding:
            return found
        free = [one for one in rest if not any(matches(incident, one) for incident in holding)]
        return find_clusters(free, run.expectation, now, rules.people, rules.within)

    def _follow(self, incident: Incident, run: _Run) -> None:
        """Links new posts to an open incident, and saves its growth or its end.

        Gives up after several concurrent changes: the posts then count as not linked, so that the next run repeats it.
        """
        known = self._joined.setdefault(incident.incident_id, set())
        matching = [one for one in run.signals if matches(incident, one)]
        fresh = [one for one in matching if one.post_id not in known]
        counts = self._incidents.join(incident.incident_id, map(_linked_post, fresh)) if fresh else None
        if self._save_growth(incident, matching, counts, run):
            known.update(one.post_id for one in fresh)
            run.detected.joined += len(fresh)

    def _save_growth(
        self, incident: Incident, matching: Sequence[Signal], counts: tuple[int, int] | None, run: _Run
    ) -> bool:
        """False if the incident has ended or the save was given up."""
        rules = run.settings.incidents
        excess = above_baseline(incident.terms, run.signals, run.expectation, run.now, rules.within)
        goes_on = excess >= self._thresholds.ongoing_surprise
        for _ in range(_SAVE_ATTEMPTS):
            after = _grown(incident, matching if goes_on else (), counts, excess, rules)
            try:
                self._save(incident, after, run)
            except IncidentChanged as changed:
                if changed.current is None or not changed.current.open:
                    return False
                incident = changed.current
            except AlreadyDone:
                return True
            else:
                return True
        run.detected.given_up.append(incident.incident_id)
        return False

    def _save(self, before: Incident, after: Incident, run: _Run) -> None:
        """Saves the change, ending a candidate about which complaints have stopped. Raises IncidentChanged."""
        rules, now = run.settings.incidents, run.now
        latest = after.latest_at or after.created_at
        if after.status is Status.CANDIDATE and now - latest >= rules.fade_after:
            faded = Faded(entry_id=_entry_id(now, "faded"), at=now)
            self._incidents.save(incident_change(before, after.faded(now), faded))
            run.detected.faded.append(after.incident_id)
        elif after != before:
            self._incidents.save(incident_change(before, after))

    def _learn(self, now: datetime, detected: Detected) -> Baseline:
        """The baseline of this hour of the week, after every full hour not counted yet is added.

        Each hour of the week is saved with the time up to which it is counted, and the overall counts are saved last:
        a run that dies in between counts no hour twice and leaves none out.
        """
        baseline = self._baselines.load(hour_of_week(now))
        end = (now - _LATE).replace(minute=0, second=0, microsecond=0)
        begin = baseline.overall.until or end - HOUR
        if begin >= end:
            return baseline
        hour = max(begin, end - SIGNALS_KEPT + _DAY)
        while hour < end:
            self._learn_hour(hour)
            hour += HOUR
            detected.hours_learned += 1
        return self._baselines.load(hour_of_week(now))

    def _learn_hour(self, hour: datetime) -> None:
        slot, end = hour_of_week(hour), hour + HOUR
        signals = self._signals.window(hour, end, self._most_signals)
        reporters, terms = count_terms(resolve_echoes(signals))
        factor = 1.0
        if len(signals) == self._most_signals:
            # Only the newest part of the hour was read: scale its counts up to the hour.
            factor = HOUR / max(end - signals[-1].at, timedelta(seconds=1))
        scaled = {term: count * factor for term, count in terms.items()}
        baseline = self._baselines.load(slot)
        expectation = Expectation(baseline, self._thresholds)
        counts = (end, reporters * factor, scaled)
        self._baselines.save(updated(baseline.hour, expectation, *counts, HOUR_TERMS), slot)
        self._baselines.save(updated(baseline.overall, expectation, *counts, OVERALL_TERMS))


def _candidate(cluster: Cluster, settings: DeskSettings, now: datetime) -> Incident:
    """An incident for staff to confirm; it is not public."""
    first, last = cluster.signals[0], cluster.signals[-1]
    incident = Incident(
        incident_id=cluster.incident_id,
        status=Status.CANDIDATE,
        title=cluster.title,
        created_at=now,
        started_at=first.at,
        topic=cluster.topic,
        terms=cluster.terms,
        people=cluster.people,
        posts=len(cluster.signals),
        severity=cluster.severity,
        latest_at=last.at,
        samples=cluster.samples,
    )
    components = _components(cluster.signals, settings.page.components)
    incident = _with_impact(incident, components, settings.incidents)
    return incident.timed(Clock.CONFIRM, settings.incidents.confirm_within, now)


def _grown(
    incident: Incident,
    matching: Sequence[Signal],
    counts: tuple[int, int] | None,
    excess: float,
    rules: IncidentRules,
) -> Incident:
    """The incident with its new counts.

    `matching` are the complaints about it, in order of time, as long as there are more of them than the baseline
    expects; `counts` are its posts and people if either changed.
    """
    if counts is not None:
        incident = replace(incident, posts=counts[0], people=counts[1])
    since = incident.latest_at or incident.created_at
    if matching and matching[-1].at > since:
        latest = matching[-1].at
        incident = replace(
            incident,
            latest_at=latest,
            severity=max(incident.severity, severity(excess)),
            longevity=max(int((latest - incident.created_at).total_seconds() // 60), 0),
        )
    if incident.status is Status.CANDIDATE:
        components = tuple(one.component for one in incident.affected)
        incident = _with_impact(incident, components, rules)
    return incident


def _with_impact(incident: Incident, components: Iterable[ComponentId], rules: IncidentRules) -> Incident:
    """The incident with the impact that its number of people indicates, and the health of `components`."""
    impact = Impact.MINOR
    if incident.people >= _MAJOR_FROM * rules.people:
        impact = Impact.CRITICAL if incident.people >= _CRITICAL_FROM * rules.people else Impact.MAJOR
    return replace(
        incident, impact=impact, affected=tuple(Affected(component, _HEALTH[impact]) for component in components)
    )


def _components(signals: Sequence[Signal], components: Iterable[PageComponent]) -> tuple[ComponentId, ...]:
    """The component that most signals name by its words or its topics, if any."""
    scores = {one.component_id: sum(_score(one, signal) for signal in signals) for one in components}
    best = max(scores, key=lambda component: scores[component], default=None)
    return (best,) if best is not None and scores[best] > 0 else ()


def _score(component: PageComponent, signal: Signal) -> int:
    """2 for one of the component's words, 1 for one of its topics: words are the more specific."""
    used = {*signal.terms, *map(stem, signal.words.lower().split())}
    by_word = any(used.issuperset(map(stem, word.lower().split())) for word in component.words)
    return 2 * by_word + (not set(component.topics).isdisjoint(signal.topics))


def _holds_back(
    ended: Incident, recent: Sequence[Incident], rest: Sequence[Signal], rules: IncidentRules, now: datetime
) -> bool:
    """True while the cooldown of an ended incident keeps similar ones from being raised.

    Each similar incident that ended within the day before doubles the cooldown. Very many people break through it,
    unless staff dismissed the incident.
    """
    assert ended.ended_at is not None, "the caller passes ended incidents only"
    similar = [
        other
        for other in recent
        if other.ended_at
        and _DAY > ended.ended_at - other.ended_at >= timedelta(0)
        and set(ended.terms) & set(other.terms)
    ]
    hold = rules.cooldown * min(2 ** (len(similar) - 1), _LONGEST_HOLD)
    if now - ended.ended_at >= hold:
        return False
    back = distinct_reporters(signal for signal in rest if signal.at > ended.ended_at and matches(ended, signal))
    return ended.status is Status.DISMISSED or len(back) < _BREAKS_THE_HOLD * rules.people


def _linked_post(signal: Signal) -> LinkedPost:
    return LinkedPost(signal.post_id, signal.author_id, signal.at, signal.words, signal.case_id)


def _entry_id(now: datetime, action: str) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%S.%fZ}-desk-{action}"
