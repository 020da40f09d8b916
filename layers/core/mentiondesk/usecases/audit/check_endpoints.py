"""Endpoints of events that are disabled: another system does not hear of the desk's work."""

from collections.abc import Iterator
from datetime import datetime

from mentiondesk.domain.audit import Check, Finding
from mentiondesk.domain.events.delivery import disabled
from mentiondesk.ports.events import EventStore
from mentiondesk.ports.runtime import CurrentSettings


class CheckEndpoints:
    """A further check of the audit; it finds nothing where no events go out."""

    def __init__(self, events: EventStore, settings: CurrentSettings) -> None:
        self._events = events
        self._settings = settings

    def __call__(self, now: datetime) -> Iterator[Finding]:
        del now
        for state in disabled(self._settings().events.endpoints, self._events.states()):
            since = f"{state.failing_since:%Y-%m-%d %H:%M}" if state.failing_since else "unknown"
            detail = f"disabled; it takes nothing since {since}: {state.reason}"
            yield Finding(Check.ENDPOINTS, state.endpoint_id, detail)
