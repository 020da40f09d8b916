"""The page of a case: its whole timeline, what is due, and every act that fits it now."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.cases.case import Case, CaseRefuses
from mentiondesk.domain.cases.commands import TOPIC_NAME, CaseCommand, LinkIncident, UnlinkIncident
from mentiondesk.domain.cases.fold import MOST_WORDS
from mentiondesk.domain.cases.waiting import Presence
from mentiondesk.domain.ids import CaseId, ConversationId, UserId
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.replies.way import Solved, Way
from mentiondesk.domain.timeline import BrandPosted, CaseEntry, CustomerPosted, Noted
from mentiondesk.ports.cases import CaseChanged
from mentiondesk.ports.desk import WaitingStore
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.presentation.action_pages.actions import Notice, case_facts, refusal_notice
from mentiondesk.presentation.action_pages.acts import DESK_ACTS, offered
from mentiondesk.presentation.action_pages.reader import Reader
from mentiondesk.presentation.action_pages.reading import FormFields, FormInvalid, MalformedForm
from mentiondesk.presentation.action_pages.record import RecordLine, record_line
from mentiondesk.presentation.desk.composer import NO_ATTEMPT, Attempt, Composer
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.forms import (
    TOPIC,
    desk_command,
    event_in,
    must_name_staff,
    new_event,
)
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.polls import WRITING, came, no_news, still_there, tag
from mentiondesk.presentation.desk.queue import case_path, present, tick_name
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.presentation.desk.snapshot import SnapshotView
from mentiondesk.presentation.phrases import customer, handle_url, profile_url
from mentiondesk.presentation.wording import catalogue
from mentiondesk.usecases.cases.change_case import CaseView, ChangeCase
from mentiondesk.usecases.cases.know_customer import KnowCustomer
from mentiondesk.usecases.incidents.link_case import LinkCase
from mentiondesk.values import Frozen, replace

# Ids of X are numbers; the longest has 20 digits.
_ID = re.compile(r"(\d{1,20})-(\d{1,20})")
NEXT = f"{ROOT}/next"
# After these the person has done with the case, so that the button leads on to the next customer.
_FINISHES = frozenset({Action.ANSWERED, Action.NO_ANSWER, Action.RESOLVE_CASE, Action.SNOOZE, Action.RELEASE})


class Line(Frozen):
    """One entry of the timeline: a post, a note, or (`record`) another act.

    `profile`: X's address of a post's author. `cut`: the case keeps the beginning of a long post only.
    """

    at: datetime
    by: str
    side: str
    words: str = ""
    post_id: str = ""
    record: RecordLine | None = None
    profile: str = ""
    edited: bool = False
    cut: bool = False


class CaseReads(Frozen):
    """The readings of a case's page beside the case itself.

    `ahead`: while it lasts, the parts of the case are read together.
    """

    waiting: WaitingStore
    know: KnowCustomer
    ahead: Callable[[CaseId], AbstractContextManager[None]]


class CasePages:
    """GET and POST of one case, for people who have signed in."""

    def __init__(
        self, entrance: Entrance, change: ChangeCase, link: LinkCase, reads: CaseReads, composer: Composer
    ) -> None:
        self._entrance = entrance
        self._change = change
        self._link = link
        self._reads = reads
        self._composer = composer

    def show(self, request: Request, case_id: str, now: datetime) -> Response:
        """The case. Opening it claims nothing, and writes only that this person looks at it."""
        id_, writing = case_in(case_id), WRITING in request.query
        visitor = self._entrance.visitor(request, now, id_)
        if still_there(visitor, writing) and (quiet := no_news(request, visitor)):
            return quiet
        done = request.query.get("done", "")
        notice = Notice(done=visitor.say(f"act.{done}.done")) if done in set(DESK_ACTS) else Notice()
        with self._reads.ahead(id_):
            view = self._change.look(visitor.actor, id_, now)
            return self._page(request, view, visitor, notice, writing)

    def press(self, request: Request, case_id: str, now: datetime) -> Response:
        """Does what the pressed button says, once, and goes on to the page that shows it."""
        visitor, typed, id_ = self._entrance.visitor(request, now), request.form, case_in(case_id)
        action = None
        try:
            action, command = desk_command(typed, visitor.say)
            must_name_staff(command, visitor.settings.roster)
            self._act(visitor, id_, command, event_in(typed, now))
        except FormInvalid as invalid:
            notice = replace(self._refusal(invalid, visitor), action=action or _pressed(typed))
            return self.again(request, id_, visitor, replace(notice, typed=typed, faults=invalid.faults))
        except (CaseRefuses, CaseChanged, IncidentChanged) as refusal:
            notice = replace(self._refusal(refusal, visitor), action=action, typed=typed)
            return self.again(request, id_, visitor, notice)
        except AlreadyDone:
            # A second press of one button is the first one's success.
            pass
        return go(NEXT if action in _FINISHES and typed.get("then") != "stay" else f"{case_path(id_)}?done={action}")

    def _act(self, visitor: Visitor, case_id: CaseId, command: CaseCommand, event_id: str) -> None:
        # A link is kept with the incident as well.
        if isinstance(command, LinkIncident | UnlinkIncident):
            self._link(visitor.actor, case_id, command, event_id, visitor.now)
        else:
            self._change(visitor.actor, case_id, command, event_id, visitor.now)

    def _refusal(self, refusal: Exception, visitor: Visitor) -> Notice:
        return refusal_notice(refusal, Reader(visitor.staff, visitor.settings, visitor.say))

    def again(
        self, request: Request, case_id: CaseId, visitor: Visitor, notice: Notice, attempt: Attempt = NO_ATTEMPT
    ) -> Response:
        """The page with what was refused, and with what was typed: no text is lost to a colleague who was first."""
        view = self._change.look(visitor.actor, case_id, visitor.now)
        again = self._page(request, view, visitor, notice, attempt=attempt)
        return replace(again, status=notice.status, gave_up=notice.gave_up, tag="")

    def _page(
        self,
        request: Request,
        view: CaseView,
        visitor: Visitor,
        notice: Notice,
        writing: bool = False,
        attempt: Attempt = NO_ATTEMPT,
    ) -> Response:
        people = self._reads.waiting.come(view.case.case_id, visitor.staff.staff_id, writing, visitor.now)
        if came(visitor, writing):
            self._entrance.acted()
        reader = Reader(visitor.staff, visitor.settings, visitor.say, visitor.now)
        composer = self._composer.view(view, visitor, attempt)
        facts = _facts(view, visitor, reader, people) | {"notice": notice, "composer": composer}
        facts["about"] = SnapshotView(self._reads.know(view.case, visitor.now), visitor)
        facts["news"] = lines(composer.news, reader, view.case)
        # It differs each time, and is no news.
        event = new_event(visitor.now)
        html = render("desk/case.html", visitor.say, facts | {"event": event})
        return Response(html, tag=tag(request, visitor, html.replace(event, "")))


def _facts(view: CaseView, visitor: Visitor, reader: Reader, people: tuple[Presence, ...]) -> dict[str, object]:
    case = view.case
    return {
        **case_facts(view, reader),
        "actions": offered(DESK_ACTS, view.actions),
        "tick": tick_name(case.case_id),
        "topics": _topics(case, visitor),
        "urgencies": tuple(reversed(Urgency)),
        "topic_box": TOPIC,
        "ways": tuple(Way),
        "solutions": tuple(Solved),
        "visitor": visitor,
        "tab": "",
        "view": view,
        "reader": reader,
        "profile": profile_url(case),
        "lines": lines(view.timeline, reader, case),
        "present": list(present(people, visitor)),
        "colleagues": [one for one in visitor.settings.roster.staff if one.staff_id != case.owner],
        "taken": case.owner is not None and case.owner != visitor.staff.staff_id,
        "finishes": _FINISHES,
    }


def _topics(case: Case, visitor: Visitor) -> tuple[str, ...]:
    """The topics that a case can have: those of the catalogue and of the settings, and its own."""
    named = (key.removeprefix("topic.") for key in catalogue() if key.startswith("topic."))
    own = (topic for topic, _ in visitor.settings.brand_words.topics)
    return tuple(one for one in dict.fromkeys((*named, *own, *case.topics)) if re.fullmatch(TOPIC_NAME, one))


def lines(timeline: Sequence[CaseEntry], reader: Reader, case: Case) -> list[Line]:
    """The timeline in words, oldest first."""
    return [_line(entry, reader, case) for entry in timeline]


def _line(entry: CaseEntry, reader: Reader, case: Case) -> Line:
    gone = reader.say("record.forgotten")
    match entry:
        case CustomerPosted():
            return _post(entry, customer(reader.say, case), "customer", profile_url(case), gone)
        case BrandPosted():
            handle = reader.settings.brand.handle
            by = reader.say("staff.who", name=reader.brand, handle=handle)
            return _post(entry, by, "brand", handle_url(handle), gone)
        case Noted(text=text):
            return Line(entry.at, reader.name(entry.by), "note", text or gone)
    return Line(entry.at, reader.name(entry.by), "act", record=record_line(reader.say, entry, reader.at))


def _post(entry: CustomerPosted | BrandPosted, by: str, side: str, profile: str, gone: str) -> Line:
    return Line(
        at=entry.at,
        by=by,
        side=side,
        words=entry.words or gone,
        post_id=entry.post_id,
        profile=profile,
        edited=entry.edited,
        cut=len(entry.words) >= MOST_WORDS,
    )


def case_in(text: str) -> CaseId:
    """The case that a path names. Raises SubjectGone for what names none."""
    found = _ID.fullmatch(text)
    if found is None:
        raise SubjectGone
    return CaseId(ConversationId(found[1]), UserId(found[2]))


def _pressed(typed: FormFields) -> Action:
    """The action of a form whose fields are wrong; an action that is none was refused before."""
    try:
        return Action(typed.get("action", ""))
    except ValueError as unknown:
        raise MalformedForm from unknown
