"""An incident is published or solved → a post on X is drafted, which a person may send."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mentiondesk.domain.incidents.drafts import Draft, Occasion, draft_text
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.status.public_incident import PublicIncident
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.text import quotable
from mentiondesk.ports.incidents import DraftStore
from mentiondesk.ports.runtime import TimeLeft

# Nobody posts yesterday's news.
_FRESH = timedelta(days=1)
_LONGEST_TITLE = 200

_SAYS = {
    Occasion.PUBLISHED: (
        "We know that some of you have a problem: ",
        ". We are sorry, and we are working on it. We will say here when it is solved.",
    ),
    Occasion.RESOLVED: (
        "This is solved: ",
        ". Thank you for your patience. If it still does not work for you, please tell us.",
    ),
}


class DraftPosts:
    """Drafts wait in the table; nothing here sends one."""

    name = "drafts"

    def __init__(self, drafts: DraftStore) -> None:
        self._drafts = drafts

    def __call__(self, site: Site, now: datetime, time_left: TimeLeft) -> int:  # noqa: ARG002  an StatusChannel
        fresh = [draft for one in site.incidents for draft in _drafts(site, one, now)]
        return sum(self._drafts.add(draft) for draft in fresh)


def _drafts(site: Site, one: PublicIncident, now: datetime) -> Iterator[Draft]:
    """What should be posted about an incident: that we know, and when it is over that it is solved."""
    incident = one.incident
    if one.open and one.published_at > now - _FRESH:
        yield _draft(site, one, Occasion.PUBLISHED, now)
    if incident.status is Status.RESOLVED and incident.ended_at is not None and incident.ended_at > now - _FRESH:
        yield _draft(site, one, Occasion.RESOLVED, now)


def _draft(site: Site, one: PublicIncident, occasion: Occasion, now: datetime) -> Draft:
    """The title is customers' words: nothing in it may become a link, for which X charges, or name an account."""
    link = f"{site.url}/{one.path}" if site.page.x_links else None
    title = quotable(one.title, _LONGEST_TITLE).replace("@", "").replace("#", "").replace("$", "").rstrip(" .!?")
    before, after = _SAYS[occasion]
    return Draft(one.incident.incident_id, occasion, draft_text(before, title, after, with_link=bool(link)), now, link)
