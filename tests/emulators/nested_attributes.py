"""The smallest stack on which ministack fails as CloudFormation does not: an update of a nested stack with a bucket."""

import json
from collections.abc import Callable
from typing import Any

_PLACE, _STACK = "templates", "outer"
_NESTED = {
    "Parameters": {"Name": {"Type": "String"}},
    "Resources": {
        "Site": {"Type": "AWS::S3::Bucket"},
        # It alone changes.
        "Named": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Name"}}},
    },
    "Outputs": {"Host": {"Value": {"Fn::GetAtt": ["Site", "RegionalDomainName"]}}},
}


def keeps_attributes(client: Callable[[str], Any], region: str) -> bool:
    """True where a bucket that stays as it is has its attributes after an update of the nested stack around it."""
    client("s3").create_bucket(Bucket=_PLACE, CreateBucketConfiguration={"LocationConstraint": region})
    client("s3").put_object(Bucket=_PLACE, Key="nested.json", Body=json.dumps(_NESTED).encode())
    formation = client("cloudformation")
    formation.create_stack(StackName=_STACK, TemplateBody=_outer(region, "first"))
    formation.get_waiter("stack_create_complete").wait(StackName=_STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    formation.update_stack(StackName=_STACK, TemplateBody=_outer(region, "second"))
    while (state := formation.describe_stacks(StackName=_STACK)["Stacks"][0]["StackStatus"]).endswith("IN_PROGRESS"):
        pass
    return bool(state == "UPDATE_COMPLETE")


def _outer(region: str, name: str) -> str:
    inner = {"TemplateURL": f"https://s3.{region}.amazonaws.com/{_PLACE}/nested.json", "Parameters": {"Name": name}}
    return json.dumps({"Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": inner}}})
