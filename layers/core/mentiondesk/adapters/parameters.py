"""Secrets in the Parameter Store of Systems Manager, each an encrypted parameter of its own."""

from collections.abc import Callable
from typing import Any

from mentiondesk.values import Frozen


class Secret(Frozen):
    """A value and the number of its version; both are empty where nothing is stored."""

    value: str = ""
    version: str = ""

    def __repr__(self) -> str:
        return f"Secret(version={self.version!r})"


def secret(ssm: Callable[[], Any], name: str) -> Callable[[], Secret]:
    """The parameter `name` as it is now. Its call raises what botocore raises, save for a parameter that is missing.

    `ssm` gives the client, which takes time to make, when the parameter is read.
    """

    def read() -> Secret:
        try:
            found = ssm().get_parameter(Name=name, WithDecryption=True)["Parameter"]
        except ssm().exceptions.ParameterNotFound:
            return Secret()
        return Secret(str(found["Value"]), str(found["Version"]))

    return read
