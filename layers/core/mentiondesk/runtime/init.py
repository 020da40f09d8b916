"""Work that a function does during init, where Lambda gives it full CPU whatever its memory."""

import os
from collections.abc import Callable

import botocore

# Lambda sets it in every runtime process, and nothing else does.
_IN_LAMBDA = "AWS_LAMBDA_RUNTIME_API"
# The first botocore with all that the desk calls: writes to S3 that depend on a file's ETag, headers of SES's simple
# mails. Layers carry none, because it is 33 MB; the runtime brings its own, of which AWS promises no version.
_OLDEST = (1, 36)


class RuntimeTooOld(RuntimeError):
    """The runtime's botocore lacks what the desk calls."""


def warm(*parts: Callable[[], object]) -> None:
    """Makes the parts of a function ahead of its first event, in Lambda only: elsewhere importing it does nothing."""
    if _IN_LAMBDA in os.environ:
        check_botocore(botocore.__version__)
        for part in parts:
            part()


def check_botocore(version: str) -> None:
    """Raises RuntimeTooOld, which fails every run and so alarms, in place of a call that fails some day."""
    if tuple(map(int, version.split(".")[:2])) < _OLDEST:
        raise RuntimeTooOld(f"botocore {version}; the desk needs {'.'.join(map(str, _OLDEST))} or later")
