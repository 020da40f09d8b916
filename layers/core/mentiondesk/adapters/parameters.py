"""Secrets in the Parameter Store of Systems Manager, each an encrypted parameter of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Secret:
    """A value and the number of its version; both are empty where nothing is stored."""

    value: str = field(default="", repr=False)
    version: str = ""


def secret(ssm: Any, name: str) -> Callable[[], Secret]:
    """The parameter `name` as it is now. Its call raises what botocore raises, save for a parameter that is missing."""

    def read() -> Secret:
        try:
            found = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        except ssm.exceptions.ParameterNotFound:
            return Secret()
        return Secret(str(found["Value"]), str(found["Version"]))

    return read
