"""Lists the customers who wait, as one person looks at them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.waiting import Place, Row, Scan, Tab, WaitingCase, by_deadline, listed_in
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.reply import Reply
from mentiondesk.ports.desk import WaitingStore
from mentiondesk.values import Frozen

PAGE = 50
# As many rows are looked at for one page, whatever the tab: a backlog of a million costs no more than one of these.
SCANNED = 500


class Wanted(Frozen):
    """The part of the list that a person wants to see."""

    tab: Tab = Tab.ALL
    kind: Kind | None = None
    urgency: Urgency | None = None
    after: Place | None = None

    def filters(self, one: Row | Case) -> bool:
        """True where the kind and the urgency are those that are wanted."""
        return self.kind in (None, one.kind) and self.urgency in (None, one.urgency)

    def takes(self, row: Row, reader: StaffId) -> bool:
        return self.filters(row) and row.stands_in(self.tab, reader)


class WaitingPage(Frozen):
    """One page of the list. `after` is where the next one begins, None at the end.

    `counts` are those of the rows that were looked at, and `cut` says that there are more; both hold from the
    beginning of the list on, so that pages behind the first have no counts.
    """

    cases: tuple[WaitingCase, ...]
    counts: Mapping[Tab, int]
    cut: bool
    after: Place | None


class ListWaiting:
    """Pages of the customers who wait."""

    def __init__(self, waiting: WaitingStore, replies: Callable[[CaseId], Sequence[Reply]] = lambda _: ()) -> None:
        self._waiting = waiting
        self._replies = replies

    def __call__(self, actor: Actor, wanted: Wanted, now: datetime) -> WaitingPage:
        """Up to 50 customers by deadline, from the first 500 behind `wanted.after`."""
        reader = _reader(actor)
        if wanted.tab.listed:
            return self._listed(wanted, now)
        scan = self._waiting.scan(wanted.after, SCANNED)
        fitting = [row for row in scan.rows if wanted.takes(row, reader)]
        shown = fitting[:PAGE]
        found = self._waiting.cases([row.case_id for row in shown], now)
        cases = by_deadline(found[row.case_id] for row in shown if row.case_id in found)
        counts = {} if wanted.after else {tab: _count(scan, tab, reader) for tab in Tab if not tab.listed}
        return WaitingPage(tuple(cases), counts, scan.cut, _next(scan, fitting))

    def _listed(self, wanted: Wanted, now: datetime) -> WaitingPage:
        """A page of the list of a clock; its count is that of this page where there is no other."""
        places = self._waiting.listed(wanted.tab, wanted.after, PAGE + 1)
        cut, shown = len(places) > PAGE, places[:PAGE]
        found = self._waiting.cases([CaseId.parse(case_id) for _, case_id in shown], now).values()
        cases = [one for one in found if listed_in(one.case) is wanted.tab and wanted.filters(one.case)]
        counts = {} if cut or wanted.after else {wanted.tab: len(cases)}
        return WaitingPage(tuple(by_deadline(cases)), counts, cut, shown[-1] if cut else None)

    def next_for(self, actor: Actor) -> Row | None:
        """The customer to turn to now: the person's own with the earliest deadline, an unclaimed one, else praise.

        A customer whose reply is on its way, or waits for another person's yes, is passed over.
        """
        reader, scan = _reader(actor), self._waiting.scan(None, SCANNED)
        for tab in (Tab.MINE, Tab.UNCLAIMED, Tab.PRAISE):
            for row in scan.rows:
                free = row.stands_in(tab, reader) and row.owner in (None, reader)
                if free and not any(one.out_of_hand for one in self._replies(row.case_id)):
                    return row
        return None


def _reader(actor: Actor) -> StaffId:
    assert actor.by is not None, "a person looks at the list"
    return actor.by


def _count(scan: Scan, tab: Tab, reader: StaffId) -> int:
    return sum(row.stands_in(tab, reader) for row in scan.rows)


def _next(scan: Scan, fitting: list[Row]) -> Place | None:
    """Behind the last row shown, or behind the last one looked at where there may be others."""
    if len(fitting) > PAGE:
        return fitting[PAGE - 1].place
    return scan.rows[-1].place if scan.cut and scan.rows else None
