"""The SAM transform without AWS: template.yaml as CloudFormation would see it."""

import pickle
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import intrinsics_multi_constructor

REGION = "eu-west-1"

# The translator takes code from S3 only; `sam deploy` puts it there.
_LOCAL_CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}

_NOTHING = {"Ref": "AWS::NoValue"}


class _Loader(yaml.CSafeLoader):
    """YAML with !Ref, !Sub and the like."""


_Loader.add_multi_constructor("!", intrinsics_multi_constructor)


def template(path: Path) -> dict[str, Any]:
    """A template as written, with its short intrinsics in their long form."""
    return _read(path.read_text(encoding="utf-8"))


def _read(text: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    return read


def transformed(path: Path) -> dict[str, Any]:
    """The template at `path` with every serverless resource replaced by what it stands for.

    The code of a function in the folder X is at S3Key X of S3Bucket "local"; nested stacks stay as they
    are. Raises samtranslator's InvalidDocumentException, which lists what is wrong.
    """
    found: dict[str, Any] = pickle.loads(_transformed(path.read_text(encoding="utf-8")))  # noqa: S301  this process's own
    return found


@cache
def _transformed(text: str) -> bytes:
    """The transform of a template's text, pickled: each caller gets one of its own, and the work is done once."""
    written = _read(text)
    for resource in written["Resources"].values():
        if uri := _LOCAL_CODE.get(resource["Type"]):
            resource["Properties"][uri] = f"s3://local/{resource['Properties'][uri].rstrip('/')}"
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=boto3.Session(region_name=REGION))
    return pickle.dumps(translator.translate(sam_template=written, parameter_values={}))


def decided(stack: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The transformed template with these parameters: what its conditions leave out is gone, and no Fn::If is left."""
    values = {name: found.get("Default", "") for name, found in stack.get("Parameters", {}).items()} | dict(parameters)
    conditions = {name: _holds(one, values, stack["Conditions"]) for name, one in stack.get("Conditions", {}).items()}
    there = {
        name: {key: value for key, value in found.items() if key != "Condition"}
        for name, found in stack["Resources"].items()
        if conditions.get(found.get("Condition", ""), True)
    }
    return {**stack, "Resources": _branched(there, conditions)}


def _holds(condition: Any, values: Mapping[str, str], others: Mapping[str, Any]) -> bool:
    """The outcome of a condition. Raises TypeError for one of a form that is not understood here."""
    match condition:
        case {"Fn::Equals": [left, right]}:
            return _value(left, values) == _value(right, values)
        case {"Fn::Not": [one]}:
            return not _holds(one, values, others)
        case {"Fn::And": parts}:
            return all(_holds(one, values, others) for one in parts)
        case {"Fn::Or": parts}:
            return any(_holds(one, values, others) for one in parts)
        case {"Condition": str(name)}:
            return _holds(others[name], values, others)
    raise TypeError(f"cannot tell whether this holds: {condition}")


def _value(value: Any, values: Mapping[str, str]) -> str:
    return str(values[value["Ref"]] if isinstance(value, dict) else value)


def _branched(value: Any, conditions: Mapping[str, bool]) -> Any:
    match value:
        case {"Fn::If": [str(name), then, otherwise]}:
            return _branched(then if conditions[name] else otherwise, conditions)
        case dict():
            branches = {name: _branched(one, conditions) for name, one in value.items()}
            return {name: one for name, one in branches.items() if one != _NOTHING}
        case list():
            return [one for one in (_branched(part, conditions) for part in value) if one != _NOTHING]
    return value
