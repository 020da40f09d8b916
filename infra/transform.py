"""The SAM transform without AWS: template.yaml as CloudFormation would see it."""

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


class _Loader(yaml.SafeLoader):
    """YAML with !Ref, !Sub and the like."""


_Loader.add_multi_constructor("!", intrinsics_multi_constructor)


def template(path: Path) -> dict[str, Any]:
    """A template as written, with its short intrinsics in their long form."""
    read: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader
    return read


def transformed(path: Path) -> dict[str, Any]:
    """The template at `path` with every serverless resource replaced by what it stands for.

    The code of a function in the folder X is at S3Key X of S3Bucket "local"; nested stacks stay as they
    are. Raises samtranslator's InvalidDocumentException, which lists what is wrong.
    """
    written = template(path)
    for resource in written["Resources"].values():
        if uri := _LOCAL_CODE.get(resource["Type"]):
            resource["Properties"][uri] = f"s3://local/{resource['Properties'][uri].rstrip('/')}"
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=boto3.Session(region_name=REGION))
    result: dict[str, Any] = translator.translate(sam_template=written, parameter_values={})
    return result
