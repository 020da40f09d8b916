"""The pages behind links in alerts: opening one shows the subject and its acts, a button does one act, once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor, NotAllowed
from mentiondesk.domain.access.links import Link, LinkRefused
from mentiondesk.domain.access.places import subject_path
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.cases.case import AlreadyClaimed, Case, CaseRefuses
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.incidents.incident import Health, Incident, LinkedPost, NotPossible, Status
from mentiondesk.domain.incidents.rules import IncidentTemplate
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.status.public_incident import PublicIncident
from mentiondesk.domain.timeline import CaseActEntry, Noted, for_colleagues
from mentiondesk.ports.cases import CaseChanged
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.ports.tokens import LinkReader
from mentiondesk.presentation.action_pages.acts import (
    CASE_ACTS,
    INCIDENT_ACTS,
    action_in,
    case_command,
    incident_command,
    offered,
    opening,
    texts_of,
)
from mentiondesk.presentation.action_pages.answers import Answer, refusal_of, refused
from mentiondesk.presentation.action_pages.duty import DUTY, duty_box, duty_in
from mentiondesk.presentation.action_pages.forms import HEALTH, IMPACTS, LEFT_OUT, OTHER, REASONS
from mentiondesk.presentation.action_pages.html import render
from mentiondesk.presentation.action_pages.previews import BACK, FILL, kept_words, preview_facts, shown_first, shows
from mentiondesk.presentation.action_pages.reader import Reader
from mentiondesk.presentation.action_pages.reading import Fault, FormFields, FormInvalid, MalformedForm
from mentiondesk.presentation.action_pages.record import RecordLine, record_line
from mentiondesk.presentation.phrases import (
    attention,
    case_label,
    customer,
    people_and_posts,
    posts_so_far,
    quotes,
    reach,
    thanked,
)
from mentiondesk.presentation.times import time_left
from mentiondesk.presentation.wording import Sentences, capitalised
from mentiondesk.usecases.alerts.change_duty import ChangeDuty
from mentiondesk.usecases.cases.change_case import CaseView, ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident, IncidentView, NoSuchPost
from mentiondesk.values import Frozen, field, replace

_View = CaseView | IncidentView
_HEALTHS = tuple(one for one in Health if one is not Health.UNDER_MAINTENANCE)
# Acts whose forms stand beside the thing that they change.
_BESIDE_OTHERS = frozenset({Action.APPROVE, Action.EDIT_UPDATE, Action.MEMBERS})
# Posts and customers that a page lists; a form has so many fields at most.
_LISTED = 100


class Notice(Frozen):
    """The result of a press, shown above the page: what was done, or what was refused; and the form as it was typed."""

    status: HTTPStatus = HTTPStatus.OK
    done: str = ""
    refused: str = ""
    then: str = ""
    action: Action | None = None
    typed: FormFields = field(default_factory=dict)
    faults: Mapping[str, Fault] = field(default_factory=dict)
    gave_up: bool = False

    @property
    def what(self) -> str:
        return self.done or self.refused


class ActionPages:
    """GET and POST of one link. An incident begins to be public from a page that shows its words first."""

    def __init__(
        self,
        links: LinkReader,
        on_case: ChangeCase,
        on_incident: ChangeIncident,
        duty: ChangeDuty,
        settings: CurrentSettings,
    ) -> None:
        self._links = links
        self._duty = duty
        self._on_case = on_case
        self._on_incident = on_incident
        self._settings = settings

    def show(self, token: str, now: datetime) -> Answer:
        """The subject of the link, and its acts. Changes nothing, however often it is opened."""
        return self._shown(token, Notice(), now)

    def press(self, token: str, typed: FormFields, now: datetime) -> Answer:
        """Does what the pressed button says, once."""
        say, action = self._say, None
        try:
            link, actor = self._entered(token, now)
            if typed.get("action") == DUTY:
                return self._say_duty(token, link, actor, typed, now)
            action = action_in(typed)
            if before := self._before(token, link, actor, action, typed, now):
                return before
            view = self._act(link, actor, action, typed, self._links.event_id(token, typed.get("event", "")), now)
        except (LinkRefused, NotAllowed, SubjectGone, MalformedForm) as refusal:
            return refused(say, refusal)
        except FormInvalid as invalid:
            notice = self._refusal(invalid, actor)
            return self._shown(token, replace(notice, action=action, typed=typed, faults=invalid.faults), now)
        except (CaseRefuses, NotPossible, NoSuchPost, AlreadyDone, CaseChanged, IncidentChanged) as refusal:
            return self._shown(token, self._refusal(refusal, actor), now)
        return self._page(token, view, Notice(done=say(f"act.{action}.done")), now)

    def _say_duty(self, token: str, link: Link, actor: Actor, typed: FormFields, now: datetime) -> Answer:
        """Changes who is on duty. Raises LinkForged, MalformedForm, or what looking at the subject raises."""
        self._links.event_id(token, typed.get("event", ""))
        on, span = duty_in(typed)
        self._duty(actor, on, now + span, now)
        done = self._say("duty.done_on" if on else "duty.done_off")
        return self._page(token, self._look(link, actor, now), Notice(done=done), now)

    @property
    def _say(self) -> Sentences:
        return Sentences(self._settings().sentences)

    def _entered(self, token: str, now: datetime) -> tuple[Link, Actor]:
        """The link, and the person who comes in by it. Raises LinkRefused."""
        link = self._links.read(token)
        return link, link.actor(self._settings().roster, now)

    def _act(self, link: Link, actor: Actor, action: Action, typed: FormFields, event_id: str, now: datetime) -> _View:
        actor.must_be_allowed(action)
        subject_id = link.subject_id
        zone = ZoneInfo(person_of(actor).zone)
        if isinstance(subject_id, CaseId) and action is Action.OPEN_INCIDENT:
            return self._open_incident(actor, subject_id, typed, event_id, now)
        if isinstance(subject_id, CaseId):
            on_case = case_command(action, typed, self._say)
            case = self._on_case(actor, subject_id, on_case, event_id, now)
            return self._on_case.view(actor, case, now)
        before = self._on_incident.look(actor, subject_id)
        on_incident = incident_command(action, typed, before.incident, before.components, zone)
        incident = self._on_incident(actor, subject_id, on_incident, event_id, now)
        return self._on_incident.view(actor, incident)

    def _before(
        self, token: str, link: Link, actor: Actor, action: Action, typed: FormFields, now: datetime
    ) -> Answer | None:
        """The page that comes before the act: the form with other words in it, or the words that will be public."""
        if FILL in typed or BACK in typed:
            templates = self._settings().incidents.templates if FILL in typed else ()
            return self._shown(token, Notice(action=action, typed=filled(kept_words(typed), templates)), now)
        public = self._public(link, actor, action, typed, now) if shown_first(action, typed) else None
        return self._preview(actor, action, typed, public, now) if public else None

    def _public(
        self, link: Link, actor: Actor, action: Action, typed: FormFields, now: datetime
    ) -> PublicIncident | None:
        """The incident as customers would read it after the act; None for an act that they read nothing of."""
        actor.must_be_allowed(action)
        components, zone = self._settings().page.components, ZoneInfo(person_of(actor).zone)
        if isinstance(link.subject_id, CaseId):
            if action is not Action.OPEN_INCIDENT:
                return None
            return self._on_incident.preview_new(actor, opening(typed, components, zone), now)
        incident = self._on_incident.incident(link.subject_id)
        command = shows(incident_command(action, typed, incident, components, zone))
        return self._on_incident.preview(actor, link.subject_id, command, now) if command else None

    def _preview(
        self, actor: Actor, action: Action, typed: FormFields, public: PublicIncident, now: datetime
    ) -> Answer:
        """The page with the words that will be public, before they are."""
        facts = preview_facts(action, typed, public, self._settings(), now)
        reader = Reader(person_of(actor), self._settings(), self._say, now)
        return Answer(HTTPStatus.OK, render("preview.html", self._say, {**facts, "reader": reader}))

    def _open_incident(self, actor: Actor, case_id: CaseId, typed: FormFields, event_id: str, now: datetime) -> _View:
        """The case's page; its customer is the first in the new incident."""
        before = self._on_case.look(actor, case_id, now)
        command = opening(typed, self._settings().page.components, ZoneInfo(person_of(actor).zone))
        self._on_incident.open_incident(actor, command, event_id, now, _customer_of(before.case))
        return before

    def _shown(self, token: str, notice: Notice, now: datetime) -> Answer:
        try:
            link, actor = self._entered(token, now)
            view = self._look(link, actor, now)
        except (LinkRefused, SubjectGone) as refusal:
            return refused(self._say, refusal)
        return self._page(token, view, notice, now)

    def _look(self, link: Link, actor: Actor, now: datetime) -> _View:
        if isinstance(link.subject_id, CaseId):
            return self._on_case.look(actor, link.subject_id, now)
        return self._on_incident.look(actor, link.subject_id)

    def _refusal(self, refusal: Exception, actor: Actor) -> Notice:
        return refusal_notice(refusal, Reader(person_of(actor), self._settings(), self._say))

    def _page(self, token: str, view: _View, notice: Notice, now: datetime) -> Answer:
        reader = Reader(person_of(view.actor), self._settings(), self._say, now)
        case = isinstance(view, CaseView)
        facts = {
            **(case_facts(view, reader) if isinstance(view, CaseView) else incident_facts(view, reader)),
            "view": view,
            "whole": subject_path(view.case.case_id if isinstance(view, CaseView) else view.incident.incident_id),
            "notice": notice,
            "reader": reader,
            "duty": duty_box(reader, self._duty.roster(self._settings().roster), now),
            "event": self._links.new_event(token, now),
            "previews": True,
        }
        html = render("case.html" if case else "incident.html", self._say, facts)
        return Answer(notice.status, html, notice.gave_up)


def filled(typed: FormFields, templates: Sequence[IncidentTemplate]) -> FormFields:
    """The form with the texts of the chosen template in place of its own."""
    number = typed.get("template", "")
    if not (number.isdecimal() and int(number) < len(templates)):
        return typed
    one = templates[int(number)]
    health = {f"{HEALTH}{part.component}": str(part.health) for part in one.affected}
    return {**typed, "title": one.title, "body": one.body, "impact": str(one.impact), **health}


def _customer_of(case: Case) -> tuple[LinkedPost, ...]:
    """The latest post of a case's customer; none where the desk has kept none."""
    if case.post_id is None or case.said_at is None:
        return ()
    return (LinkedPost(case.post_id, case.customer_id, case.said_at, case.words, case.case_id),)


def refusal_notice(refusal: Exception, reader: Reader) -> Notice:
    """A refused act in the reader's words."""
    say = reader.say
    known = refusal_of(refusal)
    owner = reader.name(refusal.owner) if isinstance(refusal, AlreadyClaimed) else ""
    gave_up = isinstance(refusal, CaseChanged | IncidentChanged)
    return Notice(known.status, refused=known.what(say, name=owner), then=known.then(say), gave_up=gave_up)


def person_of(actor: Actor) -> Staff:
    """The person who came in."""
    assert actor.staff is not None, "a person comes in by a door"
    return actor.staff


def case_facts(view: CaseView, reader: Reader) -> dict[str, object]:
    """The facts that pages about a case show."""
    say, case = reader.say, view.case
    timer = case.timer if case.waiting else None
    assert reader.now is not None, "a page is shown at a time"
    return {
        "timer": timer,
        "what": capitalised(case_label(say, case)),
        "number": case_number(case.case_id, reader.brand),
        "who": customer(say, case),
        "reach": reach(say, case),
        "thanks": thanked(say, case, reader.settings.zone),
        "draws": attention(say, case.attention),
        "posts": posts_so_far(say, case),
        "quotes": quotes(say, case, reader.at),
        "soon": timer is not None and (case.urgency >= Urgency.HIGH or timer.half_gone(reader.now)),
        "left": time_left(say, timer.answer_by, reader.now) if timer else "",
        "late": timer.breached(reader.now) if timer else False,
        "waits_for": say.label("clock", timer.clock) if timer else "",
        # Colleagues' own words are for people who have signed in: a link shows no more than its mail.
        "record": [_without_words(one, reader) for one in view.acts if not isinstance(one, Noted)],
        "actions": offered(CASE_ACTS, view.actions | _may_open(view)),
        "texts_of": texts_of,
        "reasons": (*REASONS, OTHER),
        **opening_facts(reader),
    }


def _without_words(entry: CaseActEntry, reader: Reader) -> RecordLine:
    line = record_line(reader.say, entry, reader.at)
    return replace(line, detail="") if for_colleagues(entry) else line


def _may_open(view: CaseView) -> frozenset[Action]:
    """The right to open an incident, on the page of a customer who is not done with."""
    return frozenset() if view.case.state.closed else view.actor.rights & {Action.OPEN_INCIDENT}


def opening_facts(reader: Reader) -> dict[str, object]:
    """The facts of the form that opens an incident."""
    return {
        "components": reader.settings.page.components,
        "impacts": IMPACTS,
        "healths": _HEALTHS,
        "health_of": lambda _: Health.OPERATIONAL,
        "health_field": HEALTH,
        "affected": reader.say("incident_page.no_components"),
        "first_update": reader.settings.wording.first([]),
    }


def incident_facts(view: IncidentView, reader: Reader) -> dict[str, object]:
    """The facts that pages about an incident show."""
    health = {one.component: one.health for one in view.incident.affected}
    affected = [
        one.name for one in view.components if health.get(one.component_id, Health.OPERATIONAL) != Health.OPERATIONAL
    ]
    wording = reader.settings.wording
    return {
        "people": people_and_posts(reader.say, view.incident),
        "record": [record_line(reader.say, entry, reader.at) for entry in view.record],
        "actions": [action for action in offered(INCIDENT_ACTS, view.actions) if action not in _BESIDE_OTHERS],
        "components": view.components,
        "began": reader.local(view.incident.started_at),
        "begins": reader.local(view.incident.scheduled_for),
        "ends": reader.local(view.incident.scheduled_until),
        "customers": _customers(view.posts),
        "left_out_field": LEFT_OUT,
        "listed": _LISTED,
        "impacts": IMPACTS,
        "healths": tuple(Health) if view.incident.status.maintenance else _HEALTHS,
        "health_of": lambda component: health.get(component, Health.OPERATIONAL),
        "health_field": HEALTH,
        "affected": ", ".join(affected) or reader.say("incident_page.no_components"),
        "statuses": update_statuses(view.incident),
        # No customers' words: whether those are true is for the person to judge.
        "first_update": wording.first(affected),
        "resolution": wording.resolved_update,
    }


def _customers(posts: Iterable[LinkedPost]) -> list[LinkedPost]:
    """The latest post of each customer who has a case, latest first."""
    return sorted({one.case_id: one for one in posts if one.case_id}.values(), key=lambda one: one.at, reverse=True)


def update_statuses(incident: Incident) -> tuple[Status, ...]:
    """The statuses of an update; the end has a button of its own."""
    return tuple(status for status in incident.next_statuses if status.public and not status.ended)
