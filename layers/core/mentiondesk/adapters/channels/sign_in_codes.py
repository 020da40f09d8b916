"""Codes as notes, on their way from the door to the function that mails them."""

from collections.abc import Mapping
from typing import Any

from mentiondesk.adapters.channels.notes import NoteKind, NotesBus
from mentiondesk.adapters.plain import plain, read
from mentiondesk.domain.access.sign_in import MailedCode


class NotedCodes:
    """CodeMails on the bus."""

    def __init__(self, notes: NotesBus) -> None:
        self._notes = notes

    def add(self, mailed: MailedCode) -> None:
        self._notes.send(NoteKind.CODE_REQUESTED, plain(mailed))


def mailed_code(event: Mapping[str, Any]) -> MailedCode:
    """The code in a note. Raises ValueError, without the note's words."""
    return read(MailedCode, event.get("detail"))
