"""Looks at everything around a stack that can keep alerts from arriving: python -m infra.doctor --stack NAME.

Before a first deploy it looks at the account alone; give the sender with --sender then. It changes nothing.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import requests
from botocore.exceptions import BotoCoreError, ClientError

from infra.event_commands import has_secret
from infra.secret_parameters import KEYS, SecretParameters, X
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.mail_marks import StaffMailMarks
from mentiondesk.adapters.storage.stores.settings import SettingsMissing, SettingsVersions
from mentiondesk.adapters.tokens.links import SHORTEST_KEY
from mentiondesk.adapters.x.connection import x_credentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import StaffId
from mentiondesk.runtime import aws, clock
from mentiondesk.settings.problems import SettingsInvalid

# A new account's; the template's throttling fits it.
_FEW_FUNCTIONS = 10
# Half of what a month of a small desk may need.
_LITTLE_FOR_TEXTS = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `do` is empty where it is well."""

    about: str
    found: str
    do: str = ""

    def __str__(self) -> str:
        return f"{'!!' if self.do else 'ok'}  {self.about}: {self.found}" + (
            f"\n      do: {self.do}" if self.do else ""
        )


@dataclass
class Patient:
    """The stack and its account. `outputs` and `parameters` are empty before the first deploy."""

    stack: str
    sender: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    settings: DeskSettings | None = None

    @classmethod
    def of(cls, stack: str, sender: str) -> "Patient":
        """Reads the stack. Raises ClientError where CloudFormation refuses."""
        try:
            found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as refused:
            # CloudFormation's code where there is no such stack.
            if refused.response["Error"]["Code"] != "ValidationError":
                raise
            return cls(stack, sender)
        outputs = {str(one.get("OutputKey")): str(one.get("OutputValue")) for one in found.get("Outputs", [])}
        given = {str(one.get("ParameterKey")): str(one.get("ParameterValue")) for one in found.get("Parameters", [])}
        return cls(stack, sender or given.get("AlertSender", ""), outputs, given)

    @property
    def table(self) -> DynamoTable:
        return DynamoTable(aws.dynamodb(), self.outputs["TableName"])

    def addresses(self, channel: Channel) -> dict[str, str]:
        """The staff's addresses on a channel, by the person."""
        staff = self.settings.roster.staff if self.settings else ()
        return {one.staff_id: one.addresses[channel] for one in staff if channel in one.addresses}


def settings(patient: Patient) -> Iterator[Finding]:
    if not patient.outputs:
        yield Finding("stack", f"{patient.stack} is not deployed", "make deploy; the rest of this is about the account")
        return
    try:
        patient.settings = SettingsVersions(patient.table).load()
    except (SettingsMissing, SettingsInvalid) as missing:
        yield Finding("settings", str(missing).splitlines()[0], "make settings FILE=your.yaml")
    else:
        yield Finding("settings", f"in force for {patient.settings.brand.name}")


def mail_account(patient: Patient) -> Iterator[Finding]:
    account: Any = aws.ses().get_account()
    quota = account.get("SendQuota", {})
    if account.get("ProductionAccessEnabled"):
        yield Finding("SES", f"out of the sandbox; {quota.get('Max24HourSend', 0):.0f} mails a day")
    elif patient.parameters.get("SesSandbox") == "yes":
        yield Finding("SES", "in the sandbox", "ask to leave it in SES's console; then deploy with SesSandbox=no")
    else:
        do = "verify every recipient and deploy with SesSandbox=yes for the trial, and ask to leave it in SES's console"
        yield Finding("SES", "in the sandbox: only verified addresses get mail", do)
    if account.get("EnforcementStatus", "HEALTHY") != "HEALTHY" or not account.get("SendingEnabled", True):
        yield Finding(
            "SES", f"sending is {account.get('EnforcementStatus')}", "answer AWS's mail about it; texts go on"
        )
    if quota.get("SentLast24Hours", 0) > 0.8 * quota.get("Max24HourSend", 1) > 0:
        yield Finding("SES", "four fifths of the day's mails are sent", "ask for a higher quota in Service Quotas")


def sender(patient: Patient) -> Iterator[Finding]:
    if not patient.sender:
        yield Finding("sender", "not known before the first deploy", "name it: make doctor SENDER=desk@example.com")
        return
    domain = patient.sender.partition("@")[2]
    above = [".".join(domain.split(".")[n:]) for n in range(domain.count("."))]
    for identity in (patient.sender, *above):
        found = _identity(identity)
        if found and found.get("VerifiedForSendingStatus"):
            yield Finding("sender", f"{patient.sender} is verified as {identity}")
            if identity not in (patient.sender, domain) and patient.parameters.get("SesIdentity") != identity:
                yield Finding("sender", "the roles do not name that identity", f"deploy with SesIdentity={identity}")
            if default := found.get("ConfigurationSetName"):
                yield Finding(
                    "sender", f"default configuration set {default}; the desk names its own, so it is not used"
                )
            return
    yield Finding("sender", f"{patient.sender} is not verified in this region", "verify it, or its domain, in SES")


def _identity(name: str) -> Any:
    try:
        return aws.ses().get_email_identity(EmailIdentity=name)
    except aws.ses().exceptions.NotFoundException:
        return None


def staff_mail(patient: Patient) -> Iterator[Finding]:
    for staff_id, address in patient.addresses(Channel.EMAIL).items():
        try:
            entry = aws.ses().get_suppressed_destination(EmailAddress=address)["SuppressedDestination"]
        except aws.ses().exceptions.NotFoundException:
            pass
        else:
            do = "alerts reach it all the same; take it off the list (SES, Suppression list), for other mail"
            yield Finding("mail", f"{staff_id} is on the account's suppression list: {entry['Reason']}", do)
        marked = StaffMailMarks(patient.table).found(StaffId(staff_id))
        if marked:
            do = "correct the address in the settings, or have the sender taken out of the spam folder"
            yield Finding("mail", f"to {staff_id} failed on {marked[1]:%Y-%m-%d %H:%M} UTC: {marked[0]}", do)
    yield Finding("mail", f"looked at {len(patient.addresses(Channel.EMAIL))} addresses of staff")


def text_account(patient: Patient) -> Iterator[Finding]:
    through = patient.parameters.get("TextsThrough", "EndUserMessaging")
    client = aws.sms()
    tiers = {one["Name"]: one["Value"] for one in client.describe_account_attributes()["AccountAttributes"]}
    tier = tiers.get("ACCOUNT_TIER", "")
    do = "verify each phone, and ask to leave it (End User Messaging, Overview); until then alerts go by mail"
    yield Finding("texts", f"through {through}; account {tier.lower() or 'unknown'}", do if tier == "SANDBOX" else "")
    for one in client.describe_spend_limits()["SpendLimits"]:
        if one["Name"] == "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT":
            limit = float(one["EnforcedLimit"])
            do = "" if limit >= _LITTLE_FOR_TEXTS else "ask AWS for more; a text costs $0.01 to $0.10, by country"
            yield Finding("texts", f"up to ${limit:.2f} a month", do)
    if through == "EndUserMessaging" and not patient.parameters.get("TextOrigin"):
        numbers = client.describe_phone_numbers()["PhoneNumbers"]
        senders = client.describe_sender_ids()["SenderIds"]
        do = "" if numbers or senders else "many countries want one: request it, and deploy with its ARN as TextOrigin"
        yield Finding("texts", f"come from {len(numbers)} numbers or {len(senders)} sender ids of the account", do)


def functions(patient: Patient) -> Iterator[Finding]:
    del patient
    limit = boto3.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    do = "ask for 1,000 in Service Quotas (Lambda, Concurrent executions); it costs nothing"
    yield Finding("Lambda", f"{limit} functions at once", do if limit <= _FEW_FUNCTIONS else "")


def operators(patient: Patient) -> Iterator[Finding]:
    if "OperatorsTopicArn" not in patient.outputs:
        return
    topic = patient.outputs["OperatorsTopicArn"]
    found = aws.sns().list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    waiting = [one for one in found if one.get("SubscriptionArn") == "PendingConfirmation"]
    if waiting:
        yield Finding(
            "operators", f"{len(waiting)} have not confirmed", "press the link in AWS's mail to OperatorEmail"
        )
    elif not found:
        yield Finding("operators", "alarms reach nobody", "deploy with OperatorEmail=engineer@example.com, and confirm")
    else:
        yield Finding("operators", f"{len(found)} hear of alarms")


def secrets(patient: Patient) -> Iterator[Finding]:
    stored = SecretParameters(patient.stack)
    for name in KEYS:
        first = stored.read(name).value.partition("\n")[0]
        do = "" if len(first) >= SHORTEST_KEY else "make keys"
        yield Finding("keys", f"{name} is {'there' if first else 'missing'}", do)
    if not stored.read(X).value:
        yield Finding("X", "no credentials are stored", "make x-credentials")
    elif patient.settings is not None:
        url = patient.parameters.get("XApiUrl", "https://api.twitter.com")
        yield x_answers(
            patient.settings, TweepyFeed(x_credentials(lambda: stored.read(X), clock.now), url, _brand(patient))
        )


def endpoints(patient: Patient) -> Iterator[Finding]:
    wanted = patient.settings.events.endpoints if patient.settings else ()
    if wanted and patient.parameters.get("EventsOut", "no") != "yes":
        yield Finding("events", f"{len(wanted)} endpoints get none", "deploy with EventsOut=yes, or take them out")
        return
    for one in wanted:
        stored = has_secret(SecretParameters(patient.stack), one.endpoint_id)
        do = "" if stored else f"make event-secret ENDPOINT={one.endpoint_id}"
        yield Finding("events", f"{one.endpoint_id} has {'a' if stored else 'no'} secret", do)


def _brand(patient: Patient) -> Callable[[], Any]:
    return lambda: patient.settings.brand if patient.settings else None


def x_answers(settings: DeskSettings, feed: TweepyFeed) -> Finding:
    """Reads no post: asks for the brand's account, which costs one user read."""
    status = feed.account_status()
    reasons = {
        200: ("answers for the brand's account", ""),
        401: ("refuses the token", "make a new access token at X and run make x-credentials"),
        402: ("says that credits are spent", "add credits in X's developer console"),
        403: ("refuses access", "look in X's developer console for the app's permissions"),
        404: (
            "does not know the account",
            f"compare brand.user_id, {settings.brand.user_id}, with the account's number",
        ),
        429: ("limits how often it is read", "wait for the limit, and see whether another program uses the token"),
    }
    return Finding("X", *reasons.get(status, (f"answers {status}", "look at X's status page")))


CHECKS = (settings, mail_account, sender, staff_mail, text_account, functions, operators, secrets, endpoints)


def examine(patient: Patient, checks: Iterable[Callable[[Patient], Iterator[Finding]]] = CHECKS) -> Iterator[Finding]:
    """Every finding; a check that AWS or X refuses is a finding itself, and the others go on."""
    for check in checks:
        try:
            yield from check(patient)
        except ClientError as refused:
            code, operation = refused.response["Error"]["Code"], refused.operation_name
            do = f"sign in as somebody who may {operation}, or look there in AWS's console"
            yield Finding(check.__name__.replace("_", " "), f"{operation}: {code}", do)
        except (BotoCoreError, requests.RequestException) as failed:
            yield Finding(check.__name__.replace("_", " "), f"no answer: {type(failed).__name__}", "try again")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the findings; the exit status is 1 where something is to be done."""
    parser = argparse.ArgumentParser(prog="python -m infra.doctor", description=__doc__)
    parser.add_argument("--stack", default="mentiondesk", metavar="NAME", help="default: %(default)s")
    parser.add_argument(
        "--sender", default="", metavar="ADDRESS", help="before the first deploy: where alerts come from"
    )
    asked = parser.parse_args(arguments)
    try:
        found = list(examine(Patient.of(asked.stack, asked.sender)))
    except (ClientError, BotoCoreError) as failed:
        print(f"AWS could not be asked: {failed}", file=sys.stderr)
        return 2
    print("\n".join(map(str, found)))
    return int(any(one.do for one in found))


if __name__ == "__main__":
    sys.exit(main())
