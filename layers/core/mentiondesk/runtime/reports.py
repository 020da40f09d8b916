"""Reports of failures that the code survives."""

from collections.abc import Callable


def logged(log: Callable[..., None], message: str) -> Callable[[Exception], None]:
    """Logs each failure that it is called with, with its traceback: logged(logger.error, "link key not read")."""
    return lambda failure: log(message, exc_info=failure)
