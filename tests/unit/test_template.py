"""The template deploys what the design promises: keys, permissions, retries, alarms that reach a person."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from cfnlint.api import ManualArgs, lint
from moto.events.models import EventPattern

from infra.transform import REGION, template, transformed
from mentiondesk.adapters import relay
from mentiondesk.adapters.channels.notes import SOURCE, NoteKind
from mentiondesk.adapters.storage import keys
from mentiondesk.domain.events.event import EventEntry
from mentiondesk.domain.ids import CaseId, IncidentId, PostId, ReplyId
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.replies.reply import ReplyState
from mentiondesk.domain.timeline import ENTRY_NAMES
from mentiondesk.domain.troubles import RULES
from mentiondesk.presentation import operator_mails
from mentiondesk.runtime.config import (
    ActionLinksConfig,
    AuditConfig,
    ClassifyConfig,
    DeskWebConfig,
    DetectConfig,
    FetchConfig,
    ForgetConfig,
    NotifyConfig,
    PublishConfig,
    RelayConfig,
    ReportConfig,
    RequestedMailsConfig,
    SendEventsConfig,
    SendReplyConfig,
    SignInCodesConfig,
    SubscriptionsConfig,
)
from mentiondesk.values import Frozen
from tests.support.privileges import STARS

ROOT = Path(__file__).parents[2]
# Only these get the packages that calling X, or another API on the web, takes.
CALL_X = ("FetchMentions", "AuditDesk", "PublishStatus", "SendReply")
FUNCTIONS: dict[str, tuple[str, type[Frozen]]] = {
    "FetchMentions": ("fetch_mentions", FetchConfig),
    "ClassifyMention": ("classify_mention", ClassifyConfig),
    "NotifyStaff": ("notify_staff", NotifyConfig),
    "DetectIncidents": ("detect_incidents", DetectConfig),
    "AuditDesk": ("audit_desk", AuditConfig),
    "PublishStatus": ("publish_status", PublishConfig),
    "ForgetBounced": ("forget_bounced", ForgetConfig),
    "ActionLinks": ("action_links", ActionLinksConfig),
    "StatusSubscriptions": ("status_subscriptions", SubscriptionsConfig),
    "SendRequestedMails": ("send_requested_mails", RequestedMailsConfig),
    "DeskWeb": ("desk_web", DeskWebConfig),
    "SendSignInCodes": ("send_sign_in_codes", SignInCodesConfig),
    "SendReport": ("send_report", ReportConfig),
    "RelayChanges": ("relay_changes", RelayConfig),
    "SendReply": ("send_reply", SendReplyConfig),
    "SendEvents": ("send_events", SendEventsConfig),
}
# Texts in the functions' code that look like the name of a trouble: keys of stream records, and counts of which
# nobody needs to hear (many refused requests have an alarm).
OTHER_NAMES = {"NewImage", "SequenceNumber", "LinksRefused"}
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
    # Without the property DynamoDB encrypts with its own key, which costs nothing.
    assert "SSESpecification" not in table["Properties"]


# --- Functions --------------------------------------------------------------------------------------------


def test_functions_are_the_known_ones(resources: dict[str, Resource]) -> None:
    assert of_type(resources, "Lambda::Function").keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_is_given_what_it_reads_from_its_environment(resources: dict[str, Resource], name: str) -> None:
    service, config = FUNCTIONS[name]
    variables = resources[name]["Properties"]["Environment"]["Variables"]
    assert variables.keys() - POWERTOOLS == {name.upper() for name in config.__struct_fields__}
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
        assert layer["Metadata"] == {"BuildMethod": "makefile", "BuildArchitecture": "arm64"}
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
        ("SendEvents", "rate(1 minute)"),
        ("AuditDesk", "rate(1 hour)"),
    ],
)
def test_a_run_that_fails_is_made_good_by_the_next(resources: dict[str, Resource], name: str, rate: str) -> None:
    (config,) = [
        one for one in of_type(resources, "Lambda::EventInvokeConfig").values() if one["FunctionName"] == {"Ref": name}
    ]
    (schedule,) = [
        one for one in of_type(resources, "Scheduler::Schedule").values() if one["Target"]["Arn"] == arn(name)
    ]
    assert config["MaximumRetryAttempts"] == 0
    assert not config.get("DestinationConfig")
    assert schedule["ScheduleExpression"] == rate
    most_age = 600 if name == "AuditDesk" else 60
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": most_age}
    # A fixed name would keep a second desk out of the account.
    assert "Name" not in schedule


def test_schedules_of_other_accounts_start_nothing(resources: dict[str, Resource]) -> None:
    for schedule in of_type(resources, "Scheduler::Schedule").values():
        assert schedule["Target"]["RoleArn"] == arn("SchedulesRole")
    (trust,) = resources["SchedulesRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_reports_of_undelivered_mail_are_kept(resources: dict[str, Resource]) -> None:
    """SES sends each report once, and no schedule makes good for one that is lost."""
    (config,) = [
        one
        for one in of_type(resources, "Lambda::EventInvokeConfig").values()
        if one["FunctionName"] == {"Ref": "ForgetBounced"}
    ]
    assert config["MaximumRetryAttempts"] == 2
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == arn("MailReportFailures")


# --- Notes ------------------------------------------------------------------------------------------------

# The sender's role, the function, where runs end that fail for good, and the seconds in which Lambda tries. A schedule
# makes good for notes about the status page, and each minute of the notifier for those about replies.
NOTED = {
    NoteKind.STATUS_CHANGED: ("RelayChangesRole", "PublishStatus", None, 60),
    NoteKind.REPLIES_DUE: ("NotifyStaffRole", "SendReply", None, 60),
    NoteKind.MAIL_REQUESTED: ("StatusSubscriptionsRole", "SendRequestedMails", arn("MailReportFailures"), 3600),
    NoteKind.CODE_REQUESTED: ("DeskWebRole", "SendSignInCodes", arn("MailReportFailures"), 600),
}


@pytest.mark.parametrize("kind", list(NOTED))
def test_each_kind_of_note_has_one_sender_and_starts_one_function(resources: dict[str, Resource], kind: str) -> None:
    sender, function, failures, seconds = NOTED[NoteKind(kind)]
    rules = [one for one in of_type(resources, "Events::Rule").values() if one.get("EventBusName") == {"Ref": "Notes"}]
    assert len(rules) == len(NoteKind)
    (rule,) = [one for one in rules if one["EventPattern"] == {"source": [SOURCE], "detail-type": [kind]}]
    assert [target["Arn"] for target in rule["Targets"]] == [arn(function)]
    senders = [
        name
        for name, one in _statements(resources)
        if one["Action"] == ["events:PutEvents"] and one["Resource"] == arn("Notes") and kind in _kinds(one)
    ]
    assert senders == [sender]
    runs = resources[f"{function}EventInvokeConfig"]["Properties"]
    assert runs["DestinationConfig"].get("OnFailure", {}).get("Destination") == failures
    assert runs["MaximumEventAgeInSeconds"] == seconds


def _kinds(statement: dict[str, Any]) -> list[str]:
    """The kinds of notes that a statement allows."""
    kinds: str | list[str] = statement["Condition"]["ForAllValues:StringEquals"]["events:detail-type"]
    return kinds if isinstance(kinds, list) else [kinds]


def test_a_reply_waits_in_a_timer_until_it_may_go_out(resources: dict[str, Resource]) -> None:
    machine = resources["ReplyTimer"]["Properties"]
    # It keeps no history: a note names a customer.
    assert machine["StateMachineType"] == "EXPRESS"
    until, send = machine["Definition"]["States"].values()
    assert (until["Type"], until["TimestampPath"]) == ("Wait", "$.at")
    assert send["Resource"] == arn("SendReply")
    assert timedelta(seconds=machine["Definition"]["TimeoutSeconds"]) > relay._LONGEST_WAIT
    (rule,) = [
        one for one in of_type(resources, "Events::Rule").values() if one["Targets"][0]["Arn"] == {"Ref": "ReplyTimer"}
    ]
    assert rule["EventPattern"] == {"source": [SOURCE], "detail-type": [NoteKind.REPLY_WAITS]}
    assert rule["Targets"][0]["InputPath"] == "$.detail"
    for role in ("ReplyTimerRole", "RepliesThatWaitRole"):
        (trust,) = resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_no_queue_is_polled_by_default(resources: dict[str, Resource]) -> None:
    """Lambda's pollers of a queue cost $.26 a month."""
    polled = [
        one["EventSourceArn"]
        for one in resources.values()
        if one["Type"] == "AWS::Lambda::EventSourceMapping" and "Condition" not in one
        for one in [one["Properties"]]
        if "StartingPosition" not in one
    ]
    assert polled == []


# --- Mail -------------------------------------------------------------------------------------------------


def unready_destinations(resources: dict[str, Resource]) -> list[str]:
    """SES's event destinations on topics that do not wait until SES may publish there: SES refuses to make them."""
    policies = {
        name: one["Properties"]["Topics"] for name, one in resources.items() if one["Type"] == "AWS::SNS::TopicPolicy"
    }
    found = []
    for name, one in resources.items():
        to = one["Properties"].get("EventDestination", {}).get("SnsDestination", {}).get("TopicARN")
        waits_for = one.get("DependsOn", [])
        waits_for = [waits_for] if isinstance(waits_for, str) else waits_for
        if to and not any(to in policies.get(other, []) for other in waits_for):
            found.append(name)
    return found


def test_no_event_destination_is_made_before_ses_may_use_it(resources: dict[str, Resource]) -> None:
    assert unready_destinations(resources) == []
    topic = {"Ref": "Topic"}
    made: dict[str, Resource] = {
        "Policy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [topic]}},
        "Events": {
            "Type": "AWS::SES::ConfigurationSetEventDestination",
            "Properties": {"EventDestination": {"SnsDestination": {"TopicARN": topic}}},
        },
    }
    assert unready_destinations(made) == ["Events"]
    assert unready_destinations({**made, "Events": {**made["Events"], "DependsOn": "Policy"}}) == []


def test_mail_to_staff_takes_no_notice_of_suppression_and_its_failures_are_heard(
    resources: dict[str, Resource],
) -> None:
    assert resources["StaffMail"]["Properties"]["SuppressionOptions"] == {"SuppressedReasons": []}
    variables = {name: resources[name]["Properties"]["Environment"]["Variables"] for name in FUNCTIONS}
    assert variables["NotifyStaff"]["STAFF_MAIL"] == variables["ForgetBounced"]["STAFF_MAIL"] == {"Ref": "StaffMail"}
    destination = resources["StaffMailToBus"]["Properties"]["EventDestination"]
    assert set(destination["MatchingEventTypes"]) == {"bounce", "complaint", "reject"}
    assert destination["EventBridgeDestination"]["EventBusArn"]["Fn::Sub"].endswith(":event-bus/default")
    (rule,) = [one for one in of_type(resources, "Events::Rule").values() if "EventBusName" not in one]
    sets = rule["EventPattern"]["detail"]["mail"]["tags"]["ses:configuration-set"]
    assert sets == [{"Ref": "MailEvents"}, {"Ref": "StaffMail"}]
    assert [target["Arn"] for target in rule["Targets"]] == [arn("ForgetBounced")]


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


def test_the_stream_has_two_readers(resources: dict[str, Resource]) -> None:
    """The documented most; a third would slow both down. Whoever else wants changes gets them from the relay."""
    assert _readers(resources).keys() == {"ClassifyMention", "RelayChanges"}


def test_what_consumers_want_alone_brings_the_relay(resources: dict[str, Resource]) -> None:
    incident, reply = keys.incident(IncidentId("one")), keys.reply(CaseId.parse("1#2"), ReplyId("r"))
    settings, version = keys.settings(), keys.settings(7)
    filters = _readers(resources)["RelayChanges"]["FilterCriteria"]["Filters"]
    patterns = [EventPattern.load(one["Pattern"]) for one in filters if "Pattern" in one]

    def brings(key: keys.Key, **more: str) -> bool:
        record = {"dynamodb": {"NewImage": {name: {"S": value} for name, value in (key.attributes | more).items()}}}
        return any(pattern.matches_event(record) for pattern in patterns)  # type: ignore[arg-type]

    assert {status for status in Status if brings(incident, status=status)} == {s for s in Status if s.public}
    assert brings(settings)
    assert {one for one in ReplyState if brings(reply, state=one)} == {ReplyState.COOLING, ReplyState.QUEUED}
    assert not any(map(brings, (version, keys.post(PostId("1")), keys.case(CaseId.parse("1#2")))))


def test_events_bring_the_relay_where_they_go_out(resources: dict[str, Resource]) -> None:
    case, incident = CaseId.parse("1#2"), IncidentId("one")
    filters = _readers(resources)["RelayChanges"]["FilterCriteria"]["Filters"]
    on_a_condition = [one["Fn::If"] for one in filters if "Fn::If" in one]
    assert {(condition, str(other)) for condition, _, other in on_a_condition} == {
        ("HasEvents", str({"Ref": "AWS::NoValue"}))
    }
    patterns = [EventPattern.load(pattern["Pattern"]) for _, pattern, _ in on_a_condition]

    def brings(key: keys.Key, **more: str) -> bool:
        record = {"dynamodb": {"NewImage": {name: {"S": value} for name, value in (key.attributes | more).items()}}}
        return any(pattern.matches_event(record) for pattern in patterns)  # type: ignore[arg-type]

    assert brings(keys.case(case)) and brings(keys.incident(incident)) and brings(keys.reply(case, ReplyId("r")))
    assert brings(keys.Key(keys.incident(incident).pk, f"{keys.UPDATE}2026"))
    told = {name for name in ENTRY_NAMES.values() if brings(keys.act(case, "1"), type=name)}
    assert told == {ENTRY_NAMES[kind] for kind in get_args(EventEntry)}
    assert not any(map(brings, (keys.post(PostId("1")), keys.escalation(case), keys.event("evt_1"))))
    # Lambda quotas: five filters for an event source.
    assert len(filters) <= 5


def test_nothing_of_events_is_deployed_unless_they_go_out(stack: dict[str, Any]) -> None:
    assert stack["Parameters"]["EventsOut"]["Default"] == "no"
    own = {name: found for name, found in stack["Resources"].items() if "SendEvents" in name or name == "Events"}
    assert len(own) >= 6
    assert {found.get("Condition") for found in own.values()} == {"HasEvents"}


def _readers(resources: dict[str, Resource]) -> dict[str, Resource]:
    """The readers of the table's stream, by function."""
    found = of_type(resources, "Lambda::EventSourceMapping").values()
    return {one["FunctionName"]["Ref"]: one for one in found if one["EventSourceArn"] == STREAM}


def test_what_is_not_encrypted_on_its_way_is_refused(resources: dict[str, Resource]) -> None:
    policies = {**of_type(resources, "SQS::QueuePolicy"), **of_type(resources, "SNS::TopicPolicy")}
    guarded = []
    for policy in policies.values():
        denials = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
        assert [one["Condition"] for one in denials] == [{"Bool": {"aws:SecureTransport": "false"}}]
        guarded += [_chosen(one) for one in policy.get("Queues", []) + policy.get("Topics", [])]
    every = {**of_type(resources, "SQS::Queue"), **of_type(resources, "SNS::Topic")}
    assert sorted(one["Ref"] for one in guarded) == sorted(every)


def _chosen(value: Any) -> Any:
    """The value of a condition's branch that is not nothing."""
    branches = value.get("Fn::If", [None, value])[1:]
    return next(one for one in branches if one != {"Ref": "AWS::NoValue"})


def test_queues_keep_failures_for_two_weeks(resources: dict[str, Resource]) -> None:
    queues = of_type(resources, "SQS::Queue")
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())
    assert {queue["MessageRetentionPeriod"] for queue in queues.values()} == {14 * 24 * 3600}


# --- Permissions ------------------------------------------------------------------------------------------


def _statements(resources: dict[str, Resource]) -> Iterator[tuple[str, Resource]]:
    for name, role in of_type(resources, "IAM::Role").items():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                # A statement on a condition, with another or nothing where it does not hold.
                branches = statement.get("Fn::If", [None, statement])[1:]
                yield from ((name, branch) for branch in branches if branch != {"Ref": "AWS::NoValue"})


def test_no_permission_has_a_star(resources: dict[str, Resource]) -> None:
    with_star = [
        (name, statement.get("Sid"))
        for name, statement in _statements(resources)
        if "*" in json.dumps([statement["Action"], statement.get("Resource"), statement.get("NotResource")])
    ]
    assert with_star == [
        ("ClassifyMentionRole", "AskTheModel"),
        ("NotifyStaffRole", "SendEmail"),
        ("NotifyStaffRole", "SendTexts"),
        ("NotifyStaffRole", "SendTexts"),
        ("PublishStatusRole", "WriteTheSite"),
        ("PublishStatusRole", "SendEmail"),
        ("SendEventsRole", "SendEmail"),
        ("SendRequestedMailsRole", "SendEmail"),
        ("SendSignInCodesRole", "SendEmail"),
        ("SendReportRole", "SendEmail"),
    ]
    assert {sid for _, sid in with_star} == STARS.keys()


def test_texts_may_go_to_phones_and_to_no_topic(resources: dict[str, Resource]) -> None:
    through_sns, through_messaging = [one for _, one in _statements(resources) if one.get("Sid") == "SendTexts"]
    assert through_sns["Action"] == ["sns:Publish"]
    assert through_sns["NotResource"] == {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}
    assert through_messaging["Action"] == ["sms-voice:SendTextMessage"]
    chosen = {"Fn::Sub": "arn:${AWS::Partition}:sms-voice:${AWS::Region}:${AWS::AccountId}:*"}
    assert through_messaging["Resource"] == {"Fn::If": ["HasTextOrigin", {"Ref": "TextOrigin"}, chosen]}


_COUNT = {"dynamodb:Select": "COUNT"}


def test_every_use_of_the_table_names_its_items(resources: dict[str, Resource]) -> None:
    """A function that is taken over reaches the items that its work needs, and no others."""
    for role, statement in _statements(resources):
        if any(action.startswith("dynamodb:") for action in statement["Action"]) and "StreamArn" not in str(statement):
            condition = dict(statement["Condition"])
            # A query that may bring a number alone.
            assert condition.pop("StringEquals", _COUNT) == _COUNT, role
            ((operator, compared),) = condition.items()
            assert operator in ("ForAllValues:StringEquals", "ForAllValues:StringLike"), role
            names = compared["dynamodb:LeadingKeys"]
            assert names
            assert all(re.fullmatch(r"[A-Z]+(#\*|#[A-Z]+)?", name) for name in names), (role, names)
            assert operator.endswith("Like") or "*" not in "".join(names)


def test_what_the_public_reaches_writes_neither_settings_nor_posts(resources: dict[str, Resource]) -> None:
    for role in ("ActionLinksRole", "StatusSubscriptionsRole"):
        written = {
            key
            for name, statement in _statements(resources)
            if name == role and {"dynamodb:PutItem", "dynamodb:UpdateItem"} & set(statement["Action"])
            for condition in statement["Condition"].values()
            for key in condition["dynamodb:LeadingKeys"]
        }
        assert not [key for key in written if key.startswith(("SETTINGS", "POST", "CURSOR"))]
        if role == "StatusSubscriptionsRole":
            assert not [key for key in written if key.startswith(("CASE", "INCIDENT"))]


def test_mail_comes_from_the_desk_s_own_senders_alone(resources: dict[str, Resource]) -> None:
    senders = [one for _, one in _statements(resources) if "ses:SendEmail" in one["Action"]]
    assert len(senders) >= 3
    for statement in senders:
        assert statement["Condition"]["StringEquals"].keys() == {"ses:FromAddress"}
        # SES asks for the configuration set as well as for the identity.
        assert "configuration-set/" in json.dumps(statement["Resource"])


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
        ("FetchMentions", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("ClassifyMention", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("NotifyStaff", "BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("DetectIncidents", "BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("AuditDesk", "BatchGetItem ConditionCheckItem GetItem PutItem Query UpdateItem"),
        ("PublishStatus", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("ForgetBounced", "DeleteItem GetItem PutItem UpdateItem"),
        ("ActionLinks", "BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("StatusSubscriptions", "DeleteItem GetItem PutItem UpdateItem"),
        ("SendRequestedMails", "DeleteItem GetItem PutItem Query UpdateItem"),
        ("DeskWeb", "BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("SendSignInCodes", "GetItem UpdateItem"),
        ("SendReport", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem"),
        ("RelayChanges", ""),
        ("SendReply", "DeleteItem GetItem PutItem Query UpdateItem"),
        ("SendEvents", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem"),
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
        assert alarm["AlarmActions"] == operators, name
        # An alarm that is new comes to OK by itself: only those whose end matters mail it.
        assert ("OKActions" in alarm) == (name in SILENCE), name


SILENCE = {
    "NoFetch": ("FetchMentions", 5),
    "NoNotifier": ("NotifyStaff", 5),
    "NoDetector": ("DetectIncidents", 5),
    "NoPublisher": ("PublishStatus", 15),
    "NoEvents": ("SendEvents", 15),
}


def test_silence_is_an_alarm_for_what_runs_by_the_clock(alarms: dict[str, Resource]) -> None:
    """The average of Lambda's Errors is 1 where every run failed; where none ran there is no point."""
    found = of_type(alarms, "CloudWatch::Alarm")
    assert {name for name, a in found.items() if a["TreatMissingData"] == "breaching"} == SILENCE.keys()
    for name, (function, minutes) in SILENCE.items():
        alarm = found[name]
        assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("AWS/Lambda", "Errors", "Average")
        assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": f"{function}Name"}}]
        assert alarm["Period"] * alarm["EvaluationPeriods"] == minutes * 60
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanOrEqualToThreshold", 1)


# The metrics that AWS keeps for nothing, with the dimension that alarms name (CloudWatch metrics of each service).
OF_AWS = {
    ("AWS/Lambda", "Errors"): ("FunctionName",),
    ("AWS/Lambda", "IteratorAge"): ("FunctionName",),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ("QueueName",),
    ("AWS/ApiGateway", "5xx"): ("ApiId",),
    ("AWS/ApiGateway", "4xx"): ("ApiId",),
    ("AWS/SNS", "SMSMonthToDateSpentUSD"): (),
    ("AWS/SNS", "NumberOfNotificationsFailed"): ("PhoneNumber",),
}


def test_alarms_watch_metrics_that_exist(alarms: dict[str, Resource]) -> None:
    for name, alarm in of_type(alarms, "CloudWatch::Alarm").items():
        dimensions = tuple(one["Name"] for one in alarm.get("Dimensions", ()))
        assert OF_AWS[alarm["Namespace"], alarm["MetricName"]] == dimensions, name


def test_a_desk_as_deployed_by_default_has_few_alarms(alarms: dict[str, Resource]) -> None:
    """Each costs $0.10 a month beyond an account's first ten. One for each thing that must not stop unseen."""
    always = [one for one in alarms.values() if "Condition" not in one]
    assert len(always) <= 8


def test_every_queue_is_watched(resources: dict[str, Resource], alarms: dict[str, Resource]) -> None:
    watched = {
        json.dumps(one["Dimensions"]) for one in of_type(alarms, "CloudWatch::Alarm").values() if "Dimensions" in one
    }
    # Events stay until a run ends well, and an alarm knows when none does. The audit looks at the queue of mails, and
    # the notifier tells what it saw.
    unwatched = {"Events", "MailReportFailures"}
    for queue in of_type(resources, "SQS::Queue").keys() - unwatched:
        assert json.dumps([{"Name": "QueueName", "Value": {"Ref": f"{queue}Name"}}]) in watched, queue


def test_no_text_of_an_alarm_throws_reports_away(alarms: dict[str, Resource]) -> None:
    """The stream's failures are places, which may go; SES's reports come once."""
    told = json.loads(Path(operator_mails.__file__).with_name("wording").joinpath("operators.en.json").read_text())
    texts = {name: one["AlarmDescription"] for name, one in of_type(alarms, "CloudWatch::Alarm").items()}
    assert "purge" in texts["StreamFailuresWaiting"]
    assert "purge" not in told["troubles"]["MailsSetAside"]["text"]
    assert "redrive" in told["troubles"]["MailsSetAside"]["text"]


# --- Troubles ---------------------------------------------------------------------------------------------


def counted(service: str) -> set[str]:
    """The troubles that a function's own code names, and the modules that count for it."""
    files = [ROOT / "functions" / service / "app.py"]
    core = ROOT / "layers/core/mentiondesk/usecases"
    files += {
        "fetch_mentions": [core / "intake/troubles.py"],
        "send_reply": [core / "replies/send_replies.py"],
        "audit_desk": [core / "audit/audit_desk.py", core / "audit/count_set_aside.py"],
        "notify_staff": [core / "alerts/notified.py", core / "replies/wake_sender.py", core / "audit/watch_audit.py"],
        "forget_bounced": [core / "alerts/staff_mail_failed.py"],
    }.get(service, [])
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if re.fullmatch(r"(X|[A-Z][a-z]+)([A-Z][a-z]+)+", text)} - OTHER_NAMES


def test_every_trouble_that_is_counted_is_told_and_every_rule_is_used() -> None:
    """A slip in a name makes a trouble of which nobody hears."""
    assert {name for service, _ in FUNCTIONS.values() for name in counted(service)} == RULES.keys()


def test_every_trouble_says_what_happened_and_what_to_do() -> None:
    assert operator_mails.texts().keys() == RULES.keys()
    for name, words in operator_mails.texts().items():
        happened, _, to_do = words["text"].partition(" Do: ")
        assert words["title"], name
        assert min(len(happened), len(to_do)) > 60, name


# --- Names ------------------------------------------------------------------------------------------------


def test_no_name_that_is_unique_in_an_account_stands_in_the_way_of_a_second_deploy() -> None:
    """Resources that are kept of a failed or deleted stack hold its names; each stack's own id makes others."""
    resources = template(ROOT / "infra/status_site.yaml")["Resources"]
    named = {
        name: config["Name"]
        for name, found in resources.items()
        for config in found["Properties"].values()
        if isinstance(config, dict) and "Name" in config
    }
    assert len(named) == 4
    own_id = {"Id": {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}}
    for name, written in named.items():
        text, values = written["Fn::Sub"]
        assert values == own_id, name
        # A stack's id ends in a UUID; the names of origin access controls have at most 64 characters.
        assert len(text.replace("${Id}", "0" * 36)) <= 64, name


def test_what_a_failed_first_deploy_leaves_can_be_deployed_over() -> None:
    stack = template(ROOT / "template.yaml")["Resources"]
    assert stack["StatusSite"]["DeletionPolicy"] == "RetainExceptOnCreate"
    # Deletion protection would turn it into a rollback that fails; a table has no name of its own to collide.
    assert stack["Desk"]["DeletionPolicy"] == "Retain"
    assert "TableName" not in stack["Desk"]["Properties"]


# --- The API ----------------------------------------------------------------------------------------------


def test_requests_of_strangers_leave_functions_for_the_schedules(resources: dict[str, Resource]) -> None:
    """A new account runs ten functions at once: three by the minute, one by five minutes, and the stream's readers."""
    stage = resources["ApiStage"]["Properties"]
    routes = {found["RouteKey"] for found in of_type(resources, "ApiGatewayV2::Route").values()}
    assert stage["RouteSettings"].keys() == routes
    assert "$default" not in routes
    bursts = {route: limit["ThrottlingBurstLimit"] for route, limit in stage["RouteSettings"].items()}
    # The desk's pages are for a team, which needs an account with more.
    assert sum(burst for route, burst in bursts.items() if "/desk" not in route) <= 7
    assert sum(bursts.values()) <= 13
    assert {*stage["RouteSettings"]} <= routes


def test_the_access_log_has_no_path(resources: dict[str, Resource]) -> None:
    """A path holds a token."""
    written = resources["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]
    assert json.loads(written).keys() == {"at", "route", "status", "from", "ms", "error"}
    assert not re.search(r"path|\$context\.requestId|querystring", written, re.IGNORECASE)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://api.x.com", True),
        ("https://api.twitter.com", True),
        ("http://127.0.0.1:8080", True),
        ("http://api.x.com", False),
        ("http://127.0.0.1.evil.example.com", False),
        ("https://api.x.com/2", False),
    ],
)
def test_x_is_called_over_https_only(stack: dict[str, Any], url: str, taken: bool) -> None:
    assert bool(re.search(stack["Parameters"]["XApiUrl"]["AllowedPattern"], url)) is taken
