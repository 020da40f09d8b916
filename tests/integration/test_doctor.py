"""Findings about an account and a stack: what is wrong comes with what to do, and a refused question stops no other."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra import doctor
from infra.doctor import Finding, Patient, examine
from infra.event_commands import new_secret
from infra.local.quick_moto import quick_table
from infra.secret_parameters import SecretParameters
from infra.transform import REGION
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.runtime import aws
from tests.support.builders import settings


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws(), quick_table():
        aws.forget_clients()
        yield
    aws.forget_clients()


def found(check: Any, patient: Patient) -> list[tuple[str, bool]]:
    """The findings, and True where something is to be done."""
    return [(one.found, bool(one.do)) for one in check(patient)]


class Texts:
    """End User Messaging as far as the doctor asks it; moto does not know it."""

    def __init__(self, tier: str, limit: str, numbers: int) -> None:
        self.tier, self.limit, self.numbers = tier, limit, numbers

    def describe_account_attributes(self) -> dict[str, Any]:
        return {"AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": self.tier}]}

    def describe_spend_limits(self) -> dict[str, Any]:
        return {"SpendLimits": [{"Name": "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit": self.limit}]}

    def describe_phone_numbers(self) -> dict[str, Any]:
        return {"PhoneNumbers": [{}] * self.numbers}

    def describe_sender_ids(self) -> dict[str, Any]:
        return {"SenderIds": []}


def test_a_stack_that_is_not_there_is_told_of_and_the_account_is_looked_at() -> None:
    patient = Patient.of("none", "desk@example.com")
    assert (patient.outputs, patient.sender) == ({}, "desk@example.com")
    assert [one.do.partition(";")[0] for one in doctor.settings(patient)] == ["make deploy"]


def test_the_sender_is_looked_for_up_to_the_domain_above(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = Patient("desk", "desk@alerts.example.com")
    assert found(doctor.sender, patient) == [("desk@alerts.example.com is not verified in this region", True)]
    # moto verifies nothing.
    verified = {"example.com": {"VerifiedForSendingStatus": True}}
    monkeypatch.setattr(doctor, "_identity", verified.get)
    told = list(doctor.sender(patient))
    assert told[0].found.endswith("verified as example.com")
    assert told[1].do == "deploy with SesIdentity=example.com"
    patient.parameters["SesIdentity"] = "example.com"
    assert [one.do for one in doctor.sender(patient)] == [""]


@pytest.mark.parametrize(
    ("tier", "limit", "numbers", "to_do"),
    [("SANDBOX", "1", 0, [True, True, True]), ("PRODUCTION", "50", 1, [False, False, False])],
)
def test_texts(monkeypatch: pytest.MonkeyPatch, tier: str, limit: str, numbers: int, to_do: list[bool]) -> None:
    monkeypatch.setattr("infra.doctor.aws", SimpleNamespace(sms=lambda: Texts(tier, limit, numbers)))
    assert [do for _, do in found(doctor.text_account, Patient("desk"))] == to_do


def test_keys_that_are_missing_or_short_are_named() -> None:
    stored = SecretParameters("desk")
    list(stored.complete())
    stored.store("links", "winter2026")
    told = {one.found: one.do for one in doctor.secrets(Patient("desk"))}
    assert told["links is there"] == "make keys"
    assert told["subscribers is there"] == ""
    assert told["no credentials are stored"] == "make x-credentials"


def test_endpoints_that_would_get_no_events_are_named() -> None:
    current = settings(events={"endpoints": [{"id": "crm", "url": "https://crm.example/"}]})
    off, on = Patient("desk", settings=current), Patient("desk", settings=current, parameters={"EventsOut": "yes"})
    assert found(doctor.endpoints, Patient("desk", settings=settings())) == []
    assert found(doctor.endpoints, off) == [("1 endpoints get none", True)]
    assert found(doctor.endpoints, on) == [("crm has no secret", True)]
    new_secret(SecretParameters("desk"), "crm")
    assert found(doctor.endpoints, on) == [("crm has a secret", False)]


def test_operators_who_have_not_confirmed_are_counted() -> None:
    topic = boto3.client("sns").create_topic(Name="operators")["TopicArn"]
    patient = Patient("desk", outputs={"OperatorsTopicArn": topic})
    assert found(doctor.operators, patient) == [("alarms reach nobody", True)]


def test_the_addresses_of_staff_are_those_of_the_settings() -> None:
    patient = Patient("desk", settings=settings())
    assert patient.addresses(Channel.EMAIL)
    assert all("@" in address for address in patient.addresses(Channel.EMAIL).values())


def test_a_question_that_aws_refuses_is_a_finding_and_the_others_are_asked() -> None:
    def refused(_: Patient) -> Iterator[Finding]:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetAccount")
        yield  # a generator, as the checks are

    def fine(_: Patient) -> Iterator[Finding]:
        yield Finding("more", "is well")

    told = list(examine(Patient("desk"), (refused, fine)))
    assert [(one.found, bool(one.do)) for one in told] == [("GetAccount: AccessDenied", True), ("is well", False)]
