"""A week is over → the targets by which it was measured, written once."""

from datetime import datetime

from mentiondesk.domain.figures.facts import TargetsFact
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.ports.figures import FactStore
from mentiondesk.ports.runtime import CurrentSettings


class NoteTargets:
    """A run an hour: the first after the week's end counts, and later changes of the settings do not."""

    def __init__(self, facts: FactStore, settings: CurrentSettings) -> None:
        self._facts = facts
        self._settings = settings

    def __call__(self, now: datetime) -> None:
        settings = self._settings()
        over = Week.of(now, settings.zone).plus(-1)
        self._facts.add(TargetsFact(over.first, settings.figures.targets))
