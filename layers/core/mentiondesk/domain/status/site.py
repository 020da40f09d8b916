"""The status site: its incidents and maintenances, and the health of the service's components."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from zoneinfo import ZoneInfo

from mentiondesk.domain.ids import ComponentId
from mentiondesk.domain.incidents.incident import Health, Impact, Status, component_health
from mentiondesk.domain.status.page import StatusPage
from mentiondesk.domain.status.public_incident import PublicIncident
from mentiondesk.domain.status.uptime import Uptime, uptime
from mentiondesk.domain.text import clean
from mentiondesk.values import Frozen

_UPTIME_DAYS = 90


class Component(Frozen):
    """One part of the service, and its health."""

    component_id: ComponentId
    name: str
    description: str | None
    position: int
    health: Health
    changed_at: datetime
    group_id: str | None = None


class ComponentGroup(Frozen):
    """Components shown together; a group without a name holds one component that stands alone."""

    group_id: str
    name: str | None
    position: int
    components: tuple[Component, ...]

    @property
    def health(self) -> Health:
        """The worst health of its components."""
        return max((one.health for one in self.components), key=lambda health: health.rank)

    @property
    def changed_at(self) -> datetime:
        return max(one.changed_at for one in self.components)


class Site(Frozen, dict=True, gc=True):
    """Everything the site shows in one hour.

    `published` holds incidents and maintenances, newest first. `hour` is the full hour that has begun, `today` the day
    in the page's zone. `since` is when the desk was set up. `url` is the site's address, without a slash at its end.
    `api_url` is where people subscribe; None when they cannot.
    """

    page: StatusPage
    published: tuple[PublicIncident, ...]
    today: date
    hour: datetime
    since: datetime
    url: str
    api_url: str | None = None

    @classmethod
    def at(
        cls,
        now: datetime,
        page: StatusPage,
        published: Iterable[PublicIncident],
        since: datetime,
        url: str,
        api_url: str | None = None,
    ) -> "Site":
        """The site at `now`."""
        ordered = sorted(published, key=lambda one: (one.published_at, one.incident.incident_id), reverse=True)
        today = now.astimezone(ZoneInfo(page.zone)).date()
        hour = now.replace(minute=0, second=0, microsecond=0)
        api_url = api_url.rstrip("/") if api_url else None
        return cls(page, tuple(ordered), today, hour, since, url.rstrip("/"), api_url)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.page.zone)

    @cached_property
    def name(self) -> str:
        return clean(self.page.name) or "Our service"

    @cached_property
    def first_day(self) -> date:
        """First day of the history; nothing is told of days before the desk existed."""
        return max(self.today - self.page.history, self.since.astimezone(self.zone).date())

    def uptime(self, component: ComponentId) -> Uptime:
        """The component's uptime over the last 90 days, or over the history where that is shorter."""
        count = min(_UPTIME_DAYS, max(self.page.history.days, 1))
        days = [self.today - timedelta(days=back) for back in reversed(range(count))]
        return uptime(component, self.published, self.zone, days, self.since, self.hour)

    @cached_property
    def updated_at(self) -> datetime:
        """When the latest update was published."""
        return max((one.updated_at for one in self.published), default=self.since)

    @cached_property
    def incidents(self) -> tuple[PublicIncident, ...]:
        return tuple(one for one in self.published if not one.maintenance)

    @cached_property
    def unresolved(self) -> tuple[PublicIncident, ...]:
        return tuple(one for one in self.incidents if one.open)

    @cached_property
    def maintenances(self) -> tuple[PublicIncident, ...]:
        return tuple(one for one in self.published if one.maintenance)

    @cached_property
    def upcoming(self) -> tuple[PublicIncident, ...]:
        """Maintenance that has not begun, the next one first."""
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
        health = component_health([one.incident for one in self.published])
        updates = sorted((update for one in self.published for update in one.updates), key=lambda update: update.at)
        changed = {change.component: update.at for update in updates for change in update.changes if change.real}
        for place, one in enumerate(self.page.components, 1):
            group = clean(one.group) if one.group else None
            component = Component(
                one.component_id,
                clean(one.name) or one.component_id,
                clean(one.description) if one.description else None,
                place,
                health.get(one.component_id, Health.OPERATIONAL),
                changed.get(one.component_id, self.since),
                digest(f"group {group}") if group else None,
            )
            yield component, group

    def component_name(self, component: ComponentId) -> str:
        """The component's name, or its id when the settings no longer hold it."""
        return next((one.name for one in self.components if one.component_id == component), component)

    def affects(self, one: PublicIncident) -> list[str]:
        """Names of the components that the incident affects."""
        return [self.component_name(affected.component) for affected in one.incident.affected]

    @cached_property
    def impact(self) -> Impact:
        """The worst impact of any component or unresolved incident."""
        found = [_IMPACT[health] for health in component_health([one.incident for one in self.published]).values()]
        found += [one.incident.impact for one in self.unresolved]
        found += [Impact.MAINTENANCE for _ in self.under_way]
        return max(found, key=_WORSE.index, default=Impact.NONE)

    @cached_property
    def degraded(self) -> bool:
        """True when the worst problem is a slow component."""
        return self.impact is Impact.MINOR and any(one.health is Health.DEGRADED_PERFORMANCE for one in self.components)


_WORSE = (Impact.NONE, Impact.MAINTENANCE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)
_IMPACT = {
    Health.OPERATIONAL: Impact.NONE,
    Health.UNDER_MAINTENANCE: Impact.MAINTENANCE,
    Health.DEGRADED_PERFORMANCE: Impact.MINOR,
    Health.PARTIAL_OUTAGE: Impact.MAJOR,
    Health.MAJOR_OUTAGE: Impact.CRITICAL,
}


def digest(text: str) -> str:
    """An id of twelve letters and digits for a text, in the form of Statuspage's ids."""
    return sha256(text.encode()).hexdigest()[:12]
