"""The calls that functions make to AWS, compared with the permissions of their roles in the template."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from botocore.model import OperationModel
from moto.core.models import DEFAULT_ACCOUNT_ID

from infra.local.cloud import STACK, LocalCloud
from infra.transform import REGION, transformed
from mentiondesk.runtime import aws

# Statements that may name a resource with a star, and the reason.
STARS = {
    "AskTheModel": "a profile may ask one model in any region of its geography; only in stacks that have one",
    "SendTexts": "without an origin the service chooses one; a phone number, for SNS, has no ARN at all",
    "SendEmail": "in the sandbox IAM is asked for the recipients' identities as well; only in stacks that say so",
    "WriteTheSite": "the files of one bucket have no other name",
}
_SUBSTITUTED = re.compile(r"\$\{([\w:.]+)\}")
# A transaction is authorized part by part; there is no action for the whole.
_PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}

# The conditions that are understood here: the partition keys of a call, and the address that a mail comes from.
_CONDITIONS = {
    ("ForAllValues:StringEquals", "dynamodb:LeadingKeys"),
    ("ForAllValues:StringLike", "dynamodb:LeadingKeys"),
    ("StringEquals", "ses:FromAddress"),
    ("ForAllValues:StringEquals", "events:detail-type"),
}
# A condition beside that of the keys: the query may bring a number and no item.
_COUNT = {"StringEquals": {"dynamodb:Select": "COUNT"}}
_EQUALS = re.compile(r"(#?\w+)\s*=\s*(:\w+)")
# An id in a key: the part after a "#" that is not one of the key's own words, which are in capitals.
_ID = re.compile(r"#(?=[^#]*[^A-Z#])[^#]*")

Resource = dict[str, Any]
# An action, its resource, what conditions compare (of items the partition key, without ids; of a mail its sender), and
# whether the call asks for a number alone.
Question = tuple[str, str, str] | tuple[str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Need:
    """A question that IAM decides: may `function` do `action` to `resource`, under the key or from the sender `key`?"""

    function: str
    action: str
    resource: str
    key: str = ""
    counts: bool = False

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}" + (f" under {self.key}" if self.key else "")


class Recorder:
    """Everything that functions ask of AWS while it is open; what else runs in this process is passed over.

    Clients made before are not heard: open it before the desk.
    """

    def __init__(self) -> None:
        self.needs: set[Need] = set()

    def __enter__(self) -> Self:
        heard: Any = aws.session()
        heard.register("before-parameter-build", self._hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        heard: Any = aws.session()
        heard.unregister("before-parameter-build", self._hear)
        aws.forget_clients()

    def _hear(self, params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        # Variables that LocalCloud gives a function while it runs, as Lambda does.
        function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        if function is not None:
            asked = needs_of(model.service_model.signing_name, model.name, params)
            self.needs |= {Need(function, *question) for question in asked}


def needs_of(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Question]:
    """The questions that IAM decides for one call.

    Source: Service Authorization Reference. An operation that is not listed here needs a permission that no role
    has: the first call of it fails the test until its needs are written down here.
    """
    match service, operation:
        case "dynamodb", _:
            yield from _table_needs(operation, params)
        case "ssm", "GetParameter":
            yield "ssm:GetParameter", _arn("ssm", f"parameter{params['Name']}"), ""
        case "sms-voice", "SendTextMessage":
            yield "sms-voice:SendTextMessage", _arn("sms-voice", "pool/chosen-by-the-service"), ""
        case "ses", "SendEmail":
            yield from _mail_needs(params)
        case "s3", "ListObjectsV2" | "PutObject":
            yield _bucket_need(operation, params)
        case "sqs", "SendMessage" | "SendMessageBatch" | "GetQueueAttributes":
            yield f"sqs:{operation.removesuffix('Batch')}", _arn("sqs", params["QueueUrl"].rpartition("/")[2]), ""
        case "events", "PutEvents":
            for entry in params["Entries"]:
                yield "events:PutEvents", _arn("events", f"event-bus/{entry['EventBusName']}"), entry["DetailType"]
        case "sns", "Publish":
            yield "sns:Publish", params.get("PhoneNumber") or params.get("TopicArn") or params["TargetArn"], ""
        case _:
            yield f"{service}:{operation}", "a resource that tests/support/privileges.py does not know", ""


def _bucket_need(operation: str, params: Mapping[str, Any]) -> Question:
    bucket = f"arn:aws:s3:::{params['Bucket']}"
    if operation == "ListObjectsV2":
        return "s3:ListBucket", bucket, ""
    return "s3:PutObject", f"{bucket}/{params['Key']}", ""


def _mail_needs(params: Mapping[str, Any]) -> Iterator[Question]:
    # Which of the two identities is asked for depends on what the account has verified.
    address = parseaddr(params["FromEmailAddress"])[1]
    for identity in (address, address.split("@")[1]):
        yield "ses:SendEmail", _arn("ses", f"identity/{identity}"), address
    if events := params.get("ConfigurationSetName"):
        yield "ses:SendEmail", _arn("ses", f"configuration-set/{events}"), address


def _table_needs(operation: str, params: Mapping[str, Any]) -> Iterator[Question]:
    match operation:
        case "TransactWriteItems" | "TransactGetItems":
            for item in params["TransactItems"]:
                ((part, asked),) = item.items()
                yield f"dynamodb:{_PARTS[part]}", _table(asked["TableName"]), _leading_key(asked)
        case "BatchGetItem":
            for name, asked in params["RequestItems"].items():
                yield from (("dynamodb:BatchGetItem", _table(name), _family(key)) for key in asked["Keys"])
        case "BatchWriteItem":
            for name, writes in params["RequestItems"].items():
                for write in writes:
                    (asked,) = write.values()
                    yield "dynamodb:BatchWriteItem", _table(name), _leading_key(asked)
        case _:
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            counts = params.get("Select") == "COUNT"
            yield f"dynamodb:{operation}", _table(params["TableName"]) + index, _leading_key(params), counts


def _leading_key(asked: Mapping[str, Any]) -> str:
    """The partition key that a call names, without ids; "" for a call that names none, as a Scan."""
    if item := asked.get("Key") or asked.get("Item"):
        return _family(item)
    equals = _EQUALS.search(asked.get("KeyConditionExpression", ""))
    return _without_ids(asked["ExpressionAttributeValues"][equals[2]]["S"]) if equals else ""


def _family(item: Mapping[str, Any]) -> str:
    return _without_ids(item["pk"]["S"])


def _without_ids(key: str) -> str:
    return _ID.sub("#…", key)


def _table(name: str) -> str:
    return name if name.startswith("arn:") else _arn("dynamodb", f"table/{name}")


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{DEFAULT_ACCOUNT_ID}:{rest}"


@dataclass(frozen=True, slots=True)
class Grant:
    """An action on one resource that a statement allows; or on all but some, where `excluded` names those.

    `keys`: the only partition keys, or senders, that it is allowed for; empty, any. `counts`: for numbers alone.
    """

    role: str
    sid: str
    action: str
    resource: str
    excluded: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    counts: bool = False

    def allows(self, need: Need) -> bool:
        if not _like(self.action.lower(), need.action.lower()) or (self.counts and not need.counts):
            return False
        if self.keys and not any(_like(key, need.key) for key in self.keys):
            return False
        if self.excluded:
            return not any(_like(pattern, need.resource) for pattern in self.excluded)
        return _like(self.resource, need.resource)

    @property
    def has_star(self) -> bool:
        return any("*" in part for part in (self.action, self.resource, *self.excluded))

    def __str__(self) -> str:
        target = f"all but {', '.join(self.excluded)}" if self.excluded else self.resource
        return f"{self.role} {self.sid}: {self.action} on {target}"


def _like(pattern: str, text: str) -> bool:
    """IAM's wildcards: * is any text, ? one character."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


@dataclass(frozen=True)
class Roles:
    """The role of each function, by the function's name, and every grant of every role."""

    of_function: Mapping[str, str]
    grants: Sequence[Grant]

    def faults(
        self,
        needs: Iterable[Need],
        stars: Iterable[str],
        by_lambda: Mapping[str, Sequence[str]],
        unused: Iterable[tuple[str, str]],
    ) -> list[str]:
        """The calls that no grant allows, the grants that no call needs, and stars; empty when all is well.

        `stars` are the Sids that may have one; `by_lambda` gives, by Sid, the actions of a function's role that
        Lambda itself carries out; `unused` are a Sid and an action for each grant that is known to go unused.
        """
        needs, unused, stars = set(needs), set(unused), set(stars)
        grants = [grant for grant in self.grants if grant.role in self.of_function.values()]
        used = {grant for grant in grants if any(grant.allows(need) for need in self._of(grant, needs))}
        idle = [g for g in grants if g not in used and g.action not in by_lambda.get(g.sid, ())]
        return [
            *sorted(f"{need.function} may not {need}" for need in needs if not self._allowed(need)),
            *(f"{grant} is never used" for grant in idle if (grant.sid, grant.action) not in unused),
            *(f"{grant} is used after all" for grant in used if (grant.sid, grant.action) in unused),
            *(f"{grant} has a star" for grant in self.grants if grant.has_star and grant.sid not in stars),
        ]

    def _allowed(self, need: Need) -> bool:
        return any(grant.role == self.of_function[need.function] and grant.allows(need) for grant in self.grants)

    def _of(self, grant: Grant, needs: set[Need]) -> Iterator[Need]:
        return (need for need in needs if self.of_function[need.function] == grant.role)


def roles_in(template: Path, facts: Mapping[str, str]) -> Roles:
    """The roles of the transformed template, with `facts` for its intrinsics: {"Desk.Arn": "arn:aws:..."}.

    Raises AssertionError where a role has more than plain statements that allow: those are not understood here.
    """
    resources: dict[str, Resource] = transformed(template)["Resources"]
    assert not any(found["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy") for found in resources.values())
    of_function = {
        name: found["Properties"]["Role"]["Fn::GetAtt"][0]
        for name, found in resources.items()
        if found["Type"] == "AWS::Lambda::Function"
    }
    grants = [
        grant
        for name, found in resources.items()
        if found["Type"] == "AWS::IAM::Role"
        for grant in _grants(name, found["Properties"], facts)
    ]
    return Roles(of_function, grants)


def policies_in(template: Path, facts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The policy of each function's role as IAM reads it, by the function's name; `facts` as in `roles_in`."""
    resources: dict[str, Resource] = transformed(template)["Resources"]
    return {
        name: _policy(resources[found["Properties"]["Role"]["Fn::GetAtt"][0]], facts)
        for name, found in resources.items()
        if found["Type"] == "AWS::Lambda::Function"
    }


def _policy(role: Resource, facts: Mapping[str, str]) -> dict[str, Any]:
    written = [
        _chosen(statement, facts)
        for policy in role["Properties"].get("Policies", [])
        for statement in _listed(policy["PolicyDocument"]["Statement"])
    ]
    return {"Version": "2012-10-17", "Statement": [_resolved_parts(one, facts) for one in written if one]}


def _resolved_parts(value: Any, facts: Mapping[str, str]) -> Any:
    """A part of a policy with its intrinsics as text."""
    if isinstance(value, list):
        return [part for one in value if (part := _resolved_parts(one, facts))]
    if isinstance(value, dict) and not any(name == "Ref" or name.startswith("Fn::") for name in value):
        return {name: _resolved_parts(one, facts) for name, one in value.items()}
    return resolved(value, facts)


def _grants(role: str, properties: Resource, facts: Mapping[str, str]) -> Iterator[Grant]:
    assert "ManagedPolicyArns" not in properties, f"{role}: a managed policy cannot be seen from here"
    for policy in properties.get("Policies", []):
        for written in _listed(policy["PolicyDocument"]["Statement"]):
            statement = _chosen(written, facts)
            if statement is None:
                continue
            assert statement["Effect"] == "Allow" and "NotAction" not in statement, role
            condition = dict(statement.get("Condition", {}))
            counts = {"StringEquals": condition.get("StringEquals")} == _COUNT
            if counts:
                del condition["StringEquals"]
            keys = _keys(role, condition, facts)
            excluded = tuple(resolved(one, facts) for one in _listed(statement.get("NotResource", [])))
            for action in _listed(statement["Action"]):
                targets = [resolved(one, facts) for one in _listed(statement.get("Resource", "*"))]
                for target in [""] if excluded else filter(None, targets):
                    yield Grant(role, statement.get("Sid", ""), action, target, excluded, keys, counts)


def _keys(role: str, condition: Mapping[str, Any], facts: Mapping[str, str]) -> tuple[str, ...]:
    """The partition keys or senders that a statement's condition names; no other condition is understood here."""
    if not condition:
        return ()
    ((operator, compared),) = condition.items()
    ((name, values),) = compared.items()
    assert (operator, name) in _CONDITIONS, role
    return tuple(resolved(value, facts) for value in _listed(values))


def _chosen(written: Mapping[str, Any], facts: Mapping[str, str]) -> Any:
    """The statement of a condition's branch that holds, else the other; None where that is nothing."""
    if "Fn::If" not in written:
        return written
    condition, then, otherwise = written["Fn::If"]
    first, second = (then, otherwise) if facts.get(condition) else (otherwise, then)
    return second if first == {"Ref": "AWS::NoValue"} else first


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def resolved(value: Any, facts: Mapping[str, str]) -> str:  # noqa: PLR0911 - a case for each intrinsic
    """An intrinsic as text. What `facts` does not tell stays as ${its name}, which no call names."""
    match value:
        case str():
            return value
        case {"Ref": "AWS::NoValue"}:
            return ""
        case {"Ref": str(name)}:
            return facts.get(name, f"${{{name}}}")
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return facts.get(f"{name}.{attribute}", f"${{{name}.{attribute}}}")
        case {"Fn::If": [str(condition), then, otherwise]}:
            return resolved(then if facts.get(condition) else otherwise, facts)
        case {"Fn::Sub": [str(text), dict(more)]}:
            return resolved({"Fn::Sub": text}, {**facts, **{name: resolved(one, facts) for name, one in more.items()}})
        case {"Fn::Sub": str(text)}:
            return _SUBSTITUTED.sub(lambda found: facts.get(found[1], found[0]), text)
        case {"Fn::Split": [str(separator), whole]}:
            raise TypeError(f"a list where text is wanted: {whole} split at {separator}")
        case {"Fn::Select": [index, {"Fn::Split": [str(separator), whole]}]}:
            return resolved(whole, facts).split(separator)[int(index)]
        case _:
            raise TypeError(f"cannot tell what this comes to: {value}")


def facts_of(cloud: LocalCloud, **parameters: str) -> dict[str, str]:
    """The physical names of the template's resources in a stack on this machine."""
    return {
        **parameters,
        "AWS::Partition": "aws",
        "AWS::Region": REGION,
        "AWS::AccountId": DEFAULT_ACCOUNT_ID,
        "Notes.Arn": _arn("events", f"event-bus/{cloud.resource('Notes')}"),
        "StreamFailures.Arn": _arn("sqs", cloud.resource("StreamFailures").rpartition("/")[2]),
        "MailReportFailures.Arn": _arn("sqs", cloud.resource("MailReportFailures").rpartition("/")[2]),
        "Events.Arn": _arn("sqs", cloud.resource("Events").rpartition("/")[2]),
        "Desk": cloud.resource("Desk"),
        "Desk.Arn": _table(cloud.resource("Desk")),
        "AWS::StackName": STACK,
        "Operators": cloud.resource("Operators"),
        **cloud.stand_ins,
    }
