"""Compares the functions' calls to AWS with the grants of their roles in the template."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import yaml
from botocore.model import OperationModel
from moto.core.models import DEFAULT_ACCOUNT_ID

from infra.local.cloud import LocalCloud
from infra.transform import REGION, transformed

# Statements that may name a resource with a star, and why.
STARS = {
    "AskForASecondOpinion": "a profile may ask one model in any region of its geography; only in stacks that have one",
    "SendTexts": "a phone number has no ARN; the star stands in what is excluded, all topics",
    "WriteTheSite": "the files of one bucket have no other name",
}
UNUSED = re.compile(r"#\s*unused here:\s*\S")
_SUBSTITUTED = re.compile(r"\$\{([\w:.]+)\}")
# A transaction is authorized part by part; there is no action for the whole.
_PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Need:
    """A question that IAM decides: may `function` do `action` to `resource`?"""

    function: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


class Recorder:
    """Everything that functions ask of AWS while it is open; what else runs in this process is passed over.

    Clients made before are not heard: open it before the desk.
    """

    def __init__(self) -> None:
        self.needs: set[Need] = set()

    def __enter__(self) -> Self:
        boto3.setup_default_session()
        assert boto3.DEFAULT_SESSION is not None, "it was just made"
        boto3.DEFAULT_SESSION.events.register("before-parameter-build", self._hear)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        boto3.DEFAULT_SESSION = None

    def _hear(self, params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        # Variables that LocalCloud gives a function while it runs, as Lambda does.
        function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        if function is not None:
            asked = needs_of(model.service_model.signing_name, model.name, params)
            self.needs |= {Need(function, action, resource) for action, resource in asked}


def needs_of(  # noqa: C901 - a case for each kind of call
    service: str, operation: str, params: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """The action and resource of each question that IAM decides for one call.

    Source: Service Authorization Reference. An operation that stands nowhere here needs what no role has,
    so that whoever calls it first says here what it needs.
    """
    match service, operation:
        case "dynamodb", "TransactWriteItems" | "TransactGetItems":
            for item in params["TransactItems"]:
                ((part, asked),) = item.items()
                yield f"dynamodb:{_PARTS[part]}", _table(asked["TableName"])
        case "dynamodb", "BatchWriteItem" | "BatchGetItem":
            yield from ((f"dynamodb:{operation}", _table(name)) for name in params["RequestItems"])
        case "dynamodb", "Query" | "Scan" if "IndexName" in params:
            yield f"dynamodb:{operation}", f"{_table(params['TableName'])}/index/{params['IndexName']}"
        case "dynamodb", _:
            yield f"dynamodb:{operation}", _table(params["TableName"])
        case "secretsmanager", "GetSecretValue":
            yield "secretsmanager:GetSecretValue", params["SecretId"]
        case "ses", "SendEmail":
            # Which of the two is asked for depends on what the account has verified.
            address = params["FromEmailAddress"]
            yield from (("ses:SendEmail", _arn("ses", f"identity/{one}")) for one in (address, address.split("@")[1]))
            if events := params.get("ConfigurationSetName"):
                yield "ses:SendEmail", _arn("ses", f"configuration-set/{events}")
        case "s3", "ListObjectsV2":
            yield "s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}"
        case "s3", "PutObject":
            yield "s3:PutObject", f"arn:aws:s3:::{params['Bucket']}/{params['Key']}"
        case "sns", "Publish":
            yield "sns:Publish", params.get("PhoneNumber") or params.get("TopicArn") or params["TargetArn"]
        case _:
            yield f"{service}:{operation}", "a resource that tests/support/privileges.py does not know"


def _table(name: str) -> str:
    return name if name.startswith("arn:") else _arn("dynamodb", f"table/{name}")


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{REGION}:{DEFAULT_ACCOUNT_ID}:{rest}"


@dataclass(frozen=True, slots=True)
class Grant:
    """An action that a statement allows on a resource, or on all but the `excluded` ones."""

    role: str
    sid: str
    action: str
    resource: str
    excluded: tuple[str, ...]
    lines: tuple[int, int]
    """Where the action and the resource stand in the template, from 0."""

    def allows(self, need: Need) -> bool:
        if not _like(self.action.lower(), need.action.lower()):
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
    """The grants of each function's role by function name, with the template they come from."""

    of_function: Mapping[str, str]
    grants: Sequence[Grant]
    text: str

    def faults(self, needs: Iterable[Need], stars: Iterable[str], by_lambda: Mapping[str, Sequence[str]]) -> list[str]:
        """Calls without a grant, grants without a call, and each star; empty when all is well.

        `stars` are the Sids that may have one; `by_lambda` gives, by Sid, the actions of a function's role that
        Lambda itself carries out. An unused permission is excused by a comment "# unused here: reason" on its
        line or the one above.
        """
        needs = set(needs)
        grants = [grant for grant in self.grants if grant.role in self.of_function.values()]
        used = {grant for grant in grants if any(grant.allows(need) for need in self._of(grant, needs))}
        idle = [g for g in grants if g not in used and g.action not in by_lambda.get(g.sid, ())]
        stars = tuple(stars)
        return [
            *sorted(f"{need.function} may not {need}" for need in needs if not self._allowed(need)),
            *(f"{grant} is never used" for grant in idle if not any(map(self._excused, grant.lines))),
            *(f"{grant} is used, though a comment says it is not" for grant in used if self._excused(grant.lines[0])),
            *(f"{grant} has a star" for grant in self.grants if grant.has_star and grant.sid not in stars),
        ]

    def _allowed(self, need: Need) -> bool:
        return any(grant.role == self.of_function[need.function] and grant.allows(need) for grant in self.grants)

    def _of(self, grant: Grant, needs: set[Need]) -> Iterator[Need]:
        return (need for need in needs if self.of_function[need.function] == grant.role)

    def _excused(self, line: int) -> bool:
        lines = self.text.splitlines()
        above = lines[line - 1].strip() if line else ""
        return bool(UNUSED.search(lines[line]) or (above.startswith("#") and UNUSED.search(above)))


def roles_in(template: Path, facts: Mapping[str, str]) -> Roles:
    """The roles of the transformed template, its intrinsics told by `facts`: {"Desk.Arn": "arn:aws:..."}.

    Raises AssertionError where a role has more than plain statements that allow: those are not understood here.
    """
    text = template.read_text(encoding="utf-8")
    written = yaml.compose(text, Loader=yaml.SafeLoader)
    assert written is not None, "a template is not empty"
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
        for grant in _grants(name, found["Properties"], facts, written)
    ]
    return Roles(of_function, grants, text)


def _grants(role: str, properties: Resource, facts: Mapping[str, str], written: yaml.Node) -> Iterator[Grant]:
    assert "ManagedPolicyArns" not in properties, f"{role}: a managed policy cannot be seen from here"
    for p, policy in enumerate(properties.get("Policies", [])):
        for s, written_statement in enumerate(_listed(policy["PolicyDocument"]["Statement"])):
            # A statement on a condition, and nothing where it does not hold.
            statement = written_statement.get("Fn::If", [None, written_statement])[1]
            assert statement["Effect"] == "Allow" and not statement.keys() & {"Condition", "NotAction"}, role
            path = ("Resources", role, "Properties", "Policies", p, "PolicyDocument", "Statement", s)
            excluded = tuple(resolved(one, facts) for one in _listed(statement.get("NotResource", [])))
            for a, action in enumerate(_listed(statement["Action"])):
                for r, resource in enumerate(_listed(statement.get("Resource", "*"))):
                    lines = (_line(written, (*path, "Action", a)), _line(written, (*path, "Resource", r)))
                    target = "" if excluded else resolved(resource, facts)
                    yield Grant(role, statement.get("Sid", ""), action, target, excluded, lines)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _line(node: yaml.Node, path: Sequence[str | int]) -> int:
    """The line of the value at `path`, or of its nearest parent when the path ends before."""
    line = node.start_mark.line
    for step in path:
        if node.tag == "!If" and isinstance(node, yaml.SequenceNode):
            node = node.value[1]
        if isinstance(node, yaml.MappingNode):
            inner = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and not node.tag.startswith("!"):
            inner = node.value[step]
        else:
            inner = None
        if inner is None:
            break
        node, line = inner, inner.start_mark.line
    return line


def resolved(value: Any, facts: Mapping[str, str]) -> str:  # noqa: PLR0911 - a case for each intrinsic
    """An intrinsic as text. What `facts` does not tell stays as ${its name}, which no call names."""
    match value:
        case str():
            return value
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
        "Desk": cloud.resource("Desk"),
        "Desk.Arn": _table(cloud.resource("Desk")),
        "XCredentials": cloud.resource("XCredentials"),
        "LinkKey": cloud.resource("LinkKey"),
        **cloud.stand_ins,
    }
