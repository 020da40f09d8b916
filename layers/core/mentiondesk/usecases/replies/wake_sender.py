"""Replies and measures that wait for the sender → a run of it, each minute in which there are any."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from mentiondesk.ports.replies import ReplyStore
from mentiondesk.ports.strikes import StrikeStore

# Replies that were due so long ago are late: the sender or X does not work.
LATE = timedelta(minutes=5)


class WakeSender:
    """Starts the sender where something is due: a timer's note was lost, X asked to wait, or a send is in doubt.

    A quiet minute costs two queries and starts nothing. `start` starts a run of the sender, and survives a bus that
    takes no note: the next minute is the retry.
    """

    def __init__(self, replies: ReplyStore, strikes: StrikeStore, start: Callable[[], None]) -> None:
        self._replies = replies
        self._strikes = strikes
        self._start = start

    def __call__(self, now: datetime) -> Mapping[str, int]:
        """The troubles that operators may have to hear of, by the names of their counts."""
        due = self._replies.count_due(now)
        if due or self._strikes.due(now, 1):
            self._start()
        return {"RepliesLate": self._replies.count_due(now - LATE) if due else 0}
