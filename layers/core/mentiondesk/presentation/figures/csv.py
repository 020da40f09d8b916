"""A week as CSV: one row a wait."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.figures.facts import Fact, WaitFact
from mentiondesk.domain.figures.report import group_of, settled

COLUMNS = (
    "case", "case_id", "leg", "kind", "urgency", "topics", "counted_as", "since", "answer_by", "ended_at",
    "end", "minutes", "by", "warned_at", "incident", "recorded_at",
)  # fmt: skip
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Excel reads UTF-8 only where a file begins with this.
_MARK = "\ufeff"


def waits_csv(facts: Iterable[Fact], brand: str, zone: str) -> str:
    """The waits that the report of these facts counts, in a file that spreadsheets open by a double click.

    Times carry the offset of `zone`. A wait that was corrected stands once, as the report counts it.
    """
    waits, _ = settled([fact for fact in facts if isinstance(fact, WaitFact)])
    out = io.StringIO()
    out.write(_MARK)
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for fact in sorted(waits, key=lambda one: (one.recorded_at, one.since)):
        rows.writerow([safe(cell) for cell in _row(fact, brand, ZoneInfo(zone))])
    return out.getvalue()


def safe(cell: str) -> str:
    """The cell, with a mark in front of what would be a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _row(fact: WaitFact, brand: str, zone: ZoneInfo) -> Iterator[str]:
    minutes = (fact.ended_at - fact.since).total_seconds() / 60 if fact.ended_at else None
    yield case_number(fact.case_id, brand)
    yield str(fact.case_id)
    yield fact.clock
    yield fact.kind
    yield fact.urgency
    yield " ".join(fact.topics)
    yield group_of(fact) or ""
    yield from (_time(moment, zone) for moment in (fact.since, fact.answer_by, fact.ended_at))
    yield fact.end
    yield "" if minutes is None else f"{minutes:.1f}"
    yield fact.by or ""
    yield _time(fact.warned_at, zone)
    yield fact.incident_id or ""
    yield _time(fact.recorded_at, zone)


def _time(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else ""
