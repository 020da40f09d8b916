"""The facts of a stack that an update in place must keep: python -m tests.support.stack_facts FOLDER > FILE.

FOLDER is a checkout with template.yaml and infra/. tests/data/stack_0f5e723.json was made from a worktree of commit
0f5e723, the last with one function behind the HTTP API.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.transform import template, transformed

# Resources that hold data, an address or a confirmation, with the properties whose change replaces them or what they
# hold ("Update requires: Replacement" in the CloudFormation resource reference).
STATEFUL: dict[str, tuple[str, ...]] = {
    "AWS::DynamoDB::Table": ("TableName", "KeySchema", "StreamSpecification"),
    "AWS::SecretsManager::Secret": ("Name", "GenerateSecretString", "SecretString"),
    "AWS::ApiGatewayV2::Api": ("ProtocolType",),
    "AWS::ApiGatewayV2::Stage": ("ApiId", "StageName"),
    "AWS::SQS::Queue": ("QueueName", "FifoQueue"),
    "AWS::SNS::Topic": ("TopicName", "FifoTopic"),
    "AWS::SNS::Subscription": ("TopicArn", "Protocol", "Endpoint"),
    "AWS::SES::ConfigurationSet": ("Name",),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::CloudFront::Distribution": (),
    "AWS::CloudFormation::Stack": (),
}
# Properties that give a resource its physical name, which two logical ids cannot hold at once during an update.
_NAMES = ("AlarmName", "LogGroupName", "RouteKey")
TEMPLATES = ("template.yaml", "infra/alarms.yaml", "infra/status_site.yaml")

Facts = dict[str, Any]


def facts_of(folder: Path) -> dict[str, Facts]:
    """The facts of each template of a checkout, by its path."""
    return {name: _facts(folder / name) for name in TEMPLATES}


def _facts(path: Path) -> Facts:
    stack = transformed(path) if path.name == "template.yaml" else template(path)
    resources = stack["Resources"]
    kept = {name: _kept(found) for name, found in sorted(resources.items()) if found["Type"] in STATEFUL}
    return {
        "stateful": kept,
        "named": dict(sorted(name for found in resources.items() for name in _named(*found))),
        "indexes": {name: found["Properties"]["GlobalSecondaryIndexes"] for name, found in _tables(resources)},
        "parameters": sorted(stack.get("Parameters", {})),
        "required": sorted(name for name, one in stack.get("Parameters", {}).items() if "Default" not in one),
        "outputs": sorted(stack.get("Outputs", {})),
    }


def _kept(found: Facts) -> Facts:
    properties = found.get("Properties", {})
    return {
        "type": found["Type"],
        "condition": found.get("Condition"),
        "deletion": found.get("DeletionPolicy"),
        "replacement": found.get("UpdateReplacePolicy"),
        "properties": {name: properties[name] for name in STATEFUL[found["Type"]] if name in properties},
    }


def _named(logical_id: str, found: Facts) -> Iterator[tuple[str, str]]:
    """Type and name of a resource that is given its name, with its logical id."""
    for name in _NAMES:
        if name in found.get("Properties", {}):
            yield f"{found['Type']} {json.dumps(found['Properties'][name])}", logical_id


def _tables(resources: Facts) -> Iterator[tuple[str, Facts]]:
    return ((name, found) for name, found in resources.items() if found["Type"] == "AWS::DynamoDB::Table")


if __name__ == "__main__":
    json.dump(facts_of(Path(sys.argv[1])), sys.stdout, indent=1)
    sys.stdout.write("\n")
