"""The settings in force, and the time that is left to a function."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from mentiondesk.settings import Settings

if TYPE_CHECKING:
    # What noticing knows takes a while to read, and only two functions notice.
    pass


# The settings in force, and how long the function may still run.
CurrentSettings = Callable[[], Settings]


TimeLeft = Callable[[], timedelta]
