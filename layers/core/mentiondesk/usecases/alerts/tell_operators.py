"""Troubles that running code noticed → a mail to the operators, once when each begins, daily, and when it is over."""

from collections.abc import Callable
from datetime import datetime

from mentiondesk.domain.troubles import LOOKS_BACK, Notice, Told, notices
from mentiondesk.ports.operators import OperatorsChannel, TroubleStore

OperatorsWriter = Callable[[Notice], tuple[str, str]]


class TellOperators:
    """Sends, then marks: a crash between the two repeats a mail and loses none.

    `write` gives the subject and the text of a notice.
    """

    def __init__(self, troubles: TroubleStore, channel: OperatorsChannel, write: OperatorsWriter) -> None:
        self._troubles = troubles
        self._channel = channel
        self._write = write

    def __call__(self, now: datetime) -> list[Notice]:
        """The notices that were sent. Raises Undeliverable: the next run sends the rest."""
        sent = []
        for notice in notices(*self._troubles.load(now - LOOKS_BACK), now):
            self._channel.tell(*self._write(notice))
            if notice.over:
                self._troubles.forget(notice.name)
            else:
                self._troubles.tell(Told(notice.name, notice.since, now))
            sent.append(notice)
        return sent
