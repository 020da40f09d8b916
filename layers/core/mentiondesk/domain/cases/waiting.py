"""The list of who waits: its rows, its tabs, and who looks at a case just now."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.cases.case import OWN_CLOCKS, Case
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.values import Frozen

# A page writes presence every minute at the latest; TTL removes the item later than this.
PRESENT_FOR = timedelta(seconds=90)


class Tab(StrEnum):
    """A choice of the customers who wait."""

    ALL = "all"
    MINE = "mine"
    UNCLAIMED = "unclaimed"
    PRAISE = "praise"
    # Triage cannot place the post: a person decides.
    UNSURE = "unsure"
    # The brand owes the next step: a private leg goes on, or somebody was promised to hear again.
    PROMISED = "promised"

    @property
    def listed(self) -> bool:
        """True for a choice by the clock that runs, which has a list of its own."""
        return self in (Tab.UNSURE, Tab.PROMISED)


class Row(Frozen):
    """A waiting customer as the queue index tells it. Rows are ordered by deadline."""

    case_id: CaseId
    answer_by: datetime
    kind: Kind
    urgency: Urgency
    owner: StaffId | None = None

    @property
    def place(self) -> "Place":
        return self.answer_by, str(self.case_id)

    def stands_in(self, tab: Tab, reader: StaffId) -> bool:
        match tab:
            case Tab.ALL:
                return True
            case Tab.MINE:
                return self.owner == reader
            case Tab.UNCLAIMED:
                # Praise has a queue of its own, which may be slow.
                return self.owner is None and self.kind is not Kind.PRAISE
            case Tab.PRAISE:
                return self.kind is Kind.PRAISE
            case Tab.UNSURE | Tab.PROMISED:
                return False


class ForMe(StrEnum):
    """The reason for which a customer of one's own waits for oneself, besides being in the queue."""

    # A colleague handed the case over, and its owner has done nothing about it.
    HANDED_OVER = "handed_over"
    # The customer wrote again after an answer.
    WROTE_AGAIN = "wrote_again"
    # A private leg, or a word that was promised, is due: half of its time is over.
    PROMISED = "promised"


def waits_for_owner(case: Case, now: datetime) -> ForMe | None:
    """The first reason that holds; None for a case that its owner need not turn to before others."""
    timer = case.timer if case.waiting else None
    if timer is None or case.state.closed:
        return None
    if case.handed_by is not None:
        return ForMe.HANDED_OVER
    if timer.clock is Clock.NEXT_REPLY:
        return ForMe.WROTE_AGAIN
    due = timer.clock in OWN_CLOCKS and timer.answer_by - now < (timer.answer_by - timer.since) / 2
    return ForMe.PROMISED if due else None


# A row's place in the list: its deadline, and its case where deadlines are the same.
Place = tuple[datetime, str]


def listed_in(case: Case) -> Tab | None:
    """The list of a clock in which the case stands, besides the queue."""
    timer = case.timer if case.waiting else None
    if timer is None or case.state.closed:
        return None
    if timer.clock is Clock.UNSURE:
        return Tab.UNSURE
    return Tab.PROMISED if timer.clock in OWN_CLOCKS else None


class Scan(Frozen):
    """The rows behind a place, the earliest deadline first. `cut`: there are more behind the last one."""

    rows: tuple[Row, ...]
    cut: bool


class Presence(Frozen):
    """A person who has the page of a case open."""

    staff_id: StaffId
    at: datetime
    writing: bool = False


class Glance(Frozen):
    """The marks by which a page is known to be as it was: read by one request, with the session of its reader.

    `acts` counts what people did on the desk, `version` is that of the page's case, `present` are those who have the
    case open; both are empty for other pages.
    """

    acts: int = 0
    version: int = 0
    present: tuple[Presence, ...] = ()


class WaitingCase(Frozen):
    """A customer who waits, with the others who look at the case, and those who have a draft of a reply."""

    case: Case
    present: tuple[Presence, ...] = ()
    drafting: tuple[StaffId, ...] = ()


def by_deadline(cases: Iterable[WaitingCase]) -> list[WaitingCase]:
    """By deadline, then urgency, then reach. A case whose wait ended in this moment stands last."""
    far = datetime.max.replace(tzinfo=UTC)

    def place(one: WaitingCase) -> tuple[datetime, int, int]:
        timer = one.case.timer if one.case.waiting else None
        return timer.answer_by if timer else far, -one.case.urgency.rank, -one.case.reach

    return sorted(cases, key=place)
