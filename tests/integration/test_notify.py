"""Delivery of alerts: no due alert is lost, and none goes out twice without need."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import values
from mentiondesk.domain.access.actions import CASE_ACTIONS
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.alerts.ledger import Outcome
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.notices import Notice
from mentiondesk.domain.alerts.roster import Channel, Staff
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.commands import (
    CaseCommand,
    Claim,
    Dismiss,
    MarkAnswered,
    Release,
    Resolve,
    Snooze,
    SnoozeFor,
)
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, StaffId, SubjectId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Impact, Incident, Sample, Status
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.ports.alerts import DueItem
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.ports.tokens import Links
from mentiondesk.ports.writing import StaffWriter
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.usecases.alerts.notified import Notified
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff, no_links
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.values import replace
from tests.integration.conftest import TABLE, Desk, DynamoDesk, MemoryDesk
from tests.support.builders import NOON, a_post, an_answer, at, minutes, settings, tags

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EMAIL, TEXT = Channel.EMAIL, Channel.TEXT
ANA = {"id": "ana", "name": "Ana", "email": "ana@example.com", "phone": "+447700900001", "duty": "always"}
LEA = {"id": "lea", "name": "Lea", "email": "lea@example.com", "phone": "+447700900002", "roles": ["lead"]}
MAX = {"id": "max", "name": "Max", "email": "max@example.com", "phone": "+447700900003", "roles": ["manager"]}
OLD_ITEMS = Path(__file__).parents[1] / "data/alerts_0f5e723.json"
STAFF: list[dict[str, Any]] = [ANA, LEA, MAX]
NAMES = {str(person[way]): str(person["id"]) for person in STAFF for way in ("email", "phone")}
# The messages of each stage of a complaint of noon, as (person, channel).
STAGES: dict[float, list[tuple[str, str]]] = {
    30: [("ana", "email")],
    45: [("ana", "text")],
    60: [("ana", "text"), ("lea", "email")],
    90: [("max", "email")],
}


@dataclass
class Provider:
    """Mailer and Texter that remember what they took, and refuse some addresses."""

    channel: Channel
    taken: list[tuple[str, Any]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    down: bool = False
    passing: bool = False
    asked: list[str] = field(default_factory=list)
    latest: Any = None

    def send(self, address: str, message: Any) -> str:
        self.asked.append(address)
        self.latest = message
        if self.down or address in self.refused:
            raise Undeliverable("MessageRejected", passing=self.passing)
        self.taken.append((address, message))
        return f"{self.channel}-{len(self.taken)}"


def a_link(staff_id: StaffId, subject_id: SubjectId, now: datetime) -> str:
    del now
    return f"https://desk.example.com/act/{staff_id}-{subject_id}"


@dataclass
class Office:
    """The notifier, minute by minute, with what staff got."""

    desk: Desk
    staff: list[dict[str, Any]] = field(default_factory=lambda: list(STAFF))
    alerts: dict[str, Any] = field(default_factory=dict)
    mail: Provider = field(default_factory=lambda: Provider(EMAIL))
    texts: Provider = field(default_factory=lambda: Provider(TEXT))
    writer: StaffWriter = field(default_factory=StaffMessages)
    batch: int = 200

    @property
    def settings(self) -> DeskSettings:
        return settings(staff=self.staff, alerts=self.alerts)

    def notifier(self, desk: Desk | None = None, alerts: Any = None, links: Links = no_links) -> NotifyStaff:
        found = self.settings
        desk = desk or self.desk
        senders = {EMAIL: self.mail, TEXT: self.texts}
        return NotifyStaff(
            alerts or desk.alerts, desk.incidents, senders, self.writer, lambda: found, links, batch=self.batch
        )

    def run(self, minute: float) -> Notified:
        return self.notifier()(at(minute), lambda: timedelta(seconds=50))

    def got(self) -> list[tuple[str, str]]:
        """Messages since the last call, as (person, channel)."""
        found = [
            (NAMES[address], str(provider.channel))
            for provider in (self.mail, self.texts)
            for address, _ in provider.taken
        ]
        for provider in (self.mail, self.texts):
            provider.taken.clear()
        return sorted(found)

    def over(self, until: float, start: float = 0) -> dict[float, list[tuple[str, str]]]:
        """Messages by minute; the table is not asked about minutes in which no alert is due."""
        found: dict[float, list[tuple[str, str]]] = {}
        idle_until = start
        for step in range(int(until - start) + 1):
            minute = start + step
            if isinstance(self.desk, DynamoDesk) and minute < idle_until:
                continue
            self.run(minute)
            if got := self.got():
                found[minute] = got
            if isinstance(self.desk, DynamoDesk):
                idle_until = (self.desk.next_due() - NOON) / minutes(1)
        return found

    def opens(self, minute: float = 0, customer: int = 1, **said: Any) -> Case:
        """A customer's complaint so many minutes after noon."""
        post = a_post("It is broken", created_at=at(minute), author_id=UserId(str(customer)))
        return self._hears(post, **said)

    def answers(self, case: Case, minute: float) -> Case:
        question = a_post(post_id=case.post_id, conversation_id=case.conversation_id, author_id=case.customer_id)
        return self._hears(an_answer(question, created_at=at(minute)))

    def _hears(self, post: Any, kind: Kind = Kind.COMPLAINT, **said: Any) -> Case:
        self.desk.posts.add(post)
        found = self.settings
        classify = ClassifyMention(self.desk.posts, self.desk.cases, lambda _: tags(kind, **said), lambda: found)
        change = classify(post, post.created_at)
        assert change is not None
        assert change.case is not None
        return self.case(change.case.after.case_id)

    def acts(self, case: Case, command: CaseCommand, staff: str, minute: float) -> Case:
        """A person's command on a case, in minutes after noon."""
        found = self.settings
        person = found.roster.find(StaffId(staff))
        change = ChangeCase(self.desk.cases, lambda: found)
        actor = Actor(person, CASE_ACTIONS, Door.LINK)
        return change(actor, case.case_id, command, f"e{minute:06}", at(minute))

    def escalation(self, case: Case) -> Escalation:
        """The escalation of a case."""
        found = self.desk.table.get(keys.escalation(case.case_id))
        assert found is not None
        return found.read(Escalation)

    def case(self, case: CaseId) -> Case:
        found = self.desk.cases.get(case)
        assert found is not None
        return found

    def ledger(self, case: Case) -> list[tuple[str, str, str, Outcome]]:
        return [
            (r.alert.stage, r.alert.staff_id, str(r.alert.channel), r.outcome) for r in self.desk.ledger(case.case_id)
        ]


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk)


# --- the stages -------------------------------------------------------------------------------------------


def test_each_stage_tells_its_people_once(office: Office) -> None:
    """Half: email on duty. Three quarters: text. Breach: text, and the lead both ways. Half an hour late: manager."""
    case = office.opens()
    assert office.over(200) == STAGES
    assert office.escalation(case).due_at is None
    assert len(office.ledger(case)) == sum(map(len, STAGES.values()))
    assert {outcome for *_, outcome in office.ledger(case)} == {Outcome.SENT}


def test_an_urgent_case_is_told_at_its_own_pace(office: Office) -> None:
    office.opens(urgency=Urgency.HIGH)
    assert list(office.over(100)) == [15, 23, 30, 60]


def test_the_ledger_has_the_providers_message_ids(office: Office) -> None:
    case = office.opens()
    office.over(60)
    found = {(r.alert.stage, r.alert.staff_id, r.via): r.message_id for r in office.desk.ledger(case.case_id)}
    assert found["half_time", StaffId("ana"), EMAIL] == "email-1"
    assert all(found.values())


def test_what_is_said(office: Office) -> None:
    office.opens()
    office.run(30)
    ((address, email),) = office.mail.taken
    assert isinstance(email, Email)
    assert address == "ana@example.com"
    assert "30 min left" in email.text
    assert "It is broken" in email.text and "It is broken" in email.html
    office.run(45)
    ((number, text),) = office.texts.taken
    assert number == "+447700900001"
    assert len(text) <= 160 and "15 min left" in text and "It is broken" in text


def test_a_message_counts_what_falls_due_before_the_next_one(office: Office) -> None:
    """The second case is late at minute 63, and the third after the next message may go."""
    for minute in (0, 3, 20):
        office.opens(minute, customer=minute + 1)
    office.over(59)
    office.got()
    office.run(60)
    ((_, mail),), ((_, text),) = office.mail.taken, office.texts.taken
    assert "1 more alert falls due before the next message" in mail.text
    assert mail.html.count("falls due before") == 1
    assert "more due soon" in text


def test_a_message_of_a_quiet_hour_counts_nothing(office: Office) -> None:
    office.opens()
    office.run(60)
    ((_, mail),), ((_, text),) = office.mail.taken, office.texts.taken
    assert "before the next message" not in mail.text + mail.html
    assert "due soon" not in text


def test_stages_that_were_missed_are_told_as_the_latest(office: Office) -> None:
    """After an outage nobody needs to hear of half time and breach at once."""
    case = office.opens()
    office.run(70)
    assert office.got() == sorted(STAGES[60])
    assert ("three_quarters", "ana", "text", Outcome.MERGED) in office.ledger(case)
    assert office.over(100, start=71) == {90: STAGES[90]}


def test_praise_has_a_clock_without_alerts(office: Office) -> None:
    office.opens(kind=Kind.PRAISE)
    assert office.over(24 * 60 + 60, start=24 * 60 - 60) == {}


def test_the_counts_of_a_run(office: Office) -> None:
    office.opens(0)
    office.opens(0.5, customer=2)
    notified = office.run(60.5)
    assert (notified.subjects, notified.failed, notified.held, notified.left) == (2, 0, 0, False)
    assert (notified.sent, notified.messages) == (4, 2)
    assert office.run(61).subjects == 0


def test_more_cases_than_one_round_takes(office: Office) -> None:
    office.batch = 3
    for customer in range(8):
        office.opens(customer / 100, customer)
    assert office.run(31).subjects == 8


def test_a_run_with_nothing_due_reads_no_settings(office: Office) -> None:
    office.opens()

    def unread() -> DeskSettings:
        raise AssertionError("read in vain")

    idle = NotifyStaff(office.desk.alerts, office.desk.incidents, {}, office.writer, unread)
    assert idle(at(29), _time_left).subjects == 0


def test_what_there_is_no_time_for_is_left_to_the_next_run(office: Office) -> None:
    office.batch = 2
    for customer in range(5):
        office.opens(customer / 100, customer)
    seconds = iter([50, 50, 20])
    notified = office.notifier()(at(31), lambda: timedelta(seconds=next(seconds)))
    assert (notified.subjects, notified.left) == (2, True)
    assert office.run(32).subjects == 3


RINGS = [("ana", "email"), ("ana", "text"), ("lea", "email"), ("lea", "text")]


def test_a_fire_does_not_wait_behind_a_backlog(office: Office) -> None:
    """It is due last of all, and each run has time for two of the others."""
    office.batch = 2
    for customer in range(10):
        office.opens(customer / 100, customer)
    office.opens(31, customer=99, urgency=Urgency.CRITICAL)
    seconds = iter([50, 50, 50, 20])
    assert office.notifier()(at(31), lambda: timedelta(seconds=next(seconds))).left
    assert set(RINGS) <= set(office.got())


def test_a_fire_is_told_before_a_backlog_is_looked_at(office: Office) -> None:
    """A run that dies over the backlog has told of it, and marked it."""
    for customer in range(5):
        office.opens(customer / 100, customer)
    case = office.opens(31, customer=99, urgency=Urgency.CRITICAL)
    calls = killed_at(office, 1000, after=False, minute=31)
    told = calls.index("due")
    assert (calls[0], calls[told - 1]) == ("critical_due", "done")
    office = Office(office.desk.emptied())
    for customer in range(5):
        office.opens(customer / 100, customer)
    case = office.opens(31, customer=99, urgency=Urgency.CRITICAL)
    killed_at(office, told, after=False, minute=31)
    assert office.got() == RINGS
    assert office.escalation(case).due_at == at(36)


def test_a_crowd_is_told_by_number_and_each_alert_once() -> None:
    """Each run has time for two of sixty cases; all are breached before the first of them are worked on."""
    office = Office(MemoryDesk(), batch=2)
    for customer in range(60):
        office.opens(customer / 100, customer)
    notify, sent = office.notifier(), list[datetime]()
    for minute in range(30, 200):
        seconds = iter([50, 50, 20])
        before = _messages(office)
        notify(at(minute), lambda seconds=seconds: timedelta(seconds=next(seconds)))  # type: ignore[misc]
        sent += [at(minute)] * (_messages(office) - before)
    records = [record for case in _cases(office) for record in office.desk.ledger(case.case_id)]
    assert {one.outcome for one in records} == {Outcome.SENT, Outcome.MERGED}
    told = [one for one in records if one.alert.staff_id == "ana" and one.outcome is Outcome.SENT]
    assert {one.alert.subject_id for one in told} == {case.case_id for case in _cases(office)}
    assert any("counted" in one.detail for one in told)
    assert all(sum(at <= other < at + timedelta(hours=1) for other in sent) <= 3 * 8 for at in sent)
    assert all(office.escalation(case).due_at is None for case in _cases(office))


# --- what has happened since ------------------------------------------------------------------------------


@pytest.mark.parametrize("minute", [10, 29.9, 40, 59, 75])
def test_nothing_after_the_answer(office: Office, minute: float) -> None:
    case = office.opens()
    before = office.over(minute)
    office.answers(case, minute)
    assert office.over(200, start=minute) == {}
    assert before == {at: sent for at, sent in STAGES.items() if at <= minute}


@pytest.mark.parametrize("command", [Resolve("spoke by phone"), Dismiss("spoke by phone"), MarkAnswered()])
def test_nothing_after_it_was_closed(office: Office, command: CaseCommand) -> None:
    case = office.opens()
    office.acts(case, command, "ana", 20)
    assert office.over(200) == {}


def test_answered_while_the_notifier_looked(office: Office) -> None:
    """The index may be a little stale; the lease looks at the case itself."""
    case = office.opens()
    office.answers(case, 20)
    assert office.notifier(alerts=Stale(office.desk.alerts, case.case_id))(at(31), _time_left).subjects == 0
    assert office.got() == []


def _time_left() -> timedelta:
    return timedelta(seconds=50)


class Stale:
    """Alerts whose index still holds a case."""

    def __init__(self, alerts: object, case: CaseId) -> None:
        self._alerts = alerts
        self._case = case

    def due(self, now: datetime, limit: int) -> list[DueItem]:
        del now, limit
        return [DueItem(self._case)]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._alerts, name)


def test_who_has_claimed_a_case_is_not_told_what_they_know(office: Office) -> None:
    office.staff = [ANA, {**ANA, "id": "ben", "email": "ben@example.com", "phone": "+447700900004"}, LEA, MAX]
    NAMES.update({"ben@example.com": "ben", "+447700900004": "ben"})
    case = office.opens()
    office.acts(case, Claim(), "ben", 31)
    # No run at half time: the claimer knows by now, and it does not concern the others any more.
    assert office.over(44, start=31) == {}
    assert office.over(60, start=45) == {45: [("ben", "text")], 60: [("ben", "text"), *STAGES[60][1:]]}


def test_the_next_wait_has_its_own_alerts(office: Office) -> None:
    case = office.opens()
    office.over(45)
    office.answers(case, 50)
    post = a_post("Still broken", created_at=at(100), conversation_id=case.conversation_id, author_id=case.customer_id)
    office._hears(post)
    assert office.over(200, start=100) == {minute + 100: sent for minute, sent in STAGES.items()}
    assert len(office.ledger(case)) == 2 + sum(map(len, STAGES.values()))


# --- many at once -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "digest"), [(1, False), (2, True), (6, True)])
def test_cases_of_one_moment_are_one_message(office: Office, count: int, digest: bool) -> None:
    cases = [office.opens(n / 100, customer=n) for n in range(count)]
    assert office.run(31).sent == count
    assert office.got() == [("ana", "email")]
    records = [record for case in cases for record in office.desk.ledger(case.case_id)]
    assert {record.digest for record in records} == {digest}
    assert len({record.message_id for record in records}) == 1


def test_a_digest_names_every_case(office: Office) -> None:
    cases = [office.opens(n / 100, customer=n) for n in range(7)]
    office.run(31)
    ((_, email),) = office.mail.taken
    assert "7 customers are waiting" in email.subject
    assert all(str(case.post_id) in email.text and str(case.post_id) in email.html for case in cases)


def test_a_text_beyond_the_limit_is_a_mail(office: Office) -> None:
    cases = [office.opens(n / 100, customer=n) for n in range(9)]
    office.run(44)
    office.got()
    while office.desk.alerts.take_text_slot(StaffId("ana"), at(46), office.settings.alerts.text_limits):
        pass
    notified = office.run(52)
    assert office.got() == [("ana", "email")]
    assert (notified.sent, notified.fell_back, notified.failed) == (9, 0, 0)
    by_mail = [
        record
        for case in cases
        for record in office.desk.ledger(case.case_id)
        if record.alert.channel is TEXT and record.via is EMAIL
    ]
    assert len(by_mail) == 9
    assert {(record.detail, record.digest) for record in by_mail} == {("text limit reached", True)}


def test_a_digest_is_one_text(office: Office) -> None:
    """The text is one segment and counts once against the person's limit."""
    for n in range(8):
        office.opens(n / 100, customer=n)
    office.run(40)
    office.got()
    office.run(46)
    assert [len(text) <= 160 and "8 customers are waiting" in text for _, text in office.texts.taken] == [True]
    left = [
        office.desk.alerts.take_text_slot(StaffId("ana"), at(46), office.settings.alerts.text_limits) for _ in range(5)
    ]
    assert left == [True] * 4 + [False]


# --- what does not get through ----------------------------------------------------------------------------


def test_a_mail_that_is_refused_goes_as_a_text(office: Office) -> None:
    case = office.opens()
    office.mail.down = True
    notified = office.run(30)
    assert office.got() == [("ana", "text")]
    (record,) = office.desk.ledger(case.case_id)
    assert (record.outcome, record.alert.channel, record.via) == (Outcome.SENT, EMAIL, TEXT)
    assert record.detail == "email to ana: MessageRejected"
    assert (notified.sent, notified.fell_back) == (1, 1)
    assert office.run(31).subjects == 0


def test_a_text_that_is_refused_goes_as_a_mail(office: Office) -> None:
    office.opens()
    office.run(30)
    office.got()
    office.texts.down = True
    office.run(45)
    assert office.got() == [("ana", "email")]


def test_whom_nothing_reaches_the_lead_answers_for(office: Office) -> None:
    case = office.opens()
    office.mail.refused, office.texts.refused = {"ana@example.com"}, {"+447700900001"}
    office.run(30)
    assert office.got() == [("lea", "email")]
    (record,) = office.desk.ledger(case.case_id)
    assert record.detail == "email to ana: MessageRejected; text to ana: MessageRejected"
    assert office.over(44, start=31) == {}


def test_one_bad_address_never_stops_the_rest(office: Office) -> None:
    others = [{**ANA, "id": f"s{n}", "email": f"s{n}@example.com", "phone": f"+44770090010{n}"} for n in range(5)]
    NAMES.update({str(one[way]): str(one["id"]) for one in others for way in ("email", "phone")})
    office.staff = [*others, LEA]
    office.opens()
    office.mail.refused, office.texts.refused = {"s1@example.com", "s3@example.com"}, {"+447700900103"}
    notified = office.run(30)
    assert office.got() == [
        ("lea", "email"),
        ("s0", "email"),
        ("s1", "text"),
        ("s2", "email"),
        ("s4", "email"),
    ]
    assert (notified.sent, notified.fell_back, notified.failed) == (5, 2, 0)


def test_a_text_in_place_of_a_mail_counts_as_a_text(office: Office) -> None:
    office.mail.refused = {"ana@example.com"}
    office.opens()
    office.run(31)
    assert office.got() == [("ana", "text")]
    limits = office.settings.alerts.text_limits
    left = [office.desk.alerts.take_text_slot(StaffId("ana"), at(31), limits) for _ in range(5)]
    assert left == [True] * 4 + [False]


def test_a_digest_over_the_limit_that_cannot_be_mailed_is_not_texted(office: Office) -> None:
    case = office.opens()
    office.over(44)
    while office.desk.alerts.take_text_slot(StaffId("ana"), at(44), office.settings.alerts.text_limits):
        pass
    office.got()
    office.mail.refused = {"ana@example.com"}
    office.run(45)
    assert office.got() == [("lea", "email")]
    record = next(r for r in office.desk.ledger(case.case_id) if r.alert.stage == "three_quarters")
    assert record.detail == ("text limit reached; email to ana: MessageRejected; text to ana: text limit reached")


def test_who_has_only_a_phone_has_no_limit_of_texts(office: Office) -> None:
    office.staff = [{**ANA, "email": None}, LEA]
    office.alerts = {"text_limits": [{"most": 1, "within": "3h"}]}
    for n in range(3):
        office.opens(10 * n, customer=n)
    assert office.over(59) == {minute: [("ana", "text")] for minute in (30, 40, 50)}


def test_when_all_fails_it_is_tried_again_later_and_later(office: Office) -> None:
    """Five runs, and then it is given up and on record; the next stage is due as ever."""
    case = office.opens()
    office.mail.down = office.texts.down = True
    tried = [minute for minute in range(25, 45) if office.run(minute).failed]
    assert tried == [30, 31, 33, 36, 40]
    (record,) = office.desk.ledger(case.case_id)
    assert (record.outcome, record.message_id, record.at) == (Outcome.FAILED, "", at(40))
    assert [record.detail.count(name) for name in ("to ana: ", "to lea: ")] == [2, 2]
    office.mail.down = office.texts.down = False
    assert office.over(60, start=41) == {45: STAGES[45], 60: STAGES[60]}


def test_what_failed_once_goes_out_with_the_next_run(office: Office) -> None:
    case = office.opens()
    office.mail.down = office.texts.down = True
    office.run(30)
    office.mail.down = office.texts.down = False
    assert office.over(50, start=31) == {31: STAGES[30], 45: STAGES[45]}
    assert {outcome for *_, outcome in office.ledger(case)} == {Outcome.SENT}


def test_a_retry_tells_only_those_who_were_not_told(office: Office) -> None:
    office.staff = [ANA, {**LEA, "phone": None}]
    office.opens()
    office.over(59)
    # The lead cannot be reached at all, so there is nobody to fall back to.
    office.mail.refused = {"lea@example.com"}
    office.run(60)
    assert office.got() == [("ana", "text")]
    office.mail.refused = set()
    assert office.over(70, start=61) == {61: [("lea", "email")]}


# --- crashes and other notifiers --------------------------------------------------------------------------


class Killed(Exception):
    pass


@dataclass
class Killer:
    """Ends the run at one call to the stores or the providers: before it, or after it was done."""

    call: int
    after: bool
    names: list[str] = field(default_factory=list)

    def watching(self, watched: object) -> Any:
        return _Watched(watched, self)

    def call_of(self, name: str, method: Callable[..., object], *arguments: object) -> object:
        mine = len(self.names) == self.call
        self.names.append(name)
        if mine and not self.after:
            raise Killed
        found = method(*arguments)
        if mine:
            raise Killed
        return found


class _Watched:
    def __init__(self, watched: object, by: "Killer | Turn") -> None:
        self._watched = watched
        self._by = by

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._watched, name)
        return lambda *arguments: self._by.call_of(name, method, *arguments)


def killed_at(office: Office, call: int, after: bool, minute: float = 60) -> list[str]:
    """A run that ends so; returns the names of the calls it made."""
    killer = Killer(call, after)
    found = office.settings
    alerts, mail, texts = map(killer.watching, (office.desk.alerts, office.mail, office.texts))
    with suppress(Killed):
        senders = {EMAIL: mail, TEXT: texts}
        NotifyStaff(alerts, office.desk.incidents, senders, StaffMessages(), lambda: found)(at(minute), _time_left)
    return killer.names


def test_killed_at_any_call_no_alert_is_lost(desk: Desk) -> None:
    """At the breach three messages are due; one more goes out only when the crash comes between send and record."""
    first = Office(desk)
    first.opens()
    first.over(59)
    calls = killed_at(first, 1000, after=False)
    sends = ["send", "record", "interrupted"]
    messages = ["count_due", *sends, "count_due", "take_text_slot", *sends]
    assert calls == ["critical_due", "due", "lease", *["interruptions"] * 2, "due", "due", *messages, "done"]
    for call in range(len(calls)) if isinstance(desk, MemoryDesk) else range(1, len(calls), 2):
        for after in (False, True):
            office = Office(first.desk.emptied())
            case = office.opens()
            office.over(59)
            office.got()
            killed_at(office, call, after)
            sent = office.got() + [one for minute in office.over(75, start=61).values() for one in minute]
            twice = (calls[call], after) in {("send", True), ("record", False)}
            assert set(sent) >= set(STAGES[60]), (call, after)
            assert len(sent) == len(STAGES[60]) + twice, (call, after)
            assert {outcome for *_, outcome in office.ledger(case)} == {Outcome.SENT}
            assert office.escalation(case).due_at == at(90)


# The customers who ask in these minutes keep their people busy: messages gather, and bring warnings forward.
_BUSY = (0, 3, 8, 15, 22, 24, 29)


def a_busy_hour(killed_in: int | None = None, call: int = 0, after: bool = False) -> tuple[list[str], Office, set[Any]]:
    """The calls of a run in the midst of it that dies so, the office, and everything that was told."""
    office, names = Office(MemoryDesk()), list[str]()
    for customer, minute in enumerate(_BUSY, start=1):
        office.opens(minute, customer)
    notify = office.notifier()
    for minute in range(30, 150):
        if minute == killed_in:
            names = killed_at(office, call, after, minute)
        else:
            notify(at(minute), _time_left)
    sent = [record for case in _cases(office) for record in office.desk.ledger(case.case_id)]
    return names, office, {(one.alert.subject_id, one.alert.stage, one.alert.staff_id) for one in sent}


def _cases(office: Office) -> list[Case]:
    return office.desk.memory.facts(keys.CASE, Case)  # type: ignore[attr-defined, no-any-return]


def _messages(office: Office) -> int:
    return len(office.mail.taken) + len(office.texts.taken)


def test_killed_at_any_call_of_a_gathering_nothing_is_lost() -> None:
    """A message more goes out only where the crash comes between sending a message and counting it.

    In minute 53 a message brings three warnings forward.
    """
    calls, whole, told = a_busy_hour(53, call=1000)
    in_doubt = {("send", True), ("record", False), ("record", True), ("interrupted", False)}
    assert {"lease", "hold", "count_due", "send", "record", "done"} <= set(calls)
    for call in range(len(calls)):
        for after in (False, True):
            _, office, found = a_busy_hour(53, call, after)
            assert found == told, (calls[call], call, after)
            twice = (calls[call], after) in in_doubt
            assert _messages(office) <= _messages(whole) + twice, (calls[call], call, after)


def test_after_a_crash_the_case_is_due_when_its_lease_ends(office: Office) -> None:
    office.opens()
    names = killed_at(office, 7, after=False, minute=30)
    assert names[2:] == ["lease", "interruptions", "due", "due", "count_due", "send"]
    assert office.over(40, start=30.5) == {32.5: STAGES[30]}


@pytest.mark.parametrize("call", range(12))
def test_two_notifiers_at_once_tell_everybody_once(office: Office, call: int) -> None:
    """The second runs from start to end while the first is at its n-th call."""
    office.opens()
    office.over(59)
    office.got()
    turn = Turn(call, lambda: office.run(60))
    alerts, mail, texts = map(turn.watching, (office.desk.alerts, office.mail, office.texts))
    found = office.settings
    senders = {EMAIL: mail, TEXT: texts}
    NotifyStaff(alerts, office.desk.incidents, senders, StaffMessages(), lambda: found)(at(60), _time_left)
    assert turn.calls > call
    assert office.got() == sorted(STAGES[60])
    assert office.over(80, start=61) == {}


@dataclass
class Turn:
    """Lets somebody else act before one call to the stores or the providers."""

    call: int
    other: Callable[[], object]
    calls: int = 0

    def watching(self, watched: object) -> Any:
        return _Watched(watched, self)

    def call_of(self, name: str, method: Callable[..., object], *arguments: object) -> object:
        del name
        self.calls += 1
        if self.calls == self.call + 1:
            self.other()
        return method(*arguments)


# --- quiet hours ------------------------------------------------------------------------------------------

QUIET = {**ANA, "quiet": {"week": {"daily": ["12:00-13:30"]}}}


def test_texts_wait_for_the_end_of_quiet_hours(office: Office) -> None:
    office.staff = [QUIET, LEA, MAX]
    case = office.opens()
    sent = office.over(120)
    assert sent == {30: [("ana", "email")], 60: STAGES[60][1:], 90: sorted([("ana", "text"), *STAGES[90]])}
    outcomes = {
        stage: outcome for stage, who, channel, outcome in office.ledger(case) if (who, channel) == ("ana", "text")
    }
    assert outcomes == {"three_quarters": Outcome.MERGED, "breach": Outcome.SENT}


def test_a_text_that_was_held_is_not_sent_after_the_answer(office: Office) -> None:
    office.staff = [QUIET, LEA, MAX]
    case = office.opens()
    assert office.over(50) == {30: [("ana", "email")]}
    (held,) = [record for record in office.desk.ledger(case.case_id) if record.outcome is Outcome.HELD]
    assert (held.until, held.alert.stage) == (at(90), "three_quarters")
    office.answers(case, 55)
    assert office.over(120, start=55) == {}


def test_an_urgent_text_does_not_wait(office: Office) -> None:
    office.staff = [QUIET, LEA, MAX]
    office.opens(urgency=Urgency.HIGH)
    assert office.over(23, start=15) == {15: [("ana", "email")], 23: [("ana", "text")]}


def test_a_held_text_that_fails_is_tried_again(office: Office) -> None:
    office.staff = [{**QUIET, "email": None}, {**LEA, "phone": None}]
    office.alerts = {"stages": [{"name": "half_time", "at": "50%", "send": [{"to": "duty", "by": "text"}]}]}
    case = office.opens()
    assert office.over(89) == {}
    office.mail.down = office.texts.down = True
    assert [office.run(minute).failed for minute in (90, 91)] == [1, 1]
    office.mail.down = office.texts.down = False
    assert office.over(100, start=92) == {93: [("ana", "text")]}
    assert office.ledger(case) == [("half_time", "ana", "text", Outcome.SENT)]


def test_a_held_text_that_fails_for_good_is_given_up(office: Office) -> None:
    office.staff = [{**QUIET, "email": None}, {**LEA, "phone": None}]
    office.alerts = {"stages": [{"name": "half_time", "at": "50%", "send": [{"to": "duty", "by": "text"}]}]}
    case = office.opens()
    office.over(89)
    office.mail.down = office.texts.down = True
    tried = [minute for minute in range(90, 130) if office.run(minute).failed]
    assert tried == [90, 91, 93, 96, 100]
    assert office.ledger(case) == [("half_time", "ana", "text", Outcome.FAILED)]
    assert office.escalation(case).due_at is None


# --- released and snoozed cases ---------------------------------------------------------------------------

BEN = {**ANA, "id": "ben", "email": "ben@example.com", "phone": "+447700900004"}
NAMES.update({"ben@example.com": "ben", "+447700900004": "ben"})


def test_a_released_case_tells_the_others_what_they_missed(office: Office) -> None:
    """Each person gets the latest past stage; the owner has had hers."""
    office.staff = [ANA, BEN, LEA, MAX]
    case = office.opens()
    office.acts(case, Claim(), "ana", 5)
    assert office.over(50) == {45: [("ana", "text")]}
    office.acts(case, Release(), "ana", 50.5)
    assert office.over(59, start=51) == {51: [("ben", "text")]}
    assert office.over(60, start=60) == {60: sorted([*STAGES[60], ("ben", "text")])}


def test_a_case_released_after_its_last_stage_tells_the_others_of_all(office: Office) -> None:
    office.staff = [ANA, BEN, LEA, MAX]
    case = office.opens()
    office.acts(case, Claim(), "ana", 5)
    office.over(95)
    assert office.escalation(case).due_at is None
    office.acts(case, Release(), "ana", 95.5)
    assert office.over(200, start=96) == {96: [("ben", "text")]}


def test_a_stage_that_falls_due_with_a_release_is_told_once(office: Office) -> None:
    office.staff = [ANA, BEN, LEA, MAX]
    case = office.opens()
    office.acts(case, Claim(), "ana", 5)
    office.over(59)
    office.acts(case, Release(), "ana", 59.5)
    assert office.over(89, start=60) == {60: sorted([*STAGES[60], ("ben", "text")])}


def test_a_case_released_and_answered_tells_nobody(office: Office) -> None:
    office.staff = [ANA, BEN, LEA, MAX]
    case = office.opens()
    office.acts(case, Claim(), "ana", 5)
    office.over(50)
    office.acts(case, Release(), "ana", 50.2)
    office.answers(case, 50.5)
    assert office.over(200, start=51) == {}
    assert office.run(200).subjects == 0, "nothing is due any more"


def test_what_a_release_could_not_send_is_tried_again(office: Office) -> None:
    office.staff = [ANA, BEN, LEA, MAX]
    case = office.opens()
    office.acts(case, Claim(), "ana", 5)
    office.over(35)
    office.acts(case, Release(), "ana", 35.5)
    office.mail.down = office.texts.down = True
    assert [office.run(minute).failed for minute in (36, 37)] == [1, 1]
    office.mail.down = office.texts.down = False
    assert office.over(44, start=38) == {39: [("ben", "email")]}


def test_a_text_that_a_release_brings_waits_for_the_end_of_quiet_hours(office: Office) -> None:
    office.staff = [ANA, {**BEN, "quiet": {"week": {"daily": ["12:00-13:30"]}}}, LEA, MAX]
    case = office.opens()
    office.acts(case, Claim(), "ana", 5)
    office.over(46)
    office.acts(case, Release(), "ana", 46.5)
    assert office.over(59, start=47) == {47: [("ben", "email")]}
    assert ("ben", "text") in office.over(90, start=60)[90]


def test_a_snoozed_case_is_silent_until_then(office: Office) -> None:
    case = office.opens()
    office.over(31)
    office.acts(case, Snooze(SnoozeFor.HALF_HOUR), "ana", 35)
    # Not past the next alert that goes to the lead.
    assert office.over(61, start=35) == {60: STAGES[60]}


def test_a_release_ends_a_snooze(office: Office) -> None:
    office.staff = [ANA, BEN, LEA, MAX]
    case = office.opens()
    office.acts(case, Claim(), "ana", 5)
    office.over(31)
    office.acts(case, Snooze(SnoozeFor.UNTIL_LEAD), "ana", 35)
    office.acts(case, Release(), "ana", 40)
    assert office.over(59, start=40) == {40: [("ben", "email")], 45: [("ana", "text"), ("ben", "text")]}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(7))
def test_a_run_after_a_release_may_die_anywhere(office: Office, call: int, after: bool) -> None:
    """A mail goes out twice only when the crash comes between sending and recording."""
    office.staff = [ANA, BEN, LEA, MAX]
    case = office.opens()
    office.acts(case, Claim(), "ana", 5)
    office.over(31)
    office.acts(case, Release(), "ana", 31.5)
    calls = killed_at(office, call, after, minute=32)
    sent = office.got() + [one for minute in office.over(44, start=33).values() for one in minute]
    twice = call < len(calls) and (calls[call], after) in {("send", True), ("record", False)}
    assert sent == [("ben", "email")] * (1 + twice)


# --- incidents --------------------------------------------------------------------------------------------


def _noticed(office: Office, minute: float = 0) -> Incident:
    """A candidate that the desk has noticed so many minutes after noon."""
    sample = Sample(PostId("1"), UserId("1"), at(minute), "It is down")
    incident = Incident(IncidentId("i1"), Status.CANDIDATE, "Down", at(minute), at(minute), people=9, samples=(sample,))
    incident = incident.timed(Clock.CONFIRM, minutes(15), at(minute))
    assert office.desk.incidents.add(incident_change(None, incident))
    return incident


def test_a_candidate_is_told_at_once_and_once(office: Office) -> None:
    _noticed(office)
    assert office.over(14) == {0: [("ana", "text"), ("lea", "email")]}


def test_a_candidate_that_grows_to_critical_impact_rings(office: Office) -> None:
    incident = _noticed(office)
    office.over(4)
    stored = office.desk.incidents.get(incident.incident_id)
    assert stored is not None
    grown = replace(stored, impact=Impact.CRITICAL, people=90, latest_at=at(4.8))
    office.desk.incidents.save(incident_change(stored, grown))
    both = [("ana", "email"), ("ana", "text"), ("lea", "email"), ("lea", "text")]
    assert office.over(14, start=5) == {5: both}
    assert office.over(15, start=15) == {15: both}, "nobody has confirmed it"


def test_a_candidate_that_was_dismissed_meanwhile_is_not_told(office: Office) -> None:
    _noticed(office)
    incident = office.desk.incidents.get(IncidentId("i1"))
    assert incident is not None
    office.desk.incidents.save(incident_change(incident, incident.dismissed("a drill", at(0.5))))
    assert office.run(1).subjects == 0
    assert office.over(60) == {}


def test_a_candidate_that_reaches_nobody_is_tried_again_and_given_up(office: Office) -> None:
    _noticed(office)
    office.mail.down = office.texts.down = True
    assert [minute for minute in range(15) if office.run(minute).failed] == [0, 1, 3, 6, 10]
    office.mail.down = office.texts.down = False
    assert list(office.over(29, start=15)) == [15], "the next stage is due as ever"


def test_only_those_a_candidate_did_not_reach_are_told_again(office: Office) -> None:
    _noticed(office)
    office.staff = [{**ANA, "phone": None}, {**LEA, "phone": None}, MAX]
    office.mail.refused = {"ana@example.com", "lea@example.com"}
    assert office.run(0).failed == 2
    office.mail.refused = {"lea@example.com"}
    office.run(1)
    assert office.got() == [("ana", "email")]
    office.mail.refused = set()
    assert office.over(14, start=2) == {3: [("lea", "email")]}


def test_the_list_of_customers_goes_out_when_an_incident_is_over(office: Office) -> None:
    incident = _noticed(office)
    office.over(10)
    stored = office.desk.incidents.get(incident.incident_id)
    assert stored is not None
    over = replace(stored, status=Status.RESOLVED, ended_at=at(20), timer=None)
    saved = office.desk.incidents.save(incident_change(stored, over))
    office.desk.incidents.save(incident_change(saved, saved.timed(Clock.GO_BACK, minutes(240), at(21))))
    assert office.over(60, start=11) == {21: [("ana", "text"), ("lea", "email")]}
    assert "9 people to get back to" in office.mail.latest.text


# --- people come and go -----------------------------------------------------------------------------------


def test_with_nobody_on_duty_the_lead_hears(office: Office) -> None:
    office.staff = [{**ANA, "duty": {"week": {"daily": ["00:00-06:00"]}}}, LEA, MAX]
    office.opens()
    assert office.over(45) == {30: [("lea", "email")], 45: [("lea", "text")]}


def test_somebody_who_left_with_a_held_text(office: Office) -> None:
    office.staff = [QUIET, LEA, MAX]
    case = office.opens()
    office.over(50)
    office.staff = [LEA, MAX]
    office.over(95, start=51)
    assert ("three_quarters", "ana", "text", Outcome.HELD) in office.ledger(case)
    assert {who for _, who, _, outcome in office.ledger(case) if outcome is Outcome.SENT} == {"ana", "lea", "max"}


def test_a_stage_that_was_taken_out_of_the_settings(office: Office) -> None:
    office.opens()
    office.alerts = {"stages": [{"name": "breach", "at": "100%", "send": [{"to": "lead", "by": "email"}]}]}
    assert office.over(120) == {60: [("lea", "email")]}


def test_a_storm(desk: Desk) -> None:
    """Many at once: everybody hears, in a handful of messages, and the ledger knows of each."""
    office = Office(desk)
    cases = [office.opens(n / 1000, customer=n) for n in range(150 if isinstance(desk, MemoryDesk) else 12)]
    messages = sum(map(len, office.over(100, start=30.5).values()))
    assert messages == sum(map(len, STAGES.values()))
    records = [record for case in cases for record in desk.ledger(case.case_id)]
    assert len(records) == len(cases) * messages
    assert {(record.outcome, record.digest) for record in records} == {(Outcome.SENT, True)}


def test_a_case_that_cannot_be_put_into_words_stops_nobody_elses(office: Office) -> None:
    office.staff = [ANA, LEA]
    bad, good = office.opens(customer=1), office.opens(0.001, customer=2)

    class RefusesOne(StaffMessages):
        def write(
            self, channel: Channel, staff: Staff, notices: Sequence[Notice], brand: str, now: datetime
        ) -> Email | str:
            if channel is Channel.EMAIL and any(one.alert.subject_id == bad.case_id for one in notices):
                raise ValueError("cannot be written")
            return super().write(channel, staff, notices, brand, now)

    office.writer = RefusesOne()
    notified = office.run(31)
    assert office.ledger(good) == [("half_time", "ana", "email", Outcome.SENT)]
    (record,) = office.desk.ledger(bad.case_id)
    assert (record.outcome, record.via) == (Outcome.SENT, Channel.TEXT)
    assert "not written: ValueError" in record.detail
    assert [(type(error), error.__traceback__ is not None) for error in notified.not_written] == [(ValueError, True)]


def test_alerts_that_go_out_without_links_are_counted(office: Office) -> None:
    office.opens()
    office.opens(0.5, customer=2)
    assert office.notifier(links=a_link)(at(29), _time_left).without_links == 0
    assert office.notifier(links=a_link)(at(30), _time_left).without_links == 0
    assert office.notifier()(at(45), _time_left).without_links == 2


# --- a table of the version before ------------------------------------------------------------------------


@pytest.fixture
def old_office(table_desk: DynamoDesk, db: "DynamoDBClient") -> Office:
    """A table as commit 0f5e723 left it at 12:46: two stages of a complaint of noon are told, and a candidate is not.

    tests/data/alerts_0f5e723.json holds the items as that commit wrote them.
    """
    for item in json.loads(OLD_ITEMS.read_text(encoding="utf-8"), parse_float=Decimal):
        db.put_item(TableName=TABLE, Item=values(item))
    return Office(table_desk)


def test_alerts_of_the_version_before_go_on_where_they_were(old_office: Office) -> None:
    assert old_office.over(120, start=46) == {
        46: [("ana", "text"), ("lea", "email")],
        60: STAGES[60],
        90: STAGES[90],
    }


def test_the_ledger_of_the_version_before_is_heeded(old_office: Office, db: "DynamoDBClient") -> None:
    """The run before died between recording and marking."""
    key = values(keys.case(CaseId(ConversationId("2067215680926646272"), UserId("1"))).attributes)
    marked = {":due": keys.stamp(at(45)), ":until": keys.stamp(at(30))}
    db.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression="SET due_at = :due, alerted_until = :until",
        ExpressionAttributeValues=values(marked),
    )
    assert old_office.over(59, start=46) == {46: [("ana", "text"), ("lea", "email")]}


def test_an_upgrade_that_dies_loses_no_alert(old_office: Office) -> None:
    for call in range(8):
        killed_at(old_office, call, after=False, minute=46)
    sent = old_office.got() + [one for minute in old_office.over(55, start=47).values() for one in minute]
    assert set(sent) == {("ana", "text"), ("lea", "email")}
