"""The list of who waits: its rows, its tabs, and who looks at a case just now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.posts.tags import Kind, Urgency

# A page writes presence every minute at the latest; TTL removes the item later than this.
PRESENT_FOR = timedelta(seconds=90)


class Tab(StrEnum):
    """A choice of the customers who wait."""

    ALL = "all"
    MINE = "mine"
    UNCLAIMED = "unclaimed"
    PRAISE = "praise"


@dataclass(frozen=True, slots=True)
class Row:
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


# A row's place in the list: its deadline, and its case where deadlines are the same.
Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Scan:
    """The rows behind a place, the earliest deadline first. `cut`: there are more behind the last one."""

    rows: tuple[Row, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """A person who has the page of a case open."""

    staff_id: StaffId
    at: datetime
    writing: bool = False


@dataclass(frozen=True, slots=True)
class Glance:
    """The marks by which a page is known to be as it was: read by one request, with the session of its reader.

    `acts` counts what people did on the desk, `version` is that of the page's case, `present` are those who have the
    case open; both are empty for other pages.
    """

    acts: int = 0
    version: int = 0
    present: tuple[Presence, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A customer who waits, with the others who look at the case."""

    case: Case
    present: tuple[Presence, ...] = ()


def by_deadline(cases: Iterable[WaitingCase]) -> list[WaitingCase]:
    """By deadline, then urgency, then reach. A case whose wait ended in this moment stands last."""
    far = datetime.max.replace(tzinfo=UTC)

    def place(one: WaitingCase) -> tuple[datetime, int, int]:
        timer = one.case.timer if one.case.waiting else None
        return timer.answer_by if timer else far, -one.case.urgency.rank, -one.case.reach

    return sorted(cases, key=place)
