"""A page at Atlassian Statuspage, told through its REST API.

Source: https://developer.statuspage.io. Each API key may ask once a second on average; beyond that it answers
420 or 429.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.parameters import Secret
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.status.hosted import HostedIncident, HostedUpdate
from mentiondesk.ports.status import HostedPageFails

API_URL = "https://api.statuspage.io/v1"
# Seconds to connect, and to wait for an answer.
_TIMEOUT = (3.05, 8)
_LISTED = 100
_KEY_KEPT = timedelta(hours=1)
# Ours stands under this name in what Statuspage keeps with an incident for us.
_OURS, _ID = "mentiondesk", "incident_id"

Json = dict[str, Any]


def statuspage_key(read: Callable[[], Secret], clock: Callable[[], datetime]) -> Cached[str]:
    """The API key in the parameter store. Its call raises HostedPageFails."""

    def load() -> str:
        try:
            key = read().value.strip()
        except (BotoCoreError, ClientError) as failed:
            raise HostedPageFails("the API key can not be read") from failed
        if not key:
            raise HostedPageFails("no API key is stored; run make statuspage-key")
        return key

    return Cached(load, _KEY_KEPT, clock)


class Statuspage:
    """HostedPage at Statuspage. One call, one request; never sleeps, never retries."""

    def __init__(self, api_key: Callable[[], str], api_url: str = API_URL) -> None:
        self._api_key = api_key
        self._api_url = api_url.rstrip("/")
        self._session = requests.Session()

    def tell(self, page_id: str, incident: HostedIncident, hosted_id: str | None) -> str:
        try:
            return self._tell(page_id, incident, hosted_id)
        except (AttributeError, KeyError, TypeError) as odd:
            raise HostedPageFails("an answer of another shape") from odd

    def _tell(self, page_id: str, incident: HostedIncident, hosted_id: str | None) -> str:
        components = {str(one["name"]): str(one["id"]) for one in self._ask("GET", f"pages/{page_id}/components")}
        found = self._known(page_id, hosted_id) if hosted_id else self._find(page_id, incident.incident_id)
        if found is None:
            first, *missing = incident.updates
            body = _described(incident) | _said(first, components)
            found = self._ask("POST", f"pages/{page_id}/incidents", {"incident": body})
        else:
            missing = list(_missing(incident, found))
        for update in missing:
            body = {"name": incident.name} | _said(update, components)
            self._ask("PATCH", f"pages/{page_id}/incidents/{found['id']}", {"incident": body})
        return str(found["id"])

    def _known(self, page_id: str, hosted_id: str) -> Json:
        found: Json = self._ask("GET", f"pages/{page_id}/incidents/{hosted_id}")
        return found

    def _find(self, page_id: str, incident_id: IncidentId) -> Json | None:
        """The incident that we have made there before and whose id was not written down."""
        listed = self._ask("GET", f"pages/{page_id}/incidents?limit={_LISTED}")
        ours = ((one.get("metadata") or {}).get(_OURS) or {} for one in listed)
        return next((one for one, mark in zip(listed, ours, strict=True) if mark.get(_ID) == incident_id), None)

    def _ask(self, method: str, path: str, body: Json | None = None) -> Any:
        """The API's response. Raises HostedPageFails."""
        try:
            answer = self._session.request(
                method,
                f"{self._api_url}/{path}",
                json=body,
                headers={"Authorization": f"OAuth {self._api_key()}"},
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
            if answer.status_code not in (200, 201):
                raise HostedPageFails(f"status {answer.status_code}")
            return answer.json()
        except requests.RequestException as failed:
            raise HostedPageFails(type(failed).__name__) from failed


def _described(incident: HostedIncident) -> Json:
    """The fields that are the same in all of its updates."""
    body: Json = {"name": incident.name, "metadata": {_OURS: {_ID: incident.incident_id}}}
    if incident.scheduled_for is None:
        return body | {"impact_override": incident.impact}
    # The desk itself moves it on at its times.
    return body | {
        "scheduled_for": _stamp(incident.scheduled_for),
        "scheduled_until": _stamp(incident.scheduled_until or incident.scheduled_for),
        "scheduled_auto_in_progress": False,
        "scheduled_auto_completed": False,
    }


def _said(update: HostedUpdate, components: dict[str, str]) -> Json:
    """An update; components that the page does not have are left out.

    "components" are changes of status to apply now: what is only announced names its components without them.
    """
    health = {components[name]: health for name, health in update.health.items() if name in components}
    body: Json = {"status": update.status, "body": update.body}
    if not health:
        return body
    body["component_ids"] = list(health)
    return body if update.status == "scheduled" else body | {"components": health}


def _missing(incident: HostedIncident, found: Json) -> Iterator[HostedUpdate]:
    """Updates that the page does not have yet, oldest first. It keeps no id of ours with them: words must do."""
    there = Counter((one["status"], _words(one["body"])) for one in found["incident_updates"])
    for update in incident.updates:
        said = (update.status, _words(update.body))
        if there[said]:
            there[said] -= 1
        else:
            yield update


def _words(body: str | None) -> str:
    """However the page breaks the lines."""
    return " ".join((body or "").split())


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
