"""The status page as the desk sees it: components, what is public now, maintenance, and how many people get mail."""

from collections.abc import Callable
from datetime import datetime

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.incidents.incident import Health, Impact
from mentiondesk.domain.status.public_incident import public_incident
from mentiondesk.domain.status.site import Site
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.presentation.desk.entrance import Entrance
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.responses import ROOT, Request, Response

STATUS_PAGE = f"{ROOT}/status-page"
_BANDS = {Impact.NONE: "calm", Impact.MAINTENANCE: "calm", Impact.MINOR: "soon"}


class StatusPageOverview:
    """GET of the overview. `subscribers` counts who has updates mailed, `site_url` is where the status site is."""

    def __init__(
        self, entrance: Entrance, incidents: IncidentStore, subscribers: Callable[[], int], site_url: str
    ) -> None:
        self._site_url = site_url
        self._entrance = entrance
        self._incidents = incidents
        self._subscribers = subscribers

    def show(self, request: Request, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        page = visitor.settings.page
        # The health of a component now follows from the incidents alone, not from their updates.
        public = [public_incident(one, ()) for one in self._incidents.open() if one.public]
        site = Site.at(now, page, public, now, "")
        facts = {
            "visitor": visitor,
            "tab": "incidents",
            "site": site,
            "band": _BANDS.get(site.impact, "late"),
            "fine": Health.OPERATIONAL,
            "subscribers": self._subscribers(),
            "site_url": self._site_url,
            "plans": Action.PLAN_MAINTENANCE in visitor.actor.rights,
        }
        return Response(render("desk/status_page.html", visitor.say, facts))
