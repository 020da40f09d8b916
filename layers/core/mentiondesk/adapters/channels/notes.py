"""Notes from one function to another, through the stack's own bus of EventBridge, which calls the other one.

Sources: Amazon EventBridge, API reference of PutEvents (failures are per entry); AWS Lambda, "Asynchronous invocation".
"""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any

# The rules in template.yaml name it.
SOURCE = "mentiondesk"


class NoteKind(StrEnum):
    """The kinds of notes; template.yaml has who may send each, and the function that it starts."""

    STATUS_CHANGED = "status.changed"
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

    def send(self, kind: NoteKind, detail: dict[str, Any] | None = None) -> None:
        """Raises NoteNotTaken, or as the client does."""
        entry = {"Source": SOURCE, "DetailType": str(kind), "Detail": json.dumps(detail or {})}
        answer = self._bridge().put_events(Entries=[{**entry, "EventBusName": self._name}])
        if answer["FailedEntryCount"]:
            # The call ends well although the bus did not take the entry.
            raise NoteNotTaken(answer["Entries"][0].get("ErrorCode", "unknown"))
