"""Events as text: in the table, and in the queue between the relay and the sender."""

from collections.abc import Callable, Iterable

from mentiondesk.adapters.plain import json_text, read_json
from mentiondesk.domain.events.event import Event


def event_text(event: Event) -> str:
    """The event as JSON."""
    return json_text(event)


def event_in(text: str) -> Event:
    """The event of a text. Raises ValueError."""
    return read_json(Event, text)


def events_text(events: Iterable[Event]) -> str:
    """Several events as one JSON list."""
    return f"[{','.join(map(event_text, events))}]"


def events_in(text: str) -> list[Event]:
    """The events of a list. Raises ValueError."""
    found = read_json(list[Event], text)
    if not found:
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
