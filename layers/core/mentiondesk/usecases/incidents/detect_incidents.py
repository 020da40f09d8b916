"""Turns surges of complaints into incident candidates, and lets open incidents grow or fade."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mentiondesk.detection.baseline import HOUR, HOUR_TERMS, Expectation, hour_of_week, updated, updated_overall
from mentiondesk.detection.clusters import (
    Cluster,
    above_baseline,
    find_clusters,
    one_outage,
    related_failures,
    samples,
    widest,
)
from mentiondesk.detection.matching import count_terms, distinct_reporters, matches, of_their_own, resolve_echoes
from mentiondesk.detection.signals import terms_of
from mentiondesk.detection.slow import SPANS, slow_clusters
from mentiondesk.detection.surprise import severity
from mentiondesk.detection.thresholds import THRESHOLDS, Thresholds
from mentiondesk.detection.titles import title
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
from mentiondesk.values import Frozen, replace

# Upper bound on the signals read in one run; the latest are kept.
MOST_SIGNALS = 3000
# Delivery by X and classification may delay a signal by this much.
_LATE = timedelta(minutes=10)
# Ended incidents up to this age can hold back new ones.
_REMEMBERED = timedelta(days=7)
_DAY = timedelta(days=1)
# A slow problem that no person confirms ends after so long: what comes later is a matter of its own.
_SLOW_FADES = timedelta(days=2)
# Cap on the multiple of the cooldown after an incident that came and went repeatedly.
_LONGEST_HOLD = 8
# During a cooldown a new incident needs this many times the usual people.
_BREAKS_THE_HOLD = 4
# A dismissal yields to this many times the people of what was dismissed.
_MANY_TIMES = 3
_FEWEST_OTHERS = 3
# Multiples of the people needed for a candidate at which the impact becomes major and critical; for failures that stop
# customers from what they came for, the second pair.
_LEVELS, _LEVELS_OF_STOPS = (4, 20), (1, 8)
_STOPS = frozenset(
    {
        "cannot log in",
        "payment fails",
        "down",
        "no connection",
        "no power",
        "no water",
        "water leak",
        "closed",
        "strike",
        "makes people ill",
        "hacked",
        "personal data shown",
    }
)
# Posts up to this long before the noted beginning still belong: X delivers late, and "about" is how it is known.
_SLACK = timedelta(minutes=2)
# Share of reporters who must name a component for an incident to be assigned to it.
_NAMED_BY = 0.4
# Bound on the terms of an incident that took in others.
_MOST_TERMS = 24
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


class _Run(Frozen):
    """The inputs that every step of one run shares."""

    now: datetime
    settings: DeskSettings
    baseline: Baseline
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
        acute = [incident for incident in open_incidents if not incident.slow]
        self._widen([incident for incident in acute if not incident.public], run)
        rest = [one for one in run.signals if not any(matches(incident, one) for incident in acute)]
        for cluster in self._new_clusters(rest, run):
            same = next((one for one in self._incidents.open() if _one_outage(one, cluster, run.settings)), None)
            if same is None:
                self._raise(cluster, run)
            else:
                self._take_in(same, cluster, run)
        if run.detected.hours_learned:
            self._look_back(run)
        return run.detected

    def _look_back(self, run: _Run) -> None:
        """Raises slow problems, once an hour, after the hour was learned. What an incident accounts for is left out."""
        signals = resolve_echoes(self._signals.window(run.now - SPANS[-1], run.now, self._most_signals))
        known = [one for one in self._incidents.recent(run.now - _REMEMBERED) if one.terms]
        rest = [one for one in signals if not any(matches(incident, one) for incident in known)]
        for cluster in slow_clusters(rest, run.baseline, run.now, self._thresholds)[:1]:
            self._raise(cluster, run, slow=True)

    def _begin(self, now: datetime) -> _Run:
        """Updates the baseline and reads the signals of the window."""
        detected = Detected()
        settings = self._settings()
        baseline = self._learn(now, detected)
        expectation = Expectation(baseline, self._thresholds)
        latest = self._signals.window(now - settings.incidents.within - _LATE, now, self._most_signals)
        detected.full = len(latest) == self._most_signals
        return _Run(now, settings, baseline, expectation, resolve_echoes(latest), detected)

    def _raise(self, cluster: Cluster, run: _Run, slow: bool = False) -> None:
        incident = _candidate(cluster, run.settings, run.now, slow)
        entry = Noticed(entry_id=_entry_id(run.now, "noticed"), at=run.now, people=cluster.people)
        if self._incidents.add(incident_change(None, incident, entry)):
            run.detected.raised.append(incident.incident_id)
        stored = self._incidents.get(incident.incident_id)
        if stored is not None and stored.open:
            self._follow(stored, replace(run, signals=cluster.signals) if slow else run)

    def _widen(self, candidates: Sequence[Incident], run: _Run) -> None:
        """Lets a candidate take in the other words of a surge most of whose people it holds."""
        rules = run.settings.incidents
        surge = widest(run.signals, run.expectation, run.now, rules.people, rules.within) if candidates else None
        if surge is None:
            return
        for one in candidates:
            held = distinct_reporters(signal for signal in surge.signals if matches(one, signal))
            news = not set(surge.terms) <= set(one.terms)
            if news and 2 * len(held) >= surge.people and one_outage(one, surge, rules.within):
                self._take_in(one, surge, run)

    def _take_in(self, incident: Incident, cluster: Cluster, run: _Run) -> None:
        """Widens an open incident by a cluster that reports the same outage in other words."""
        terms = tuple(dict.fromkeys((*incident.terms, *cluster.terms)))[:_MOST_TERMS]
        wider = replace(incident, terms=terms, failure=incident.failure or cluster.failure)
        try:
            self._incidents.save(incident_change(incident, wider))
        except (IncidentChanged, AlreadyDone):
            # The next run finds the cluster again.
            run.detected.given_up.append(incident.incident_id)
        else:
            stored = self._incidents.get(incident.incident_id)
            if stored is not None and stored.open:
                self._follow(stored, run)

    def _new_clusters(self, rest: Sequence[Signal], run: _Run) -> list[Cluster]:
        """Clusters that no recently ended incident holds back; ended incidents are read only if there are clusters."""
        rules, now = run.settings.incidents, run.now
        found = find_clusters(rest, run.expectation, now, rules.people, rules.within)
        if not found:
            return []
        recent = [
            one for one in self._incidents.recent(now - _REMEMBERED) if one.terms and one.ended_at and not one.slow
        ]
        holding = {one.incident_id for one in recent if self._holds_back(one, recent, rest, rules, now)}
        free = [one for one in rest if not any(_settled(one, ended, holding) for ended in recent)]
        return find_clusters(free, run.expectation, now, rules.people, rules.within) if len(free) < len(rest) else found

    def _holds_back(
        self, ended: Incident, recent: Sequence[Incident], rest: Sequence[Signal], rules: IncidentRules, now: datetime
    ) -> bool:
        """True while the cooldown of an ended incident keeps similar ones from being raised.

        Each similar incident that ended within the day before doubles the cooldown. Very many people break through it.
        A dismissal holds against the people who were part of it and about as many others.
        """
        assert ended.ended_at is not None, "the caller passes ended incidents only"
        if now - ended.ended_at >= _hold(ended, recent, rules):
            return False
        back = distinct_reporters(one for one in rest if one.at > ended.ended_at and matches(ended, one))
        if ended.status is not Status.DISMISSED:
            return len(back) < _BREAKS_THE_HOLD * rules.people
        own = {post.author_id for post in self._incidents.joined(ended.incident_id)}
        others = sum(one.author_id not in own for one in back)
        return others < max(ended.people, _FEWEST_OTHERS) and len(back) < _MANY_TIMES * max(ended.people, 1)

    def _follow(self, incident: Incident, run: _Run) -> None:
        """Links new posts to an open incident, and saves its growth or its end.

        Gives up after several concurrent changes: the posts then count as not linked, so that the next run repeats it.
        """
        known = self._joined.setdefault(incident.incident_id, set())
        since = incident.started_at - _SLACK
        matching = [one for one in run.signals if one.at >= since and matches(incident, one)]
        if not incident.public and not self._surges(incident, run):
            matching = [one for one in matching if one.post_id in known]
        fresh = [one for one in matching if one.post_id not in known]
        linked = (_linked_post(incident, one) for one in fresh)
        counts = self._incidents.join(incident.incident_id, linked) if fresh else None
        if self._save_growth(incident, matching, counts, run):
            known.update(one.post_id for one in fresh)
            run.detected.joined += len(fresh)

    def _surges(self, incident: Incident, run: _Run) -> bool:
        """True while more people than usual report a candidate: later posts are most often about other things."""
        span = run.settings.incidents.within / 2
        excess = above_baseline(incident.terms, run.signals, run.expectation, run.now, span)
        return incident.slow or excess >= self._thresholds.ongoing_surprise

    def _save_growth(
        self, incident: Incident, matching: Sequence[Signal], counts: tuple[int, int] | None, run: _Run
    ) -> bool:
        """False if the incident has ended or the save was given up."""
        rules = run.settings.incidents
        excess = above_baseline(incident.terms, run.signals, run.expectation, run.now, rules.within)
        goes_on = incident.slow or excess >= self._thresholds.ongoing_surprise
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
        quiet_since = after.created_at if after.slow else after.latest_at or after.created_at
        fades = _SLOW_FADES if after.slow else rules.fade_after
        if after.status is Status.CANDIDATE and now - quiet_since >= fades:
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
        self._baselines.save(updated_overall(baseline.overall, expectation, *counts))


def _one_outage(incident: Incident, cluster: Cluster, settings: DeskSettings) -> bool:
    """True if a cluster reports an open incident: in other words, or one that a person opened for its component.

    A slow problem has hours with a few more people than others; many at once are an outage beside it.
    """
    if incident.status.maintenance:
        return False
    if incident.slow:
        return cluster.people < settings.incidents.people and related_failures(incident, cluster)
    if incident.terms:
        return one_outage(incident, cluster, settings.incidents.within)
    hit = _components(cluster.signals, settings.page.components)
    return incident.public and any(one.component in hit for one in incident.affected)


def _candidate(cluster: Cluster, settings: DeskSettings, now: datetime, slow: bool) -> Incident:
    """An incident for staff to confirm; it is not public."""
    first, last = cluster.signals[0], cluster.signals[-1]
    page = settings.page
    components = _components(cluster.signals, page.components)
    incident = Incident(
        incident_id=cluster.incident_id,
        status=Status.CANDIDATE,
        title=title(cluster.failure, cluster.subject, _name(components, page.components), page.language),
        created_at=now,
        started_at=first.at,
        topic=cluster.topic,
        terms=cluster.terms,
        people=cluster.people,
        posts=len(cluster.signals),
        severity=cluster.severity,
        latest_at=last.at,
        samples=cluster.samples,
        failure=cluster.failure,
        slow=slow,
    )
    incident = _with_impact(incident, components, settings.incidents)
    return incident.timed(Clock.CONFIRM, _DAY if slow else settings.incidents.confirm_within, now)


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
            samples=samples(matching, incident.failure, ""),
        )
    # A person's judgement stays.
    if incident.status is Status.CANDIDATE and incident.edited_at is None:
        components = tuple(one.component for one in incident.affected)
        incident = _with_impact(incident, components, rules)
    return incident


def _with_impact(incident: Incident, components: Iterable[ComponentId], rules: IncidentRules) -> Incident:
    """The incident with the impact that its failure, components and people indicate, and the health of `components`."""
    if incident.slow:
        return replace(
            incident, impact=Impact.MINOR, affected=tuple(Affected(one, Health.OPERATIONAL) for one in components)
        )
    major, critical = _LEVELS_OF_STOPS if incident.failure in _STOPS else _LEVELS
    impact = Impact.MINOR
    if incident.people >= major * rules.people:
        impact = Impact.CRITICAL if incident.people >= critical * rules.people else Impact.MAJOR
    found = tuple(components)
    impact = max([impact, *(rules.least_impact.get(one, impact) for one in found)], key=list(Impact).index)
    return replace(incident, impact=impact, affected=tuple(Affected(one, _HEALTH[impact]) for one in found))


def _components(signals: Sequence[Signal], components: Iterable[PageComponent]) -> tuple[ComponentId, ...]:
    """The component that most reporters name by its words or its topics, if a fair part of them names one."""
    reporters = distinct_reporters(signals)
    scores = {one.component_id: [score for signal in reporters if (score := _score(one, signal))] for one in components}
    best = max(scores, key=lambda component: sum(scores[component]), default=None)
    named = best is not None and len(scores[best]) >= _NAMED_BY * len(reporters)
    return (best,) if best is not None and named else ()


def _name(chosen: Sequence[ComponentId], components: Iterable[PageComponent]) -> str:
    return next((one.name for one in components if one.component_id in chosen), "")


def _score(component: PageComponent, signal: Signal) -> int:
    """2 for one of the component's words, 1 for one of its topics: words are the more specific."""
    used = {*signal.terms, *terms_of(signal.words)}
    by_word = any(used.issuperset(terms_of(word)) for word in component.words)
    return 2 * by_word + (not set(component.topics).isdisjoint(signal.topics))


def _hold(ended: Incident, recent: Iterable[Incident], rules: IncidentRules) -> timedelta:
    """The cooldown after an incident, longer where similar ones ended within the day before."""
    assert ended.ended_at is not None, "the caller passes ended incidents only"
    similar = [
        other
        for other in recent
        if other.ended_at
        and _DAY > ended.ended_at - other.ended_at >= timedelta(0)
        and set(ended.terms) & set(other.terms)
    ]
    doublings: int = 2 ** (len(similar) - 1)
    return rules.cooldown * min(doublings, _LONGEST_HOLD)


def _settled(signal: Signal, ended: Incident, holding: Collection[IncidentId]) -> bool:
    """True if an ended incident accounts for a complaint: one from before its end, and any while it holds back."""
    assert ended.ended_at is not None, "the caller passes ended incidents only"
    return (ended.incident_id in holding or signal.at <= ended.ended_at) and matches(ended, signal)


def _linked_post(incident: Incident, signal: Signal) -> LinkedPost:
    """The post as a member; without its case where that waits for an answer to another matter as well."""
    case_id = None if of_their_own(incident, signal) else signal.case_id
    return LinkedPost(signal.post_id, signal.author_id, signal.at, signal.words, case_id)


def _entry_id(now: datetime, action: str) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%S.%fZ}-desk-{action}"
