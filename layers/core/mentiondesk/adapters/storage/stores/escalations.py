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
from mentiondesk.domain.ids import SubjectId

# The name of the part; it is refused where a hold finds nothing to hold.
PART = "escalation"


def escalation_item(escalation: Escalation, expires: int) -> Item:
    """An escalation with its place in the due index."""
    shard = keys.due_shard(keys.shard(escalation.subject_id))
    return Item(keys.escalation(escalation.subject_id), escalation, {keys.DUE_SHARD: shard, keys.EXPIRES: expires})


def escalation_part(subject_id: SubjectId, change: EscalationChange | None, expires: int) -> dict[str, Write]:
    """The write that a change of the escalation asks for, by the name of its part."""
    match change:
        case None:
            return {}
        case StartEscalation(timer):
            return {PART: Put(escalation_item(started(subject_id, timer), expires))}
        case StopEscalation():
            return {PART: Delete(keys.escalation(subject_id))}
        case HoldEscalation(until):
            held = Update(keys.escalation(subject_id), {keys.DUE_AT: until}, Less(keys.DUE_AT, until))
            return {PART: held}
        case _:
            assert_never(change)


def message_item(message: StaffMessage, expires: int) -> Item:
    """A message with its place in the due index: it is due at once."""
    name = message_id(message)
    shard = keys.due_shard(keys.shard(message.subject_id))
    beside = {"message": name, keys.DUE_AT: message.at, keys.DUE_SHARD: shard, keys.EXPIRES: expires}
    return Item(keys.message(message.subject_id, name), message, beside)


def message_parts(messages: Iterable[StaffMessage], expires: int) -> dict[str, Write]:
    """The writes of messages, by the names of their parts."""
    return {f"message {message_id(one)}": Put(message_item(one, expires)) for one in messages}


def transact(table: Table, parts: Mapping[str, Write]) -> None:
    """Writes a change with its escalation, or without where there is nothing to hold. Raises Refused or Conflict."""
    try:
        table.transact(parts)
    except Refused as refused:
        if set(refused.found) != {PART}:
            raise
        table.transact({name: part for name, part in parts.items() if name != PART})
