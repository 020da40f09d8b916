"""Puts a restored table under a stack: python -m infra.adopt_table TABLE --stack NAME.

DynamoDB restores into a new table, without stream, time to live, point-in-time recovery and protection. CloudFormation
takes it over by import, which changes nothing else of a stack. So the stack is updated to its own template with the new
table's names in place of the old table, which stays; then the new table is imported; then the template is as before.
"""

import argparse
import copy
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.adapters.storage import keys

DESK = "Desk"
_CAPABILITIES: Any = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
Template = dict[str, Any]


def without_table(template: Template, table: dict[str, Any]) -> Template:
    """The template without its table; what refers to it names `table`, as DescribeTable gives it."""
    changed: Template = copy.deepcopy(template)
    del changed["Resources"][DESK]
    attributes = {"Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn", "")}
    replaced: Template = _replaced(changed, table["TableName"], attributes)
    return replaced


def _replaced(value: Any, name: str, attributes: dict[str, str]) -> Any:
    match value:
        case {"Ref": "Desk"}:
            return name
        case {"Fn::GetAtt": ["Desk", str(attribute)]}:
            return attributes[attribute]
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": _named(text, name, attributes)}
        case {"Fn::Sub": [str(text), more]}:
            return {"Fn::Sub": [_named(text, name, attributes), _replaced(more, name, attributes)]}
    return _inside(value, name, attributes)


def _inside(value: Any, name: str, attributes: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(one, name, attributes) for key, one in value.items()}
    return [_replaced(one, name, attributes) for one in value] if isinstance(value, list) else value


def _named(text: str, name: str, attributes: dict[str, str]) -> str:
    return text.replace("${Desk.Arn}", attributes["Arn"]).replace("${Desk}", name)


def equip(tables: Any, name: str) -> dict[str, Any]:
    """Gives a restored table what a restore leaves out; returns its description."""
    found = tables.describe_table(TableName=name)["Table"]
    if not found.get("StreamSpecification", {}).get("StreamEnabled"):
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        tables.update_table(TableName=name, StreamSpecification=stream)
        tables.get_waiter("table_exists").wait(TableName=name)
    tables.update_table(TableName=name, DeletionProtectionEnabled=True)
    lives = tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if lives.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        specification = {"Enabled": True, "AttributeName": keys.EXPIRES}
        tables.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)
    recovery = {"PointInTimeRecoveryEnabled": True}
    tables.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    described: dict[str, Any] = tables.describe_table(TableName=name)["Table"]
    return described


def adopt(stack: str, name: str) -> Iterator[str]:
    """Takes the table over; a line for each step. Raises ClientError where AWS refuses one."""
    formation = boto3.client("cloudformation")
    table = equip(boto3.client("dynamodb"), name)
    yield f"{name} has a stream, time to live, point-in-time recovery and protection"
    # As deployed, with the transform done.
    template: Any = formation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    between = without_table(template, table)
    _update(formation, stack, between)
    yield "the stack uses it; the table before stays, outside of the stack"
    with_table = {**between, "Resources": {**between["Resources"], DESK: template["Resources"][DESK]}}
    _import(formation, stack, with_table, name)
    yield f"{name} is imported"
    _update(formation, stack, template)
    yield "the stack's template is as it was"


def _update(formation: Any, stack: str, template: Template) -> None:
    formation.update_stack(StackName=stack, **_as_deployed(formation, stack, template))
    formation.get_waiter("stack_update_complete").wait(StackName=stack)


def _import(formation: Any, stack: str, template: Template, table: str) -> None:
    imported = {
        "ResourceType": "AWS::DynamoDB::Table",
        "LogicalResourceId": DESK,
        "ResourceIdentifier": {"TableName": table},
    }
    change = formation.create_change_set(
        StackName=stack,
        ChangeSetName="adopt-table",
        ChangeSetType="IMPORT",
        ResourcesToImport=[imported],
        **_as_deployed(formation, stack, template),
    )
    formation.get_waiter("change_set_create_complete").wait(ChangeSetName=change["Id"])
    formation.execute_change_set(ChangeSetName=change["Id"])
    formation.get_waiter("stack_import_complete").wait(StackName=stack)


def _as_deployed(formation: Any, stack: str, template: Template) -> dict[str, Any]:
    """A template with the parameters that the stack has. Its text is too long to be sent: it goes through a bucket."""
    found = formation.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", [])
    given = [{"ParameterKey": one["ParameterKey"], "UsePreviousValue": True} for one in found]
    return {"TemplateURL": _uploaded(stack, template), "Parameters": given, "Capabilities": _CAPABILITIES}


def _uploaded(stack: str, template: Template) -> str:
    """Puts a template where `sam deploy` puts its own, in the bucket that SAM manages."""
    managed = boto3.client("cloudformation").describe_stack_resource(
        StackName="aws-sam-cli-managed-default", LogicalResourceId="SamCliSourceBucket"
    )
    bucket, key = managed["StackResourceDetail"]["PhysicalResourceId"], f"{stack}/adopt-table.template"
    s3 = boto3.client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(template, default=str).encode())
    return f"https://{bucket}.s3.{s3.meta.region_name}.amazonaws.com/{key}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Adopts one table; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m infra.adopt_table", description=__doc__)
    parser.add_argument("table", metavar="TABLE", help="the name of the restored table")
    parser.add_argument("--stack", default="mentiondesk", metavar="NAME", help="default: %(default)s")
    asked = parser.parse_args(arguments)
    try:
        for line in adopt(asked.stack, asked.table):
            print(line)
    except (ClientError, BotoCoreError) as failed:
        print(f"stopped: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
