"""The secrets of a stack: encrypted parameters /mentiondesk/<stack>/<name>, which stay when the stack is deleted.

CloudFormation makes no encrypted parameters, so `make deploy` makes those that are missing before it deploys.
"""

import json
import secrets
import string
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from mentiondesk.adapters.parameters import Secret, secret

# Keys that sign, and that nobody needs to know; the others are given by a person.
LINKS, SUBSCRIBERS, SESSIONS = "links", "subscribers", "sessions"
KEYS = (LINKS, SUBSCRIBERS, SESSIONS)
X, X_WRITE, STATUSPAGE, EVENTS = "x", "x-write", "statuspage", "events"
_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 64
# The secrets of stacks before, in Secrets Manager: logical id → what becomes of the value.
_BEFORE: dict[str, tuple[tuple[str, ...], Callable[[str], str]]] = {
    "XCredentials": ((X,), lambda value: value if "access_token" in value else ""),
    # Both kinds of links were signed with one key. It goes on checking those that are out, and signs none.
    "LinkKey": ((LINKS, SUBSCRIBERS), lambda value: f"{new_key()}\n{value}"),
    "StatuspageKey": ((STATUSPAGE,), lambda value: str(json.loads(value).get("api_key", ""))),
}


def new_key() -> str:
    """64 random letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


class SecretParameters:
    """The encrypted parameters of one stack."""

    def __init__(self, stack: str) -> None:
        self._stack = stack
        self._ssm: Any = boto3.client("ssm")

    def path(self, name: str) -> str:
        return f"/mentiondesk/{self._stack}/{name}"

    def read(self, name: str) -> Secret:
        return secret(lambda: self._ssm, self.path(name))()

    def store(self, name: str, value: str) -> None:
        self._ssm.put_parameter(Name=self.path(name), Value=value, Type="SecureString", Overwrite=True)

    def complete(self) -> Iterator[str]:
        """Makes the keys that are missing, from the secrets of a stack before where it has any; a line for each."""
        for name, value in self._from_before():
            if value and not self.read(name).value:
                self.store(name, value)
                yield f"{name}: taken over from Secrets Manager"
        for name in KEYS:
            if not self.read(name).value:
                self.store(name, new_key())
                yield f"{name}: made"

    def replace(self, name: str, keep: bool) -> None:
        """Puts a new key in place. With `keep` the one before still checks what it signed; without, that is dead."""
        before = self.read(name).value.split("\n")[0]
        self.store(name, "\n".join([new_key(), before] if keep and before else [new_key()]))

    def _from_before(self) -> Iterator[tuple[str, str]]:
        for logical_id, (names, adapted) in _BEFORE.items():
            value = self._secret_before(logical_id)
            if value is not None:
                yield from ((name, adapted(value)) for name in names)

    def _secret_before(self, logical_id: str) -> str | None:
        """The value of a secret that the stack still has in Secrets Manager; None where it has none."""
        try:
            found = boto3.client("cloudformation").describe_stack_resource(
                StackName=self._stack, LogicalResourceId=logical_id
            )
        except ClientError as refused:
            # CloudFormation's code where there is no such stack, or no such resource in it.
            if refused.response["Error"]["Code"] != "ValidationError":
                raise
            return None
        physical = found["StackResourceDetail"]["PhysicalResourceId"]
        return str(boto3.client("secretsmanager").get_secret_value(SecretId=physical)["SecretString"])
