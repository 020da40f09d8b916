"""Subscribing is safe from those who would abuse it: budgets, one mailbox, one answer, and SES's passing errors."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.storage.stores.mail_budgets import MailBudgets
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.storage.table import Query, Table
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.status.subscribers import (
    MailRequest,
    NoAddress,
    NotPlain,
    Subscriber,
    address_in,
    mailbox,
    subscriber_id,
    unsalted_id,
)
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.usecases.status.forget_bounced import forget
from mentiondesk.usecases.status.subscribe import LEAVE, Asked, AskToConfirm, Subscribe
from tests.support.builders import NOON, at
from tests.support.telling import API_URL, site_settings

TOKENS = SignedSubscriberTokens(lambda _unknown: ("a key for tests",))
DAY = timedelta(days=1)


@dataclass
class Form:
    """The form and the function behind its queue, over one table; mails are remembered by address."""

    table: Table
    settings: DeskSettings = field(default_factory=site_settings)
    sent: list[tuple[str, Email]] = field(default_factory=list)
    counts: list[tuple[int, int]] = field(default_factory=list)
    requests: list[MailRequest] = field(default_factory=list)
    refuse: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.subscribers = Subscribers(self.table)
        self.pages = Subscribe(self.subscribers, TOKENS, self)
        self.worker = AskToConfirm(
            self.subscribers,
            MailBudgets(self.table),
            TOKENS,
            self,
            CustomerMails(),
            lambda: self.settings,
            API_URL,
            lambda *counted: self.counts.append(counted),
        )

    def limit(self, **mails: int) -> None:
        self.settings = site_settings(mails=mails)

    def add(self, request: MailRequest) -> None:
        self.requests.append(request)

    def send(self, address: str, email: Email) -> str:
        self.refuse()
        self.sent.append((address, email))
        return "m"

    def ask(self, typed: str, now: datetime = NOON, about: tuple[str, ...] = ()) -> Asked:
        self.pages.ask(typed, about)
        return self.worker(self.requests.pop(), now)

    def token(self, place: int = -1) -> str:
        (line,) = [line for line in self.sent[place][1].text.splitlines() if "/subscribers/confirm/" in line]
        return line.rpartition("/")[2]


@pytest.fixture
def form(table: Table) -> Form:
    return Form(table)


# --- A flood ----------------------------------------------------------------------------------------------


def test_a_flood_costs_at_most_the_hour_s_and_the_day_s_mails(form: Form) -> None:
    form.limit(confirmations_an_hour=20, confirmations_a_day=50)
    outcomes = [form.ask(f"a{number}@gmail.com", NOON + timedelta(seconds=number)) for number in range(200)]
    assert (outcomes.count(Asked.SENT), outcomes.count(Asked.HELD)) == (20, 180)
    later = [form.ask(f"b{number}@gmail.com", NOON + timedelta(hours=number // 40 + 1)) for number in range(200)]
    assert later.count(Asked.SENT) == 30
    assert form.ask("c@gmail.com", NOON + DAY) is Asked.SENT


def test_one_mailbox_is_asked_once_a_day_however_it_is_written(form: Form) -> None:
    spellings = ["v.ictim@gmail.com", "victim+1@gmail.com", "VICTIM@gmail.com", "v.i.c.t.i.m+x@googlemail.com"]
    assert [form.ask(one, at(place)) for place, one in enumerate(spellings)] == [Asked.SENT, *[Asked.KNOWN] * 3]
    assert form.ask("vi.ctim@gmail.com", NOON + DAY + timedelta(minutes=1)) is Asked.SENT


def test_one_domain_does_not_use_up_everybody_s_mails(form: Form) -> None:
    outcomes = [form.ask(f"a{number}@catch-all.example") for number in range(15)]
    assert outcomes.count(Asked.SENT) == 10
    assert form.ask("cleo@gmail.com") is Asked.SENT


def test_what_was_held_back_may_be_asked_again(form: Form) -> None:
    form.limit(confirmations_an_hour=1)
    assert [form.ask("ana@gmail.com"), form.ask("ben@gmail.com")] == [Asked.SENT, Asked.HELD]
    assert form.ask("ben@gmail.com", NOON + timedelta(hours=1)) is Asked.SENT


def test_nobody_else_is_asked_when_there_are_as_many_subscribers_as_may_be(form: Form) -> None:
    form.limit(subscribers=2)
    for name in ("ana", "ben"):
        form.ask(f"{name}@example.com")
        assert form.pages.confirm(form.token(), at(1))
    assert form.ask("cleo@example.com") is Asked.FULL
    assert form.counts == [(0, 2), (1, 2), (2, 2)]
    assert len(form.sent) == 2


# --- One answer for all -----------------------------------------------------------------------------------


def test_the_form_reads_and_writes_nothing_about_an_address(form: Form) -> None:
    class Untouched:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"the form must not call {name}")

    requests = Form(form.table)
    Subscribe(Untouched(), Untouched(), requests).ask("ana@example.com")
    assert requests.requests == [MailRequest("ana@example.com")]


def test_ids_cannot_be_computed_from_addresses(form: Form) -> None:
    who = form.subscribers.id_of("ana@example.com")
    assert who not in {unsalted_id("ana@example.com"), subscriber_id("ana@example.com", "")}
    assert Subscribers(form.table).id_of("ANA@example.com") == who


# --- One confirmation, once -------------------------------------------------------------------------------


def test_a_confirmation_is_no_use_after_leaving(form: Form) -> None:
    form.ask("ana@example.com")
    old = form.token()
    assert form.pages.confirm(old, at(1))
    form.pages.leave(TOKENS.make(form.subscribers.id_of("ana@example.com"), LEAVE))
    assert form.ask("ana@example.com", at(5)) is Asked.SENT
    assert not form.pages.confirm(old, at(6))
    assert form.subscribers.page(None, 10) == []
    assert form.pages.confirm(form.token(), at(7))


def test_a_wider_subscription_is_confirmed_as_well(form: Form) -> None:
    form.ask("ana@example.com", about=("component:shop",))
    assert form.pages.confirm(form.token(), at(1))
    assert form.ask("ana@example.com", at(2), about=("component:shop",)) is Asked.KNOWN
    assert form.ask("ana@example.com", at(3), about=("component:app",)) is Asked.SENT
    (before,) = form.subscribers.page(None, 10)
    assert before.about == ("component:shop",)
    assert form.pages.confirm(form.token(), at(4))
    assert form.subscribers.page(None, 10)[0].about == ("component:shop", "component:app")
    assert form.ask("ana@example.com", at(5)) is Asked.SENT
    assert form.pages.confirm(form.token(), at(6))
    (after,) = form.subscribers.page(None, 10)
    assert (after.about, after.confirmed_at) == ((), at(1))
    assert form.ask("ana@example.com", at(7), about=("component:app",)) is Asked.KNOWN


def test_who_subscribed_before_ids_were_salted_is_found_and_forgotten(form: Form) -> None:
    address = "Ana@example.com"
    form.subscribers.confirm(Subscriber(unsalted_id(address), address, NOON, NOON))
    assert form.ask("ana@example.com") is Asked.KNOWN
    forget(form.subscribers, address)
    assert form.subscribers.page(None, 10) == []


def test_a_subscription_to_one_incident_is_forgotten_in_time(form: Form) -> None:
    form.ask("ana@example.com", about=("incident:20260617-app",))
    form.pages.confirm(form.token(), at(1))
    form.ask("ben@example.com", about=("incident:20260617-app", "component:shop"))
    form.pages.confirm(form.token(), at(1))
    found = {item.value("address", str): item for item in form.table.query(Query("SUBSCRIBERS"))}
    assert found["ana@example.com"].get("expires_at") is not None
    assert found["ben@example.com"].get("expires_at") is None


# --- Addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("jörg@example.com", NotPlain),
        ("anna@straße.example", NotPlain),
        ("\u212aim@example.com", NotPlain),
        ("a=?utf-8?q?b?=@example.com", NoAddress),
        (".ana@example.com", NoAddress),
        ("ana.@example.com", NoAddress),
        ("a..na@example.com", NoAddress),
        ("ana@example..com", NoAddress),
        ('"ana"@example.com', NoAddress),
    ],
)
def test_odd_addresses_are_refused(typed: str, refusal: type[NoAddress]) -> None:
    with pytest.raises(NoAddress) as raised:
        address_in(typed)
    assert type(raised.value) is refusal


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Ana.Reyes+shop@Gmail.com", "anareyes@gmail.com"),
        ("ana.reyes@googlemail.com", "anareyes@gmail.com"),
        ("Ana.Reyes+shop@example.com", "ana.reyes@example.com"),
        ("+ana@example.com", "+ana@example.com"),
    ],
)
def test_one_mailbox_behind_many_spellings(address: str, expected: str) -> None:
    assert mailbox(address) == expected


# --- SES --------------------------------------------------------------------------------------------------


class Ses:
    def __init__(self, code: str) -> None:
        self._code = code

    def send_email(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": self._code, "Message": ""}}, "SendEmail")


@pytest.mark.parametrize(
    ("code", "passing"),
    [
        *((code, True) for code in ("Throttling", "ThrottlingException", "TooManyRequestsException")),
        *((code, True) for code in ("ServiceUnavailable", "InternalFailure", "InternalServiceErrorException")),
        *((code, True) for code in ("AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException")),
        *((code, True) for code in ("SendingPausedException", "AccountSuspendedException", "AnErrorOfTomorrow")),
        *((code, False) for code in ("MessageRejected", "BadRequestException")),
    ],
)
def test_only_a_refusal_of_this_mail_is_final(code: str, passing: bool) -> None:
    with pytest.raises(Undeliverable) as raised:
        SesMailer(lambda: Ses(code), "status@example.com").send("ana@example.com", Email("s", "t", "h"))  # type: ignore[arg-type, return-value]
    assert raised.value.passing is passing


def test_a_question_that_ses_refuses_for_now_is_asked_again(form: Form) -> None:
    def fail() -> None:
        raise Undeliverable("ThrottlingException", passing=True)

    form.refuse = fail
    with pytest.raises(Undeliverable):
        form.ask("ana@example.com")
    form.refuse = lambda: None
    assert form.ask("ana@example.com", at(1)) is Asked.SENT


def test_a_question_that_ses_refuses_for_good_is_dropped(form: Form) -> None:
    def fail() -> None:
        raise Undeliverable("MessageRejected")

    form.refuse = fail
    assert form.ask("ana@example.com") is Asked.REFUSED
