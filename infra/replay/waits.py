"""The reply timers of a replay that ran late or were warned of, in a temporary file: there may be a million."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from weakref import finalize

from mentiondesk.domain.figures.deadlines import Deadline
from mentiondesk.domain.ids import SubjectId

_TABLE = """
CREATE TABLE waits (subject TEXT, since TEXT, warned_at TEXT, answer_by TEXT, ended_at TEXT, alerted INTEGER,
    PRIMARY KEY (subject, since)) WITHOUT ROWID
"""
_WARNED = """
INSERT INTO waits (subject, since, warned_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET warned_at = coalesce(warned_at, excluded.warned_at)
"""
# Timers that are remembered as warned of, so that the further alerts about them need no look at the file.
_MOST_WARNED = 10_000
_LATE = """
INSERT INTO waits (subject, since, answer_by, ended_at, alerted) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET answer_by = excluded.answer_by, ended_at = excluded.ended_at, alerted = excluded.alerted
"""


class Waits:
    """Reply timers by their subject and the moment at which they began."""

    def __init__(self) -> None:
        self._warned: set[tuple[SubjectId, datetime]] = set()
        # As in resting.py, the file is SQLite's own and needs no journal.
        self._file = sqlite3.connect("", isolation_level=None)
        finalize(self, self._file.close)
        for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "BEGIN", _TABLE):
            self._file.execute(statement)

    def warned(self, subject_id: SubjectId, since: datetime, at: datetime) -> None:
        """Notes an alert about a timer; the first one counts."""
        if (subject_id, since) in self._warned:
            return
        if len(self._warned) >= _MOST_WARNED:
            self._warned.clear()
        self._warned.add((subject_id, since))
        self._file.execute(_WARNED, (str(subject_id), since.isoformat(), at.isoformat()))

    def late(self, subject_id: SubjectId, since: datetime, deadline: Deadline) -> None:
        """Notes a timer that ended, or runs, after its deadline; what is noted last counts."""
        ended = deadline.ended_at.isoformat() if deadline.ended_at else None
        values = str(subject_id), since.isoformat(), deadline.answer_by.isoformat(), ended, deadline.alerted
        self._file.execute(_LATE, values)

    def warned_at(self, subject_id: SubjectId, since: datetime) -> datetime | None:
        """The first alert about a timer."""
        wanted = str(subject_id), since.isoformat()
        row = self._file.execute("SELECT warned_at FROM waits WHERE subject = ? AND since = ?", wanted).fetchone()
        return _moment(row[0]) if row else None

    def deadlines(self) -> Iterator[Deadline]:
        """The late timers."""
        rows = self._file.execute(
            "SELECT answer_by, ended_at, alerted, warned_at FROM waits WHERE answer_by IS NOT NULL"
        )
        for answer_by, ended_at, alerted, warned_at in rows:
            yield Deadline(datetime.fromisoformat(answer_by), _moment(ended_at), bool(alerted), _moment(warned_at))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
