"""The length of the queue, counted in its index."""

from collections.abc import Iterator
from datetime import datetime

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.table import Query, Table
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.figures.report import STUCK_AFTER, Now

# Upper bound on the rows counted in each shard, and on the cases looked at for the longest wait.
_COUNTED, _LOOKED_AT = 1000, 10


class CountedQueue:
    """QueueCounts on the table. The longest wait is that of the cases with the earliest deadlines."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def now(self, now: datetime, pace: int) -> Now:
        waiting, late, stuck = self._count(None), self._count(now), self._count(now - STUCK_AFTER)
        oldest = min(self._waits(), default=None)
        return Now(sum(waiting), sum(late), oldest, pace, more=max(waiting) >= _COUNTED, stuck=sum(stuck))

    def _count(self, last: datetime | None) -> list[int]:
        return [
            self._table.count(Query(partition, keys.WAITING, last=last, limit=_COUNTED)) for partition in _partitions()
        ]

    def _waits(self) -> Iterator[datetime]:
        """The beginnings of the longest waits."""
        queries = (Query(partition, keys.WAITING, limit=_LOOKED_AT) for partition in _partitions())
        found = [row.key for query in queries for row in self._table.query(query)]
        for item in self._table.get_many(found):
            yield from (timer.began for timer in item.read(Case).timers if timer.running)


def _partitions() -> list[str]:
    return [keys.queue(State.OPEN, number) for number in range(keys.SHARDS)]
