"""Requests for mail as notes, so that the form that takes them looks nothing up and sends nothing."""

from collections.abc import Mapping
from typing import Any

from mentiondesk.adapters.channels.notes import NoteKind, NotesBus
from mentiondesk.adapters.plain import plain, read
from mentiondesk.domain.status.subscribers import MailRequest


class NotedMailRequests:
    """MailRequests on the bus."""

    def __init__(self, notes: NotesBus) -> None:
        self._notes = notes

    def add(self, request: MailRequest) -> None:
        self._notes.send(NoteKind.MAIL_REQUESTED, plain(request))


def requested(event: Mapping[str, Any]) -> MailRequest:
    """The request in a note. Raises ValueError, without the note's words."""
    return read(MailRequest, event.get("detail"))
