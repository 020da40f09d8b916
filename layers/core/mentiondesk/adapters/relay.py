"""The relay: changes of the table, from its stream to each consumer's queue, or as notes on the bus.

DynamoDB bears two readers of a stream. One classifies posts; this one is the other, for all consumers there are.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from mentiondesk.adapters.channels.notes import NoteKind, NotesBus
from mentiondesk.adapters.events import events_text
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_attributes
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.timelines import entry_in
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.events.event import (
    Event,
    EventEntry,
    case_events,
    entry_event,
    incident_events,
    reply_event,
    update_event,
)
from mentiondesk.domain.ids import CaseId, SubjectId
from mentiondesk.domain.incidents.incident import Incident, Update
from mentiondesk.domain.replies.reply import Reply, ReplyState

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

# SQS, API reference: messages in one batch.
_MOST_IN_BATCH = 10
# The timer of the template lives for five minutes (Step Functions, quotas of express workflows). The notifier starts
# the sender for replies that wait longer.
_LONGEST_WAIT = timedelta(minutes=4)
# A note that comes before the reply may go out is of no use: the reply would wait for the next minute's run. The timer
# counts whole seconds, and cuts off the rest.
_CLOCKS_DIFFER, _SECOND = timedelta(seconds=0.5), timedelta(seconds=1)
_TO_BE_SENT = (ReplyState.COOLING, ReplyState.QUEUED)
# States of incidents that the status page does not show.
_NOT_PUBLIC = ("candidate", "dismissed", "faded")


class Note(NamedTuple):
    """A message for a consumer: which item changed, or which events it tells; never what anybody wrote in it."""

    body: str


class NotRelayed(Exception):
    """The queue did not take some of the notes; the stream delivers their records again."""


class ToQueue:
    """Sends notes to an SQS queue. Raises NotRelayed."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def __call__(self, notes: list[Note]) -> None:
        for batch in _batches(notes):
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=batch)
            if answer.get("Failed"):
                raise NotRelayed(f"{len(answer['Failed'])} of {len(batch)}")


class ToReplyTimer:
    """Sends a note for each reply that is to go out; the stack's timer starts the sender when it may."""

    def __init__(self, notes: NotesBus) -> None:
        self._notes = notes

    def __call__(self, notes: list[Note]) -> None:
        if notes:
            self._notes.send(NoteKind.REPLY_WAITS, *(json.loads(note.body) for note in notes))


class ToStatusPage:
    """Sends one note for all changes of what the status page shows: one run writes whatever has changed."""

    def __init__(self, notes: NotesBus) -> None:
        self._notes = notes

    def __call__(self, notes: list[Note]) -> None:
        if notes:
            self._notes.send(NoteKind.STATUS_CHANGED)


class Route(NamedTuple):
    """The way to a consumer, and the note that it gets about an item as it is now (None: nothing)."""

    send: Callable[[list[Note]], None]
    note: Callable[[Item, datetime], Note | None]


class Relay:
    """Sends a note about each changed item to every consumer that wants it.

    A record that is delivered twice makes two notes: consumers look at the item itself, and do nothing twice.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)

    def __call__(self, images: Iterable[Mapping[str, Any]], now: datetime) -> int:
        """The number of notes about these new images, in DynamoDB's form. Raises as the routes' ways do."""
        items = [from_attributes(image) for image in images]
        return sum(self._send(route, items, now) for route in self._routes)

    def _send(self, route: Route, items: list[Item], now: datetime) -> int:
        notes = dict.fromkeys(note for item in items if (note := route.note(item, now)) is not None)
        route.send(list(notes))
        return len(notes)


def _batches(notes: list[Note]) -> Iterator[list["SendMessageBatchRequestEntryTypeDef"]]:
    for start in range(0, len(notes), _MOST_IN_BATCH):
        yield [
            {"Id": str(number), "MessageBody": note.body}
            for number, note in enumerate(notes[start : start + _MOST_IN_BATCH])
        ]


def reply_to_send(item: Item, now: datetime) -> Note | None:
    """A reply that is to go out, with the whole second from which its author can no longer take it back."""
    if not item.key.sk.startswith(keys.REPLY):
        return None
    reply = item.read(Reply)
    if reply.state not in _TO_BE_SENT:
        return None
    if reply.send_at - now > _LONGEST_WAIT:
        return None
    at = _whole_second(reply.send_at + _CLOCKS_DIFFER + _SECOND if reply.send_at > now else reply.send_at)
    return Note(json.dumps({"subject": item.key.pk, "reply": str(reply.reply_id), "at": at}))


def _whole_second(at: datetime) -> str:
    """A time as the timer reads it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def thread_told(note: Mapping[str, Any], report: Callable[[str], None]) -> list[SubjectId]:
    """The case or incident that a note about a reply names.

    Only the relay sends such notes: one of another shape is of another version. The next minute finds the reply.
    """
    try:
        return [keys.subject_in(note["subject"])]
    except (KeyError, TypeError, ValueError, AttributeError):
        report("note not understood")
        return []


def status_change(item: Item, now: datetime) -> Note | None:
    """A change of what the status page shows: of a public incident, or of the settings."""
    del now
    public = item.key.sk == keys.INCIDENT and item.get("status") not in _NOT_PUBLIC
    return Note("changed") if public or item.key == keys.settings() else None


def event_note(item: Item, now: datetime) -> Note | None:
    """The events that an item tells as it is now."""
    found = list(events_of(item, now))
    return Note(events_text(found)) if found else None


def events_of(item: Item, now: datetime) -> Iterable[Event]:
    """The events of the last days that an item of a case or an incident tells as it is now."""
    pk, sk = item.key
    if sk == keys.CASE:
        return case_events(item.read(Case), now)
    if sk == keys.INCIDENT:
        return incident_events(item.read(Incident), now)
    return [event for event in (_event(item, keys.subject_in(pk), now),) if event is not None]


def _event(item: Item, subject_id: SubjectId, now: datetime) -> Event | None:
    """The event of an item that tells one at most."""
    sk = item.key.sk
    if sk.startswith(keys.REPLY):
        return reply_event(item.read(Reply), now)
    if sk.startswith(keys.UPDATE):
        return update_event(item.read(Update), now)
    if sk.startswith(keys.TIMELINE) and isinstance(subject_id, CaseId):
        entry = entry_in(item)
        if isinstance(entry, EventEntry):
            return entry_event(subject_id, entry)
    return None
