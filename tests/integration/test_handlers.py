"""Each function as Lambda runs it: its own app.py, exactly its environment, an event in, effects and metrics out."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from infra.local.cloud import Function
from infra.local.x_standin import Fault, StandInX, User
from infra.transform import REGION
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import to_plain, values
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.settings import SettingsMissing, SettingsVersions
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.domain.alerts.ledger import Outcome
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.runtime import aws
from mentiondesk.runtime.config import NONE, NotConfigured
from mentiondesk.triage import triage
from tests.integration.conftest import TABLE, TEMPLATE, DynamoDesk
from tests.support.builders import BRAND_ID, CUSTOMER_ID, NOON, a_post, an_answer, at, settings_file
from tests.support.parameters import KEY, put_parameter

# Powertools warns of a run that measured nothing, which is what a failed run does.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ROOT = TEMPLATE.parent
# Moto's default account and region.
ACCOUNT_ID = "123456789012"
SENDER = "desk@example.com"
HANDLE = "FennelAndFinch"
NAMES = ("FetchMentions", "ClassifyMention", "NotifyStaff", "DetectIncidents")
CREDENTIALS = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "made-up")


@dataclass
class Account:
    """The deployed functions and what they work on."""

    desk: DynamoDesk
    db: "DynamoDBClient"
    x: StandInX
    resources: dict[str, Any]
    known: dict[str, str]
    printed: list[str] = field(default_factory=list)

    def function(self, name: str, **changed: str) -> Function:
        """A function after a cold start, with the variables that the template gives it."""
        properties = self.resources[name]["Properties"]
        variables = properties["Environment"]["Variables"]
        told = {key: (self.known | changed).get(key, str(value)) for key, value in variables.items()}
        return Function(
            name=name,
            folder=ROOT / properties["Code"]["S3Key"],
            environment={**_LIKE_LAMBDA, "AWS_LAMBDA_FUNCTION_NAME": name, **told},
            timeout=timedelta(seconds=properties["Timeout"]),
            memory=properties["MemorySize"],
            hear=lambda _, line: self.printed.append(line),
        )

    def troubles(self) -> dict[str, int]:
        """The troubles that were reported so far, with their counts."""
        reports, _ = Troubles(DynamoTable(self.db, TABLE)).load(NOON - timedelta(days=1))
        found: Counter[str] = Counter()
        for one in reports:
            found[one.name] += one.count
        return dict(found)

    def metrics(self) -> dict[str, list[float]]:
        """Metrics since the last call, by name."""
        found: defaultdict[str, list[float]] = defaultdict(list)
        for line in self.printed:
            told = json.loads(line) if line.startswith("{") else {}
            for group in told.get("_aws", {}).get("CloudWatchMetrics", []):
                assert group["Namespace"] == self.known["POWERTOOLS_METRICS_NAMESPACE"]
                assert group["Dimensions"] == [["service"]]
                for metric in group["Metrics"]:
                    value = told[metric["Name"]]
                    found[metric["Name"]] += value if isinstance(value, list) else [value]
        self.printed.clear()
        return dict(found)


_LIKE_LAMBDA = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}


@pytest.fixture
def account_of_a_desk(
    table_desk: DynamoDesk, db: "DynamoDBClient", resources: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Account]:
    monkeypatch.setattr("mentiondesk.runtime.clock.now", lambda: Clock.now)
    Clock.now = NOON
    put_parameter("/x", json.dumps(CREDENTIALS))
    put_parameter("/links", KEY)
    topic = boto3.client("sns").create_topic(Name="operators")["TopicArn"]
    mailer = boto3.client("ses")
    mailer.verify_email_identity(EmailAddress=SENDER)
    with StandInX(User(BRAND_ID, HANDLE), lambda: Clock.now) as x:
        known = {
            "TABLE_NAME": TABLE,
            "X_PARAMETER": "/x",
            "X_API_URL": x.url,
            "ALERT_SENDER": SENDER,
            "LINK_PARAMETER": "/links",
            "STAFF_MAIL": "staff-mail",
            # moto does not know End User Messaging.
            "TEXTS_THROUGH": "SNS",
            "TEXT_ORIGIN": NONE,
            "DESK_NAME": "mentiondesk",
            "OPERATORS_TOPIC": topic,
            "SECOND_OPINION_MODEL": NONE,
            "API_URL": "https://api.example.com",
            "POWERTOOLS_METRICS_NAMESPACE": "Mentiondesk/test",
        }
        yield Account(table_desk, db, x, resources, known)


class Clock:
    now: datetime = NOON


@pytest.fixture
def desk_account(account_of_a_desk: Account) -> Account:
    """With settings in force."""
    SettingsVersions(DynamoTable(account_of_a_desk.db, TABLE)).store(settings_file(), NOON)
    return account_of_a_desk


def record(post: Post, number: int = 1, **image: Any) -> dict[str, Any]:
    """The stream record of a new post."""
    key = values(keys.post(post.post_id).attributes)
    return {
        "eventID": str(number),
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": key,
            "NewImage": {**values(to_plain(post)), **key, **image},
            "SequenceNumber": str(number),
            "StreamViewType": "NEW_IMAGE",
        },
    }


# --- fetch_mentions ---------------------------------------------------------------------------------------


def test_fetch_stores_what_x_shows(desk_account: Account) -> None:
    account = desk_account
    mention = account.x.post(author_id="2001", text=f"@{HANDLE} it is broken", at=at(-5))
    answer = account.x.post(author_id=BRAND_ID, text="Sorry!", reply_to=mention, at=at(-1))
    assert account.function("FetchMentions")({}) is None
    assert [post.post_id for post in account.desk.all_posts()] == [mention, answer]
    # CloudWatch bills every metric by the hour in which it is sent: a run without troubles sends none.
    assert account.metrics() == {}
    assert account.troubles() == {}


def test_fetch_says_no_post_text(desk_account: Account) -> None:
    desk_account.x.post(author_id="2001", text=f"@{HANDLE} secret words", at=at(-5))
    desk_account.function("FetchMentions")({})
    assert not [line for line in desk_account.printed if "secret words" in line or "made-up" in line]


@pytest.mark.parametrize(
    ("fault", "metric"),
    [
        ("unauthorized", "XTokenRefused"),
        ("client_forbidden", "XAccessRefused"),
        ("credits_spent", "XCreditsSpent"),
        ("limit_window", "XRateLimited"),
        ("limit_day", "XRateLimited"),
        ("limit_month", "XMonthCapped"),
    ],
)
def test_fetch_measures_each_obstacle(desk_account: Account, fault: Any, metric: str) -> None:
    """Also in the runs that leave X alone because of it."""
    function = desk_account.function("FetchMentions")
    desk_account.x.faults.add(Fault(fault))
    for _ in range(2):
        function({})
        measured = desk_account.metrics()
        assert measured == {metric: [1]}
    assert desk_account.troubles() == {metric: 2}
    assert len(desk_account.x.requests) in (1, 3)


def test_fetch_measures_what_was_odd(desk_account: Account) -> None:
    account = desk_account
    # The first look reads four posts, and the sweep behind it the fifth.
    for minute in (-1, -2, -3, -4, -100):
        account.x.post(author_id="2001", text=f"@{HANDLE} {minute}", at=at(minute))
    account.x.faults.add(Fault("down_html", "own", calls=3))
    account.x.faults.add(Fault("half_broken_posts", "mentions", calls=1))
    account.x.faults.add(Fault("unknown_shape", "mentions", calls=1))
    account.function("FetchMentions")({})
    measured = account.metrics()
    assert (measured["XUnavailable"], measured["PostsSetAside"], measured["XShapeUnknown"]) == ([3], [2], [1])
    assert account.troubles() == {"XUnavailable": 3, "PostsSetAside": 2, "XShapeUnknown": 1}


def test_fetch_stops_at_its_budget(desk_account: Account) -> None:
    account = desk_account
    account.desk.cursors.count_reads(NOON, Source.SEARCH, 50_000)
    account.function("FetchMentions")({})
    measured = account.metrics()
    assert measured == {"ReadBudgetSpent": [1], "ReadBudgetNearlySpent": [1]}
    assert account.x.requests == []


def test_fetch_without_credentials_reaches_a_person(desk_account: Account) -> None:
    put_parameter(desk_account.known["X_PARAMETER"], "{}")
    desk_account.function("FetchMentions")({})
    assert desk_account.metrics()["XTokenRefused"] == [1]
    assert desk_account.x.requests == []


def test_fetch_gives_posts_without_tags_to_the_classifier_again(desk_account: Account) -> None:
    """The stream gave up on one while the classifier was broken; the other has its tags."""
    account, lost, tagged = desk_account, a_post("My order arrived broken"), a_post("Mine too", created_at=at(1))
    for post in (lost, tagged):
        account.desk.posts.add(post)
    account.function("ClassifyMention")({"Records": [record(tagged)]})
    function = account.function("FetchMentions")
    retried = []
    for minute in (5, 12, 13, 24, 26, 49):
        Clock.now = at(minute)
        function({})
        item = account.db.get_item(TableName=TABLE, Key=values(keys.post(lost.post_id).attributes))["Item"]
        retried.append("retried_at" in item and item["retried_at"]["S"][14:16])
    # After ten minutes, and then after as long as it has waited.
    assert retried == [False, "12", "12", "24", "24", "49"]
    assert account.troubles() == {"PostsRedelivered": 3}
    account.function("ClassifyMention")({"Records": [record(lost)]})
    Clock.now = at(600)
    assert account.desk.posts.overdue(Clock.now, 9) == []


def test_a_run_that_fails_raises(desk_account: Account) -> None:
    """The alarm on silence depends on it: Lambda counts errors."""
    for name in ("FetchMentions", "NotifyStaff"):
        function = desk_account.function(name, TABLE_NAME="gone", X_PARAMETER="/gone")
        with pytest.raises(Exception, match="ResourceNotFound"):
            function({})


# --- classify_mention -------------------------------------------------------------------------------------


def test_classify_opens_a_case(desk_account: Account) -> None:
    account, post = desk_account, a_post("My order arrived broken, I want a refund")
    account.desk.posts.add(post)
    assert account.function("ClassifyMention")({"Records": [record(post)]}) == {"batchItemFailures": []}
    case = account.desk.cases.get(CaseId(post.conversation_id, CUSTOMER_ID))
    assert case is not None
    assert (case.kind, case.state, case.waiting) == ("complaint", State.OPEN, True)
    assert account.metrics() == {}


def test_classify_takes_a_batch_with_repeats(desk_account: Account) -> None:
    account, post = desk_account, a_post("My order arrived broken")
    answer = an_answer(post)
    for one in (post, answer):
        account.desk.posts.add(one)
    records = [record(answer, 1), record(post, 2), record(post, 3), record(answer, 4)]
    function = account.function("ClassifyMention")
    assert function({"Records": records}) == {"batchItemFailures": []}
    assert function({"Records": records}) == {"batchItemFailures": []}
    case = account.desk.cases.get(CaseId(post.conversation_id, CUSTOMER_ID))
    assert case is not None
    assert (case.posts, case.state) == (2, State.PENDING)


def test_a_model_is_asked_where_the_stack_names_one(desk_account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account, posts = desk_account, [a_post("@FennelAndFinch hmm so the teapot", created_at=at(n)) for n in range(2)]
    SettingsVersions(DynamoTable(account.db, TABLE)).store(settings_file(triage={"second_opinion": {"below": 1}}), NOON)
    bedrock = Bedrock()
    monkeypatch.setattr(aws, "bedrock", lambda: bedrock)
    function = account.function("ClassifyMention", SECOND_OPINION_MODEL="eu.some.model")
    for post in posts:
        account.desk.posts.add(post)
        assert function({"Records": [record(post)]}) == {"batchItemFailures": []}
    cases = [account.desk.cases.get(CaseId(post.conversation_id, CUSTOMER_ID)) for post in posts]
    assert [case.kind if case else None for case in cases] == [Kind.ABUSE, triage(posts[1]).kind]
    assert bedrock.asked == ["eu.some.model"] * 2
    assert account.metrics() == {"OpinionsFailed": [1]}
    assert account.troubles() == {"OpinionsFailed": 1}


class Bedrock:
    """Takes the first post for abuse, and is throttled afterwards."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def converse(self, modelId: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        self.asked.append(modelId)
        if len(self.asked) > 1:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slower"}}, "Converse")
        use = {"input": {"kind": "abuse", "urgency": "critical", "topics": ["safety"]}}
        return {"output": {"message": {"content": [{"toolUse": use}]}}}


POISON: list[dict[str, Any]] = [
    {"edits": {"S": "many"}},
    {"created_at": {"S": "yesterday"}},
    {"source": {"S": "letter"}},
    {"text": {"NULL": True}},
    {"created_at": {"S": "9999-12-31T23:59:59Z"}},
]


@pytest.mark.parametrize("poison", POISON, ids=lambda image: next(iter(image)))
def test_a_poison_record_fails_alone(desk_account: Account, poison: dict[str, Any]) -> None:
    account = desk_account
    posts = [a_post("My order arrived broken", created_at=at(n)) for n in range(3)]
    for post in posts:
        account.desk.posts.add(post)
    records = [record(post, n + 1, **(poison if n == 1 else {})) for n, post in enumerate(posts)]
    answer = account.function("ClassifyMention")({"Records": records})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert account.desk.unclassified() == [posts[1]]
    # The stream brings it again, and mended it goes through.
    assert account.function("ClassifyMention")({"Records": [record(posts[1], 2)]}) == {"batchItemFailures": []}
    assert account.desk.unclassified() == []


def test_a_record_without_image_fails_alone(desk_account: Account) -> None:
    account, post = desk_account, a_post("My order arrived broken")
    account.desk.posts.add(post)
    bare = record(a_post(created_at=at(5)), 1)
    del bare["dynamodb"]["NewImage"]
    answer = account.function("ClassifyMention")({"Records": [bare, record(post, 2)]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert account.desk.unclassified() == []


def test_a_batch_that_fails_whole_is_reported_record_by_record(account_of_a_desk: Account) -> None:
    """Without settings nothing can be classified, and nothing may be lost."""
    account = account_of_a_desk
    posts = [a_post("My order arrived broken", created_at=at(n)) for n in range(2)]
    for post in posts:
        account.desk.posts.add(post)
    function = account.function("ClassifyMention")
    answer = function({"Records": [record(post, n + 1) for n, post in enumerate(posts)]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]}
    assert account.desk.unclassified() == posts


# --- notify_staff -----------------------------------------------------------------------------------------


def opened(account: Account, minute: float = 0) -> CaseId:
    post = a_post("My order arrived broken", created_at=at(minute))
    account.desk.posts.add(post)
    account.function("ClassifyMention")({"Records": [record(post)]})
    account.printed.clear()
    return CaseId(post.conversation_id, post.author_id)


def mails() -> list[Any]:
    return list(ses_backends[ACCOUNT_ID][REGION].sent_messages)


def texts() -> list[tuple[Any, ...]]:
    return list(sns_backends[ACCOUNT_ID][REGION].sms_messages.values())


def test_notify_sends_what_is_due(desk_account: Account) -> None:
    account, case = desk_account, opened(desk_account)
    mails_before, texts_before = len(mails()), len(texts())
    function = account.function("NotifyStaff")
    sent = []
    for minute in (29, 30, 31, 45):
        Clock.now = at(minute)
        assert function({}) is None
        sent.append((len(mails()) - mails_before, len(texts()) - texts_before))
    assert sent == [(0, 0), (1, 0), (1, 0), (1, 1)]
    assert parseaddr(mails()[-1].source)[1] == SENDER
    assert texts()[-1][0] == "+447700900123"
    assert account.metrics() == {}
    ledger = account.desk.ledger(case)
    assert [(one.outcome, bool(one.message_id)) for one in ledger] == [(Outcome.SENT, True)] * 2


def test_notify_falls_back_where_ses_refuses(desk_account: Account) -> None:
    """An identity that is not verified is refused by SES itself."""
    account, case = desk_account, opened(desk_account)
    Clock.now = at(30)
    before = len(texts())
    account.function("NotifyStaff", ALERT_SENDER="nobody@elsewhere.example")({})
    (one,) = account.desk.ledger(case)
    assert (one.via, one.outcome, len(texts()) - before) == ("text", Outcome.SENT, 1)
    assert one.detail == "email to ana: MessageRejected"


def test_notify_measures_what_nobody_got(desk_account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account, case = desk_account, opened(desk_account)
    Clock.now = at(30)

    def refuse(*_: object) -> str:
        raise Undeliverable("OptedOut")

    monkeypatch.setattr("mentiondesk.adapters.channels.sns.SnsTexter.send", refuse)
    account.function("NotifyStaff", ALERT_SENDER="nobody@elsewhere.example")({})
    (one,) = account.desk.ledger(case)
    assert (account.metrics()["AlertsFailed"], one.outcome) == ([1], Outcome.FAILED)
    assert one.detail == "email to ana: MessageRejected; text to ana: OptedOut"


def test_the_notifier_tells_the_operators_once_a_day_and_when_it_is_over(desk_account: Account) -> None:
    account = desk_account
    troubles, told = Troubles(DynamoTable(account.db, TABLE)), list[tuple[int, bool]]()
    function = account.function("NotifyStaff")
    for minute in (0, 1, 5, 19, 20, 25):
        Clock.now = at(minute)
        if minute < 5:
            troubles.report({"XTokenRefused": 1, "Unknown": 3, "XUnavailable": 0}, Clock.now)
        account.printed.clear()
        function({})
        told += [(minute, json.loads(line)["over"]) for line in account.printed if '"operators told"' in line]
    assert told == [(0, False), (19, True)]
    messages = sns_backends[ACCOUNT_ID][REGION].topics[account.known["OPERATORS_TOPIC"]].sent_notifications
    subjects = [message[2] for message in messages[-2:]]
    assert subjects == ["mentiondesk: X refuses the token", "mentiondesk: over: X refuses the token"]


# --- what is missing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("FetchMentions", "TABLE_NAME"),
        ("FetchMentions", "X_PARAMETER"),
        ("FetchMentions", "X_API_URL"),
        ("NotifyStaff", "TABLE_NAME"),
        ("NotifyStaff", "ALERT_SENDER"),
    ],
)
def test_a_missing_variable_is_named(desk_account: Account, name: str, variable: str) -> None:
    function = desk_account.function(name, **{variable: ""})
    with pytest.raises(NotConfigured, match=variable):
        function({})


def test_a_missing_variable_of_the_classifier_is_named(desk_account: Account) -> None:
    function = desk_account.function("ClassifyMention", TABLE_NAME="")
    with pytest.raises(NotConfigured, match="TABLE_NAME"):
        _inside(function, "classify_batch")


def test_missing_settings_say_what_to_do(account_of_a_desk: Account) -> None:
    """Once a minute; the notifier, which has nothing to tell then, need not say it as well."""
    with pytest.raises(SettingsMissing, match="make settings"):
        account_of_a_desk.function("FetchMentions")({})
    assert account_of_a_desk.x.requests == []


def test_missing_settings_of_the_classifier(account_of_a_desk: Account) -> None:
    classify = _inside(account_of_a_desk.function("ClassifyMention"), "classify_batch")
    account_of_a_desk.desk.posts.add(a_post())
    (failure,) = classify([a_post()], NOON).values()
    with pytest.raises(SettingsMissing, match="make settings"):
        raise failure


def _inside(function: Function, name: str) -> Any:
    """The object that a function composes from its environment."""
    with pytest.MonkeyPatch.context() as patch:
        for key, value in function.environment.items():
            patch.setenv(key, value)
        return getattr(function._app, name)()


@pytest.mark.parametrize("name", NAMES)
def test_importing_a_function_does_nothing(account_of_a_desk: Account, name: str) -> None:
    """It reads no environment and makes no client; what is missing is told when it runs."""
    function = replace(account_of_a_desk.function(name), environment={})
    assert callable(function._app.handler)
