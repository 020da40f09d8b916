"""Incidents on the desk: those that are proposed, go on or ended, and the page of each with its acts."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.incident import Incident, NotPossible
from mentiondesk.domain.replies.reply import ReplyBlocked, ReplyRefuses
from mentiondesk.domain.status.public_incident import public_incident
from mentiondesk.ports.incidents import IncidentChanged, IncidentStore
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.presentation.action_pages.actions import Notice, filled, incident_facts, refusal_notice
from mentiondesk.presentation.action_pages.acts import INCIDENT_ACTS, action_in, incident_command
from mentiondesk.presentation.action_pages.previews import BACK, FILL, kept_words, public_text, shown_first, shows
from mentiondesk.presentation.action_pages.reading import FormFields, FormInvalid, MalformedForm
from mentiondesk.presentation.action_pages.record import RecordLine, record_line
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.forms import event_in, new_event
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.incident_posts import IncidentPosts, PostAttempt, attempt_in
from mentiondesk.presentation.desk.polls import no_news, tag
from mentiondesk.presentation.desk.previews import preview_page
from mentiondesk.presentation.desk.reply_pages import refusal_name
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.usecases.incidents.change_incident import (
    ActedMeanwhile,
    ChangeIncident,
    IncidentView,
    NoSuchPost,
)
from mentiondesk.values import replace

INCIDENTS = f"{ROOT}/incidents"
# Older incidents stand on the status page's history.
_LISTED_FOR = timedelta(days=30)
_ID = re.compile(r"[\w.-]{1,80}")
# The number of acts in the record when a form was shown.
SEEN = "seen"
REFUSED = (NotPossible, IncidentChanged, FormInvalid, NoSuchPost, ActedMeanwhile)
_Refusal = NotPossible | IncidentChanged | FormInvalid | NoSuchPost | ActedMeanwhile


class IncidentPages:
    """The list of incidents, and GET and POST of one and of its posts on X. `site_url`: the status site's address."""

    def __init__(
        self,
        entrance: Entrance,
        change: ChangeIncident,
        incidents: IncidentStore,
        posts: IncidentPosts,
        site_url: str,
    ) -> None:
        self._entrance = entrance
        self._site_url = site_url
        self._change = change
        self._incidents = incidents
        self._posts = posts

    def list(self, request: Request, now: datetime) -> Response:
        """Candidates first, then what is public and goes on, maintenance, and the last 30 days, newest first."""
        visitor = self._entrance.visitor(request, now)
        if quiet := no_news(request, visitor):
            return quiet
        listed = self._incidents.open()
        known = {one.incident_id for one in listed}
        ended = [one for one in self._incidents.recent(now - _LISTED_FOR) if one.incident_id not in known]
        facts = {"visitor": visitor, "tab": "incidents", "lists": (*_by_stage(listed), ("ended", ended))}
        html = render("desk/incidents.html", visitor.say, facts)
        return Response(html, tag=tag(request, visitor, html))

    def show(self, request: Request, incident_id: str, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        if quiet := no_news(request, visitor):
            return quiet
        view, event = self._change.look(visitor.actor, incident_in(incident_id)), new_event(now)
        html = self._html(view, visitor, Notice(done=_done(visitor, view, request)), event)
        # The event differs each time, and is no news.
        return Response(html, tag=tag(request, visitor, html.replace(event, "")))

    def press(self, request: Request, incident_id: str, now: datetime) -> Response:
        """Does what the pressed button says, once; or shows first what customers would read."""
        visitor, typed, id_ = self._entrance.visitor(request, now), request.form, incident_in(incident_id)
        action = action_in(typed)
        if FILL in typed or BACK in typed:
            words = filled(kept_words(typed), visitor.settings.incidents.templates if FILL in typed else ())
            return self._again(visitor, id_, Notice(action=action, typed=words))
        try:
            shown = self._act(visitor, id_, action, typed)
        except AlreadyDone:
            # A second press of one button is the first one's success.
            shown = None
        except REFUSED as refusal:
            notice, news = refused(visitor, refusal, action, typed)
            return self._again(visitor, id_, notice, news)
        return shown or go(f"{INCIDENTS}/{id_}?done={action}")

    def _act(self, visitor: Visitor, incident_id: IncidentId, action: Action, typed: FormFields) -> Response | None:
        """Does the act; a page where it is to be seen first."""
        visitor.actor.must_be_allowed(action)
        incident, zone = self._change.incident(incident_id), ZoneInfo(visitor.staff.zone)
        command = incident_command(action, typed, incident, visitor.settings.page.components, zone)
        public, seen = shows(command), seen_in(typed)
        if public and shown_first(action, typed):
            shown = self._change.preview(visitor.actor, incident_id, public, visitor.now, seen)
            return preview_page(visitor, action, typed, shown)
        self._change(visitor.actor, incident_id, command, event_in(typed, visitor.now), visitor.now, seen)
        return None

    def _again(
        self,
        visitor: Visitor,
        incident_id: IncidentId,
        notice: Notice,
        news: Sequence[RecordLine] = (),
        attempt: PostAttempt | None = None,
    ) -> Response:
        """The page with the form as it was typed."""
        view = self._change.look(visitor.actor, incident_id)
        html = self._html(view, visitor, notice, new_event(visitor.now), news, attempt)
        return Response(html, notice.status, gave_up=notice.gave_up)

    def post(self, request: Request, incident_id: str, now: datetime) -> Response:
        """Puts a post on X about the incident into the outbox, or takes it back, once."""
        visitor, typed, id_ = self._entrance.visitor(request, now), request.form, incident_in(incident_id)
        attempt = None
        try:
            self._posts.act(visitor, id_, typed)
            return go(f"{INCIDENTS}/{id_}")
        except NotPossible as gone:
            return self._again(visitor, id_, refusal_notice(gone, visitor.reader))
        except ReplyBlocked as blocked:
            attempt, refusal = attempt_in(typed, blocked.findings), "blocked"
        except AlreadyDone:
            refusal = "posted_already"
        except ReplyRefuses as refused:
            attempt, refusal = attempt_in(typed), refusal_name(refused)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal == "blocked" else HTTPStatus.CONFLICT
        what, then = (visitor.say(f"reply.refused.{refusal}.{part}") for part in ("what", "then"))
        return self._again(visitor, id_, Notice(status, refused=what, then=then), attempt=attempt)

    def _html(
        self,
        view: IncidentView,
        visitor: Visitor,
        notice: Notice,
        event: str,
        news: Sequence[RecordLine] = (),
        attempt: PostAttempt | None = None,
    ) -> str:
        public = public_incident(view.incident, view.updates) if view.incident.public else None
        facts = {
            **_facts(view, visitor, notice, event, news),
            "posts": list(self._posts.views(view, visitor, attempt)),
            "public": public_text(public, visitor.settings, visitor.now) if public else None,
            "on_the_site": f"{self._site_url}/{public.path}" if public else "",
        }
        return render("desk/incident.html", visitor.say, facts)


def refused(
    visitor: Visitor, refusal: _Refusal, action: Action, typed: FormFields
) -> tuple[Notice, Sequence[RecordLine]]:
    """The page's words about a refused act, and the acts of others meanwhile."""
    faults = refusal.faults if isinstance(refusal, FormInvalid) else {}
    notice = replace(refusal_notice(refusal, visitor.reader), action=action, typed=kept_words(typed), faults=faults)
    acts = refusal.acts if isinstance(refusal, ActedMeanwhile) else ()
    return notice, [record_line(visitor.say, one, visitor.at) for one in acts]


def seen_in(typed: FormFields) -> int:
    """The number of acts that the form's page showed. Raises MalformedForm."""
    seen = typed.get(SEEN, "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 9):
        raise MalformedForm
    return int(seen)


def incident_in(text: str) -> IncidentId:
    """The incident that a path names. Raises SubjectGone for what names none."""
    if not _ID.fullmatch(text):
        raise SubjectGone
    return IncidentId(text)


def _by_stage(listed: Sequence[Incident]) -> tuple[tuple[str, Sequence[Incident]], ...]:
    """Incidents that have not ended, by the list in which they stand."""
    proposed = [one for one in listed if not one.public]
    maintenance = [one for one in listed if one.status.maintenance]
    going_on = [one for one in listed if one.public and not one.status.maintenance]
    return ("proposed", proposed), ("going_on", going_on), ("maintenance", maintenance)


def _done(visitor: Visitor, view: IncidentView, request: Request) -> str:
    """The sentence about the act that led here."""
    done = request.query.get("done", "")
    if done == Action.RESOLVE and view.incident.status.maintenance:
        return visitor.say("act.end_maintenance.done")
    known = {*INCIDENT_ACTS, Action.OPEN_INCIDENT, Action.PLAN_MAINTENANCE}
    return visitor.say(f"act.{done}.done") if done in known else ""


def _facts(
    view: IncidentView, visitor: Visitor, notice: Notice, event: str, news: Sequence[RecordLine]
) -> dict[str, object]:
    return {
        **incident_facts(view, visitor.reader),
        "visitor": visitor,
        "tab": "incidents",
        "view": view,
        "notice": notice,
        "news": news,
        "reader": visitor.reader,
        "event": event,
        SEEN: len(view.record),
        "previews": True,
        "language": visitor.settings.page.language,
    }
