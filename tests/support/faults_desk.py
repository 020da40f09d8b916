"""A crash at every call of the desk to its table and its queue of codes: sign-in, hand-over, and claims that lapse."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.claims import Claims
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.sign_ins import Codes, Sessions
from mentiondesk.adapters.storage.stores.waiting import WaitingCases
from mentiondesk.adapters.storage.table import Query
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.access.sign_in import MailedCode, SignedOut, SignInRefused
from mentiondesk.domain.alerts.message import OwnerNews
from mentiondesk.domain.cases.case import Case, CaseRefuses
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import Claim, HandOver, LinkIncident, StaffCommand, UnlinkIncident
from mentiondesk.domain.cases.fold import apply, fold, new_case
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.domain.timeline import ClaimLapsed, HandedOver, IncidentJoined, IncidentLeft, MembersChanged
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.usecases.access.sign_in import SignedIn, SignIn
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.lapse_claims import LapseClaims
from mentiondesk.usecases.incidents.change_incident import ChangeIncident
from mentiondesk.usecases.incidents.link_case import LinkCase
from tests.support.builders import CASE_ID, NOON, at, said, settings
from tests.support.faults import Killed
from tests.support.faults_outbox import Crashes, CrashingTable
from tests.support.outbox import ANA, LEA, STAFF

ADDRESS, INCIDENT = "ana@example.com", IncidentId("i1")
# A person presses again so often while no page comes.
_PRESSES = 4


@dataclass
class CrashingMails:
    """CodeMails whose every call can be the process's last."""

    crashes: Crashes
    codes: list[MailedCode] = field(default_factory=list)

    def add(self, mailed: MailedCode) -> None:
        self.crashes.around("hand the code on", lambda: self.codes.append(mailed))


class Desk:
    """The desk over a table whose calls can fail, and what is true of it in the end."""

    def __init__(self, crashes: Crashes) -> None:
        self.crashes, self.now = crashes, NOON
        self.table = CrashingTable(crashes)
        self.settings = settings(staff=STAFF, alerts={"claims": {"normal": "30m"}})
        self.mails = CrashingMails(crashes)
        self.cases = Cases(self.table, lambda: timedelta(days=400))
        self.sessions = Sessions(self.table)
        self.change = ChangeCase(self.cases, lambda: self.settings)
        self.sign_in = SignIn(Codes(self.table), self.sessions, self.mails, lambda: self.settings)
        self.signed_in = SignedIn(self.sessions, lambda: self.settings)
        self.lapse = LapseClaims(self.cases, Claims(self.table), self.change, lambda: self.settings)
        self.incidents = Incidents(self.table, lambda: timedelta(days=400))
        drafts = Drafts(self.table, lambda: timedelta(days=400))
        on_incident = ChangeIncident(self.incidents, drafts, lambda: self.settings, lambda _: None)
        self.link = LinkCase(self.change, on_incident, self.incidents)
        entry = said(0)
        after = apply(new_case(CASE_ID, entry.at), entry, self.settings.policy)
        self.cases.save(case_change(None, after, entry))

    def press(self, act: Callable[[], object]) -> bool:
        """A press of a button, again while the page does not come; False where the last press was refused."""
        for _ in range(_PRESSES):
            try:
                self._run(act)
            except Killed:
                continue
            except AlreadyDone:
                return True
            except (CaseRefuses, SignInRefused):
                return False
            return True
        return False

    def runs(self, act: Callable[[], object]) -> None:
        """A scheduled run, which the next one follows whatever became of it."""
        try:
            self._run(act)
        except Killed:
            return

    def _run(self, act: Callable[[], object]) -> None:
        self.crashes.armed = True
        try:
            act()
        finally:
            self.crashes.armed = False

    def command(self, actor: Actor, command: StaffCommand, event: str) -> None:
        self.press(lambda: self.change(actor, CASE_ID, command, event, self.now))

    @property
    def case(self) -> Case:
        found = self.cases.get(CASE_ID)
        assert found is not None
        return found

    def count(self, kind: type) -> int:
        return sum(isinstance(one, kind) for one in self.cases.timeline(CASE_ID))

    def told(self) -> Counter[str]:
        """The messages to owners by their names."""
        rows = self.table.query(Query(keys.case(CASE_ID).pk, prefix=keys.MESSAGE))
        return Counter(row.key.sk.removeprefix(keys.MESSAGE) for row in rows)


class DeskStory(Protocol):
    """A story that is told while the process dies, and the promises that it must leave."""

    def __call__(self, desk: Desk) -> Iterator[str]:
        """Plays the story; gives each promise that does not hold in the end, as a sentence."""


@dataclass
class Visit:
    """A person in front of the sign-in: the browser that asked last, and the cookies that came."""

    desk: Desk
    browser: str = ""
    cookies: list[str] = field(default_factory=list)

    def asks(self) -> bool:
        return self.desk.press(self._ask)

    def enters(self) -> bool:
        """True where a code was typed and a page came that signs the person in."""
        return self.desk.press(self._enter)

    def _ask(self) -> None:
        self.browser = self.desk.sign_in.ask(ADDRESS, self.desk.now)

    def _enter(self) -> None:
        code = self.desk.mails.codes[-1].code
        self.cookies.append(self.desk.sign_in.enter(self.browser, code, "Chrome", self.desk.now)[1])


def signs_in(desk: Desk) -> Iterator[str]:
    """Somebody asks for a code and enters it, and asks again where the code is spent; then they sign out."""
    visit = Visit(desk)
    if not any(visit.asks() and visit.enters() for _ in range(_PRESSES)):
        yield "nobody is signed in"
        return
    (cookie, *others) = visit.cookies
    if others or not _works(desk, cookie):
        yield f"{len(others)} more cookies came, and the first works: {_works(desk, cookie)}"
    kept = len(desk.sessions.of(StaffId("ana")))
    if kept > 1 + len(desk.crashes.at):
        yield f"{kept} sessions are kept"
    if visit.enters():
        yield "a code signs in a second time"
    session = desk.signed_in.actor(cookie, desk.now)[1]
    desk.press(lambda: desk.signed_in.end(session.staff_id, session.session_id))
    if _works(desk, cookie):
        yield "a session that was ended goes on"


def _works(desk: Desk, cookie: str) -> bool:
    try:
        desk.signed_in.actor(cookie, desk.now)
    except SignedOut:
        return False
    return True


def hands_over(desk: Desk) -> Iterator[str]:
    """Ana claims the case and hands it to Ben; Lea, a lead, hands it on to Mia."""
    desk.command(ANA, Claim(), "e1")
    desk.now = at(5)
    desk.command(ANA, HandOver(StaffId("ben")), "e2")
    desk.now = at(6)
    desk.command(LEA, HandOver(StaffId("mia")), "e3")
    yield from _whole(desk)
    if (desk.case.owner, desk.count(HandedOver)) != ("mia", 2):
        yield f"{desk.case.owner} owns the case after {desk.count(HandedOver)} acts"
    told = desk.told()
    for news, staff in ((OwnerNews.HANDED_OVER, "ben"), (OwnerNews.HANDED_OVER, "mia"), (OwnerNews.TAKEN_OVER, "ben")):
        if told[f"{news}-{staff}"] != 1:
            yield f"{staff} is told {told[f'{news}-{staff}']} times of {news}"


def lapses(desk: Desk) -> Iterator[str]:
    """Ana claims the case and looks at it once more; nothing follows, and the desk looks each minute."""
    desk.command(ANA, Claim(), "e1")
    desk.now = at(10)
    desk.press(lambda: WaitingCases(desk.table).come(CASE_ID, StaffId("ana"), writing=False, now=desk.now))
    for minute in range(11, 75):
        desk.now = at(minute)
        desk.runs(lambda: desk.lapse(desk.now))
    yield from _whole(desk)
    if (desk.case.owner, desk.count(ClaimLapsed)) != (None, 1):
        yield f"{desk.case.owner} owns the case, which lapsed {desk.count(ClaimLapsed)} times"
    if desk.told()[f"{OwnerNews.LAPSED}-ana"] != 1:
        yield "the owner is not told once that the claim lapsed"
    if desk.table.get(keys.claim(CASE_ID)) is not None:
        yield "a watch over no claim is left"


def links(desk: Desk) -> Iterator[str]:
    """Ana links the case to a candidate, and takes it out again; then she links it for good."""
    incident = Incident(INCIDENT, Status.CANDIDATE, "Checkout fails", NOON, NOON)
    desk.incidents.add(incident_change(None, incident))
    first, last = LinkIncident(INCIDENT, "the same"), LinkIncident(INCIDENT, "after all")
    commands: list[LinkIncident | UnlinkIncident] = [first, UnlinkIncident("another"), last]
    for number, command in enumerate(commands):
        desk.now = at(number + 1)
        desk.press(partial(desk.link, ANA, CASE_ID, command, f"e{number}", desk.now))
    yield from _whole(desk)
    joined, left = desk.count(IncidentJoined), desk.count(IncidentLeft)
    if (desk.case.incident_id, joined, left) != (INCIDENT, 2, 1):
        yield f"the case is in {desk.case.incident_id} after {joined} links and {left} ends of one"
    members = [one.joined for one in desk.incidents.record(INCIDENT) if isinstance(one, MembersChanged)]
    found, counted = desk.incidents.joined(INCIDENT), desk.incidents.get(INCIDENT)
    if [one.case_id for one in found] != [CASE_ID] or counted is None or counted.posts != 1:
        yield f"the incident holds {len(found)} posts and counts {counted.posts if counted else 0}"
    if sorted(members) != [False, True, True]:
        yield f"the incident's record holds {len(members)} changes of its posts"


def _whole(desk: Desk) -> Iterator[str]:
    """The case is what its timeline tells."""
    told = fold(CASE_ID, desk.cases.timeline(CASE_ID), desk.settings.policy)
    if (told.owner, told.state, told.timers) != (desk.case.owner, desk.case.state, desk.case.timers):
        yield "the case is not what its timeline tells"


STORIES: Mapping[str, DeskStory] = {
    "sign-in": signs_in,
    "hand-over": hands_over,
    "lapsing claims": lapses,
    "links": links,
}


def violations(story: DeskStory, crashes: Crashes) -> list[str]:
    """The promises that do not hold after the story in which the process dies at these points."""
    return [f"{', '.join(crashes.died)}: {found}" for found in story(Desk(crashes))]
