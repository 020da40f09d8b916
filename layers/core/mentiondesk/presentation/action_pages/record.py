"""The history of a case or an incident in words."""

from collections.abc import Callable, Mapping
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
    HandedOver,
    IncidentDismissed,
    IncidentEntry,
    IncidentResolved,
    Noted,
    Noticed,
    Published,
    Released,
    Reopened,
    Resolved,
    Snoozed,
    Updated,
)
from mentiondesk.presentation.wording import Sentences

Clock = Callable[[datetime], str]
# Acts that need no more words.
_BARE: Mapping[type[CaseActEntry], str] = {
    Claimed: "claimed",
    Released: "released",
    AnsweredElsewhere: "answered_elsewhere",
    HandedOver: "handed_over",
}


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of the history; `act` goes on after the name of the person who did it, `to` names another person."""

    at: datetime
    by: StaffId | None
    act: str
    detail: str = ""
    to: StaffId | None = None


def record_line(say: Sentences, entry: CaseActEntry | IncidentEntry, clock: Clock) -> RecordLine:
    """The entry in words; `clock` writes a moment as the reader sees it."""
    name, detail = _case_act(say, entry, clock) if isinstance(entry, CaseActEntry) else _incident_act(say, entry)
    to = entry.to if isinstance(entry, HandedOver) else None
    return RecordLine(entry.at, entry.by, say(f"record.{name}"), detail, to)


def _case_act(say: Sentences, entry: CaseActEntry, clock: Clock) -> tuple[str, str]:
    match entry:
        case Claimed() | Released() | AnsweredElsewhere() | HandedOver():
            found = _BARE[type(entry)], ""
        case Snoozed(until=until):
            found = "snoozed", say("record.until", at=clock(until))
        case Dismissed(reason=reason):
            found = "dismissed", reason
        case Resolved(reason=reason):
            found = "resolved", reason
        case Reopened(reason=reason):
            found = "reopened", reason
        case GoBackStarted(title=title):
            found = "go_back_started", title
        case Noted(text=text):
            found = "noted", text
        case _:
            assert_never(entry)
    return found


def _incident_act(say: Sentences, entry: IncidentEntry) -> tuple[str, str]:
    match entry:
        case Noticed(people=people):
            found = "noticed", say("people", count=people)
        case Published(title=title, people=people):
            found = "published", title or (say("people", count=people) if people else "")
        case Updated(status=status):
            found = "updated", say.label("status", status)
        case IncidentDismissed(reason=reason):
            found = "incident_dismissed", reason
        case IncidentResolved():
            found = "incident_resolved", ""
        case Faded():
            found = "faded", ""
        case _:
            assert_never(entry)
    return found
