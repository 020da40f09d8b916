"""The parameter store of moto, as an operator fills it."""

import boto3

from mentiondesk.adapters.parameters import Secret, secret

KEY = "a made-up key of forty characters, for tests".replace(" ", "-")


def put_parameter(name: str, value: str) -> None:
    """Stores an encrypted parameter, in place of the one of this name."""
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def stored(name: str) -> Secret:
    """The parameter as functions read it."""
    return secret(lambda: boto3.client("ssm"), name)()
