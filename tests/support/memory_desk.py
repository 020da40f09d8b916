"""The seam for checks from outside: a desk on memory stores with its own clock.

    desk = MemoryDesk([ANA, LEA])
    case_id = desk.post(0, "my kettle is broken")
    desk.act("ana", "claim", case_id, at=10)
    desk.run(120)
    assert desk.told(since=60) == ["13:00 ana text", "13:00 lea email"]

A time is a datetime, or a number of minutes after noon (NOON in builders). Only this module knows the product's own
modules, so that a check which uses it outlives renames. ReadingDesk is the same desk, reading a stand-in X.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from infra.local.x_standin import Rules, StandInX, User
from infra.replay.engine import VirtualDesk, minute_after
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.signals import Signals
from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.domain.access.actions import CASE_ACTIONS, INCIDENT_ACTIONS
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.roster import Channel as Way
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.commands import (
    CaseCommand,
    Claim,
    Dismiss,
    MarkAnswered,
    Release,
    Reopen,
    Resolve,
    Snooze,
    SnoozeFor,
)
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, StaffId, UserId, id_at
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.commands import (
    ChooseGoBack,
    DismissIncident,
    IncidentCommand,
    Publish,
    ResolveIncident,
)
from mentiondesk.domain.incidents.incident import Impact, Incident
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency
from mentiondesk.domain.timeline import (
    AnsweredElsewhere,
    CaseAct,
    CaseActEntry,
    Claimed,
    Dismissed,
    GoBackStarted,
    Released,
    Reopened,
    Resolved,
    Snoozed,
)
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.settings.to_domain import parse_settings
from mentiondesk.triage import BrandTriage
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident
from mentiondesk.usecases.intake.fetch_mentions import Fetched
from mentiondesk.usecases.intake.forget_post import ForgetPost
from mentiondesk.values import replace
from tests.support.builders import BRAND_ID, NOON, a_post, an_answer, tags
from tests.support.straight_x import straight_to

Moment = datetime | float
# The names by which checks know the acts in a case's record.
_ACTS: dict[type[CaseActEntry], str] = {
    Claimed: "claim",
    Released: "release",
    Snoozed: "snooze",
    AnsweredElsewhere: "answered",
    Dismissed: "no_answer",
    Resolved: "resolve",
    Reopened: "reopen",
    GoBackStarted: "go_back",
}

ANA = {"id": "ana", "name": "Ana", "email": "ana@example.com", "phone": "+447700900001", "duty": "always"}
BEN = {"id": "ben", "name": "Ben", "email": "ben@example.com", "phone": "+447700900002", "duty": "always"}
LEA = {"id": "lea", "name": "Lea", "email": "lea@example.com", "phone": "+447700900003", "roles": ["lead"]}
MAX = {"id": "max", "name": "Max", "email": "max@example.com", "phone": "+447700900004", "roles": ["manager"]}
TEAM = (ANA, LEA, MAX)
# Checks of alerts claim cases and let hours pass; those of claims that lapse ask for it by alerts={"claims": {}}.
_CLAIMS_STAY = dict.fromkeys(("low", "normal", "high", "critical"))


def time_of(moment: Moment) -> datetime:
    """The time of a moment."""
    return moment if isinstance(moment, datetime) else NOON + timedelta(minutes=moment)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that a person got. `words` are the subject and the text of a mail, or the text."""

    at: datetime
    staff: str
    channel: str
    words: str


class Channel:
    """A provider of one channel. `down` says whether it refuses messages at a time."""

    def __init__(self, desk: "MemoryDesk", name: str) -> None:
        self.down: Callable[[datetime], bool] = lambda _: False
        self._desk = desk
        self._name = name

    def send(self, address: str, message: Any) -> str:
        if self.down(self._desk.now):
            raise Undeliverable("Throttled", passing=True)
        words = f"{message.subject}\n\n{message.text}" if isinstance(message, Email) else message
        self._desk.messages.append(Message(self._desk.now, self._desk.name_of(address), self._name, words))
        return f"{self._name}-{len(self._desk.messages)}"


class MemoryDesk:
    """Posts, answers, acts of staff and minutes go in; messages, cases and incidents come out."""

    def __init__(self, staff: Sequence[dict[str, Any]] = TEAM, start: Moment = 0, **overrides: Any) -> None:
        brand = {"name": "Fennel & Finch", "user_id": str(BRAND_ID), "handle": "FennelAndFinch"}
        overrides["alerts"] = {"claims": _CLAIMS_STAY, **overrides.get("alerts", {})}
        self._raw: dict[str, Any] = {"brand": brand, "staff": list(staff), **overrides}
        self.messages: list[Message] = []
        self.senders = {way: Channel(self, way) for way in Way}
        self._tags: dict[PostId, Tags] = {}
        self._triage = BrandTriage(lambda: self.settings.brand_words)
        self._desk = VirtualDesk(parse_settings(self._raw), triage=self._tagged, senders=self.senders, keep_ledger=True)
        self._desk.now = time_of(start)
        drafts = Drafts(self._desk.table, lambda: self.settings.keep)
        self._case_acts = ChangeCase(self._desk.cases, lambda: self.settings)
        self._incident_acts = ChangeIncident(self._desk.incidents, drafts, lambda: self.settings, self._desk.posts.get)
        self._made = 0

    # --- going in

    def post(
        self,
        at: Moment,
        text: str = "@FennelAndFinch it is broken",
        customer: str = "1",
        kind: Kind | None = Kind.COMPLAINT,
        urgency: Urgency = Urgency.NORMAL,
        case: CaseId | None = None,
        **more: Any,
    ) -> CaseId:
        """A customer's post, in a case's conversation or in a new one. `kind` None: triage decides about it."""
        post_id = self._new_id(time_of(at))
        conversation = self.case(case).conversation_id if case else ConversationId(post_id)
        parent = self.case(case).post_id if case else None
        facts = {"post_id": post_id, "created_at": time_of(at), "author_id": UserId(customer)}
        post = a_post(text, **{**facts, "conversation_id": conversation, "replied_to": parent, **more})
        if kind is not None:
            self._tags[post.post_id] = tags(kind, urgency=urgency)
        return self._heard(post)

    def answer(self, case: CaseId, at: Moment, text: str = "Sorry! We look into it.", **more: Any) -> CaseId:
        """The brand's reply to the customer's latest post in a case."""
        asked = self.case(case)
        assert asked.post_id is not None, "a customer has posted in this case"
        to = a_post(post_id=asked.post_id, author_id=asked.customer_id, conversation_id=asked.conversation_id)
        facts = {"post_id": self._new_id(time_of(at)), "created_at": time_of(at), "source": Source.OWN}
        return self._heard(an_answer(to, text, **{**facts, **more}))

    def act(self, staff: str, what: str, case: CaseId, at: Moment, reason: str = "a joke", hold: str = "30m") -> Case:
        """A command: claim, answered, no_answer, snooze, release, resolve, reopen. Raises CaseRefuses."""
        self.run(at)
        commands: dict[str, CaseCommand] = {
            "claim": Claim(),
            "answered": MarkAnswered(),
            "no_answer": Dismiss(reason),
            "snooze": Snooze(SnoozeFor(hold)),
            "release": Release(),
            "resolve": Resolve(reason),
            "reopen": Reopen(reason),
        }
        return self._case_acts(self._actor(staff), case, commands[what], self._event_id(), self.now)

    def act_on_incident(self, staff: str, what: str, incident: IncidentId, at: Moment) -> Incident:
        """A press on a button of an incident's alert: publish, dismiss, resolve, go_back. Raises NotPossible."""
        self.run(at)
        commands: dict[str, IncidentCommand] = {
            "publish": Publish("It fails", Impact.MAJOR, "We are on it."),
            "dismiss": DismissIncident("a test"),
            "resolve": ResolveIncident("It works again."),
            "go_back": ChooseGoBack(),
        }
        self._desk.look_at = self.now
        return self._incident_acts(self._actor(staff), incident, commands[what], self._event_id(), self.now)

    def set(self, **overrides: Any) -> None:
        """New settings, in force from now on."""
        self._raw = {**self._raw, **overrides}
        self._desk.settings = parse_settings(self._raw)

    def run(self, until: Moment) -> None:
        """Runs all minutes up to and including this time."""
        end = time_of(until)
        self._desk.run_before(end + timedelta(microseconds=1))
        self._desk.now = max(self._desk.now, end)

    # --- coming out

    @property
    def now(self) -> datetime:
        return self._desk.now

    @property
    def settings(self) -> DeskSettings:
        return self._desk.settings

    def case(self, case: CaseId) -> Case:
        found = self._desk.cases.get(case)
        assert found is not None, "the case is there"
        return found

    def cases(self) -> list[Case]:
        return list(self._desk.stored_cases())

    def events(self, case: CaseId) -> list[tuple[str, str]]:
        """The record of a case: (person or "", act)."""
        acts = [entry for entry in self._desk.cases.timeline(case) if isinstance(entry, CaseAct)]
        return [(act.by or "", _ACTS[type(act)]) for act in acts if type(act) in _ACTS]

    def incidents(self) -> list[Incident]:
        return list(self._desk.stored_incidents())

    def add_incident(self, incident: Incident) -> IncidentId:
        """Puts an incident in place, as the detector would."""
        assert self._desk.incidents.add(incident_change(None, incident))
        return incident.incident_id

    def told(self, since: Moment | None = None, until: Moment | None = None) -> list[str]:
        """Messages as "13:00 ana text", in order, between two times inclusive."""
        first = time_of(since) if since is not None else datetime.min.replace(tzinfo=NOON.tzinfo)
        last = time_of(until) if until is not None else self.now
        return [f"{one.at:%H:%M} {one.staff} {one.channel}" for one in self.messages if first <= one.at <= last]

    def told_to(self, staff: str, since: Moment | None = None, until: Moment | None = None) -> list[str]:
        """The messages of one person, as `told` gives them."""
        return [line for line in self.told(since, until) if f" {staff} " in line]

    def name_of(self, address: str) -> str:
        """The id of the person with this address."""
        people = self._raw["staff"]
        return next((one["id"] for one in people if address in one.values()), address)

    # --- inside

    def _actor(self, staff: str) -> Actor:
        found = self.settings.roster.find(StaffId(staff))
        assert found is not None, "the person is in the settings"
        return Actor(found, CASE_ACTIONS | INCIDENT_ACTIONS, Door.LINK)

    def _heard(self, post: Post) -> CaseId:
        self._desk.hear(post)
        stored = self._desk.posts.get(post.post_id)
        assert stored is not None and stored.case_id is not None, "the post is part of a case"
        return stored.case_id

    def _tagged(self, post: Post) -> Tags:
        tagged = self._triage(post)
        known = self._tags.get(post.post_id)
        return replace(known, said=tagged.said) if known else tagged

    def _new_id(self, at: datetime) -> PostId:
        self._made += 1
        return PostId(str(int(id_at(at)) + self._made))

    def _event_id(self) -> str:
        self._made += 1
        return f"e{self._made:06}"


class ReadingDesk(MemoryDesk):
    """A desk that reads a stand-in X each minute, without a socket. A context manager; `x.post` puts posts there."""

    def __init__(self, account: User | None = None, **overrides: Any) -> None:
        super().__init__(**overrides)
        brand = self.settings.brand
        named = User(brand.user_id, brand.handle, brand.name)
        self.x = StandInX(account or named, lambda: self.now, Rules(search_delay=timedelta(0)))
        self.fetched = Fetched()
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        credentials = XCredentials("a", "b", f"{self.settings.brand.user_id}-t", "d", version="v1")
        feed = TweepyFeed(lambda: credentials, self.x.url, lambda: self.settings.brand)
        self._fetch = self._desk.read_from(feed)
        self._exit.callback(self.x._server.server_close)
        self._exit.enter_context(straight_to(self.x))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._exit.__exit__(kind, error, at)

    @property
    def case_store(self) -> Cases:
        return self._desk.cases

    def table_content(self) -> list[Item]:
        """Every item of the table."""
        return list(self._desk.table.scan())

    def forget(self, post_id: PostId) -> None:
        """Forgets a post, as if X had said that it is gone."""
        desk = self._desk
        ForgetPost(desk.posts, desk.cases, desk.incidents, Signals(desk.table), lambda: self.settings)(
            post_id, self.now
        )

    def run(self, until: Moment) -> None:
        """Reads X, and runs the desk, in each minute up to and including this time."""
        end = time_of(until)
        while self.now < end:
            self._desk.now = minute_after(self.now + timedelta(microseconds=1))
            self.fetched = self._fetch(self.now, lambda: timedelta(seconds=55))
            self._desk.classify_new()
            super().run(self.now)
