"""The customers of an incident on the desk: posts to take out or put in, and who still has to be told."""

from datetime import datetime
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.commands import possible
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.presentation.action_pages.actions import Notice
from mentiondesk.presentation.action_pages.acts import action_in, incident_command
from mentiondesk.presentation.action_pages.reading import MalformedForm
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.forms import event_in, new_event
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.incidents import INCIDENTS, REFUSED, incident_in, refused
from mentiondesk.presentation.desk.queue import case_path
from mentiondesk.presentation.desk.responses import Request, Response, go
from mentiondesk.usecases.incidents.change_incident import ChangeIncident
from mentiondesk.usecases.incidents.list_customers import LOOKED_AT, PAGE, ListCustomers, Members

_ALL, _TO_TELL, _OUT = "all", "to_tell", "out"
_SHOW, _FROM = "show", "from"


class CustomerPages:
    """GET and POST of the list of an incident's customers."""

    def __init__(self, entrance: Entrance, customers: ListCustomers, change: ChangeIncident) -> None:
        self._entrance = entrance
        self._customers = customers
        self._change = change

    def show(self, request: Request, incident_id: str, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        done = request.query.get("done") == Action.MEMBERS
        notice = Notice(done=visitor.say("act.members.done")) if done else Notice()
        return self._page(request, visitor, incident_in(incident_id), notice)

    def press(self, request: Request, incident_id: str, now: datetime) -> Response:
        """Takes a post out, or puts one in, once."""
        visitor, typed, id_ = self._entrance.visitor(request, now), request.form, incident_in(incident_id)
        if action_in(typed) is not Action.MEMBERS:
            raise MalformedForm
        incident, zone = self._change.incident(id_), ZoneInfo(visitor.staff.zone)
        try:
            command = incident_command(Action.MEMBERS, typed, incident, (), zone)
            self._change(visitor.actor, id_, command, event_in(typed, now), now)
        except AlreadyDone:
            # A second press of one button is the first one's success.
            pass
        except REFUSED as refusal:
            return self._page(request, visitor, id_, refused(visitor, refusal, Action.MEMBERS, typed)[0])
        return go(f"{INCIDENTS}/{id_}/customers?done={Action.MEMBERS}")

    def _page(self, request: Request, visitor: Visitor, incident_id: IncidentId, notice: Notice) -> Response:
        show, first = request.query.get(_SHOW, _ALL), _number(request.query.get(_FROM, ""))
        members = self._members(incident_id, show, first, visitor.now)
        here = f"{INCIDENTS}/{incident_id}"
        facts = {
            "visitor": visitor,
            "reader": visitor.reader,
            "tab": "incidents",
            "notice": notice,
            "event": new_event(visitor.now),
            "members": members,
            "here": here,
            "show": show,
            "may_change": Action.MEMBERS in possible(members.incident, ()) & visitor.actor.rights,
            "further": f"{here}/customers?{_FROM}={first + PAGE}" if members.more and show == _ALL else "",
            "looked_at": LOOKED_AT,
            "case_path": case_path,
        }
        return Response(render("desk/incident_customers.html", visitor.say, facts), notice.status)

    def _members(self, incident_id: IncidentId, show: str, first: int, now: datetime) -> Members:
        if show == _TO_TELL:
            return self._customers.to_tell(incident_id, now)
        if show == _OUT:
            return self._customers.out(incident_id)
        return self._customers.all(incident_id, first, now)


def _number(text: str) -> int:
    """The number of the first post; the first of all where the address spells none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
