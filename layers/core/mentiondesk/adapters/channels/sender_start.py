"""The notifier's way to start the sender of replies: a note on the stack's bus."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.adapters.channels.notes import NoteKind, NoteNotTaken, NotesBus


class SenderStart:
    """Starts a run of the sender. `unstarted` hears of a bus that takes no note: the next minute is the retry."""

    def __init__(self, notes: NotesBus, unstarted: Callable[[Exception], None]) -> None:
        self._notes = notes
        self._unstarted = unstarted

    def __call__(self) -> None:
        try:
            self._notes.send(NoteKind.REPLIES_DUE)
        except (NoteNotTaken, BotoCoreError, ClientError) as failure:
            self._unstarted(failure)
