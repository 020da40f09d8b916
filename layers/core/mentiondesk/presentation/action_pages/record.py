"""The history of a case or an incident in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.timeline import (
    AnsweredElsewhere,
    CaseActEntry,
    Claimed,
    Correction,
    Dismissed,
    Faded,
    GoBackChosen,
    GoBackStarted,
    IncidentDismissed,
    IncidentEdited,
    IncidentEntry,
    IncidentReopened,
    IncidentResolved,
    MembersChanged,
    Merged,
    Noticed,
    Published,
    Released,
    Reopened,
    Rescheduled,
    Resolved,
    Snoozed,
    Updated,
    UpdateEdited,
)
from mentiondesk.presentation.wording import Sentences

Clock = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of the history; `act` goes on after the name of the person who did it."""

    at: datetime
    by: StaffId | None
    act: str
    detail: str = ""


def record_line(say: Sentences, entry: CaseActEntry | IncidentEntry, clock: Clock) -> RecordLine:
    """The entry in words; `clock` writes a moment as the reader sees it."""
    name, detail = _case_act(say, entry, clock) if isinstance(entry, CaseActEntry) else _incident_act(say, entry)
    return RecordLine(entry.at, entry.by, say(f"record.{name}"), detail)


def _case_act(say: Sentences, entry: CaseActEntry, clock: Clock) -> tuple[str, str]:
    match entry:
        case Claimed():
            found = "claimed", ""
        case Released():
            found = "released", ""
        case Snoozed(until=until):
            found = "snoozed", say("record.until", at=clock(until))
        case AnsweredElsewhere():
            found = "answered_elsewhere", ""
        case Dismissed(reason=reason):
            found = "dismissed", reason
        case Resolved(reason=reason):
            found = "resolved", reason
        case Reopened(reason=reason):
            found = "reopened", reason
        case GoBackStarted(title=title):
            found = "go_back_started", title
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
            found = _correction(say, entry)
    return found


def _correction(say: Sentences, entry: Correction) -> tuple[str, str]:
    match entry:
        case IncidentEdited(before=before):
            found = "incident_edited", before
        case UpdateEdited(before=before):
            found = "update_edited", before
        case IncidentReopened():
            found = "incident_reopened", ""
        case MembersChanged(post_id=post_id, joined=joined):
            found = ("post_joined" if joined else "post_taken_out"), post_id
        case Merged(title=title):
            found = "merged", title
        case Rescheduled():
            found = "rescheduled", ""
        case GoBackChosen(left_out=left_out):
            found = "go_back_chosen", say("people", count=left_out) if left_out else ""
        case _:
            assert_never(entry)
    return found
