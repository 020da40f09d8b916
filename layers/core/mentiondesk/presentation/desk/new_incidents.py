"""Pages that begin something public by hand: an incident that nobody has noticed, and a maintenance."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.incidents.commands import OpenIncident, PlanMaintenance
from mentiondesk.domain.incidents.incident import NotPossible
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.presentation.action_pages.actions import Notice, filled, opening_facts
from mentiondesk.presentation.action_pages.acts import opening
from mentiondesk.presentation.action_pages.forms import PARTS, PlanForm, read, with_parts
from mentiondesk.presentation.action_pages.previews import BACK, FILL, kept_words, shown_first
from mentiondesk.presentation.action_pages.reading import FormFields, FormInvalid
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.forms import event_in, new_event
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.incidents import INCIDENTS, refused
from mentiondesk.presentation.desk.previews import preview_page
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.usecases.incidents.change_incident import ChangeIncident
from mentiondesk.values import Frozen

_Command = OpenIncident | PlanMaintenance


class _Kind(Frozen):
    """An incident or a maintenance to begin: its action and its template."""

    action: Action
    template: str


_INCIDENT = _Kind(Action.OPEN_INCIDENT, "desk/open_incident.html")
_MAINTENANCE = _Kind(Action.PLAN_MAINTENANCE, "desk/plan_maintenance.html")


class NewIncidentPages:
    """GET and POST of the form for an incident and of the one for a maintenance."""

    def __init__(self, entrance: Entrance, change: ChangeIncident) -> None:
        self._entrance = entrance
        self._change = change

    def show_opening(self, request: Request, now: datetime) -> Response:
        return _page(self._entrance.visitor(request, now), _INCIDENT, Notice())

    def open(self, request: Request, now: datetime) -> Response:
        """Publishes an incident, once, after its text was seen."""
        return self._press(self._entrance.visitor(request, now), _INCIDENT, request.form)

    def show_plan(self, request: Request, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        visitor.actor.must_be_allowed(Action.PLAN_MAINTENANCE)
        return _page(visitor, _MAINTENANCE, Notice())

    def plan(self, request: Request, now: datetime) -> Response:
        """Announces a maintenance, once, after its text was seen."""
        return self._press(self._entrance.visitor(request, now), _MAINTENANCE, request.form)

    def _press(self, visitor: Visitor, kind: _Kind, typed: FormFields) -> Response:
        visitor.actor.must_be_allowed(kind.action)
        if FILL in typed or BACK in typed:
            words = filled(kept_words(typed), visitor.settings.incidents.templates if FILL in typed else ())
            return _page(visitor, kind, Notice(action=kind.action, typed=words))
        try:
            return self._shown_or_begun(visitor, kind, typed)
        except AlreadyDone:
            # A second press of one button is the first one's success.
            return go(INCIDENTS)
        except (NotPossible, FormInvalid) as refusal:
            return _page(visitor, kind, refused(visitor, refusal, kind.action, typed)[0])

    def _shown_or_begun(self, visitor: Visitor, kind: _Kind, typed: FormFields) -> Response:
        command, now = _command(visitor, kind, typed), visitor.now
        if shown_first(kind.action, typed):
            return preview_page(visitor, kind.action, typed, self._change.preview_new(visitor.actor, command, now))
        event = event_in(typed, now)
        if isinstance(command, OpenIncident):
            begun = self._change.open_incident(visitor.actor, command, event, now)
        else:
            begun = self._change.plan_maintenance(visitor.actor, command, event, now)
        return go(f"{INCIDENTS}/{begun.incident_id}?done={kind.action}")


def _command(visitor: Visitor, kind: _Kind, typed: FormFields) -> _Command:
    """The command of the form. Raises FormInvalid."""
    components, zone = visitor.settings.page.components, ZoneInfo(visitor.staff.zone)
    if kind is _INCIDENT:
        return opening(typed, components, zone)
    return read(PlanForm, with_parts(typed, components)).plan(zone)


def _page(visitor: Visitor, kind: _Kind, notice: Notice) -> Response:
    facts: Mapping[str, object] = {
        **opening_facts(visitor.reader),
        "visitor": visitor,
        "reader": visitor.reader,
        "tab": "incidents",
        "notice": notice,
        "event": new_event(visitor.now),
        "parts_field": PARTS,
        "back": f"{ROOT}/status-page",
    }
    return Response(render(kind.template, visitor.say, facts), notice.status)
