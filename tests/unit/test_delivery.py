"""Delivery: one batch to one person, on the first way that works, with its line in the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

import pytest

from mentiondesk.domain.alerts.budget import Interruption, Interruptions
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.limits import TextLimit
from mentiondesk.domain.alerts.notices import CaseNotice, Notice, by_customer
from mentiondesk.domain.alerts.roster import Channel, Staff
from mentiondesk.domain.ids import CaseId, ConversationId, StaffId, UserId
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.usecases.alerts.delivery import Deliverer, Delivery
from mentiondesk.usecases.alerts.notified import Notified
from mentiondesk.values import replace
from tests.support.builders import NOON, a_case, an_alert, at, settings

EMAIL, TEXT = Channel.EMAIL, Channel.TEXT
TEAM: list[dict[str, Any]] = [
    {"id": "ana", "name": "Ana", "email": "ana@example.com", "phone": "+447700900001", "duty": "always"},
    {"id": "lea", "name": "Lea", "email": "lea@example.com", "roles": ["lead"]},
]
SETTINGS = settings(staff=TEAM)


def a_notice(stage: str = "breach", act: str | None = "https://desk.example/act/1") -> CaseNotice:
    """A notice about a case of a customer of its own."""
    case_id = CaseId(a_case().conversation_id, UserId(str(crc32(stage.encode()))))
    return CaseNotice(a_case(case_id=case_id), an_alert(stage), act=act)


@dataclass
class Ledger:
    """The part of the alert store that delivery uses, with room for so many texts."""

    room: int = 100
    records: list[Record] = field(default_factory=list)
    interrupts: dict[StaffId, Interruptions] = field(default_factory=dict)

    def record(self, records: Iterable[Record]) -> None:
        self.records += records

    def take_text_slot(self, staff_id: StaffId, now: datetime, limits: Sequence[TextLimit]) -> bool:
        del staff_id, now, limits
        self.room -= 1
        return self.room >= 0

    def interruptions(self, staff_id: StaffId) -> Interruptions:
        return self.interrupts.get(staff_id, Interruptions())

    def interrupted(self, staff_id: StaffId, latest: Interruptions, now: datetime) -> None:
        del now
        self.interrupts[staff_id] = latest


@dataclass
class Provider:
    """A sender that remembers what it took."""

    name: str
    refuses: set[str] = field(default_factory=set)
    taken: list[tuple[str, str]] = field(default_factory=list)
    passing: bool = False

    def send(self, address: str, message: Any) -> str:
        if address in self.refuses:
            raise Undeliverable("Rejected", passing=self.passing)
        self.taken.append((address, str(message)))
        return f"{self.name}-{len(self.taken)}"


class Writer:
    """Writes the stages of the notices; cannot write those of some stages."""

    def __init__(self, *unwritable: str) -> None:
        self._unwritable = unwritable

    def write(self, channel: Channel, staff: Staff, notices: Sequence[Notice], brand: str, now: datetime) -> str:
        del staff, brand, now
        stages = [notice.alert.stage for notice in notices]
        if any(f"{channel} {stage}" in self._unwritable for stage in stages):
            raise ZeroDivisionError
        return f"{channel}: {', '.join(stages)}"


class Office:
    """A deliverer with what it sent and recorded."""

    def __init__(self, writer: Writer | None = None, room: int = 100) -> None:
        self.ledger, self.notified = Ledger(room), Notified()
        self.mail, self.text = Provider("mail"), Provider("text")
        senders = {EMAIL: self.mail, TEXT: self.text}
        alerts: Any = self.ledger
        self.deliverer = Deliverer(alerts, senders, writer or Writer(), SETTINGS, NOON, self.notified)

    def deliver(self, channel: Channel, *notices: Notice, staff: str = "ana", critical: bool = False) -> None:
        person = SETTINGS.roster.find(StaffId(staff))
        assert person is not None
        self.deliverer.deliver(Delivery(person, channel, notices, critical))

    def outcomes(self) -> list[tuple[Outcome, Channel, str, bool]]:
        return [(one.outcome, one.via, one.message_id, one.digest) for one in self.ledger.records]


def test_a_message_is_recorded_with_its_id() -> None:
    office = Office()
    office.deliver(EMAIL, a_notice("half_time"))
    assert office.mail.taken == [("ana@example.com", "email: half_time")]
    assert office.outcomes() == [(Outcome.SENT, EMAIL, "mail-1", False)]
    assert (office.notified.sent, office.notified.messages, office.notified.fell_back) == (1, 1, 0)


def test_a_digest_is_one_message_and_a_line_for_each_alert() -> None:
    office = Office()
    office.deliver(EMAIL, a_notice("half_time"), a_notice("breach"))
    assert office.mail.taken == [("ana@example.com", "email: half_time, breach")]
    assert office.outcomes() == [(Outcome.SENT, EMAIL, "mail-1", True)] * 2
    assert (office.notified.sent, office.notified.messages) == (2, 1)


def test_a_message_counts_as_an_interruption_of_the_person_it_reached() -> None:
    office = Office()
    office.mail.refuses, office.text.refuses = {"ana@example.com"}, {"+447700900001"}
    office.deliver(EMAIL, a_notice())
    assert office.ledger.interrupts == {"lea": Interruptions((Interruption(NOON, (a_case().case_id,)),))}


def test_a_text_beyond_the_limit_goes_on_the_calm_channel() -> None:
    office = Office(room=0)
    office.deliver(TEXT, a_notice("b"), a_notice("c"))
    assert (office.text.taken, office.mail.taken) == ([], [("ana@example.com", "email: b, c")])
    assert [one.detail for one in office.ledger.records] == ["text limit reached"] * 2
    assert office.notified.fell_back == 0


def test_danger_has_no_limit() -> None:
    office = Office(room=0)
    office.deliver(TEXT, a_notice("critical"), critical=True)
    assert office.text.taken == [("+447700900001", "text: critical")]
    assert office.ledger.interrupts[StaffId("ana")].latest[0].critical


def test_a_lead_who_stands_in_hears_of_a_case_once() -> None:
    office = Office()
    office.deliver(EMAIL, a_notice(), staff="lea")
    office.mail.refuses, office.text.refuses = {"ana@example.com"}, {"+447700900001"}
    office.deliver(EMAIL, a_notice("half_time"))
    assert office.mail.taken == [("lea@example.com", "email: breach")]
    assert office.outcomes()[1] == (Outcome.SENT, EMAIL, "mail-1", True)
    assert office.ledger.records[1].detail.endswith("told lea already")


def test_a_critical_text_that_is_refused_repeats_no_mail() -> None:
    """Mail and text go out in one run; the mail does not stand in for the text as well."""
    office = Office()
    office.text.refuses = {"+447700900001"}
    office.deliver(EMAIL, a_notice("critical"), critical=True)
    office.deliver(TEXT, a_notice("critical"), critical=True)
    assert office.mail.taken == [("ana@example.com", "email: critical")]


def test_a_refusal_for_a_while_is_told_apart() -> None:
    office = Office()
    notice = a_notice()
    office.mail.refuses, office.text.refuses = {"ana@example.com", "lea@example.com"}, {"+447700900001"}
    office.deliver(EMAIL, notice)
    assert office.notified.passing == set()
    office.text.passing = True
    office.deliver(EMAIL, notice)
    assert office.notified.passing == {notice.alert}


def test_a_digest_of_which_one_notice_cannot_be_written_goes_out_without_it() -> None:
    office = Office(Writer("email breach"))
    cases = (CaseId(ConversationId("1"), UserId(str(n))) for n in range(3))
    stages = ("half_time", "breach", "late")
    office.deliver(
        EMAIL,
        *(
            CaseNotice(a_case(case_id=case), an_alert(one, subject_id=case))
            for one, case in zip(stages, cases, strict=True)
        ),
    )
    assert office.mail.taken == [("ana@example.com", "email: half_time, late")]
    assert office.text.taken == [("+447700900001", "text: breach")]
    assert [one.detail for one in office.ledger.records] == ["", "", "email to ana: not written: ZeroDivisionError"]


def test_a_person_without_a_calm_channel_has_no_limit() -> None:
    office = Office(room=0)
    ana = SETTINGS.roster.staff[0]
    only_phone = replace(ana, addresses={TEXT: ana.addresses[TEXT]})
    office.deliverer.deliver(Delivery(only_phone, TEXT, (a_notice("a"), a_notice("b"))))
    assert office.text.taken == [("+447700900001", "text: a, b")]


def test_the_ways_are_the_channel_the_persons_others_and_the_leads() -> None:
    office = Office()
    office.mail.refuses, office.text.refuses = {"ana@example.com"}, {"+447700900001"}
    office.deliver(EMAIL, a_notice())
    assert office.mail.taken == [("lea@example.com", "email: breach")]
    (record,) = office.ledger.records
    assert (record.outcome, record.detail) == (Outcome.SENT, "email to ana: Rejected; text to ana: Rejected")
    assert (office.notified.sent, office.notified.fell_back) == (1, 1)


def test_a_text_in_place_of_a_mail_counts_against_the_limit() -> None:
    office = Office(room=0)
    office.mail.refuses = {"ana@example.com"}
    office.deliver(EMAIL, a_notice())
    assert (office.text.taken, office.mail.taken) == ([], [("lea@example.com", "email: breach")])


def test_an_alert_that_no_way_took_is_recorded_as_failed() -> None:
    office = Office()
    notice = a_notice()
    office.mail.refuses, office.text.refuses = {"ana@example.com", "lea@example.com"}, {"+447700900001"}
    office.deliver(EMAIL, notice)
    assert office.outcomes() == [(Outcome.FAILED, EMAIL, "", False)]
    assert (office.notified.failed, office.notified.undelivered) == (1, {notice.alert})


def test_what_cannot_be_written_goes_another_way_and_is_reported_with_its_traceback() -> None:
    office = Office(Writer("email breach"))
    office.deliver(EMAIL, a_notice("breach"))
    assert office.text.taken == [("+447700900001", "text: breach")]
    assert office.ledger.records[0].detail == "email to ana: not written: ZeroDivisionError"
    (error,) = office.notified.not_written
    assert error.__traceback__ is not None


@pytest.mark.parametrize(("act", "count"), [("https://desk.example/act/1", 0), (None, 2)])
def test_alerts_without_links_are_counted_when_they_go_out(act: str | None, count: int) -> None:
    office = Office()
    office.deliver(EMAIL, a_notice("a", act), a_notice("b", act))
    assert office.notified.without_links == count


def test_alerts_that_did_not_go_out_are_not_counted_as_without_links() -> None:
    office = Office()
    office.mail.refuses, office.text.refuses = {"ana@example.com", "lea@example.com"}, {"+447700900001"}
    office.deliver(EMAIL, a_notice(act=None))
    assert office.notified.without_links == 0


def test_many_cases_of_one_customer_are_one_notice() -> None:
    cases = [CaseId(ConversationId(str(n)), UserId("1")) for n in range(3)]
    notices = [CaseNotice(a_case(case_id=case), an_alert(answer_by=at(70 - n))) for n, case in enumerate(cases)]
    other = CaseNotice(a_case(), an_alert())
    one, two = by_customer([*notices, other])
    assert isinstance(one, CaseNotice) and isinstance(two, CaseNotice)
    assert (one.case.case_id, one.more, two.case, two.more) == (cases[2], 2, a_case(), 0), "the earliest deadline"
