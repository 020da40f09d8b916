"""Writes the public status site from incidents, and moves scheduled maintenance along."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident, Status, Update
from mentiondesk.domain.status.public_incident import PublicIncident, public_incident
from mentiondesk.domain.status.site import Site
from mentiondesk.ports.incidents import IncidentChanged, IncidentStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.status import SiteChanged, SiteStore
from mentiondesk.ports.writing import SiteRenderer

# Concurrent runs collide file by file; in each collision one of them makes progress.
_TRIES = 5


class SiteBusy(RuntimeError):
    """Concurrent runs wrote the site at each try; the run fails, and a later one repeats it."""


class ChannelFailed(Exception):
    """One channel does not work just now; the others go on. `reason` holds no text of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StatusChannel(Protocol):
    """Another channel for what the site shows: called in every run, it publishes each update once."""

    name: str

    def __call__(self, site: Site, now: datetime, time_left: TimeLeft) -> int:
        """Publishes what is new; returns the number of things published. Raises ChannelFailed."""


@dataclass(slots=True)
class Published:
    """Result of one run: files written, maintenances moved, and each channel's count or failure by its name."""

    site: Site
    written: list[str] = field(default_factory=list)
    moved: int = 0
    also: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class PublishStatus:
    """One run brings the site up to the table. A crash anywhere leaves the rest to the next run.

    The site itself records what was published, so no second record can disagree with it. Marks are read before
    the facts: a file with a known mark was rendered from facts no newer than ours, and a file whose mark has
    changed since is not overwritten but rendered anew.
    """

    def __init__(
        self,
        incidents: IncidentStore,
        files: SiteStore,
        render: SiteRenderer,
        settings: CurrentSettings,
        since: Callable[[], datetime],
        url: str,
        api_url: str | None = None,
        also: tuple[StatusChannel, ...] = (),
    ) -> None:
        self._incidents = incidents
        self._files = files
        self._render = render
        self._settings = settings
        self._since = since
        self._url = url
        self._api_url = api_url
        self._also = also
        self._known: dict[IncidentId, tuple[int, PublicIncident]] = {}

    def __call__(self, now: datetime, time_left: TimeLeft) -> Published:
        """Raises SiteBusy."""
        moved = self._move_maintenance(now)
        published = self._publish(now)
        published.moved = moved
        for one in self._also:
            try:
                published.also[one.name] = one(published.site, now, time_left)
            except ChannelFailed as failed:
                published.failed[one.name] = failed.reason
        return published

    def _publish(self, now: datetime) -> Published:
        written: list[str] = []
        for _ in range(_TRIES):
            marks = self._files.marks()
            site = self._site(now)
            try:
                for file in self._render(site):
                    if marks.get(file.path) != self._files.mark(file):
                        self._files.put(file, marks.get(file.path))
                        written.append(file.path)
            except SiteChanged:
                continue
            return Published(site, written)
        raise SiteBusy

    def _site(self, now: datetime) -> Site:
        settings = self._settings()
        found = {one.incident_id: one for one in self._incidents.recent(now - settings.page.history)}
        found |= {one.incident_id: one for one in self._incidents.open()}
        self._known = {one.incident_id: self._public(one) for one in found.values() if one.public}
        shown = [one for _, one in self._known.values()]
        return Site.at(now, settings.page, shown, self._since(), self._url, self._api_url)

    def _public(self, incident: Incident) -> tuple[int, PublicIncident]:
        """The incident's version and its public view; an unchanged version has no new updates to read."""
        known = self._known.get(incident.incident_id)
        if known is not None and known[0] == incident.version:
            return known
        return incident.version, public_incident(incident, self._incidents.updates(incident.incident_id))

    def _move_maintenance(self, now: datetime) -> int:
        moved = 0
        for incident in self._incidents.open():
            status = _next_status(incident, now)
            if status is None:
                continue
            wording = self._settings().wording
            body = wording.maintenance_ends if status is Status.COMPLETED else wording.maintenance_begins
            update = Update(incident.incident_id, now, status, body)
            # The concurrent change triggers another run through the stream.
            with suppress(IncidentChanged):
                self._incidents.save(incident_change(incident, incident.moved(update), update=update))
                moved += 1
        return moved


def _next_status(incident: Incident, now: datetime) -> Status | None:
    """The status in which a maintenance begins or completes; None while it is not time yet."""
    begins, ends = incident.scheduled_for, incident.scheduled_until
    begun = incident.status in (Status.IN_PROGRESS, Status.VERIFYING)
    if ends is not None and ends <= now and (begun or incident.status is Status.SCHEDULED):
        return Status.COMPLETED
    if begins is not None and begins <= now and incident.status is Status.SCHEDULED:
        return Status.IN_PROGRESS
    return None
