"""Events as text: in the table, and in the queue between the relay and the sender."""

from collections.abc import Callable, Iterable

from pydantic import ValidationError

from mentiondesk.adapters.storage.items import adapter
from mentiondesk.domain.events.event import Event


def event_text(event: Event) -> str:
    """The event as JSON."""
    return adapter(Event).dump_json(event, exclude_none=True).decode()


def event_in(text: str) -> Event:
    """The event of a text. Raises ValueError."""
    found: Event = adapter(Event).validate_json(text)
    return found


def events_text(events: Iterable[Event]) -> str:
    """Several events as one JSON list."""
    return f"[{','.join(map(event_text, events))}]"


def events_in(text: str) -> list[Event]:
    """The events of a list. Raises ValueError."""
    try:
        found: list[Event] = adapter(list[Event]).validate_json(text)
    except ValidationError:
        found = []
    if not found:
        # Pydantic's own message would repeat the text.
        raise ValueError("the message holds no events")
    return found


def events_told(bodies: Iterable[str], report: Callable[[str], None]) -> list[Event]:
    """The events in messages of the queue. Only the relay writes there: one of another shape is of another version."""
    found: list[Event] = []
    for body in bodies:
        try:
            found += events_in(body)
        except ValueError:
            report("message not understood")
    return found
