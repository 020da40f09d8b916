"""The only place that makes a boto3 client. AWS_ENDPOINT_URL points all of them elsewhere."""

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

# Below every function's timeout: a slow service becomes an error that the code handles.
_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
# Sending is not idempotent: a repeat after a timeout could send a message twice. The next run is the retry.
_SENDING_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1})
# The post waits for the model's answer, and so do those behind it: a late answer is worth nothing.
_CLASSIFIER_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1})


@cache
def bedrock() -> "BedrockRuntimeClient":
    return boto3.client("bedrock-runtime", config=_CLASSIFIER_CONFIG)


@cache
def dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb", config=_CONFIG)


@cache
def eventbridge() -> Any:
    """EventBridge; its types are in no package of this project."""
    return boto3.client("events", config=_CONFIG)


@cache
def ses() -> "SESV2Client":
    return boto3.client("sesv2", config=_SENDING_CONFIG)


@cache
def sns() -> "SNSClient":
    return boto3.client("sns", config=_SENDING_CONFIG)


@cache
def sms() -> Any:
    """End User Messaging; its types are in no package of this project."""
    return boto3.client("pinpoint-sms-voice-v2", config=_SENDING_CONFIG)


@cache
def ssm() -> Any:
    return boto3.client("ssm", config=_CONFIG)


@cache
def sqs() -> "SQSClient":
    return boto3.client("sqs", config=_CONFIG)


@cache
def s3() -> "S3Client":
    return boto3.client("s3", config=_CONFIG)


def forget_clients() -> None:
    """The next call makes new ones; for tests and for the desk on one machine."""
    for client in (bedrock, dynamodb, eventbridge, ses, sns, sms, sqs, ssm, s3):
        client.cache_clear()
