"""The list of who waits, as a page."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.places import subject_path
from mentiondesk.domain.cases.case import Case, Phase
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.cases.waiting import Place, Presence, Tab, WaitingCase
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.eligibility import Experience, not_by_api
from mentiondesk.domain.text import quotable
from mentiondesk.domain.views import LONGEST_NAME, MOST, NameTaken, NoName, SavedView, TooManyViews, ViewsRefuse
from mentiondesk.ports.views import ViewsChanged
from mentiondesk.presentation.action_pages.actions import Notice
from mentiondesk.presentation.action_pages.reading import FormFields, MalformedForm
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.forms import event_in, new_event
from mentiondesk.presentation.desk.html import digest, render
from mentiondesk.presentation.desk.polls import no_news, tag
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.presentation.phrases import attention, case_label, compact, customer, thanked
from mentiondesk.presentation.times import time_left
from mentiondesk.presentation.wording import capitalised
from mentiondesk.usecases.cases.keep_views import KeepViews
from mentiondesk.usecases.cases.list_waiting import ListWaiting, Wanted
from mentiondesk.values import Frozen, replace

_LONGEST_WORDS = 120
_LONGEST_WHY = 40
# Acts on all that are ticked, in the order of the buttons below the list. There is none that replies.
BULK_ACTS = (Action.ANSWERED, Action.NO_ANSWER, Action.HAND_OVER, Action.LINK_INCIDENT)
_Choice = TypeVar("_Choice", bound=StrEnum)


# A ticked box of the list is named after its case; its value is the version of the case that was seen.
TICK = "case."


def tick_name(case_id: CaseId) -> str:
    """The name of a case's box in the list's form."""
    return f"{TICK}{case_id.conversation}-{case_id.customer}"


def case_path(case_id: CaseId) -> str:
    """The page of a case."""
    return subject_path(case_id)


class RowView(Frozen):
    """One customer in the list, in the reader's words."""

    waiting: WaitingCase
    visitor: Visitor
    experience: Callable[[], Experience] = Experience

    @property
    def case(self) -> Case:
        return self.waiting.case

    @property
    def path(self) -> str:
        return case_path(self.case.case_id)

    @property
    def tick(self) -> str:
        return tick_name(self.case.case_id)

    @property
    def what(self) -> str:
        return capitalised(case_label(self.visitor.say, self.case))

    @property
    def words(self) -> str:
        return quotable(self.case.words, _LONGEST_WORDS)

    @property
    def who(self) -> str:
        return customer(self.visitor.say, self.case)

    @property
    def why(self) -> list[str]:
        """The strongest reason beside the words for its urgency, the word that decided, and the reach."""
        say, case = self.visitor.say, self.case
        words = [say("desk.because", words=quotable(case.why[0], _LONGEST_WHY))] if case.why else []
        reach = [say("desk.reach", number=compact(case.reach))] if case.reach else []
        return [*attention(say, case.attention[:1]), *words, *reach]

    @property
    def thanked(self) -> str:
        """The last thanks of a customer who praises; empty for others."""
        praise = self.case.kind is Kind.PRAISE
        return thanked(self.visitor.say, self.case, self.visitor.settings.zone) if praise else ""

    @property
    def left(self) -> str:
        timer = self.case.timer if self.case.waiting else None
        return time_left(self.visitor.say, timer.answer_by, self.visitor.now) if timer else ""

    @property
    def pace(self) -> str:
        return pace(self.case, self.visitor.now)

    @property
    def owner(self) -> str:
        return self.visitor.name(self.case.owner) if self.case.owner else ""

    @property
    def present(self) -> str:
        return ", ".join(present(self.waiting.present, self.visitor))

    @property
    def drafting(self) -> str:
        """The people who have a draft of a reply, but for those who are seen writing it."""
        writing = {one.staff_id for one in self.waiting.present if one.writing}
        return ", ".join(self.visitor.name(one) for one in self.waiting.drafting if one not in writing)

    @property
    def by_hand(self) -> bool:
        """True where X takes no reply to the latest post through its API, as far as the desk can tell."""
        case = self.case
        if case.grounds is None or case.post_id is None:
            return False
        return not_by_api(case.post_id, case.grounds, self.experience()) is not None

    @property
    def marks(self) -> list[str]:
        """The facts that change what there is to do, in short words."""
        say, case = self.visitor.say, self.case
        found = (
            say("desk.held") if case.held else "",
            say("desk.by_hand") if self.by_hand else "",
            self.clock,
            say("desk.in_incident") if case.incident_id else "",
        )
        return list(filter(None, found))

    @property
    def clock(self) -> str:
        """The clock that runs in short words, where it is not that of a reply; else the leg of the conversation."""
        timer = self.case.timer if self.case.waiting else None
        if timer is not None and timer.clock not in (Clock.FIRST_REPLY, Clock.NEXT_REPLY):
            return self.visitor.say(f"desk.clock.{timer.clock}")
        return self.visitor.say("desk.private") if self.case.phase is Phase.PRIVATE else ""


def pace(case: Case, now: datetime) -> str:
    """A class for the time left: late, soon (in the last half of the time) or calm."""
    timer = case.timer if case.waiting else None
    if timer is None:
        return "calm"
    if timer.breached(now):
        return "late"
    return "soon" if timer.half_gone(now) else "calm"


def present(people: tuple[Presence, ...], visitor: Visitor) -> Iterator[str]:
    """The others who have a case open, each in words."""
    for one in people:
        known = visitor.settings.roster.find(one.staff_id)
        if known and known.staff_id != visitor.staff.staff_id:
            yield visitor.say("desk.writes" if one.writing else "desk.looks", name=known.name)


class ViewLink(Frozen):
    """A saved view as a link. `removable`: this person may remove it."""

    view: SavedView
    to: str
    shown: bool
    shared: bool
    removable: bool


class QueuePages:
    """The first page of the desk, and the views of it that people save."""

    def __init__(
        self, entrance: Entrance, waiting: ListWaiting, views: KeepViews, experience: Callable[[], Experience]
    ) -> None:
        self._entrance = entrance
        self._waiting = waiting
        self._views = views
        self._experience = experience

    def show(self, request: Request, now: datetime) -> Response:
        """The customers who wait, in the tab and with the filters of the address."""
        visitor = self._entrance.visitor(request, now)
        if quiet := no_news(request, visitor):
            return quiet
        return self._page(request, visitor, wanted_in(request.query), Notice())

    def keep(self, request: Request, now: datetime) -> Response:
        """Saves the choice that the page shows under a name, or removes a saved one. Raises MalformedForm."""
        visitor, typed = self._entrance.visitor(request, now), request.form
        wanted = replace(wanted_in(typed), after=None)
        event, action, shared = event_in(typed, now), typed.get("action"), typed.get("shared") == "yes"
        try:
            if action == "save_view":
                query = _link(wanted).partition("?")[2]
                self._views.save(visitor.actor, digest(event), typed.get("name", ""), query, shared, now)
            elif action == "remove_view":
                self._views.remove(visitor.actor, typed.get("saved", ""), shared)
            else:
                raise MalformedForm
        except (ViewsRefuse, ViewsChanged) as refusal:
            return self._page(request, visitor, wanted, _refused(refusal, typed, visitor))
        return go(_link(wanted))

    def _page(self, request: Request, visitor: Visitor, wanted: Wanted, notice: Notice) -> Response:
        now = visitor.now
        page = self._waiting(visitor.actor, wanted, now)
        event = new_event(now)
        more = _link(wanted, after=_written(page.after)) if page.after else ""
        facts = {
            "visitor": visitor,
            "tab": "queue",
            "wanted": wanted,
            "tabs": [(one, _link(Wanted(one)), _count(page.counts.get(one), page.cut)) for one in Tab],
            "views": list(self._links(visitor, wanted)),
            "rows": [RowView(one, visitor, self._experience) for one in page.cases],
            "notice": notice,
            "event": event,
            "longest_name": LONGEST_NAME,
            "more": more,
            "first": wanted.after is None,
            "cut": page.cut,
            "kinds": tuple(Kind),
            "urgencies": tuple(reversed(Urgency)),
            "bulk_acts": BULK_ACTS,
            "here": _link(wanted, after=_written(wanted.after)),
        }
        html = render("desk/queue.html", visitor.say, facts)
        if notice.refused:
            return Response(html, notice.status)
        return Response(html, tag=tag(request, visitor, html.replace(event, "")))

    def _links(self, visitor: Visitor, wanted: Wanted) -> Iterator[ViewLink]:
        """The saved views, the team's first. Their addresses are made anew, whatever is stored."""
        team, own = self._views.of(visitor.actor, visitor.glance.acts)
        here = _link(replace(wanted, after=None))
        for shared, views in ((True, team), (False, own)):
            for one in views:
                to = _link(wanted_in(dict(parse_qsl(one.query))))
                yield ViewLink(one, to, to == here, shared, not shared or visitor.actor.leads)

    def next(self, request: Request, now: datetime) -> Response:
        """Goes on to the customer who is to be answered next."""
        row = self._waiting.next_for(self._entrance.visitor(request, now).actor)
        return go(case_path(row.case_id) if row else ROOT)


def _refused(refusal: Exception, typed: FormFields, visitor: Visitor) -> Notice:
    """A refused act on saved views, in words."""
    reasons: Mapping[type[Exception], str] = {TooManyViews: "too_many", NameTaken: "name_taken", NoName: "no_name"}
    what = visitor.say(f"desk.saved.refused.{reasons.get(type(refusal), 'changed')}", most=MOST, longest=LONGEST_NAME)
    return Notice(HTTPStatus.CONFLICT, refused=what, typed=typed)


def wanted_in(query: Mapping[str, str]) -> Wanted:
    """The part of the list that an address asks for; what it spells wrong is passed over."""
    return Wanted(
        _choice(Tab, query.get("view")) or Tab.ALL,
        _choice(Kind, query.get("kind")),
        _choice(Urgency, query.get("urgency")),
        _place(query.get("after", "")),
    )


def _choice(kind: type[_Choice], typed: str | None) -> _Choice | None:
    return next((one for one in kind if one == typed), None)


def _count(found: int | None, cut: bool) -> str:
    return "" if found is None else f"{found}{'+' if cut else ''}"


def _link(wanted: Wanted, **more: str) -> str:
    chosen = {"view": wanted.tab, "kind": wanted.kind, "urgency": wanted.urgency, **more}
    query = {name: str(value) for name, value in chosen.items() if value and value is not Tab.ALL}
    return f"{ROOT}?{urlencode(query)}" if query else ROOT


def _written(place: Place | None) -> str:
    return f"{place[0].isoformat()}~{place[1]}" if place else ""


def _place(typed: str) -> Place | None:
    moment, _, case_id = typed.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, case_id) if found.tzinfo else None
