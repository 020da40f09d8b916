"""The pages behind links in alerts: opening one shows what will happen, a button does it, once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor, NotAllowed
from mentiondesk.domain.access.links import Link, LinkRefused
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.cases.case import AlreadyClaimed, CaseRefuses
from mentiondesk.domain.cases.commands import SnoozeFor
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.incidents.incident import Health, NotPossible
from mentiondesk.domain.status.wording import Wording
from mentiondesk.ports.cases import CaseChanged
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.ports.tokens import LinkReader
from mentiondesk.presentation.action_pages.answers import FAILURES, Answer, refused
from mentiondesk.presentation.action_pages.forms import (
    HEALTH,
    IMPACTS,
    OTHER,
    REASONS,
    FormFields,
    FormInvalid,
    MalformedForm,
    action_in,
    case_command,
    incident_command,
    update_statuses,
)
from mentiondesk.presentation.action_pages.html import render
from mentiondesk.presentation.action_pages.record import record_line
from mentiondesk.presentation.links import post_url
from mentiondesk.presentation.times import short_moment, time_left
from mentiondesk.presentation.wording import Sentences
from mentiondesk.usecases.cases.change_case import CaseView, ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident, IncidentView

_View = CaseView | IncidentView

_DONE = {
    Action.CLAIM: "You have this case now.",
    Action.ANSWERED: "Noted: the customer has an answer. The clock has stopped.",
    Action.NO_ANSWER: "Noted: no answer is needed. The case is closed.",
    Action.SNOOZE: "Alerts wait. The customer's clock runs on.",
    Action.RELEASE: "Nobody has this case now. The others are told again.",
    Action.RESOLVE_CASE: "Resolved. The customer opens the case again by writing.",
    Action.REOPEN_CASE: "Open again.",
    Action.PUBLISH: "Published. The status page tells of it within a minute.",
    Action.DISMISS: "Noted: it is no incident. Nothing was published.",
    Action.UPDATE: "Published. The status page says so within a minute.",
    Action.RESOLVE: "Resolved. You will hear in a moment which customers to go back to.",
    Action.APPROVE: "Approved. Post it now, signed in to X as the brand.",
}


@dataclass(frozen=True, slots=True)
class _Said:
    """What a page says above what there is: what was done, or what was not and why; and the form as it was typed."""

    status: HTTPStatus = HTTPStatus.OK
    done: str = ""
    trouble: str = ""
    then: str = ""
    action: Action | None = None
    typed: FormFields = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    gave_up: bool = False


class ActionPages:
    """GET and POST of one link."""

    def __init__(
        self, links: LinkReader, on_case: ChangeCase, on_incident: ChangeIncident, settings: CurrentSettings
    ) -> None:
        self._links = links
        self._on_case = on_case
        self._on_incident = on_incident
        self._settings = settings

    def show(self, token: str, now: datetime) -> Answer:
        """What the link is about and what can be done. Changes nothing, however often it is opened."""
        return self._shown(token, _Said(), now)

    def press(self, token: str, typed: FormFields, now: datetime) -> Answer:
        """Does what the pressed button says, once."""
        action = None
        try:
            link, actor = self._entered(token, now)
            action = action_in(typed)
            view = self._act(link, actor, action, typed, self._links.event_id(token, typed.get("event", "")), now)
        except (LinkRefused, NotAllowed, SubjectGone, MalformedForm) as refusal:
            return refused(refusal)
        except FormInvalid as invalid:
            told = FAILURES[FormInvalid]
            return self._shown(token, _Said(told.status, "", told.what, told.then, action, typed, invalid.errors), now)
        except (CaseRefuses, NotPossible, AlreadyDone, CaseChanged, IncidentChanged) as refusal:
            return self._shown(token, self._not_done(refusal, link), now)
        return self._page(token, view, _Said(done=_DONE[action]), now)

    def _entered(self, token: str, now: datetime) -> tuple[Link, Actor]:
        """The link, and the person who comes in by it. Raises LinkRefused."""
        link = self._links.read(token)
        return link, link.actor(self._settings().roster, now)

    def _act(self, link: Link, actor: Actor, action: Action, typed: FormFields, event_id: str, now: datetime) -> _View:
        actor.must_be_allowed(action)
        subject_id = link.subject_id
        if isinstance(subject_id, CaseId):
            case = self._on_case(actor, subject_id, case_command(action, typed), event_id, now)
            return self._on_case.view(actor, case, now)
        before = self._on_incident.look(actor, subject_id)
        command = incident_command(action, typed, before.incident, before.components)
        incident = self._on_incident(actor, subject_id, command, event_id, now)
        return self._on_incident.view(actor, incident)

    def _shown(self, token: str, said: _Said, now: datetime) -> Answer:
        try:
            link, actor = self._entered(token, now)
            view = self._look(link, actor, now)
        except (LinkRefused, SubjectGone) as refusal:
            return refused(refusal)
        return self._page(token, view, said, now)

    def _look(self, link: Link, actor: Actor, now: datetime) -> _View:
        if isinstance(link.subject_id, CaseId):
            return self._on_case.look(actor, link.subject_id, now)
        return self._on_incident.look(actor, link.subject_id)

    def _not_done(self, refusal: Exception, link: Link) -> _Said:
        told = next(told for kind, told in FAILURES.items() if isinstance(refusal, kind))
        what = told.what
        if isinstance(refusal, AlreadyClaimed):
            what = f"{self._name(refusal.owner, link.staff_id)} has this case"
        gave_up = isinstance(refusal, CaseChanged | IncidentChanged)
        return _Said(told.status, "", what, told.then, gave_up=gave_up)

    def _page(self, token: str, view: _View, said: _Said, now: datetime) -> Answer:
        facts = (
            self._case_facts(view, now)
            if isinstance(view, CaseView)
            else _incident_facts(view, self._settings().wording)
        )
        staff = view.actor.staff
        assert staff is not None, "a person comes in by a link"
        entries = view.acts if isinstance(view, CaseView) else view.record
        facts |= {
            "view": view,
            "staff": staff,
            "record": [record_line(entry) for entry in entries],
            "said": said,
            "now": now,
            "event": self._links.new_event(token, now),
            "brand": self._settings().brand.name,
            "at": lambda moment: short_moment(Sentences(), moment, staff.zone, now),
            "name": lambda staff_id: self._name(staff_id, staff.staff_id),
            "on_x": post_url,
        }
        template = "case.html" if isinstance(view, CaseView) else "incident.html"
        return Answer(said.status, render(template, facts), said.gave_up)

    def _case_facts(self, view: CaseView, now: datetime) -> dict[str, Any]:
        timer = view.case.timer if view.case.waiting else None
        return {
            "timer": timer,
            "left": time_left(Sentences(), timer.answer_by, now) if timer else "",
            "late": timer.breached(now) if timer else False,
            "waits_for": Sentences().label("clock", timer.clock) if timer else "",
            "reasons": REASONS,
            "other": OTHER,
            "until_lead": SnoozeFor.UNTIL_LEAD,
        }

    def _name(self, staff_id: StaffId | None, reader: StaffId) -> str:
        """How the reader knows somebody."""
        if staff_id is None:
            return "The desk itself"
        staff: Staff | None = self._settings().roster.find(staff_id)
        return "You" if staff_id == reader else staff.name if staff else staff_id


def _incident_facts(view: IncidentView, wording: Wording) -> dict[str, Any]:
    health = {one.component: one.health for one in view.incident.affected}
    ill = [
        one.name
        for one in view.components
        if health.get(one.component_id, Health.OPERATIONAL) is not Health.OPERATIONAL
    ]
    return {
        "impacts": IMPACTS,
        "healths": tuple(one for one in Health if one is not Health.UNDER_MAINTENANCE),
        "health_of": lambda component: health.get(component, Health.OPERATIONAL),
        "health_field": HEALTH,
        "ill_names": ", ".join(ill),
        "statuses": update_statuses(view.incident),
        # None of it in customers' words: those are for the person to judge.
        "first_words": wording.first(ill),
        "solved_words": wording.resolved_update,
        "plural": "s" if view.incident.posts != 1 else "",
    }
