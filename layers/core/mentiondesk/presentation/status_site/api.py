"""The site's JSON, in the shapes of Atlassian Statuspage's public API (version 2).

Every field stands where its readers expect it; those without a meaning here are null.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from mentiondesk.domain.incidents.incident import Impact
from mentiondesk.domain.status.public_incident import Change, PublicIncident, PublicUpdate
from mentiondesk.domain.status.site import Component, ComponentGroup, Site, digest

# Statuspage lists as many.
_MOST = 50
_DESCRIPTIONS = {
    Impact.NONE: "All Systems Operational",
    Impact.MAINTENANCE: "Service Under Maintenance",
    Impact.MINOR: "Minor Service Outage",
    Impact.MAJOR: "Partial System Outage",
    Impact.CRITICAL: "Major Service Outage",
}

Json = dict[str, Any]


def bodies(site: Site) -> Iterator[tuple[str, Json]]:
    """Each path under /api/v2/ with what it answers."""
    page = {"page": _page(site)}
    upcoming, active = _incidents(site, site.upcoming), _incidents(site, site.under_way)
    unresolved = _incidents(site, site.unresolved)
    components, status = _components(site), _status(site)
    yield "incidents.json", page | {"incidents": _incidents(site, site.incidents[:_MOST])}
    yield "incidents/unresolved.json", page | {"incidents": unresolved}
    yield "scheduled-maintenances.json", page | {"scheduled_maintenances": _incidents(site, site.maintenances[:_MOST])}
    yield "scheduled-maintenances/upcoming.json", page | {"scheduled_maintenances": upcoming}
    yield "scheduled-maintenances/active.json", page | {"scheduled_maintenances": active}
    yield "components.json", page | {"components": components}
    yield "status.json", page | {"status": status}
    yield (
        "summary.json",
        page
        | {
            "components": components,
            "incidents": unresolved,
            "scheduled_maintenances": active + upcoming,
            "status": status,
        },
    )


def page_id(site: Site) -> str:
    return site.page.hosted_id or digest(f"page {urlsplit(site.url).netloc}")


def stamp(moment: datetime) -> str:
    """UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stamp(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None


def _page(site: Site) -> Json:
    return {
        "id": page_id(site),
        "name": site.name,
        "url": site.url,
        "time_zone": site.page.zone if site.page.zone != "UTC" else "Etc/UTC",
        "updated_at": stamp(site.updated_at),
    }


def _status(site: Site) -> Json:
    slow = "Partially Degraded Service"
    return {"indicator": str(site.impact), "description": slow if site.degraded else _DESCRIPTIONS[site.impact]}


def _components(site: Site) -> list[Json]:
    """Every component, a group before its members."""
    found: list[Json] = []
    for group in site.groups:
        if group.name is not None:
            found.append(_group(site, group))
        found += [_component(site, one) for one in group.components]
    return found


def _component(site: Site, one: Component) -> Json:
    return {
        "id": one.component_id,
        "name": one.name,
        "status": str(one.health),
        "created_at": stamp(site.since),
        "updated_at": stamp(one.changed_at),
        "position": one.position,
        "description": one.description,
        "showcase": True,
        "start_date": None,
        "group_id": one.group_id,
        "page_id": page_id(site),
        "group": False,
        "only_show_if_degraded": False,
    }


def _group(site: Site, group: ComponentGroup) -> Json:
    return {
        "id": group.group_id,
        "name": group.name,
        "status": str(group.health),
        "created_at": stamp(site.since),
        "updated_at": stamp(group.changed_at),
        "position": group.position,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page_id(site),
        "group": True,
        "only_show_if_degraded": False,
        "components": [one.component_id for one in group.components],
    }


def _incidents(site: Site, found: Iterable[PublicIncident]) -> list[Json]:
    return [_incident(site, one) for one in found]


def _incident(site: Site, one: PublicIncident) -> Json:
    incident = one.incident
    affected = {health.component for health in incident.affected}
    body: Json = {
        "id": incident.incident_id,
        "name": one.title,
        "status": str(incident.status),
        "created_at": stamp(one.published_at),
        "updated_at": stamp(one.updated_at),
        "monitoring_at": _stamp(incident.monitoring_at),
        "resolved_at": _stamp(incident.ended_at),
        "impact": str(Impact.MAINTENANCE if one.maintenance else incident.impact),
        "shortlink": f"{site.url}/{one.path}",
        "started_at": stamp(incident.started_at),
        "page_id": page_id(site),
        "reminder_intervals": None,
        "incident_updates": [_update(site, one, update) for update in reversed(one.updates)],
        "components": [_component(site, part) for part in site.components if part.component_id in affected],
    }
    if one.maintenance:
        body |= {
            "scheduled_for": _stamp(incident.scheduled_for),
            "scheduled_until": _stamp(incident.scheduled_until),
        }
    return body


def _update(site: Site, incident: PublicIncident, update: PublicUpdate) -> Json:
    at, changed = stamp(update.at), stamp(update.edited_at or update.at)
    return {
        "id": update.update_id,
        "status": str(update.status),
        "body": update.body,
        "incident_id": incident.incident.incident_id,
        "created_at": at,
        "updated_at": changed,
        "display_at": at,
        "affected_components": [_change(site, one) for one in update.changes] or None,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _change(site: Site, change: Change) -> Json:
    return {
        "code": change.component,
        "name": site.component_name(change.component),
        "old_status": str(change.before),
        "new_status": str(change.after),
    }
