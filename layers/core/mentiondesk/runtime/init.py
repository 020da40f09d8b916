"""Work that a function does during init, where Lambda gives it full CPU whatever its memory."""

import os
from collections.abc import Callable

# Lambda sets it in every runtime process, and nothing else does.
_IN_LAMBDA = "AWS_LAMBDA_RUNTIME_API"


def warm(*parts: Callable[[], object]) -> None:
    """Makes the parts of a function ahead of its first event, in Lambda only: elsewhere importing it does nothing."""
    if _IN_LAMBDA in os.environ:
        for part in parts:
            part()
