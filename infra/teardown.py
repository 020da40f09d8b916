"""Takes a stack down and says what stays: python -m infra.teardown --stack NAME.

The table, the status site's bucket and the secrets stay: they hold what cannot be made again. With --data they go too.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra.secret_parameters import EVENTS, KEYS, STATUSPAGE, X_WRITE, SecretParameters, X

_TABLE, _BUCKET = "AWS::DynamoDB::Table", "AWS::S3::Bucket"


def kept(stack: str) -> dict[str, str]:
    """The tables and buckets of a stack and of those nested in it: physical id → type."""
    found: dict[str, str] = {}
    pages: Any = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    for page in pages:
        for one in page["StackResourceSummaries"]:
            kind, physical = one["ResourceType"], one.get("PhysicalResourceId", "")
            if kind == "AWS::CloudFormation::Stack" and physical:
                found |= kept(physical)
            elif kind in (_TABLE, _BUCKET) and physical:
                found[physical] = kind
    return found


def nested_sites(stack: str) -> list[str]:
    """The nested stacks that CloudFormation keeps when it deletes this one."""
    listed = boto3.client("cloudformation").list_stack_resources(StackName=stack)["StackResourceSummaries"]
    return [
        one["PhysicalResourceId"]
        for one in listed
        if one["LogicalResourceId"] == "StatusSite" and "PhysicalResourceId" in one
    ]


def take_down(stack: str, data: bool) -> Iterator[str]:
    """Deletes the stack and its kept status site; a line for each thing done, and for each that stays."""
    formation = boto3.client("cloudformation")
    resources, sites = kept(stack), nested_sites(stack)
    for name in (stack, *sites):
        formation.delete_stack(StackName=name)
        yield f"deleting {name.rpartition('stack/')[2]}; a distribution takes some minutes"
        formation.get_waiter("stack_delete_complete").wait(StackName=name)
    for physical, kind in resources.items():
        if not data:
            yield f"stays: {kind} {physical}"
        elif _delete(physical, kind):
            yield f"deleted: {kind} {physical}"
    for name in (*KEYS, X, X_WRITE, STATUSPAGE, EVENTS):
        path = SecretParameters(stack).path(name)
        if not data:
            yield f"stays: parameter {path}"
        elif _delete_parameter(path):
            yield f"deleted: parameter {path}"


def _delete(physical: str, kind: str) -> bool:
    if kind == _BUCKET:
        bucket = boto3.resource("s3").Bucket(physical)
        bucket.object_versions.delete()
        bucket.delete()
        return True
    tables = boto3.client("dynamodb")
    tables.update_table(TableName=physical, DeletionProtectionEnabled=False)
    tables.delete_table(TableName=physical)
    return True


def _delete_parameter(path: str) -> bool:
    client: Any = boto3.client("ssm")
    try:
        client.delete_parameter(Name=path)
    except client.exceptions.ParameterNotFound:
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Asks for the stack's name once more, then takes it down."""
    parser = argparse.ArgumentParser(prog="python -m infra.teardown", description=__doc__)
    parser.add_argument("--stack", default="mentiondesk", metavar="NAME", help="default: %(default)s")
    parser.add_argument("--data", action="store_true", help="delete table, site and secrets as well")
    asked = parser.parse_args(arguments)
    loss = "with everything that it knows" if asked.data else "and keep its table, site and secrets"
    if input(f"Type the stack's name to delete it {loss}: ").strip() != asked.stack:
        print("nothing deleted", file=sys.stderr)
        return 1
    try:
        for line in take_down(asked.stack, asked.data):
            print(line)
    except ClientError as refused:
        print(f"AWS refused {refused.operation_name}: {refused.response['Error']['Message']}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
