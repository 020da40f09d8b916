"""Drafts a post on X when an incident is published or resolved; a person may send it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mentiondesk.domain.incidents.drafts import Draft, Occasion, draft_text
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.status.public_incident import PublicIncident
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.text import quotable
from mentiondesk.ports.incidents import DraftStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft

# Older events are no news on X any more.
_FRESH = timedelta(days=1)
_LONGEST_TITLE = 200


class DraftPosts:
    """Stores drafts for a person to approve. Nothing is sent from here."""

    name = "drafts"

    def __init__(self, drafts: DraftStore, settings: CurrentSettings) -> None:
        self._drafts = drafts
        self._settings = settings

    def __call__(self, site: Site, now: datetime, time_left: TimeLeft) -> int:  # noqa: ARG002  an StatusChannel
        due = [(one, occasion) for one in site.incidents for occasion in _occasions(one, now)]
        return sum(self._drafts.add(self._draft(site, one, occasion, now)) for one, occasion in due)

    def _draft(self, site: Site, one: PublicIncident, occasion: Occasion, now: datetime) -> Draft:
        """A draft. The title quotes customers, so that links, for which X charges, and handles are removed."""
        link = f"{site.url}/{one.path}" if site.page.x_links else None
        title = quotable(one.title, _LONGEST_TITLE).replace("@", "").replace("#", "").replace("$", "").rstrip(" .!?")
        before, after = self._settings().wording.post(occasion)
        text = draft_text(before, title, after, with_link=bool(link))
        return Draft(one.incident.incident_id, occasion, text, now, link)


def _occasions(one: PublicIncident, now: datetime) -> Iterator[Occasion]:
    """The occasions to draft a post about: an incident that is open, and one that is resolved, while they are fresh."""
    incident = one.incident
    if one.open and one.published_at > now - _FRESH:
        yield Occasion.PUBLISHED
    if incident.status is Status.RESOLVED and incident.ended_at is not None and incident.ended_at > now - _FRESH:
        yield Occasion.RESOLVED
