"""Incidents on the desk: those that go on and those of the last weeks, and the page of each with its acts."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.incident import NotPossible
from mentiondesk.ports.incidents import IncidentChanged, IncidentStore
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.presentation.action_pages.actions import Notice, incident_facts, refusal_notice
from mentiondesk.presentation.action_pages.acts import INCIDENT_ACTS, action_in, incident_command
from mentiondesk.presentation.action_pages.reader import Reader
from mentiondesk.presentation.action_pages.reading import FormFields, FormInvalid
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.forms import event_in, new_event
from mentiondesk.presentation.desk.html import render, tag_of
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.usecases.incidents.change_incident import ChangeIncident, IncidentView

INCIDENTS = f"{ROOT}/incidents"
# What ended longer ago stands on the status page's history.
_LISTED_FOR = timedelta(days=30)
_ID = re.compile(r"[\w.-]{1,80}")


class IncidentPages:
    """The list of incidents, and GET and POST of one."""

    def __init__(self, entrance: Entrance, change: ChangeIncident, incidents: IncidentStore) -> None:
        self._entrance = entrance
        self._change = change
        self._incidents = incidents

    def list(self, request: Request, now: datetime) -> Response:
        """Incidents that go on first, then those of the last 30 days, newest first."""
        visitor = self._entrance.visitor(request, now)
        going_on = self._incidents.open()
        known = {one.incident_id for one in going_on}
        ended = [one for one in self._incidents.recent(now - _LISTED_FOR) if one.incident_id not in known]
        facts = {"visitor": visitor, "tab": "incidents", "going_on": going_on, "ended": ended}
        html = render("desk/incidents.html", visitor.say, facts)
        return Response(html, tag=tag_of(html))

    def show(self, request: Request, incident_id: str, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        view = self._change.look(visitor.actor, _incident_id(incident_id))
        done = request.query.get("done", "")
        notice = Notice(done=visitor.say(f"act.{done}.done")) if done in set(INCIDENT_ACTS) else Notice()
        return _page(view, visitor, notice)

    def press(self, request: Request, incident_id: str, now: datetime) -> Response:
        """Does what the pressed button says, once."""
        visitor, typed, id_ = self._entrance.visitor(request, now), request.form, _incident_id(incident_id)
        action = action_in(typed)
        try:
            self._act(visitor, id_, action, typed)
        except AlreadyDone:
            # A second press of one button is the first one's success.
            pass
        except (NotPossible, IncidentChanged, FormInvalid) as refusal:
            notice = refusal_notice(refusal, Reader(visitor.staff, visitor.settings, visitor.say))
            faults = refusal.faults if isinstance(refusal, FormInvalid) else {}
            view = self._change.look(visitor.actor, id_)
            page = _page(view, visitor, replace(notice, action=action, typed=typed, faults=faults))
            return replace(page, status=notice.status, gave_up=notice.gave_up, tag="")
        return go(f"{INCIDENTS}/{id_}?done={action}")

    def _act(self, visitor: Visitor, incident_id: IncidentId, action: Action, typed: FormFields) -> None:
        view = self._change.look(visitor.actor, incident_id)
        command = incident_command(action, typed, view.incident, view.components, ZoneInfo(visitor.staff.zone))
        self._change(visitor.actor, incident_id, command, event_in(typed, visitor.now), visitor.now)


def _page(view: IncidentView, visitor: Visitor, notice: Notice) -> Response:
    reader, event = Reader(visitor.staff, visitor.settings, visitor.say, visitor.now), new_event(visitor.now)
    facts = {
        **incident_facts(view, reader),
        "layout": "desk/reading.html",
        "visitor": visitor,
        "tab": "incidents",
        "view": view,
        "notice": notice,
        "reader": reader,
        "event": event,
    }
    html = render("action_pages/incident.html", visitor.say, facts)
    return Response(html, tag=tag_of(html.replace(event, "")))


def _incident_id(text: str) -> IncidentId:
    """The incident that a path names. Raises SubjectGone for what names none."""
    if not _ID.fullmatch(text):
        raise SubjectGone
    return IncidentId(text)
