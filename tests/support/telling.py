"""Incidents, their words and the status site, for tests: valid by themselves, with overrides as in builders."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import ComponentId, IncidentId, StaffId
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, Status, Update
from mentiondesk.domain.status.public_incident import PublicIncident, public_incident
from mentiondesk.domain.status.site import Site
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import desk_settings
from tests.support.builders import NOON, at, settings_file

URL = "https://status.example.com"
API_URL = "https://desk.example.com"
SINCE = NOON - timedelta(days=200)
INCIDENT_ID = IncidentId("20260617-1155-app")
APP, SHOP, PARCELS = ComponentId("app"), ComponentId("shop"), ComponentId("parcels")

HOSTILE = (
    "</title></script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
    "]]> &amp; &#0; {{ 7 * 7 }} {% raw %} \x00\x07\x1b[31m\ufffe\ud800 "
    "\u202egnitaert si siht\u202c \u2066isolated\u2069 'single' \"double\""
)


def site_settings(**status_page: Any) -> DeskSettings:
    """The settings of `site_file`; equal ones are made once."""
    key = repr(status_page)
    if key not in _made:
        _made[key] = desk_settings(site_file(**status_page))
    return _made[key]


_made: dict[str, DeskSettings] = {}


def site_file(**status_page: Any) -> SettingsFile:
    """A page with two components in a group and one that stands alone."""
    components = [
        {"id": SHOP, "name": "Online shop", "description": "Browsing and checkout"},
        {"id": APP, "name": "iOS app", "group": "Getting it"},
        {"id": PARCELS, "name": "Parcels", "group": "Getting it"},
    ]
    return settings_file(zone="Europe/London", status_page={"components": components, **status_page})


def affected(component: ComponentId = APP, health: Health = Health.PARTIAL_OUTAGE) -> Affected:
    return Affected(component, health)


def an_update(
    minute: float = 0, status: Status = Status.INVESTIGATING, body: str = "We look into it.", **more: Any
) -> Update:
    """A person's update `minute` minutes after noon."""
    facts: dict[str, Any] = {"incident_id": INCIDENT_ID, "at": at(minute), "status": status, "body": body}
    return Update(**{**facts, "by": StaffId("ana"), **more})


def a_candidate(**overrides: Any) -> Incident:
    """A candidate noticed at noon, five minutes after it began."""
    facts: dict[str, Any] = {
        "incident_id": INCIDENT_ID,
        "status": Status.CANDIDATE,
        "title": "iOS app: home page won't load",
        "created_at": NOON,
        "started_at": at(-5),
        "impact": Impact.MAJOR,
        "affected": (affected(),),
    }
    return Incident(**{**facts, **overrides})


def a_maintenance(**overrides: Any) -> Incident:
    """Scheduled at noon for an hour, two hours later."""
    facts: dict[str, Any] = {
        "status": Status.SCHEDULED,
        "title": "The shop moves house",
        "impact": Impact.MAINTENANCE,
        "affected": (affected(SHOP, Health.UNDER_MAINTENANCE),),
        "started_at": NOON,
        "published_at": NOON,
        "updated_at": NOON,
        "scheduled_for": at(120),
        "scheduled_until": at(180),
    }
    return a_candidate(**{**facts, **overrides})


def after(incident: Incident, updates: Iterable[Update]) -> Incident:
    """The incident once these have been said about it."""
    for update in updates:
        incident = incident.moved(update)
    return incident


def a_story(*updates: Update, **overrides: Any) -> PublicIncident:
    """An incident and these words about it."""
    return public_incident(after(a_candidate(**overrides), updates), updates)


LATER = at(60)


def a_site(*found: PublicIncident, now: datetime = LATER, api_url: str | None = API_URL, **status_page: Any) -> Site:
    return Site.at(now, site_settings(**status_page).page, found, SINCE, URL, api_url)
