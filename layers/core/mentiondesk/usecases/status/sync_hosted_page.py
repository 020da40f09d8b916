"""Copies the status site's incidents to a hosted status page, where the settings name one."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mentiondesk.domain.incidents.incident import Impact
from mentiondesk.domain.status.hosted import HostedIncident, HostedSync, HostedUpdate
from mentiondesk.domain.status.public_incident import PublicIncident, PublicUpdate
from mentiondesk.domain.status.site import Site
from mentiondesk.ports.runtime import TimeLeft
from mentiondesk.ports.status import HostedPage, HostedPageFails, HostedSyncStore
from mentiondesk.usecases.status.publish_status import ChannelFailed

# Incidents that ended longer ago are history there too.
_FRESH = timedelta(days=1)
# Longer than the function may run.
LEASE = timedelta(minutes=4)
# Enough for one incident, unless the page is slow; being stopped midway does no harm.
_RESERVE = timedelta(seconds=20)
# Longest incident name that Statuspage accepts.
_LONGEST_NAME = 200


class SyncHostedPage:
    """Brings the hosted page up to the last update of each incident, from any earlier state.

    The page is written first and the record after: an update that a crash leaves unrecorded is found at the
    page and not posted again. `page` is called only when there is something to post.
    """

    name = "hosted_page"

    def __init__(self, page: Callable[[], HostedPage], pushed: HostedSyncStore) -> None:
        self._page = page
        self._pushed = pushed

    def __call__(self, site: Site, now: datetime, time_left: TimeLeft) -> int:
        page_id = site.page.hosted_id
        if page_id is None:
            return 0
        synced, failures = 0, list[str]()
        for one in reversed(site.published):
            if time_left() > _RESERVE and one.updates and (one.open or one.updated_at > now - _FRESH):
                try:
                    synced += self._push(site, one, page_id, now)
                except HostedPageFails as failed:
                    failures.append(failed.reason)
        if failures:
            raise ChannelFailed("; ".join(failures))
        return synced

    def _push(self, site: Site, one: PublicIncident, page_id: str, now: datetime) -> int:
        """Number of incidents synced: 1 or 0. Raises HostedPageFails."""
        incident_id, last = one.incident.incident_id, one.updates[-1].update_id
        if _has(self._pushed.get(incident_id), page_id, last) or not self._pushed.lease(incident_id, now, now + LEASE):
            return 0
        before = self._pushed.get(incident_id)
        hosted_id = before.hosted_id if before is not None and before.page_id == page_id else None
        hosted_id = self._page().tell(page_id, _hosted(site, one), hosted_id)
        self._pushed.save(HostedSync(incident_id, page_id, hosted_id, last, now))
        return 1


def _has(pushed: HostedSync | None, page_id: str, update_id: str) -> bool:
    return pushed is not None and (pushed.page_id, pushed.update_id) == (page_id, update_id)


def _hosted(site: Site, one: PublicIncident) -> HostedIncident:
    incident = one.incident
    return HostedIncident(
        incident.incident_id,
        one.title if len(one.title) <= _LONGEST_NAME else f"{one.title[: _LONGEST_NAME - 1]}…",
        str(Impact.MAINTENANCE if one.maintenance else incident.impact),
        tuple(_update(site, update) for update in one.updates),
        incident.scheduled_for if one.maintenance else None,
        incident.scheduled_until if one.maintenance else None,
    )


def _update(site: Site, update: PublicUpdate) -> HostedUpdate:
    health = {site.component_name(change.component): str(change.after) for change in update.changes}
    return HostedUpdate(str(update.status), update.body, health, update.edited_at is not None)
