"""The history of a case or an incident in words."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.timeline import (
    ENTRY_NAMES,
    AnsweredElsewhere,
    AttentionGrew,
    CaseAct,
    CaseActEntry,
    Corrected,
    CorrectionEntry,
    Faded,
    GoBackChosen,
    GoBackStarted,
    IncidentDismissed,
    IncidentEdited,
    IncidentEntry,
    IncidentJoined,
    IncidentLeft,
    IncidentReopened,
    IncidentResolved,
    LookedUp,
    MembersChanged,
    Merged,
    MovedToPrivate,
    Noticed,
    Published,
    ReplyAct,
    ReplyApproved,
    ReplyEntry,
    ReplyHeld,
    ReplyQueued,
    ReplyRefused,
    ReplyWithdrawn,
    Rescheduled,
    Retagged,
    Snoozed,
    SolvedInPrivate,
    Updated,
    UpdateEdited,
    written_in,
)
from mentiondesk.presentation.phrases import attention
from mentiondesk.presentation.wording import Sentences
from mentiondesk.values import Frozen

Clock = Callable[[datetime], str]
# The fields of acts that name another person than their author.
_OTHERS = ("to", "owner")


class RecordLine(Frozen):
    """One line of the history; `act` goes on after the name of the person who did it, `to` names another person."""

    at: datetime
    by: StaffId | None
    act: str
    detail: str = ""
    to: StaffId | None = None


def record_line(say: Sentences, entry: CaseActEntry | IncidentEntry, clock: Clock) -> RecordLine:
    """The entry in words; `clock` writes a moment as the reader sees it."""
    detail = _case_act(say, entry, clock) if isinstance(entry, CaseActEntry) else _incident_act(say, entry)
    if isinstance(entry, CaseAct) and entry.forgotten_at is not None:
        detail = " · ".join(filter(None, (detail, say("record.forgotten"))))
    to = next((getattr(entry, name) for name in _OTHERS if hasattr(entry, name)), None)
    return RecordLine(entry.at, entry.by, say(f"record.{_name(entry)}"), detail, to)


def _name(entry: CaseActEntry | IncidentEntry) -> str:
    """The last part of the key of an entry's sentence."""
    match entry:
        case AnsweredElsewhere(thanks=True):
            return "thanked"
        case IncidentJoined(by=by) if by is not None:
            return "incident_linked"
        case IncidentLeft(by=by) if by is not None:
            return "incident_unlinked"
        case MembersChanged(joined=joined):
            return "post_joined" if joined else "post_taken_out"
        case _:
            return ENTRY_NAMES[type(entry)]


def _case_act(say: Sentences, entry: CaseActEntry, clock: Clock) -> str:
    """The facts of an act; of most, these are the words of its author."""
    match entry:
        case Snoozed(until=until):
            detail = say("record.until", at=clock(until))
        case Corrected() | Retagged():
            detail = _tags(say, entry)
        case LookedUp() | AttentionGrew():
            detail = _drawn(say, entry)
        case GoBackStarted(title=title):
            detail = title
        case ReplyAct() | MovedToPrivate() | SolvedInPrivate():
            detail = _reply_act(say, entry)
        case IncidentJoined(title=title, reason=reason):
            detail = " · ".join(filter(None, (title, reason)))
        case _:
            detail = " · ".join(getattr(entry, name) for name in written_in(entry))
    return detail


def _tags(say: Sentences, entry: CorrectionEntry) -> str:
    """The tags that a person put in the place of those that triage found."""
    if isinstance(entry, Retagged):
        return ", ".join((say.label("urgency", entry.urgency), *(say.label("topic", one) for one in entry.topics)))
    return say.label("kind", entry.kind) if entry.kind else say("act.correct.button")


def _drawn(say: Sentences, entry: LookedUp | AttentionGrew) -> str:
    """The customer's followers, and what draws attention to the post."""
    found = attention(say, entry.attention)
    if isinstance(entry, LookedUp):
        followers = entry.profile.followers
        found = [say("staff.followers", count=followers, number=f"{followers:,}"), *found]
    return " · ".join(found)


def _reply_act(say: Sentences, entry: ReplyEntry | MovedToPrivate | SolvedInPrivate) -> str:
    match entry:
        case ReplyQueued():
            detail = _queued(say, entry)
        case ReplyApproved(edited=edited):
            detail = say("record.reply_edited") if edited else ""
        case ReplyWithdrawn(reason=reason):
            detail = reason
        case ReplyRefused(refusal=refusal):
            detail = say.label("x_refusal", refusal)
        case MovedToPrivate(way=way, link=link, note=note):
            detail = " · ".join(filter(None, (say.label("way", way), link, note)))
        case SolvedInPrivate(how=how):
            detail = say.label("solved", how)
        case ReplyHeld():
            detail = ""
        case _:
            assert_never(entry)
    return detail


def _queued(say: Sentences, entry: ReplyQueued) -> str:
    """The facts of a reply on its way: its leg, the approval that it waits for, and the note to colleagues."""
    follow_up = say("record.reply_follow_up") if entry.follow_up else ""
    way = say.label("way", entry.way) if entry.way else ""
    waits = say("record.reply_waits") if entry.held else ""
    return " · ".join(filter(None, (follow_up, way, waits, entry.note)))


def _incident_act(say: Sentences, entry: IncidentEntry) -> str:
    match entry:
        case Noticed(people=people):
            detail = say("people", count=people)
        case Published(title=title, people=people):
            detail = title or (say("people", count=people) if people else "")
        case Updated(status=status):
            detail = say.label("status", status)
        case IncidentDismissed(reason=reason):
            detail = reason
        case IncidentEdited(before=before) | UpdateEdited(before=before):
            detail = before
        case MembersChanged(post_id=post_id):
            detail = post_id
        case Merged(title=title):
            detail = title
        case GoBackChosen(left_out=left_out):
            detail = say("people", count=left_out) if left_out else ""
        case IncidentResolved() | Faded() | IncidentReopened() | Rescheduled():
            detail = ""
        case _:
            assert_never(entry)
    return detail
