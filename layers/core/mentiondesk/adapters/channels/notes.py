"""Notes from one function to another, through the stack's own bus of EventBridge, which calls the other one.

Sources: Amazon EventBridge, API reference of PutEvents (failures are per entry); AWS Lambda, "Asynchronous invocation".
"""

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

# The rules in template.yaml name it.
SOURCE = "mentiondesk"
# Entries of one call (EventBridge, API reference of PutEvents).
_MOST_AT_ONCE = 10


class NoteKind(StrEnum):
    """The kinds of notes; template.yaml has who may send each, and the function that it starts."""

    STATUS_CHANGED = "status.changed"
    REPLY_WAITS = "reply.waits"
    REPLIES_DUE = "replies.due"
    MAIL_REQUESTED = "mail.requested"
    CODE_REQUESTED = "code.requested"


class NoteNotTaken(Exception):
    """The bus did not take a note; it names the reason."""


class NotesBus:
    """A bus of EventBridge. A note that it takes starts its function at least once.

    `bridge` gives the client, which takes time to make, when a note is sent.
    """

    def __init__(self, bridge: Callable[[], Any], name: str) -> None:
        self._bridge = bridge
        self._name = name

    def send(self, kind: NoteKind, *details: Mapping[str, Any]) -> None:
        """Sends a note for each of these details, or one without any. Raises NoteNotTaken, or as the client does."""
        entries = [self._entry(kind, detail) for detail in details or ({},)]
        for first in range(0, len(entries), _MOST_AT_ONCE):
            self._put(entries[first : first + _MOST_AT_ONCE])

    def _entry(self, kind: NoteKind, detail: Mapping[str, Any]) -> dict[str, str]:
        told = {"Source": SOURCE, "DetailType": str(kind), "Detail": json.dumps(detail)}
        return {**told, "EventBusName": self._name}

    def _put(self, entries: Sequence[dict[str, str]]) -> None:
        answer = self._bridge().put_events(Entries=entries)
        if answer["FailedEntryCount"]:
            # The call ends well although the bus did not take an entry.
            raise NoteNotTaken(next((one["ErrorCode"] for one in answer["Entries"] if "ErrorCode" in one), "unknown"))
