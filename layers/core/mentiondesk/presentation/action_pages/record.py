"""The record of a case or an incident in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.timeline import (
    AnsweredElsewhere,
    CaseActEntry,
    Claimed,
    Dismissed,
    Faded,
    GoBackStarted,
    IncidentDismissed,
    IncidentEntry,
    IncidentResolved,
    Noticed,
    Published,
    Released,
    Reopened,
    Resolved,
    Snoozed,
    Updated,
)


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of the record; `words` go on after the name of the person who did it."""

    at: datetime
    by: StaffId | None
    words: str
    detail: str = ""


def record_line(entry: CaseActEntry | IncidentEntry) -> RecordLine:
    words, detail = _case_words(entry) if isinstance(entry, CaseActEntry) else _incident_words(entry)
    return RecordLine(entry.at, entry.by, words, detail)


def _case_words(entry: CaseActEntry) -> tuple[str, str]:
    match entry:
        case Claimed():
            said = "took the case", ""
        case Released():
            said = "gave the case back", ""
        case Snoozed(until=until):
            said = "let alerts wait", f"until {until:%Y-%m-%d %H:%M} UTC"
        case AnsweredElsewhere():
            said = "answered elsewhere", ""
        case Dismissed(reason=reason):
            said = "closed it: no answer needed", reason
        case Resolved(reason=reason):
            said = "resolved it", reason
        case Reopened(reason=reason):
            said = "opened it again", reason
        case GoBackStarted(title=title):
            said = "started the clock to go back to the customer", title
        case _:
            assert_never(entry)
    return said


def _incident_words(entry: IncidentEntry) -> tuple[str, str]:
    match entry:
        case Noticed(people=people):
            said = "noticed", f"{people} people"
        case Published(title=title, people=people):
            said = "published it", title or (f"{people} people" if people else "")
        case Updated(status=status):
            said = "published an update", str(status)
        case IncidentDismissed(reason=reason):
            said = "said that it is no incident", reason
        case IncidentResolved():
            said = "resolved it", ""
        case Faded():
            said = "faded", ""
        case _:
            assert_never(entry)
    return said
