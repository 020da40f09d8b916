"""Escalations and messages as parts of the transaction that changes their case or incident."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Delete, Less, Put, Refused, Table, Update, Write
from mentiondesk.domain.alerts.escalation import (
    Escalation,
    EscalationChange,
    HoldEscalation,
    StartEscalation,
    StopEscalation,
    started,
)
from mentiondesk.domain.alerts.message import StaffMessage, message_id
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.subject import Subject

# The name of the part; it is refused where a hold finds nothing to hold.
PART = "escalation"


def is_critical(subject: Subject) -> bool:
    """True where the subject's alerts and messages stand in the due index in front of all others."""
    return subject.urgency is Urgency.CRITICAL


def escalation_item(escalation: Escalation, expires: int, critical: bool) -> Item:
    """An escalation with its place in the due index."""
    shard = keys.due_shard_of(escalation.subject_id, critical)
    return Item(keys.escalation(escalation.subject_id), escalation, {keys.DUE_SHARD: shard, keys.EXPIRES: expires})


def escalation_part(subject: Subject, change: EscalationChange | None, expires: int) -> dict[str, Write]:
    """The write that a change of the subject's escalation asks for, by the name of its part."""
    subject_id = subject.subject_id
    match change:
        case None:
            return {}
        case StartEscalation(timer):
            return {PART: Put(escalation_item(started(subject_id, timer), expires, is_critical(subject)))}
        case StopEscalation():
            return {PART: Delete(keys.escalation(subject_id))}
        case HoldEscalation(until):
            held = Update(keys.escalation(subject_id), {keys.DUE_AT: until}, Less(keys.DUE_AT, until))
            return {PART: held}
        case _:
            assert_never(change)


def message_item(message: StaffMessage, expires: int, critical: bool = False) -> Item:
    """A message with its place in the due index: it is due at once."""
    name = message_id(message)
    shard = keys.due_shard_of(message.subject_id, critical)
    beside = {"message": name, keys.DUE_AT: message.at, keys.DUE_SHARD: shard, keys.EXPIRES: expires}
    return Item(keys.message(message.subject_id, name), message, beside)


def message_parts(messages: Iterable[StaffMessage], expires: int, critical: bool = False) -> dict[str, Write]:
    """The writes of messages about one subject, by the names of their parts."""
    return {f"message {message_id(one)}": Put(message_item(one, expires, critical)) for one in messages}


def transact(table: Table, parts: Mapping[str, Write]) -> None:
    """Writes a change with its escalation, or without where there is nothing to hold. Raises Refused or Conflict."""
    try:
        table.transact(parts)
    except Refused as refused:
        if set(refused.found) != {PART}:
            raise
        table.transact({name: part for name, part in parts.items() if name != PART})
