"""Every minute: many customers, one problem → an incident candidate that grows, fades or is confirmed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mentiondesk.detection.noticing import (
    HABIT_TERMS,
    HOUR,
    HOUR_TERMS,
    Baseline,
    Cluster,
    above_usual,
    counted,
    groups,
    heard,
    hour_of_week,
    learnt,
    matches,
    severity,
    voices,
)
from mentiondesk.detection.signals import SIGNALS_KEPT, Signal, stem
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import ComponentId, IncidentId, PostId
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, LinkedPost, Status, Update
from mentiondesk.ports.cases import AlreadyDone
from mentiondesk.ports.detection import BaselineStore, SignalStore
from mentiondesk.ports.incidents import IncidentChanged, IncidentStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.settings import ComponentSettings, IncidentSettings, Settings

# A storm costs no more than this many signals a run; they are the latest.
MOST_SIGNALS = 3000
# X delivers some posts late, and classifying takes a moment.
_LATE = timedelta(minutes=10)
# Incidents as far back as this can hold new ones back.
_REMEMBERED = timedelta(days=7)
_DAY = timedelta(days=1)
_LONGEST_HOLD = 8
# So many times the people that are needed otherwise come through a cooldown.
_BREAKS_THE_HOLD = 4
# Up to these many times the people that make a candidate, an incident is minor or major.
_MINOR, _MAJOR = 4, 20
_STILL_UP = 1.0
_ATTEMPTS = 5
_HEALTH = {
    Impact.NONE: Health.OPERATIONAL,
    Impact.MINOR: Health.DEGRADED_PERFORMANCE,
    Impact.MAJOR: Health.PARTIAL_OUTAGE,
    Impact.CRITICAL: Health.MAJOR_OUTAGE,
}


@dataclass(slots=True)
class Detected:
    """What one run did. `full`: there were more signals than one run looks at."""

    raised: list[IncidentId] = field(default_factory=list)
    published: list[IncidentId] = field(default_factory=list)
    faded: list[IncidentId] = field(default_factory=list)
    joined: int = 0
    hours_learnt: int = 0
    full: bool = False


class DetectIncidents:
    """One run over the signals of the latest window.

    The same signals make the same candidate, whoever sees them first; a run that dies is made good by the next:
    an incident that is there is joined by all that matches it in the window.
    """

    def __init__(
        self, signals: SignalStore, usual: BaselineStore, incidents: IncidentStore, settings: CurrentSettings
    ) -> None:
        self._signals = signals
        self._usual = usual
        self._incidents = incidents
        self._settings = settings
        # What this process knows to have joined: it need not be written again.
        self._joined: dict[IncidentId, set[PostId]] = {}

    def __call__(self, now: datetime) -> Detected:
        detected = Detected()
        settings = self._settings()
        usual = self._learn(now, detected)
        within = settings.incidents.within
        latest = self._signals.window(now - within - _LATE, now, MOST_SIGNALS)
        detected.full = len(latest) == MOST_SIGNALS
        signals = heard(latest)
        followed = [incident for incident in self._incidents.open() if incident.terms]
        self._joined = {one.incident_id: self._joined.get(one.incident_id, set()) for one in followed}
        for incident in followed:
            self._follow(incident, signals, usual, settings, now, detected)
        rest = [one for one in signals if not any(matches(incident, one) for incident in followed)]
        for group in self._new(rest, usual, settings, now):
            incident = _candidate(group, settings, now)
            if self._incidents.add(incident, event=_event(now, "noticed", f"{group.people} people")):
                detected.raised.append(incident.incident_id)
            stored = self._incidents.get(incident.incident_id)
            if stored is not None and stored.open:
                self._follow(stored, signals, usual, settings, now, detected)
        return detected

    def _new(self, rest: Sequence[Signal], usual: Baseline, settings: Settings, now: datetime) -> list[Cluster]:
        """Groups that no incident of the last time holds back; past ones are read only when there is something."""
        people, within = settings.incidents.people, settings.incidents.within
        found = groups(rest, usual, now, people, within)
        if not found:
            return []
        recent = [one for one in self._incidents.recent(now - _REMEMBERED) if one.terms and one.ended_at]
        held = [one for one in recent if _holds(one, recent, rest, settings.incidents, now)]
        if not held:
            return found
        free = [one for one in rest if not any(matches(incident, one) for incident in held)]
        return groups(free, usual, now, people, within)

    def _follow(
        self,
        incident: Incident,
        signals: Sequence[Signal],
        usual: Baseline,
        settings: Settings,
        now: datetime,
        detected: Detected,
    ) -> None:
        """What is new about an incident that goes on: who has joined, how bad it is, whether it is over."""
        known = self._joined.setdefault(incident.incident_id, set())
        matching = [one for one in signals if matches(incident, one)]
        fresh = [one for one in matching if one.post_id not in known]
        counts = self._incidents.join(incident.incident_id, map(_as_joined, fresh)) if fresh else None
        excess = above_usual(incident.terms, signals, usual, now, settings.incidents.within)
        for _ in range(_ATTEMPTS):
            after = _grown(incident, matching, counts, excess, settings.incidents)
            try:
                self._save(incident, after, settings, now, detected)
            except IncidentChanged as changed:
                if changed.current is None or not changed.current.open:
                    return
                incident = changed.current
                continue
            except AlreadyDone:
                pass
            known.update(one.post_id for one in fresh)
            detected.joined += len(fresh)
            return

    def _save(self, before: Incident, after: Incident, settings: Settings, now: datetime, detected: Detected) -> None:
        """Keeps what changed, and takes the steps that the desk takes by itself. Raises IncidentChanged."""
        rules = settings.incidents
        latest = after.latest_at or after.created_at
        if after.status is Status.CANDIDATE and rules.publish_over is not None and after.people > rules.publish_over:
            update = Update(after.incident_id, now, Status.INVESTIGATING, _first_word(after), after.affected)
            self._incidents.save(after.moved(update), update, _event(now, "published", f"{after.people} people"))
            detected.published.append(after.incident_id)
        elif after.status is Status.CANDIDATE and now - latest >= rules.fade_after:
            self._incidents.save(after.faded(now), event=_event(now, "faded"))
            detected.faded.append(after.incident_id)
        elif after != before:
            self._incidents.save(after)

    def _learn(self, now: datetime, detected: Detected) -> Baseline:
        """What is usual now, after every full hour that is not counted yet has been.

        Each hour is kept with the time up to which it is counted, and the sum of all hours is written last: a run
        that dies in between counts nothing twice and leaves nothing out.
        """
        usual = self._usual.load(hour_of_week(now))
        end = (now - _LATE).replace(minute=0, second=0, microsecond=0)
        begin = usual.overall.until or end - HOUR
        if begin >= end:
            return usual
        hour = max(begin, end - SIGNALS_KEPT + _DAY)
        while hour < end:
            self._learn_hour(hour)
            hour += HOUR
            detected.hours_learnt += 1
        return self._usual.load(hour_of_week(now))

    def _learn_hour(self, hour: datetime) -> None:
        slot, end = hour_of_week(hour), hour + HOUR
        signals = self._signals.window(hour, end, MOST_SIGNALS)
        said, terms = counted(heard(signals))
        factor = 1.0
        if len(signals) == MOST_SIGNALS:
            # The busiest hours are judged by their end.
            factor = HOUR / max(end - signals[-1].at, timedelta(seconds=1))
        heard_more = {term: count * factor for term, count in terms.items()}
        usual = self._usual.load(slot)
        self._usual.save(learnt(usual.hour, usual, end, said * factor, heard_more, HOUR_TERMS), slot)
        self._usual.save(learnt(usual.overall, usual, end, said * factor, heard_more, HABIT_TERMS))


def _candidate(group: Cluster, settings: Settings, now: datetime) -> Incident:
    """What staff are told of: nothing is public before a person confirms it."""
    first, last = group.signals[0], group.signals[-1]
    incident = Incident(
        incident_id=group.incident_id,
        status=Status.CANDIDATE,
        title=group.title,
        created_at=now,
        started_at=first.at,
        topic=group.topic,
        terms=group.terms,
        people=group.people,
        posts=len(group.signals),
        severity=group.severity,
        latest_at=last.at,
        samples=group.samples,
    )
    incident = _weighed(incident, _components(group.signals, settings.status_page.components), settings.incidents)
    return incident.told("noticed", Clock.CONFIRM, settings.incidents.confirm_within, now)


def _grown(
    incident: Incident,
    matching: Sequence[Signal],
    counts: tuple[int, int] | None,
    excess: float,
    rules: IncidentSettings,
) -> Incident:
    """The incident with what has joined it. It goes on as long as more complain of it than usual."""
    if counts is not None:
        incident = replace(incident, posts=counts[0], people=counts[1])
    since = incident.latest_at or incident.created_at
    if matching and excess >= _STILL_UP and matching[-1].at > since:
        latest = matching[-1].at
        incident = replace(
            incident,
            latest_at=latest,
            severity=max(incident.severity, severity(excess)),
            longevity=max(int((latest - incident.created_at).total_seconds() // 60), 0),
        )
    if incident.status is Status.CANDIDATE:
        components = tuple(one.component for one in incident.affected)
        incident = _weighed(incident, components, rules)
    return incident


def _weighed(incident: Incident, components: Iterable[ComponentId], rules: IncidentSettings) -> Incident:
    """With the impact that so many people mean, and how its components are doing then."""
    impact = Impact.MINOR
    if incident.people >= _MINOR * rules.people:
        impact = Impact.CRITICAL if incident.people >= _MAJOR * rules.people else Impact.MAJOR
    return replace(
        incident, impact=impact, affected=tuple(Affected(component, _HEALTH[impact]) for component in components)
    )


def _components(signals: Sequence[Signal], components: Iterable[ComponentSettings]) -> tuple[ComponentId, ...]:
    """The part of the service that most of them name by its words, or complain of by its topics."""
    scores = {one.id: sum(_names(one, signal) for signal in signals) for one in components}
    best = max(scores, key=lambda component: scores[component], default=None)
    return (best,) if best is not None and scores[best] > 0 else ()


def _names(component: ComponentSettings, signal: Signal) -> int:
    """A word says more than a topic."""
    said = {*signal.terms, *map(stem, signal.words.lower().split())}
    by_word = any(said.issuperset(map(stem, word.lower().split())) for word in component.words)
    return 2 * by_word + (not set(component.topics).isdisjoint(signal.topics))


def _holds(
    one: Incident, recent: Sequence[Incident], rest: Sequence[Signal], rules: IncidentSettings, now: datetime
) -> bool:
    """Whether an incident that has ended keeps its like from being raised again.

    Each time that the same came and went within a day doubles the time. Very many people come through, unless
    somebody has said that it is no incident.
    """
    assert one.ended_at is not None, "only what has ended is asked"
    alike = [
        other
        for other in recent
        if other.ended_at and _DAY > one.ended_at - other.ended_at >= timedelta(0) and set(one.terms) & set(other.terms)
    ]
    hold = rules.cooldown * min(2 ** (len(alike) - 1), _LONGEST_HOLD)
    if now - one.ended_at >= hold:
        return False
    back = voices(signal for signal in rest if signal.at > one.ended_at and matches(one, signal))
    return one.status is Status.DISMISSED or len(back) < _BREAKS_THE_HOLD * rules.people


def _first_word(incident: Incident) -> str:
    """What the status page says when nobody has confirmed it yet."""
    return f"We are looking into reports of this from several customers: {incident.title}."


def _as_joined(signal: Signal) -> LinkedPost:
    return LinkedPost(signal.post_id, signal.author_id, signal.at, signal.words, signal.case_id)


def _event(now: datetime, action: str, detail: str = "") -> Event:
    """What the desk did by itself."""
    return Event(f"{now:%Y-%m-%dT%H:%M:%S.%fZ}-desk-{action}", now, None, action, detail)
