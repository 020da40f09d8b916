"""Histograms of the complaint probabilities in the brand's stream, one item a week."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.table import Query, Table, Update

# Weeks that count, and how long their items live.
_COUNTED, _KEPT = timedelta(weeks=8), timedelta(weeks=10)
_BIN = "bin"


class ScoreCounts:
    """ScoreStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, now: datetime) -> Mapping[int, int]:
        found: dict[int, int] = {}
        newest = keys.scores(now)
        for item in self._table.query(Query(newest.pk, first=keys.scores(now - _COUNTED).sk, last=newest.sk)):
            for name in item.beside:
                if name.startswith(_BIN):
                    place = int(name.removeprefix(_BIN))
                    found[place] = found.get(place, 0) + int(item.get(name))
        return found

    def add(self, counts: Mapping[int, int], now: datetime) -> None:
        about = {keys.EXPIRES: keys.expiry(now + _KEPT), keys.SCHEMA: 1}
        added = {f"{_BIN}{place:02}": count for place, count in counts.items()}
        self._table.update(Update(keys.scores(now), about, add=added))
