"""Least privilege: each function may do what it does, and nothing else.

The whole desk goes through a morning in which everything happens that it is made for. What its functions ask of
AWS meanwhile is held against their roles in the transformed template, both ways.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from infra.event_commands import made_secret
from infra.local.cloud import STACK
from infra.local.desk import SENDER, TEMPLATE, Audit, LocalDesk, VirtualClock
from infra.local.visitor import Visitor
from infra.local.x_standin import StandInX, User
from infra.local.x_standin.faults import Fault
from mentiondesk.adapters.channels.notes import NoteKind
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_item, values
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.replies import Replies
from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.messages import MessageKind
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.ids import IncidentId, PostId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Impact, Incident, Status, Update
from mentiondesk.domain.posts.post import Source
from mentiondesk.ports.replies import Reviewed
from mentiondesk.runtime import aws
from mentiondesk.usecases.replies.write_reply import Typed, WriteReply
from tests.support.builders import BRAND_ID, settings_file
from tests.support.mailed_links import act_on_incident, opened, pressed
from tests.support.privileges import STARS, Need, Recorder, Roles, facts_of, roles_in

# Permissions that Lambda itself uses, in the function's name, by Sid.
BY_LAMBDA = {
    # The runtime writes what the function prints.
    "WriteOwnLog": ("logs:CreateLogStream", "logs:PutLogEvents"),
    # The event source mapping reads the stream...
    "FollowNewPosts": (
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ),
    "FollowChanges": (
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ),
    # ... and gives up on what fails again and again.
    "SetFailedRecordsAside": ("sqs:SendMessage",),
    # The event source mapping empties the queue.
    "ReadEvents": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    # The asynchronous invocation hands on a report that failed.
    "KeepReportsThatFailed": ("sqs:SendMessage",),
    "SetFailedNotesAside": ("sqs:SendMessage",),
}

# Permissions that nothing in the test's morning needs, by Sid and action, and the reason.
UNUSED = {
    ("ForgetWordsOfIdleCases", "dynamodb:UpdateItem"): "words are kept for days",
    ("AskTheModel", "bedrock:InvokeModel"): "the stack has no model",
    ("WriteTheSite", "s3:GetObject"): "S3 asks for it where a write depends on the file that is there (If-Match)",
    ("PutPostsIntoIncidents", "dynamodb:BatchWriteItem"): "no post is put in by hand, and no candidate merged",
    ("NameSubscribers", "dynamodb:PutItem"): "the salt is there since the first request",
    ("ForgetWhoCouldNotBeAsked", "dynamodb:DeleteItem"): "SES takes every mail",
    ("SendEachReportOnce", "dynamodb:DeleteItem"): "SES takes every mail",
    ("ReportTroubles", "dynamodb:UpdateItem"): "no page fails, and no change of an incident is given up",
    ("KeepEventsAndDeliveries", "dynamodb:DeleteItem"): "no endpoint recovers, and nobody is erased",
    ("SignInToStatuspage", "ssm:GetParameter"): "the stack has no hosted status page",
}

BEGINS = datetime.fromisoformat("2026-06-17T10:00:00+00:00")
BRAND = User(str(BRAND_ID), "FennelAndFinch", "Fennel & Finch")
CROWD = 26
# Copies of one text are one voice.
TAILS = (
    "again",
    "here in Leeds",
    "for my whole office",
    "and I have guests tonight",
    "on my phone",
    "since this morning",
)


@dataclass
class Morning:
    """The record of a day: calls of the functions, the last audit, and observations on the way."""

    needs: set[Need] = field(default_factory=set)
    facts: Mapping[str, str] = field(init=False)
    roles: Callable[[Path], Roles] = field(init=False)
    audit: Audit = field(init=False)
    records: list[Record] = field(default_factory=list)
    obstacles: int = 0
    failed_runs: int = 0
    failed_records: int = 0
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    pages: list[str | None] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)


@pytest.fixture(scope="module")
def morning() -> Morning:
    return recorded_morning()


def recorded_morning() -> Morning:
    """A day in which every function of the desk does all of its work, played on this machine."""
    clock = VirtualClock(BEGINS)
    told = Morning()
    one_text_an_hour = {"text_limits": [{"most": 1, "within": "1h"}]}
    x = StandInX(BRAND, clock.now)
    told_to = {"endpoints": [{"id": "crm", "url": "https://crm.example/", "text": True}]}
    settings = settings_file(alerts=one_text_an_hour, events=told_to)
    events = {"EventsOut": "yes", "EventsBus": "default"}
    with Recorder() as recorder, LocalDesk(x, clock, settings, parameters=events) as desk:
        path = f"/mentiondesk/{STACK}/events"
        secrets = json.dumps({"crm": made_secret()})
        desk.cloud.client("ssm").put_parameter(Name=path, Value=secrets, Type="SecureString")
        _conversations(desk)
        _what_x_gets_wrong(desk, told)
        _what_fails(desk, told)
        _a_crowd(desk)
        _an_incident(desk, told)
        _subscribers(desk)
        _the_signed_in_desk(desk)
        _replies(desk)
        _a_maintenance(desk)
        _what_an_audit_finds(desk)
        _the_week_s_figures(desk)
        events_out = {"HasEvents": "yes", "HasEventsBus": "yes", "EventsBus": "default"}
        facts = facts_of(desk.cloud, AlertSender=SENDER, **events_out)
        told.facts, told.roles = facts, lambda template: roles_in(template, facts)
        told.needs, told.audit = recorder.needs, desk.audit()
        items = desk.items()
        told.records = [from_item(Record, item) for item in items if item["sk"]["S"].startswith(keys.ALERT)]
        told.posts = {item["pk"]["S"]: item for item in items if item["sk"]["S"] == keys.POST}
    return told


def _minutes(desk: LocalDesk, count: int) -> None:
    for _ in range(count):
        desk.minute()


def _conversations(desk: LocalDesk) -> None:
    """New posts, a reply, an edit, a late post before a later one, and the brand's answers of each sort."""
    x, at = desk.x, desk.clock.now
    lost = x.post(author_id="2001", at=at(), text="@FennelAndFinch my parcel is lost")
    seen = x.post(author_id="2002", at=at(), text="Fennel & Finch never answers. My order is broken")
    typo = x.post(author_id="2003", at=at(), text="@FennelAndFinch thank you")
    _minutes(desk, 2)
    late = timedelta(minutes=2)
    x.post(author_id="2001", at=at(), text="It should have come on Monday", reply_to=lost, visible_after=late)
    desk.clock.time += timedelta(seconds=10)
    x.post(author_id="2001", at=at(), text="Where is it?", reply_to=lost)
    x.edit(typo, "@FennelAndFinch no thank you, it is broken", at())
    x.edit(seen, "Fennel & Finch answered, thank you!", at())
    _minutes(desk, 4)
    answer = x.post(author_id=BRAND.id, at=at(), text="We are sorry! We look for it.", reply_to=lost)
    x.post(author_id=BRAND.id, at=at(), text="It is in the van.", reply_to=answer)
    x.post(author_id=BRAND.id, at=at(), text="We answer now:", quotes=seen)
    x.post(author_id=BRAND.id, at=at(), text="Good morning, all")
    _minutes(desk, 2)


def _what_x_gets_wrong(desk: LocalDesk, told: Morning) -> None:
    """A post that cannot be read, and a refusal that keeps the desk from calling for a while."""
    for author in ("2004", "2005", "2006", "2007"):
        desk.x.post(author_id=author, at=desk.clock.now(), text="@FennelAndFinch when do you open?")
    desk.x.faults.add(Fault("half_broken_posts", "mentions", calls=1))
    _minutes(desk, 2)
    desk.x.faults.add(Fault("limit_bare", "mentions", calls=1))
    desk.minute()
    told.obstacles = sum("obstacle" in item for item in desk.items())
    desk.clock.time += timedelta(minutes=15)
    _minutes(desk, 2)


def _what_fails(desk: LocalDesk, told: Morning) -> None:
    """A run and a stream record that nothing can make work: both end in their queues."""
    db = desk.cloud.client("dynamodb")
    key = values(keys.cursor(Source.OWN).attributes)
    cursor = db.get_item(TableName=desk.table, Key=key)["Item"]
    db.put_item(TableName=desk.table, Item={**cursor, "newest": {"L": []}})
    poison = keys.post(PostId("1")).attributes | {"text": "no post"}
    db.put_item(TableName=desk.table, Item=values(poison))
    desk.minute()
    db.put_item(TableName=desk.table, Item=cursor)
    db.delete_item(TableName=desk.table, Key=values(keys.post(PostId("1")).attributes))
    desk.minute()
    told.failed_runs = sum(len(function.failures) for function in desk.cloud.functions.values())
    told.failed_records = desk.waiting_failures("StreamFailures")


def _a_crowd(desk: LocalDesk) -> None:
    """More alerts at once than one batch takes, by mail and by text, and more texts than one person can take."""
    for number in range(CROWD):
        text = f"@FennelAndFinch the website is down {TAILS[number % len(TAILS)]}"
        desk.x.post(author_id=str(3000 + number), at=desk.clock.now(), text=text)
    began = desk.clock.now()
    _minutes(desk, 2)
    for due in (30, 45, 60):
        desk.clock.time = began + timedelta(minutes=due)
        _minutes(desk, 2)


def _an_incident(desk: LocalDesk, told: Morning) -> None:
    """The incident is confirmed, published and resolved, and its customers are followed up."""
    mails = desk.mails()
    address = next(mail.to for mail in mails if mail.kind == MessageKind.INCIDENT_NOTICED)
    _subscribe(desk, "early@example.com")
    for action, typed in (
        ("publish", {}),
        ("approve", {}),
        ("update", {"status": "monitoring", "body": "It works."}),
        ("resolve", {}),
        ("go_back", {}),
        ("edit", {}),
    ):
        told.pages.append(act_on_incident(mails, address, action, typed))
        _minutes(desk, 6)
    told.incidents = [from_item(Incident, item) for item in desk.items() if item["sk"]["S"] == keys.INCIDENT]
    case_mail = next(mail for mail in reversed(mails) if mail.kind == MessageKind.CASE and mail.link)
    assert case_mail.link is not None
    told.pages.append(pressed(case_mail.link, opened(case_mail.link), "claim").text)


def _the_week_s_figures(desk: LocalDesk) -> None:
    """Waits that nobody answered are recorded on Saturday; the report goes out on Monday."""
    report = desk.cloud.functions["SendReport"]
    desk.clock.time = BEGINS + timedelta(days=3, hours=1)
    report({})
    desk.clock.time = datetime.fromisoformat("2026-06-22T08:00:00+00:00")
    report({})


def _a_maintenance(desk: LocalDesk) -> None:
    """It begins and ends by its times."""
    now = desk.clock.now()
    planned = Incident(
        IncidentId("maintenance"),
        Status.SCHEDULED,
        "New shelves",
        created_at=now,
        started_at=now,
        impact=Impact.MAINTENANCE,
        scheduled_for=now + timedelta(minutes=2),
        scheduled_until=now + timedelta(minutes=8),
    )
    update = Update(planned.incident_id, now, planned.status, "We build shelves.")
    incidents = Incidents(DynamoTable(desk.cloud.client("dynamodb"), desk.table), lambda: timedelta(days=1))
    assert incidents.add(incident_change(None, planned.moved(update), update=update))
    _minutes(desk, 15)


def _what_an_audit_finds(desk: LocalDesk) -> None:
    """A lost escalation, and posts that X delivered so late that no sweep has read them."""
    db = desk.cloud.client("dynamodb")
    lost = next(one for one in desk.items() if one["sk"]["S"] == keys.ESCALATION and one["pk"]["S"].startswith("CASE#"))
    db.delete_item(TableName=desk.table, Key={"pk": lost["pk"], "sk": lost["sk"]})
    for number in range(8):
        text = f"@FennelAndFinch do you sell kettle number {number}?"
        desk.x.post(author_id=str(4000 + number), at=desk.clock.now(), text=text, visible_after=timedelta(hours=26))
    # As if the audit had begun the day before: it compares whole days.
    began = {":since": {"S": keys.stamp(BEGINS - timedelta(days=1))}}
    key = values(keys.audit_progress().attributes)
    db.update_item(
        TableName=desk.table, Key=key, UpdateExpression="SET since = :since", ExpressionAttributeValues=began
    )
    desk.clock.time += timedelta(hours=1)
    desk.minute()
    desk.clock.time += timedelta(days=2)
    desk.minute()


def _subscribe(desk: LocalDesk, address: str) -> None:
    """Asks for mail on the status page, and says yes in the mail that comes."""
    form = urlencode({"email": address}).encode()
    urlopen(f"{desk.api.url}/subscribers", data=form)
    desk.minute()
    asked = next(one for one in reversed(desk.messages) if one.to == address)
    found = re.search(r"https?://[\w.:-]+/subscribers/confirm/[\w.-]+", asked.body)
    assert found is not None
    urlopen(found[0], data=b"")


def _subscribers(desk: LocalDesk) -> None:
    """A subscriber leaves, and the address of another bounces."""
    mail = next(one for one in reversed(desk.messages) if one.to == "early@example.com")
    found = re.search(r"https?://[\w.:-]+/subscribers/leave/[\w.-]+", mail.body)
    assert found is not None
    urlopen(found[0], data=b"")
    bounced = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "gone@example.com"}]},
    }
    desk.cloud.functions["ForgetBounced"]({"detail": bounced})
    staff = {"mail": {"tags": {"ses:configuration-set": ["staff-mail"]}}}
    bounced["bounce"]["bouncedRecipients"] = [{"emailAddress": "ana@example.com"}]  # type: ignore[index]
    desk.cloud.functions["ForgetBounced"]({"detail": {**bounced, **staff}})


def _the_signed_in_desk(desk: LocalDesk) -> None:
    """Somebody signs in by the code in the mail, notes on a case, ends a session, and signs out."""
    browser = Visitor(desk.api.url)
    to = desk.settings.roster.staff[0].addresses[Channel.EMAIL]
    for _ in range(2):
        browser.send("/desk/sign-in", email=to)
        desk.minute()
        code = next(one for one in reversed(desk.messages) if one.kind == MessageKind.SIGN_IN)
        browser.send("/desk/sign-in/code", code=code.subject.split()[0])
    _incidents_at_the_desk(desk, browser)
    case = next(one.case_id for one in desk.cases() if one.waiting)
    place = f"/desk/cases/{case.conversation}-{case.customer}"
    for page in ("", "/incidents", "/team", "/sessions", "/search?q=parcel", "/search?q=1", "/next"):
        browser.open(f"/desk{page}")
    browser.send(place, **{**browser.open(place).form("note"), "text": "Called them."})
    reply = browser.open(place).form("reply")
    browser.send(f"{place}/draft", **{**reply, "text": "Sorry"})
    written = {"text": "Sorry, we look at it and send a refund.", "version": "1"}
    browser.send(f"{place}/reply", **{**reply, **written, "press": "check"})
    browser.send(f"{place}/reply", **{**reply, **written, "press": "send"})
    browser.send(f"{place}/reply", **browser.open(place).form("withdraw"))
    browser.open("/desk/approvals")
    _links_a_case(desk, browser, place)
    browser.send("/desk/views", **{**browser.open("/desk?view=mine").form("save_view"), "name": "Mine"})
    browser.send(place, **browser.open(place).form("answered"))
    desk.clock.time += timedelta(minutes=11)
    sessions = browser.open("/desk/sessions")
    browser.send("/desk/sessions", **next(one.fields for one in sessions.forms if "session" in one.fields))
    browser.send("/desk/sign-out")


def _incidents_at_the_desk(desk: LocalDesk, browser: Visitor) -> None:
    """An incident is opened by hand, a post put in and taken out, and the incident is over."""
    opening = browser.open("/desk/open-incident").form("open_incident")
    typed = {"title": "Doors stick", "body": "We oil them.", "confirmed": "yes"}
    browser.send("/desk/open-incident", **{**opening, **typed})
    opened = next(one for one in desk.incidents() if one.title == typed["title"])
    place, post_id = f"/desk/incidents/{opened.incident_id}", desk.cases()[0].post_id
    for what in ({"add": str(post_id)}, {"remove": str(post_id)}):
        desk.minute()
        browser.send(f"{place}/customers", **browser.open(f"{place}/customers").form("members") | what)
    desk.minute()
    browser.send(place, **browser.open(place).form("resolve") | {"body": "They do not."})
    browser.open("/desk/status-page")
    for page in ("team", "rules", "health"):
        browser.open(f"/desk/{page}")
    browser.send("/desk/team", **browser.open("/desk/team").pressed("duty"))


def _links_a_case(desk: LocalDesk, browser: Visitor, place: str) -> None:
    """The incident goes on after all; a case is linked to it by hand, and taken out again."""
    known = next(from_item(Incident, item) for item in desk.items() if item["sk"]["S"] == keys.INCIDENT)
    incident = f"/desk/incidents/{known.incident_id}"
    browser.send(incident, **{**browser.open(incident).form("reopen"), "body": "It is back."})
    asked = browser.send("/desk/bulk", **browser.open(place).form("link_incident")).form("link_incident")
    chosen = {"incident": known.incident_id, "reason": "the same error", "confirm": "yes"}
    browser.send("/desk/bulk", **{**asked, **chosen})
    browser.send(place, **browser.open(place).form("unlink_incident") | {"reason": "another error"})
    browser.send(incident, **{**browser.open(incident).form("resolve"), "body": "It works."})


def _replies(desk: LocalDesk) -> None:
    """Three replies: X takes one and refuses one, and the notifier has the doubt about the last one decided."""
    table = DynamoTable(aws.dynamodb(), desk.table)
    cases = Cases(table, lambda: timedelta(days=400))
    replies = Replies(table, lambda: timedelta(days=400), cases)
    write = WriteReply(replies, cases, lambda _, text, *__: Reviewed(text), lambda: desk.settings)
    actor = Actor(desk.settings.roster.staff[0], frozenset(Action), Door.DESK_WEB)
    for number, one in enumerate(sorted(desk.cases(), key=lambda one: not one.waiting)):
        if number == 3:
            break
        if number:
            desk.x.faults.add(Fault(("client_forbidden", "post_then_cut")[number - 1], "create", calls=1))
        case = cases.get(one.case_id)
        assert case is not None
        write(actor, case.case_id, Typed(f"We are on it. {number}", case.thread), f"reply-{number}", desk.clock.now())
        for _ in range(2):
            desk.minute()


def test_everything_happened(morning: Morning) -> None:
    """Otherwise the other tests would compare roles with too little."""
    audit, records = morning.audit, morning.records
    sent = [record for record in records if record.outcome is Outcome.SENT]
    assert (audit.lost, audit.untagged, audit.in_no_case, audit.unrecorded) == ((), (), (), 0)
    assert audit.set_aside and morning.obstacles and morning.failed_runs and morning.failed_records
    assert any(int(post["edits"]["N"]) for post in morning.posts.values())
    assert sum(post["own"]["BOOL"] and "case_id" in post for post in morning.posts.values()) == 5
    assert sum(record.digest for record in sent) > 25
    assert {record.via for record in sent} == {"email", "text"}
    assert any(record.detail == "text limit reached" for record in sent)
    assert all(morning.pages)
    incident = next(one for one in morning.incidents if one.people)
    assert (incident.status, incident.people) == (Status.RESOLVED, CROWD)
    assert incident.gone_back_at is not None


def test_each_function_may_do_what_it_does_and_nothing_else(morning: Morning) -> None:
    assert faults(morning, TEMPLATE) == []


def test_every_exception_is_still_needed(morning: Morning) -> None:
    sids = {grant.sid for grant in morning.roles(TEMPLATE).grants}
    assert set(STARS) | set(BY_LAMBDA) | {sid for sid, _ in UNUSED} <= sids


# --- It catches -------------------------------------------------------------------------------------------


def faults(morning: Morning, template: Path) -> list[str]:
    return morning.roles(template).faults(morning.needs, STARS, BY_LAMBDA, UNUSED)


@pytest.fixture
def changed(morning: Morning, tmp_path: Path) -> Callable[[str, str], list[str]]:
    """The problems found in the template after one piece of its text is replaced."""

    def found(before: str, after: str) -> list[str]:
        text = TEMPLATE.read_text(encoding="utf-8")
        assert before in text, before
        copy = tmp_path / "template.yaml"
        copy.write_text(text.replace(before, after, 1), encoding="utf-8")
        return faults(morning, copy)

    return found


FIND_DUE = """\
              - Sid: FindDue
                Effect: Allow
                Action: [dynamodb:Query]
                Resource: !Sub ${Desk.Arn}/index/due
"""


def test_a_star_in_a_resource_is_caught(changed: Callable[[str, str], list[str]]) -> None:
    found = changed(FIND_DUE, FIND_DUE.replace("index/due", "index/*"))
    assert [fault for fault in found if "FindDue" in fault and fault.endswith("has a star")]


def test_a_star_in_an_action_is_caught(changed: Callable[[str, str], list[str]]) -> None:
    found = changed(FIND_DUE, FIND_DUE.replace("dynamodb:Query", '"dynamodb:*"'))
    assert [fault for fault in found if "FindDue" in fault and fault.endswith("has a star")]


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (FIND_DUE, "", "NotifyStaff may not dynamodb:Query"),
        (
            "dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem]",
            "dynamodb:PutItem, dynamodb:DeleteItem]",
            "FetchMentions may not dynamodb:UpdateItem",
        ),
        (", dynamodb:BatchWriteItem]", "]", "NotifyStaff may not dynamodb:BatchWriteItem"),
        ("[ssm:GetParameter]", "[kms:Decrypt]", "FetchMentions may not ssm:GetParameter"),
        ("identity/${Domain}", "identity/else.${Domain}", "NotifyStaff may not ses:SendEmail"),
        ("[sms-voice:SendTextMessage]", "[ses:SendRawEmail]", "NotifyStaff may not sms-voice:SendTextMessage"),
        ("ses:FromAddress: !Ref AlertSender", "ses:FromAddress: else@example.com", "NotifyStaff may not ses:SendEmail"),
        ("SETTINGS, CURSOR,", "CURSOR,", "FetchMentions may not dynamodb:GetItem"),
    ],
)
def test_a_missing_permission_is_caught(
    changed: Callable[[str, str], list[str]], before: str, after: str, what: str
) -> None:
    found = changed(before, after)
    assert any(fault.startswith(what) for fault in found), found


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("dynamodb:BatchWriteItem]", "dynamodb:BatchWriteItem, dynamodb:BatchGetItem]", "BatchGetItem"),
        ("Action: [ses:SendEmail]", "Action: [ses:SendEmail, ses:SendRawEmail]", "ses:SendRawEmail"),
        ("[logs:CreateLogStream, logs:PutLogEvents]", "[logs:PutLogEvents, logs:DeleteLogStream]", "logs:Delete"),
        (FIND_DUE, FIND_DUE.replace("${Desk.Arn}/index/due", "${Desk.Arn}/index/queue"), "/index/queue"),
    ],
)
def test_a_permission_too_many_is_caught(
    changed: Callable[[str, str], list[str]], before: str, after: str, what: str
) -> None:
    assert [fault for fault in changed(before, after) if what in fault and fault.endswith("is never used")]


def test_a_reason_excuses_a_permission_only_while_it_is_unused(morning: Morning) -> None:
    roles = morning.roles(TEMPLATE)
    found = roles.faults(morning.needs, STARS, BY_LAMBDA, {*UNUSED, ("SendTexts", "sms-voice:SendTextMessage")})
    assert [fault for fault in found if fault.endswith("is used after all")] == found != []
    found = roles.faults(morning.needs, STARS, BY_LAMBDA, ())
    assert {fault.split()[1].rstrip(":") for fault in found} == {sid for sid, _ in UNUSED}


@pytest.mark.parametrize("function", ["StatusSubscriptions", "SendRequestedMails", "ForgetBounced"])
def test_what_handles_subscribers_reaches_no_case(morning: Morning, function: str) -> None:
    roles = morning.roles(TEMPLATE)
    needs = {need for need in morning.needs if need.function == function and need.key}
    keys_of_subscribers = {"SUBSCRIBERS", "SUBSCRIBERS#ASKED", "SUBSCRIBERS#SALT", "BUDGET"}
    others = {"SETTINGS", "STAFF#…", "TROUBLES", SENDER, NoteKind.MAIL_REQUESTED}
    assert {need.key for need in needs} <= keys_of_subscribers | others
    asked = {replace(need, key="CASE#…") for need in needs}
    assert asked
    assert {fault.split()[0] for fault in roles.faults(asked, STARS, BY_LAMBDA, UNUSED) if " may not " in fault} == {
        function
    }


def test_what_nobody_has_looked_at_is_not_allowed(morning: Morning) -> None:
    asked = Need("NotifyStaff", "sqs:SendMessage", "a resource that tests/support/privileges.py does not know")
    assert morning.roles(TEMPLATE).faults({*morning.needs, asked}, STARS, BY_LAMBDA, UNUSED) == [
        f"NotifyStaff may not {asked}"
    ]
