"""A session of botocore whose clients are made in half the time, by botocore's own places for a loader of its files.

The description of a service is JSON of up to a megabyte: msgspec reads it six times as fast as the standard library.
botocore also looks through its 400 folders of services to learn whether there is one of that name. And boto3, which
would hand everything on to botocore, brings transfers to S3 and resources that the desk does not use.
`make bench BENCH=starts` shows the difference.
"""

import gzip
from pathlib import Path
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader, Loader
from botocore.session import Session

_SERVICES = ("bedrock-runtime", "dynamodb", "events", "pinpoint-sms-voice-v2", "s3", "sesv2", "sns", "sqs", "ssm")


class QuickFiles(JSONFileLoader):
    """botocore's files, plain or packed, read by msgspec."""

    def load_file(self, file_path: str) -> Any:
        """The content of a file, whose name is given without its ending; None where there is none."""
        packed, plain = Path(f"{file_path}.json.gz"), Path(f"{file_path}.json")
        if packed.is_file():
            return msgspec.json.decode(gzip.decompress(packed.read_bytes()))
        return msgspec.json.decode(plain.read_bytes()) if plain.is_file() else None


class _OwnServices(Loader):
    """The descriptions of the services that the desk calls."""

    def list_available_services(self, type_name: str) -> list[str]:
        del type_name
        return list(_SERVICES)


def quick_session() -> Session:
    """A new session. Its clients are those of the services above."""
    session = Session()
    session.register_component("data_loader", _OwnServices(file_loader=QuickFiles()))
    return session
