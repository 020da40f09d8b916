"""The only place that makes a client of AWS. AWS_ENDPOINT_URL points all of them elsewhere.

Each is made when it is first asked for: one takes as long as all of a function's own modules.
"""

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import Session

from mentiondesk.runtime.botocore_session import quick_session

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


# A session makes one client at a time, and mails are sent side by side.
_turn = Lock()


@cache
def session() -> Session:
    """The session of every client; who listens to its events hears all calls of clients that are made afterwards."""
    return quick_session()


def _client(service: str, config: Config) -> Any:
    with _turn:
        return session().create_client(service, config=config)


@cache
def bedrock() -> "BedrockRuntimeClient":
    made: BedrockRuntimeClient = _client("bedrock-runtime", _CLASSIFIER_CONFIG)
    return made


@cache
def dynamodb() -> "DynamoDBClient":
    made: DynamoDBClient = _client("dynamodb", _CONFIG)
    return made


@cache
def eventbridge() -> Any:
    """EventBridge; its types are in no package of this project."""
    return _client("events", _CONFIG)


@cache
def ses() -> "SESV2Client":
    made: SESV2Client = _client("sesv2", _SENDING_CONFIG)
    return made


@cache
def sns() -> "SNSClient":
    made: SNSClient = _client("sns", _SENDING_CONFIG)
    return made


@cache
def sms() -> Any:
    """End User Messaging; its types are in no package of this project."""
    return _client("pinpoint-sms-voice-v2", _SENDING_CONFIG)


@cache
def ssm() -> Any:
    return _client("ssm", _CONFIG)


@cache
def sqs() -> "SQSClient":
    made: SQSClient = _client("sqs", _CONFIG)
    return made


@cache
def s3() -> "S3Client":
    made: S3Client = _client("s3", _CONFIG)
    return made


def forget_clients() -> None:
    """The next call makes new ones; for tests and for the desk on one machine."""
    for client in (bedrock, dynamodb, eventbridge, ses, sns, sms, sqs, ssm, s3):
        client.cache_clear()
