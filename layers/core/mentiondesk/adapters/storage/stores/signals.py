"""Complaint signals and the detection baseline."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, Less, Or, Query, Refused, Table
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.incidents.signals import SIGNALS_KEPT, Baseline, HourlyCounts, Signal
from mentiondesk.values import replace

_DAY = timedelta(days=1)


def signal_item(signal: Signal) -> Item:
    """The item of a signal, written in the transaction that classifies its post. An edited post replaces it."""
    expires = {keys.EXPIRES: keys.expiry(signal.at + SIGNALS_KEPT)}
    return Item(keys.signal(signal.at, signal.post_id), signal, expires)


class Signals:
    """SignalStore on the table: one query for a window, two if it spans midnight."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def window(self, since: datetime, until: datetime, limit: int) -> list[Signal]:
        return list(islice(self._newest_first(since, until, limit), limit))

    def forget(self, at: datetime, post_id: PostId) -> None:
        self._table.delete(keys.signal(at, post_id))

    def _newest_first(self, since: datetime, until: datetime, limit: int) -> Iterator[Signal]:
        day, first = until, keys.signals(since)
        # "~" sorts after every post id: the last moment is inside, the first is not.
        bounds = f"{keys.stamp(since)}~", f"{keys.stamp(until)}~"
        while keys.signals(day) >= first:
            found = self._table.query(Query(keys.signals(day), None, "", *bounds, newest_first=True, limit=limit))
            yield from (item.read(Signal) for item in found)
            day -= _DAY


class Baselines:
    """BaselineStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, hour_of_week: int) -> Baseline:
        overall, hour = keys.usual(), keys.usual(hour_of_week)
        found = {item.key.sk: _counts(item) for item in self._table.get_many((overall, hour))}
        return Baseline(found.get(overall.sk, HourlyCounts()), found.get(hour.sk, HourlyCounts()), hour_of_week % 24)

    def save(self, counts: HourlyCounts, hour_of_week: int | None = None) -> bool:
        if counts.until is None:
            return False
        hour_not_counted_yet = Or((Absent(), Less("until", counts.until)))
        try:
            self._table.put(Item(keys.usual(hour_of_week), counts), hour_not_counted_yet)
        except Refused:
            return False
        return True


def _counts(item: Item) -> HourlyCounts:
    """The counts of an item. Items written before `reporters` had its name call it `voices`."""
    if item.get("voices") is not None:
        item = replace(item, beside={**item.beside, "reporters": item.get("voices")})
    return item.read(HourlyCounts)
