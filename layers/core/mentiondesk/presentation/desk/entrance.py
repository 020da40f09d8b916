"""The way in: sign-in, sign-out, and the sessions of the person who is signed in."""

import re
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from mentiondesk.domain.access.actor import Actor, NotAllowed
from mentiondesk.domain.access.sign_in import (
    CODE_LASTS,
    SESSION_LASTS,
    CodeOver,
    Session,
    SignedOut,
    TooManyTries,
    WrongCode,
    spelt,
)
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.cases.waiting import Glance
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import SubjectGone
from mentiondesk.presentation.action_pages.answers import plain, refused
from mentiondesk.presentation.action_pages.reader import Reader
from mentiondesk.presentation.action_pages.reading import MalformedForm
from mentiondesk.presentation.desk.html import render, words_of
from mentiondesk.presentation.desk.responses import ROOT, Page, Request, Response, SetCookie, go, place
from mentiondesk.presentation.times import short_moment
from mentiondesk.presentation.wording import Sentences
from mentiondesk.usecases.access.sign_in import SignedIn, SignIn
from mentiondesk.usecases.reports.read_figures import may_see
from mentiondesk.values import Frozen, field

SIGN_IN, CODE, SESSIONS = f"{ROOT}/sign-in", f"{ROOT}/sign-in/code", f"{ROOT}/sessions"
_NEXT = "next"
_ADDRESS = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,190}")
# The first that stands in a user agent names the browser; the order matters: Edge says "Chrome" and "Safari" too.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class Cookies(Frozen):
    """The names of the desk's cookies. `__Host-` binds a cookie to this very host, and asks for https."""

    secure: bool

    @property
    def session(self) -> str:
        return "__Host-desk" if self.secure else "desk"

    @property
    def browser(self) -> str:
        return "__Host-desk-code" if self.secure else "desk-code"


class Visitor(Frozen):
    """A person who is signed in, as pages need them."""

    actor: Actor
    session: Session
    settings: DeskSettings
    say: Sentences
    now: datetime
    glance: Glance = field(default_factory=Glance)

    @property
    def staff(self) -> Staff:
        assert self.actor.staff is not None, "a person signs in"
        return self.actor.staff

    @property
    def sees_figures(self) -> bool:
        return may_see(self.staff, self.settings.roster)

    @property
    def reader(self) -> Reader:
        return Reader(self.staff, self.settings, self.say, self.now)

    def name(self, staff_id: StaffId | None) -> str:
        """A colleague's name, as pages write it."""
        return self.reader.name(staff_id)

    def at(self, moment: datetime) -> str:
        return short_moment(self.say, moment, self.staff.zone, self.now)


class Entrance:
    """Sign-in and sign-out; `visitor` says who is there."""

    def __init__(self, sign_in: SignIn, signed_in: SignedIn, settings: CurrentSettings, cookies: Cookies) -> None:
        self._sign_in = sign_in
        self._signed_in = signed_in
        self._settings = settings
        self._cookies = cookies

    def visitor(self, request: Request, now: datetime, case_id: CaseId | None = None) -> Visitor:
        """The person behind a request, with the marks of the page: of this case, or of another. Raises SignedOut."""
        cookie = request.cookies.get(self._cookies.session, "")
        actor, session, glance = self._signed_in.glance(cookie, case_id, now)
        settings = self._settings()
        return Visitor(actor, session, settings, Sentences(settings.sentences), now, glance)

    def acted(self) -> None:
        """Lets the pages that are open learn of an act with their next poll."""
        self._signed_in.acted()

    def show(self, request: Request, now: datetime) -> Response:
        """The form for an address; people who are signed in go on."""
        try:
            self.visitor(request, now)
        except SignedOut:
            return self._form(request.query.get(_NEXT, ""))
        return go(place(request.query.get(_NEXT, "")))

    def ask(self, request: Request, now: datetime) -> Response:
        """The same answer for every address that could be one."""
        typed = request.form
        address, then = typed.get("email", ""), typed.get(_NEXT, "")
        if not _ADDRESS.fullmatch(address):
            return self._form(then, address, "address", HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            browser = self._sign_in.ask(address, now)
        except TooManyTries:
            return self._form(then, address, "too_many", HTTPStatus.TOO_MANY_REQUESTS)
        kept = SetCookie(self._cookies.browser, browser, CODE_LASTS)
        return go(f"{CODE}?{_NEXT}={place(then)}", kept)

    def show_code(self, request: Request, now: datetime) -> Response:  # noqa: ARG002
        """The form for a code."""
        return self._code_form(request.query.get(_NEXT, ""))

    def enter(self, request: Request, now: datetime) -> Response:
        """Signs in by a code, and goes on to where the person wanted to be."""
        typed = request.form
        code, then = typed.get("code", ""), typed.get(_NEXT, "")
        try:
            browser = request.cookies.get(self._cookies.browser, "")
            _, cookie = self._sign_in.enter(browser, spelt(code), _named(request.agent), now)
        except WrongCode:
            return self._code_form(then, "wrong_code", HTTPStatus.UNPROCESSABLE_ENTITY)
        except CodeOver:
            return self._form(then, "", "code_over", HTTPStatus.UNPROCESSABLE_ENTITY)
        except TooManyTries:
            return self._form(then, "", "too_many", HTTPStatus.TOO_MANY_REQUESTS)
        began = SetCookie(self._cookies.session, cookie, SESSION_LASTS)
        return go(place(then), began, SetCookie(self._cookies.browser, ""))

    def sign_out(self, request: Request, now: datetime) -> Response:
        """Ends this session; nothing happens where there is none."""
        try:
            visitor = self.visitor(request, now)
        except SignedOut:
            return go(SIGN_IN)
        self._signed_in.end(visitor.staff.staff_id, visitor.session.session_id)
        return go(SIGN_IN, SetCookie(self._cookies.session, ""))

    def show_sessions(self, request: Request, now: datetime) -> Response:
        visitor = self.visitor(request, now)
        sessions = self._signed_in.of(visitor.staff.staff_id, now)
        facts = {"visitor": visitor, "sessions": sessions, "tab": "sessions"}
        return Response(render("desk/sessions.html", visitor.say, facts))

    def end_session(self, request: Request, now: datetime) -> Response:
        """Ends one session of this person, or all but this one."""
        visitor, typed = self.visitor(request, now), request.form
        if typed.get("session"):
            self._signed_in.end(visitor.staff.staff_id, typed["session"])
        elif typed.get("action") == "end_others":
            self._signed_in.end_others(visitor.session)
        else:
            raise MalformedForm
        return go(SESSIONS)

    def _form(self, then: str, address: str = "", fault: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
        return self._page("desk/sign_in.html", {"address": address, "next": place(then), "fault": fault}, status)

    def _code_form(self, then: str, fault: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
        return self._page("desk/code.html", {"next": place(then), "fault": fault}, status)

    def _page(self, template: str, facts: dict[str, object], status: HTTPStatus) -> Response:
        settings = self._settings()
        known = {"brand": settings.brand.name, **facts}
        return Response(render(template, Sentences(settings.sentences), known), status)


def guarded(page: Page) -> Page:
    """The page for people who may see it: others are led to the sign-in, or told why not; no news is 304."""

    def show(request: Request, now: datetime) -> Response:
        try:
            found = page(request, now)
        except SignedOut:
            return go(f"{SIGN_IN}?{urlencode({_NEXT: _address(request)})}")
        except (SubjectGone, NotAllowed) as refusal:
            say = Sentences()
            here = plain(say, say("desk.not_allowed.what"), say("desk.not_allowed.then"), HTTPStatus.FORBIDDEN)
            answer = here if isinstance(refusal, NotAllowed) else refused(say, refusal)
            return Response(answer.html, answer.status)
        same = found.tag and words_of(found.tag) == words_of(request.seen)
        return found if not same else Response(status=HTTPStatus.NOT_MODIFIED, tag=found.tag)

    return show


def _address(request: Request) -> str:
    return f"{request.path}?{urlencode(request.query)}" if request.query else request.path


def _named(agent: str) -> str:
    """A browser's name for its owner, like "Firefox, Windows"; no more of what it says is kept."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(filter(None, (browser, system)))
