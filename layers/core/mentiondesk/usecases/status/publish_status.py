"""What is told about incidents → the public status site; and maintenance begins and ends at its times."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.incident import Incident, Status, Update
from mentiondesk.ports.incidents import IncidentChanged, IncidentStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.status import SiteChanged, SiteStore
from mentiondesk.presentation.status_site import PublicIncident, Site, render, told

# Another run may write at the same time; each time one of the two gets further.
_TRIES = 5

_BEGINS = "The planned maintenance has begun."
_ENDS = "The planned maintenance is completed."


class SiteBusy(RuntimeError):
    """Other runs wrote the site each time this one tried; the run fails, and a later one does it again."""


class ChannelFailed(Exception):
    """One way of telling does not work just now; the others go on. `reason` holds no text of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StatusChannel(Protocol):
    """Another way of telling what the site tells, as often as it is asked, each thing once."""

    name: str

    def __call__(self, site: Site, now: datetime, time_left: TimeLeft) -> int:
        """How many new things it has told. Raises ChannelFailed."""


@dataclass(slots=True)
class Published:
    """What one run did: files written, maintenances moved on, and by name what else was told or failed."""

    site: Site
    written: list[str] = field(default_factory=list)
    moved: int = 0
    also: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class PublishStatus:
    """One run: the site becomes what the table says. A crash anywhere leaves the rest to the next run.

    The site itself is the memory of what was published, so there is none that could disagree with it. Its
    marks are looked at before the facts are read: whatever a file holds was worked out from facts no newer
    than ours, and a file that has changed since is not written over but worked out anew.
    """

    def __init__(
        self,
        incidents: IncidentStore,
        files: SiteStore,
        settings: CurrentSettings,
        since: Callable[[], datetime],
        url: str,
        api_url: str | None = None,
        also: tuple[StatusChannel, ...] = (),
    ) -> None:
        self._incidents = incidents
        self._files = files
        self._settings = settings
        self._since = since
        self._url = url
        self._api_url = api_url
        self._also = also
        self._told: dict[IncidentId, tuple[int, PublicIncident]] = {}

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
                for file in render(site):
                    if marks.get(file.path) != self._files.mark(file):
                        self._files.put(file, marks.get(file.path))
                        written.append(file.path)
            except SiteChanged:
                continue
            return Published(site, written)
        raise SiteBusy

    def _site(self, now: datetime) -> Site:
        settings = self._settings()
        found = {one.incident_id: one for one in self._incidents.recent(now - settings.status_page.history)}
        found |= {one.incident_id: one for one in self._incidents.open()}
        self._told = {one.incident_id: self._words(one) for one in found.values() if one.public}
        shown = [one for _, one in self._told.values()]
        return Site.at(now, settings, shown, self._since(), self._url, self._api_url)

    def _words(self, incident: Incident) -> tuple[int, PublicIncident]:
        """An incident's version with all that is said of it; words come with a new version, so most are known."""
        known = self._told.get(incident.incident_id)
        if known is not None and known[0] == incident.version:
            return known
        return incident.version, told(incident, self._incidents.updates(incident.incident_id))

    def _move_maintenance(self, now: datetime) -> int:
        moved = 0
        for incident in self._incidents.open():
            update = _step(incident, now)
            if update is None:
                continue
            # Whoever changed it meanwhile brings another run, which looks again.
            with suppress(IncidentChanged):
                self._incidents.save(incident.moved(update), update)
                moved += 1
        return moved


def _step(incident: Incident, now: datetime) -> Update | None:
    """The step that a maintenance takes by its times; None where it is not time yet."""
    begins, ends = incident.scheduled_for, incident.scheduled_until
    begun = incident.status in (Status.IN_PROGRESS, Status.VERIFYING)
    if ends is not None and ends <= now and (begun or incident.status is Status.SCHEDULED):
        return Update(incident.incident_id, now, Status.COMPLETED, _ENDS)
    if begins is not None and begins <= now and incident.status is Status.SCHEDULED:
        return Update(incident.incident_id, now, Status.IN_PROGRESS, _BEGINS)
    return None
