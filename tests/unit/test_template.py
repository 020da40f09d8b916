"""The template deploys what the design promises: keys, permissions, retries, alarms that reach a person."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint
from moto.events.models import EventPattern

from infra.transform import REGION, template, transformed
from mentiondesk.adapters.storage import keys
from mentiondesk.domain.ids import CaseId, IncidentId, PostId
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.runtime.config import (
    ActionLinksConfig,
    ClassifyConfig,
    DeskWebConfig,
    DetectConfig,
    FetchConfig,
    ForgetConfig,
    NotifyConfig,
    PublishConfig,
    RequestedMailsConfig,
    SignInCodesConfig,
    SubscriptionsConfig,
)
from tests.support.privileges import STARS

ROOT = Path(__file__).parents[2]
# Only these get the packages that calling X, or another API on the web, takes.
CALL_X = ("FetchMentions", "PublishStatus")
FUNCTIONS = {
    "FetchMentions": ("fetch_mentions", FetchConfig),
    "ClassifyMention": ("classify_mention", ClassifyConfig),
    "NotifyStaff": ("notify_staff", NotifyConfig),
    "DetectIncidents": ("detect_incidents", DetectConfig),
    "PublishStatus": ("publish_status", PublishConfig),
    "ForgetBounced": ("forget_bounced", ForgetConfig),
    "ActionLinks": ("action_links", ActionLinksConfig),
    "StatusSubscriptions": ("status_subscriptions", SubscriptionsConfig),
    "SendRequestedMails": ("send_requested_mails", RequestedMailsConfig),
    "DeskWeb": ("desk_web", DeskWebConfig),
    "SendSignInCodes": ("send_sign_in_codes", SignInCodesConfig),
}
# Metrics without an alarm of their own, and the reason.
UNWATCHED = {
    "PostsNew": "many or few are both in order",
    "PostsClassified": "the stream's age and its failures have alarms",
    "OpinionsAsked": "a cost, limited by a setting",
    "AlertsSent": "many or few are both in order",
    "IncidentsNoticed": "staff are alerted",
    "PostsJoined": "many or few are both in order",
    "SignalsFull": "the latest signals are looked at, which is what a storm needs",
    "GoBackLeft": "the next run goes on",
    "FilesPublished": "many or few are both in order",
    "SubscribersForgotten": "people leave",
    "PagesAnswered": "many or few are both in order",
    "LinksRefused": "links end by their time",
}
# Texts in the functions' code that look like a metric's name: a key of stream records, and a type.
OTHER_NAMES = {"NewImage", "NextMiddleware"}
STREAM = {"Fn::GetAtt": ["Desk", "StreamArn"]}
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}

Resource = dict[str, Any]


@pytest.fixture(scope="module")
def stack() -> dict[str, Any]:
    return transformed(ROOT / "template.yaml")


@pytest.fixture(scope="module")
def resources(stack: dict[str, Any]) -> dict[str, Resource]:
    found: dict[str, Resource] = stack["Resources"]
    return found


@pytest.fixture(scope="module")
def alarms() -> dict[str, Resource]:
    found: dict[str, Resource] = template(ROOT / "infra" / "alarms.yaml")["Resources"]
    return found


def of_type(resources: dict[str, Resource], kind: str) -> dict[str, Any]:
    """Properties by logical id."""
    return {name: found["Properties"] for name, found in resources.items() if found["Type"] == f"AWS::{kind}"}


def arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


# --- Lint -------------------------------------------------------------------------------------------------


def test_transformed_template_lints(stack: dict[str, Any]) -> None:
    """`sam validate --lint` passes circular templates; the transformed one shows them."""
    # W3002: the nested template is a local file, which `sam deploy` uploads.
    config = ManualArgs(regions=[REGION], ignore_checks=["W3002"])
    assert [str(match) for match in lint(json.dumps(stack), config=config)] == []


def test_nested_template_lints() -> None:
    for name in ("alarms.yaml", "status_site.yaml"):
        text = (ROOT / "infra" / name).read_text()
        assert [str(match) for match in lint(text, config=ManualArgs(regions=[REGION]))] == []


def test_nested_stack_is_given_every_parameter(resources: dict[str, Resource]) -> None:
    for nested in of_type(resources, "CloudFormation::Stack").values():
        assert nested["Parameters"].keys() == template(ROOT / nested["TemplateURL"])["Parameters"].keys()


# --- Table ------------------------------------------------------------------------------------------------


def test_keys_are_those_of_the_code(resources: dict[str, Resource]) -> None:
    table = resources["Desk"]["Properties"]
    shape = {index["IndexName"]: _key_names(index) for index in table["GlobalSecondaryIndexes"]}
    assert _key_names(table) == (keys.PK, keys.SK)
    assert shape == {
        keys.DUE.name: (keys.DUE_SHARD, keys.DUE_AT),
        keys.WAITING.name: (keys.QUEUE, keys.ANSWER_BY),
    }
    assert table["TimeToLiveSpecification"] == {"AttributeName": keys.EXPIRES, "Enabled": True}


def _key_names(keyed: Resource) -> tuple[str, ...]:
    by_type = {key["KeyType"]: key["AttributeName"] for key in keyed["KeySchema"]}
    return by_type["HASH"], by_type["RANGE"]


def test_table_is_hard_to_lose(resources: dict[str, Resource]) -> None:
    table = resources["Desk"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"]["DeletionProtectionEnabled"]
    assert table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert table["Properties"]["SSESpecification"]["SSEEnabled"]


# --- Functions --------------------------------------------------------------------------------------------


def test_functions_are_the_known_ones(resources: dict[str, Resource]) -> None:
    assert of_type(resources, "Lambda::Function").keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_is_given_what_it_reads_from_its_environment(resources: dict[str, Resource], name: str) -> None:
    service, config = FUNCTIONS[name]
    variables = resources[name]["Properties"]["Environment"]["Variables"]
    assert variables.keys() - POWERTOOLS == {field.name.upper() for field in fields(config)}
    assert variables["POWERTOOLS_SERVICE_NAME"] == service
    assert resources[name]["Properties"]["Code"]["S3Key"] == f"functions/{service}"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_runs_as_built(resources: dict[str, Resource], name: str) -> None:
    function = resources[name]["Properties"]
    assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
    layers = [resources[layer["Ref"]]["Properties"]["Content"]["S3Key"] for layer in function["Layers"]]
    calls_x = ["layers/x"] if name in CALL_X else []
    assert layers == ["layers/dependencies", "layers/core", *calls_x]


def test_layers_are_built_for_the_architecture_they_run_on() -> None:
    layers = [
        found
        for found in template(ROOT / "template.yaml")["Resources"].values()
        if found["Type"] == "AWS::Serverless::LayerVersion"
    ]
    assert len(layers) == 3
    for layer in layers:
        assert layer["Metadata"] == {"BuildMethod": "python3.13", "BuildArchitecture": "arm64"}
        assert layer["Properties"]["CompatibleArchitectures"] == ["arm64"]
        assert layer["Properties"]["CompatibleRuntimes"] == ["python3.13"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_logs_are_kept_for_a_while_only(resources: dict[str, Resource], name: str) -> None:
    group = resources[resources[name]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]]
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("FetchMentions", "rate(1 minute)"),
        ("NotifyStaff", "rate(1 minute)"),
        ("DetectIncidents", "rate(1 minute)"),
        ("PublishStatus", "rate(5 minutes)"),
    ],
)
def test_failed_run_is_kept_and_not_repeated(resources: dict[str, Resource], name: str, rate: str) -> None:
    (config,) = [
        one for one in of_type(resources, "Lambda::EventInvokeConfig").values() if one["FunctionName"] == {"Ref": name}
    ]
    (schedule,) = [
        one for one in of_type(resources, "Scheduler::Schedule").values() if one["Target"]["Arn"] == arn(name)
    ]
    assert config["MaximumRetryAttempts"] == 0
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == arn("RunFailures")
    assert schedule["ScheduleExpression"] == rate
    assert schedule["Target"]["DeadLetterConfig"]["Arn"] == arn("RunFailures")
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60}
    # A fixed name would keep a second desk out of the account.
    assert "Name" not in schedule


def test_stream_gives_up_and_says_so(resources: dict[str, Resource]) -> None:
    for mapping in _readers(resources).values():
        assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == arn("StreamFailures")
        assert mapping["BisectBatchOnFunctionError"]
        assert mapping["MaximumRetryAttempts"] == 5
        assert mapping["MaximumRecordAgeInSeconds"] <= 6 * 3600
    assert _readers(resources)["ClassifyMention"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_stream_brings_untagged_posts_only(resources: dict[str, Resource]) -> None:
    """The classifier's own writes must not feed it; Lambda filters DynamoDB streams by the dynamodb key alone."""
    (pattern,) = _readers(resources)["ClassifyMention"]["FilterCriteria"]["Filters"]
    assert json.loads(pattern["Pattern"]) == {
        "dynamodb": {"NewImage": {"sk": {"S": [keys.POST]}, "tagged_at": {"S": [{"exists": False}]}}}
    }


def test_incidents_and_settings_alone_bring_the_publisher(resources: dict[str, Resource]) -> None:
    incident = keys.incident(IncidentId("one"))
    settings, version = keys.settings(), keys.settings(7)
    filters = _readers(resources)["PublishStatus"]["FilterCriteria"]["Filters"]
    patterns = [EventPattern.load(one["Pattern"]) for one in filters]

    def brings(key: keys.Key, **more: str) -> bool:
        record = {"dynamodb": {"NewImage": {name: {"S": value} for name, value in (key.attributes | more).items()}}}
        return any(pattern.matches_event(record) for pattern in patterns)  # type: ignore[arg-type]

    assert {status for status in Status if brings(incident, status=status)} == {s for s in Status if s.public}
    assert brings(settings)
    assert not any(map(brings, (version, keys.post(PostId("1")), keys.case(CaseId.parse("1#2")))))


def _readers(resources: dict[str, Resource]) -> dict[str, Resource]:
    """The readers of the table's stream, by function."""
    found = of_type(resources, "Lambda::EventSourceMapping").values()
    return {one["FunctionName"]["Ref"]: one for one in found if one["EventSourceArn"] == STREAM}


def test_queues_keep_failures_for_two_weeks(resources: dict[str, Resource]) -> None:
    queues = of_type(resources, "SQS::Queue")
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())
    # They hold addresses, and no failures.
    assert queues.pop("RequestedMails")["MessageRetentionPeriod"] == 3600
    assert queues.pop("SignInCodes")["MessageRetentionPeriod"] == 600
    assert {queue["MessageRetentionPeriod"] for queue in queues.values()} == {14 * 24 * 3600}


# --- Permissions ------------------------------------------------------------------------------------------


def _statements(resources: dict[str, Resource]) -> Iterator[tuple[str, Resource]]:
    for name, role in of_type(resources, "IAM::Role").items():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                # A statement on a condition, and nothing where it does not hold.
                yield name, statement.get("Fn::If", [None, statement])[1]


def test_no_permission_has_a_star(resources: dict[str, Resource]) -> None:
    with_star = [
        (name, statement.get("Sid"))
        for name, statement in _statements(resources)
        if "*" in json.dumps([statement["Action"], statement.get("Resource"), statement.get("NotResource")])
    ]
    assert with_star == [
        ("ClassifyMentionRole", "AskTheModel"),
        ("NotifyStaffRole", "SendTexts"),
        ("PublishStatusRole", "WriteTheSite"),
    ]
    assert {sid for _, sid in with_star} == STARS.keys()


def test_texts_may_go_to_phones_and_to_no_topic(resources: dict[str, Resource]) -> None:
    (statement,) = [one for _, one in _statements(resources) if one.get("Sid") == "SendTexts"]
    assert statement["Action"] == ["sns:Publish"]
    assert statement["NotResource"] == {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}


def test_roles_hold_nothing_but_their_own_statements(resources: dict[str, Resource]) -> None:
    for role in of_type(resources, "IAM::Role").values():
        assert "ManagedPolicyArns" not in role
    assert not of_type(resources, "IAM::ManagedPolicy")
    for name in FUNCTIONS:
        assert resources[name]["Properties"]["Role"] == arn(f"{name}Role")


def test_every_statement_of_a_function_says_what_for(resources: dict[str, Resource]) -> None:
    own = [statement for role, statement in _statements(resources) if role.removesuffix("Role") in FUNCTIONS]
    assert own
    assert all(statement.get("Sid") for statement in own)


@pytest.mark.parametrize(
    ("name", "actions"),
    [
        ("FetchMentions", "DeleteItem GetItem PutItem Query UpdateItem"),
        ("ClassifyMention", "DeleteItem GetItem PutItem Query UpdateItem"),
        ("NotifyStaff", "BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("DetectIncidents", "BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query"),
        ("PublishStatus", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("ForgetBounced", "DeleteItem GetItem PutItem"),
        ("ActionLinks", "DeleteItem GetItem PutItem Query UpdateItem"),
        ("StatusSubscriptions", "DeleteItem GetItem PutItem"),
        ("SendRequestedMails", "DeleteItem GetItem PutItem Query UpdateItem"),
        ("DeskWeb", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("SendSignInCodes", "GetItem"),
    ],
)
def test_function_may_do_only_this_to_the_table(resources: dict[str, Resource], name: str, actions: str) -> None:
    allowed = {
        action
        for role, statement in _statements(resources)
        if role == f"{name}Role" and statement.get("Resource") == arn("Desk")
        for action in statement["Action"]
    }
    assert allowed == {f"dynamodb:{action}" for action in actions.split()}


# --- Alarms -----------------------------------------------------------------------------------------------


def test_every_alarm_says_what_happened_and_what_to_do(alarms: dict[str, Resource]) -> None:
    for name, alarm in of_type(alarms, "CloudWatch::Alarm").items():
        happened, _, to_do = alarm["AlarmDescription"].partition(" Do: ")
        assert len(happened) > 80, name
        assert len(to_do) > 80, name
        assert len(alarm["AlarmDescription"]) <= 1024, name


def test_every_alarm_reaches_the_operators(alarms: dict[str, Resource]) -> None:
    operators = [{"Ref": "OperatorsTopicArn"}]
    for name, alarm in of_type(alarms, "CloudWatch::Alarm").items():
        assert (alarm["AlarmActions"], alarm["OKActions"]) == (operators, operators), name


def test_silence_is_an_alarm_for_the_heartbeats_alone(alarms: dict[str, Resource]) -> None:
    found = of_type(alarms, "CloudWatch::Alarm")
    heartbeats = {
        "NoFetch": ("FetchCompleted", 5),
        "NoNotifier": ("NotifyCompleted", 5),
        "NoDetector": ("DetectCompleted", 5),
        "NoPublisher": ("PublishCompleted", 15),
    }
    assert {name for name, a in found.items() if a["TreatMissingData"] == "breaching"} == heartbeats.keys()
    for name, (metric, minutes) in heartbeats.items():
        assert found[name]["MetricName"] == metric
        assert found[name]["Period"] * found[name]["EvaluationPeriods"] == minutes * 60
        assert (found[name]["ComparisonOperator"], found[name]["Threshold"]) == ("LessThanThreshold", 1)


def test_alarms_watch_metrics_that_the_functions_send(
    resources: dict[str, Resource], alarms: dict[str, Resource]
) -> None:
    """Namespace, service and name: a slip in one of them makes an alarm that never sounds."""
    for name in FUNCTIONS:
        variables = resources[name]["Properties"]["Environment"]["Variables"]
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Fn::Sub": "Mentiondesk/${AWS::StackName}"}
    assert resources["Alarms"]["Properties"]["Parameters"]["DeskName"] == {"Ref": "AWS::StackName"}
    emitted = {(service, name) for service, _ in FUNCTIONS.values() for name in counters(service)}
    assert _watched(alarms) <= emitted
    assert {name for _, name in emitted - _watched(alarms)} == UNWATCHED.keys()


def _watched(alarms: dict[str, Resource]) -> set[tuple[str, str]]:
    """Service and metric of every alarm on a metric of the desk's own."""
    own = [a for a in of_type(alarms, "CloudWatch::Alarm").values() if not str(a["Namespace"]).startswith("AWS/")]
    assert all(alarm["Namespace"] == {"Fn::Sub": "Mentiondesk/${DeskName}"} for alarm in own)
    assert all([one["Name"] for one in alarm["Dimensions"]] == ["service"] for alarm in own)
    return {(alarm["Dimensions"][0]["Value"], alarm["MetricName"]) for alarm in own}


def counters(service: str) -> set[str]:
    """The metrics that a function's own code names, and the module that those behind HTTP share."""
    files = [ROOT / "functions" / service / "app.py"]
    shared = ROOT / "layers/core/mentiondesk/presentation/web.py"
    if "import web" in files[0].read_text():
        files.append(shared)
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if re.fullmatch(r"(X|[A-Z][a-z]+)([A-Z][a-z]+)+", text)} - OTHER_NAMES


def test_every_function_queue_and_index_is_watched(alarms: dict[str, Resource]) -> None:
    watched = {
        (alarm["MetricName"], json.dumps(alarm["Dimensions"][-1]["Value"]))
        for alarm in of_type(alarms, "CloudWatch::Alarm").values()
    }
    for name in ("FetchMentions", "ClassifyMention", "NotifyStaff"):
        for metric in ("Errors", "Throttles"):
            assert (metric, json.dumps({"Ref": f"{name}Name"})) in watched
    # Scheduled functions have a heartbeat.
    for name in (
        "ActionLinks",
        "StatusSubscriptions",
        "SendRequestedMails",
        "DeskWeb",
        "SendSignInCodes",
        "ForgetBounced",
    ):
        assert ("Errors", json.dumps({"Ref": f"{name}Name"})) in watched
    for queue in ("StreamFailures", "RunFailures"):
        assert ("ApproximateNumberOfMessagesVisible", json.dumps({"Ref": f"{queue}Name"})) in watched
    for index in (keys.DUE.name, keys.WAITING.name):
        assert ("WriteThrottleEvents", json.dumps(index)) in watched
