"""Customers whom the desk asks X about: those of the posts that arrived of late and wait with alerts to come."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.arrivals import Arrival, Arrivals
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId
from mentiondesk.ports.cases import WantedLookUp

# A look-up that X refused for longer is not worth its price any more.
_KEPT = timedelta(minutes=15)
# Younger posts are at the classifier.
_FRESH = timedelta(seconds=30)
_MOST_ARRIVALS = 50


@dataclass(slots=True)
class _Open:
    """An arrival, the cases of it that want a look-up, and whether all of its posts are classified."""

    arrival: Arrival
    wanting: dict[CaseId, Case]
    classified: bool


class LookUps:
    """LookUpStore on the table. An arrival whose posts are classified, and whose customers are looked up, is closed.

    The case itself says that its customer is looked up, so that no crash brings a second look-up.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._arrivals = Arrivals(table)
        self._open: list[_Open] = []

    def wanted(self, now: datetime, limit: int) -> Sequence[WantedLookUp]:
        self._open = list(self._followed(self._arrivals.open(now - _KEPT, now - _FRESH, _MOST_ARRIVALS)))
        self._close()
        found = {case_id: (case, one.arrival.at) for one in self._open for case_id, case in one.wanting.items()}
        return [WantedLookUp(case, at) for case, at in found.values()][:limit]

    def done(self, wanted: Sequence[WantedLookUp]) -> None:
        for one in self._open:
            for look_up in wanted:
                one.wanting.pop(look_up.case.case_id, None)
        self._close()

    def _close(self) -> None:
        """Closes the arrivals of which nothing more is to follow."""
        for one in self._open:
            if one.classified and not one.wanting:
                self._arrivals.close(one.arrival)
        self._open = [one for one in self._open if one.wanting or not one.classified]

    def _followed(self, arrivals: Sequence[Arrival]) -> Iterator[_Open]:
        if not arrivals:
            return
        posts = self._arrivals.posts(arrivals)
        cases = self._wanting(posts.values())
        for arrival in arrivals:
            held = [posts.get(post_id) for post_id in arrival.post_ids]
            of_arrival = (_case_of(item) for item in held if item is not None)
            wanting = {case_id: cases[case_id] for case_id in of_arrival if case_id in cases}
            classified = all(item is not None and item.get(keys.TAGGED_AT) is not None for item in held)
            yield _Open(arrival, wanting, classified)

    def _wanting(self, posts: Iterable[Item]) -> dict[CaseId, Case]:
        """The cases of customers' posts that want a look-up."""
        wanted = dict.fromkeys(keys.case(case_id) for item in posts if (case_id := _case_of(item)) is not None)
        cases = (item.read(Case) for item in self._table.get_many(wanted) if item.schema)
        return {case.case_id: case for case in cases if _wants(case)}


def _case_of(item: Item) -> CaseId | None:
    """The case of a classified post of a customer."""
    return None if item.get("own") else item.value("case_id", CaseId)


def _wants(case: Case) -> bool:
    """True while the customer waits, with alerts to come, and X was not asked about them."""
    timer = case.timer
    return (
        timer is not None and timer.running and bool(timer.alerts) and case.profile is None and case.post_id is not None
    )
