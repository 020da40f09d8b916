"""The settings in force, and the time that is left to a function."""

from collections.abc import Callable
from datetime import timedelta

from mentiondesk.domain.desk import DeskSettings

# The settings in force, and how long the function may still run.
CurrentSettings = Callable[[], DeskSettings]


TimeLeft = Callable[[], timedelta]
