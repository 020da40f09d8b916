"""What the status site tells: incidents and maintenances with their words, components and how they are doing.

All text is cleaned here, once: what leaves this module holds no control or direction characters and is
valid in HTML, XML, JSON and a mail once it is escaped there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from zoneinfo import ZoneInfo

from mentiondesk.domain.ids import ComponentId
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, Status, Update, component_health
from mentiondesk.domain.text import clean
from mentiondesk.settings import Settings


@dataclass(frozen=True, slots=True)
class Change:
    """How one component was doing before an update, and after it."""

    component: ComponentId
    before: Health
    after: Health


@dataclass(frozen=True, slots=True)
class PublicUpdate:
    """One update as it is shown. `moves`: whether it tells of a new status. `by_person`: not by the desk itself."""

    update_id: str
    at: datetime
    status: Status
    body: str
    changes: tuple[Change, ...]
    moves: bool
    by_person: bool

    @property
    def label(self) -> str:
        return spoken(self.status) if self.moves else "Update"

    @property
    def paragraphs(self) -> list[list[str]]:
        """Lines by paragraph."""
        return [part.split("\n") for part in self.body.split("\n\n")]


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """One public incident or scheduled maintenance, with its words, oldest first."""

    incident: Incident
    words: tuple[PublicUpdate, ...]

    @property
    def title(self) -> str:
        return self.incident.title

    @property
    def maintenance(self) -> bool:
        return self.incident.status.maintenance

    @property
    def open(self) -> bool:
        return self.incident.open

    @property
    def published_at(self) -> datetime:
        return self.incident.published_at or self.incident.created_at

    @property
    def updated_at(self) -> datetime:
        return self.words[-1].at if self.words else self.published_at

    @property
    def path(self) -> str:
        return f"incidents/{self.incident.incident_id}.html"

    @property
    def lasted(self) -> timedelta | None:
        """From the first sign of it to its end; None while it goes on."""
        ended = self.incident.ended_at
        return max(ended - self.incident.started_at, timedelta(0)) if ended else None


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the service, and how it is doing."""

    component_id: ComponentId
    name: str
    description: str | None
    position: int
    health: Health
    changed_at: datetime
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class ComponentGroup:
    """Components that stand together; one without a name is a component that stands alone."""

    group_id: str
    name: str | None
    position: int
    components: tuple[Component, ...]

    @property
    def health(self) -> Health:
        """As the one that does worst."""
        return max((one.health for one in self.components), key=lambda health: health.rank)

    @property
    def changed_at(self) -> datetime:
        return max(one.changed_at for one in self.components)


@dataclass(frozen=True)
class Site:
    """Everything the site shows, on one day.

    `since` is when the desk was set up, `today` the day in the settings' zone, `url` where the site is, without
    a slash at its end, and `api_url` where people subscribe, None when they cannot.
    """

    settings: Settings
    told: tuple[PublicIncident, ...]
    today: date
    since: datetime
    url: str
    api_url: str | None = None

    @classmethod
    def at(
        cls,
        now: datetime,
        settings: Settings,
        found: Iterable[PublicIncident],
        since: datetime,
        url: str,
        api_url: str | None = None,
    ) -> "Site":
        """The site at `now`, the newest first."""
        ordered = sorted(found, key=lambda one: (one.published_at, one.incident.incident_id), reverse=True)
        today = now.astimezone(ZoneInfo(settings.zone)).date()
        return cls(settings, tuple(ordered), today, since, url.rstrip("/"), api_url.rstrip("/") if api_url else None)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.zone)

    @cached_property
    def name(self) -> str:
        return clean(self.settings.status_page.name or self.settings.brand.name) or "Our service"

    @cached_property
    def first_day(self) -> date:
        """Where the history begins."""
        return self.today - self.settings.status_page.history

    @cached_property
    def updated_at(self) -> datetime:
        """When something was told last."""
        return max((one.updated_at for one in self.told), default=self.since)

    @cached_property
    def incidents(self) -> tuple[PublicIncident, ...]:
        return tuple(one for one in self.told if not one.maintenance)

    @cached_property
    def unresolved(self) -> tuple[PublicIncident, ...]:
        return tuple(one for one in self.incidents if one.open)

    @cached_property
    def maintenances(self) -> tuple[PublicIncident, ...]:
        return tuple(one for one in self.told if one.maintenance)

    @cached_property
    def upcoming(self) -> tuple[PublicIncident, ...]:
        """Scheduled and not begun, the next one first."""
        found = [one for one in self.maintenances if one.incident.status is Status.SCHEDULED]
        return tuple(sorted(found, key=lambda one: one.incident.scheduled_for or one.published_at))

    @cached_property
    def under_way(self) -> tuple[PublicIncident, ...]:
        """Maintenance that has begun and is not completed."""
        return tuple(one for one in self.maintenances if one.open and one not in self.upcoming)

    @cached_property
    def groups(self) -> tuple[ComponentGroup, ...]:
        """In the settings' order; a group stands where its first component does."""
        by_group: dict[str, list[Component]] = {}
        names: dict[str, str | None] = {}
        for one, group in self._components():
            group_id = one.group_id or one.component_id
            names[group_id] = group
            by_group.setdefault(group_id, []).append(one)
        return tuple(
            ComponentGroup(group_id, names[group_id], place, tuple(members))
            for place, (group_id, members) in enumerate(by_group.items(), 1)
        )

    @cached_property
    def components(self) -> tuple[Component, ...]:
        return tuple(one for group in self.groups for one in group.components)

    def _components(self) -> Iterator[tuple[Component, str | None]]:
        """Each component with its group's name."""
        health = component_health([one.incident for one in self.told])
        words = sorted((word for one in self.told for word in one.words), key=lambda word: word.at)
        changed = {change.component: word.at for word in words for change in word.changes}
        for place, one in enumerate(self.settings.status_page.components, 1):
            group = clean(one.group) if one.group else None
            component = Component(
                one.id,
                clean(one.name) or one.id,
                clean(one.description) if one.description else None,
                place,
                health.get(one.id, Health.OPERATIONAL),
                changed.get(one.id, self.since),
                digest(f"group {group}") if group else None,
            )
            yield component, group

    def component_name(self, component: ComponentId) -> str:
        """Its name, or its id where the settings know it no more."""
        return next((one.name for one in self.components if one.component_id == component), component)

    def affects(self, one: PublicIncident) -> list[str]:
        """The names of the components it is about."""
        return [self.component_name(affected.component) for affected in one.incident.affected]

    @cached_property
    def impact(self) -> Impact:
        """The worst that any component or unresolved incident says."""
        found = [_IMPACT[health] for health in component_health([one.incident for one in self.told]).values()]
        found += [one.incident.impact for one in self.unresolved]
        found += [Impact.MAINTENANCE for _ in self.under_way]
        return max(found, key=_WORSE.index, default=Impact.NONE)

    @cached_property
    def degraded(self) -> bool:
        """Whether nothing is worse than slow."""
        return self.impact is Impact.MINOR and any(one.health is Health.DEGRADED_PERFORMANCE for one in self.components)


_WORSE = (Impact.NONE, Impact.MAINTENANCE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)
_IMPACT = {
    Health.OPERATIONAL: Impact.NONE,
    Health.UNDER_MAINTENANCE: Impact.MAINTENANCE,
    Health.DEGRADED_PERFORMANCE: Impact.MINOR,
    Health.PARTIAL_OUTAGE: Impact.MAJOR,
    Health.MAJOR_OUTAGE: Impact.CRITICAL,
}


def told(incident: Incident, updates: Iterable[Update]) -> PublicIncident:
    """A public incident with its words, all text cleaned."""
    said = sorted(
        (one for one in updates if incident.updated_at is None or one.at <= incident.updated_at),
        key=lambda one: one.at,
    )
    title = clean(incident.title) or ("Maintenance" if incident.status.maintenance else "Incident")
    return PublicIncident(replace(incident, title=title), tuple(_words(incident, said)))


def _words(incident: Incident, updates: list[Update]) -> Iterator[PublicUpdate]:
    named = {affected.component for update in updates for affected in update.affected}
    # What no update names was so from the first.
    from_first = tuple(one for one in incident.affected if one.component not in named)
    health: dict[ComponentId, Health] = {}
    status: Status | None = None
    for update in updates:
        after = _after(update, from_first, health)
        changes = tuple(Change(one, health.get(one, Health.OPERATIONAL), now) for one, now in after.items())
        moves, by_person = update.status is not status, update.by is not None
        yield PublicUpdate(update.update_id, update.at, update.status, _lines(update.body), changes, moves, by_person)
        health |= after
        from_first, status = (), update.status


def _after(
    update: Update, from_first: tuple[Affected, ...], health: dict[ComponentId, Health]
) -> dict[ComponentId, Health]:
    """How the components that an update is about are doing from then on; at the end all is well."""
    after = {one.component: one.health for one in (*from_first, *update.affected)}
    return dict.fromkeys({**health, **after}, Health.OPERATIONAL) if update.status.ended else after


def _lines(text: str) -> str:
    """Cleaned line by line; paragraphs stay."""
    paragraphs: list[list[str]] = [[]]
    for line in map(clean, text.splitlines()):
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def spoken(name: str) -> str:
    """A name of the vocabulary as a person says it: in_progress becomes "In progress"."""
    return name.replace("_", " ").capitalize()


def digest(text: str) -> str:
    """Twelve letters and digits that stand for a text, as ids look at Statuspage."""
    return sha256(text.encode()).hexdigest()[:12]
