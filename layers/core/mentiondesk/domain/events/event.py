"""Events: what other systems hear of the desk's work. They are read off facts as the table holds them.

A fact is read again with each of its later changes, and on every retry: the id of an event comes from the fact alone,
so that the same event is known for one.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import blake2s
from typing import assert_never

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import REPLY_CLOCKS, ReplyTimer, TimerOutcome
from mentiondesk.domain.figures.report import Report
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.domain.ids import CaseId, IncidentId, SubjectId
from mentiondesk.domain.incidents.incident import Incident, Update
from mentiondesk.domain.replies.reply import Hold, Reply, ReplyState
from mentiondesk.domain.replies.way import Way
from mentiondesk.domain.timeline import BrandPosted, MovedToPrivate, SolvedInPrivate
from mentiondesk.values import Frozen, field

# Events and their deliveries are kept for so long; a replay reaches as far back.
EVENTS_LAST = timedelta(days=30)
# A fact older than this brings no event any more: well within the time for which the event would be known.
_NEWS_FOR = timedelta(days=7)
_ANSWERED = (TimerOutcome.ANSWERED, TimerOutcome.ANSWERED_ELSEWHERE)

Value = str | int | bool
# The entries of a case that tell an event; the relay's filter in template.yaml has their names.
EventEntry = MovedToPrivate | SolvedInPrivate | BrandPosted


class EventType(StrEnum):
    """The types of events; a type never changes its meaning."""

    CASE_OPENED = "case.opened"
    CASE_CLAIMED = "case.claimed"
    CASE_ANSWERED = "case.answered"
    CASE_LATE = "case.late"
    CASE_MOVED = "case.moved"
    CASE_SOLVED = "case.solved"
    CASE_CLOSED = "case.closed"
    CASE_REOPENED = "case.reopened"
    REPLY_HELD = "reply.held"
    REPLY_SENT = "reply.sent"
    REPLY_REFUSED = "reply.refused"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_PUBLISHED = "incident.published"
    INCIDENT_UPDATED = "incident.updated"
    INCIDENT_SOLVED = "incident.solved"
    INCIDENT_DISMISSED = "incident.dismissed"
    REPORT_WEEKLY = "report.weekly"


class Event(Frozen):
    """Something that happened at the desk. `data` holds ids, times and tags, and nothing that anybody wrote."""

    event_id: str
    type: EventType
    at: datetime
    data: Mapping[str, Value] = field(default_factory=dict)
    case_id: CaseId | None = None
    incident_id: IncidentId | None = None


def case_events(case: Case, now: datetime) -> Iterator[Event]:
    """The events that a case tells as it is now; those of its first days again and again."""
    found = (*_waits(case, now), *_opened(case), *_claimed(case), *_closed(case), *_reopened(case))
    return (event for event in found if event.at > now - _NEWS_FOR)


def entry_event(case_id: CaseId, entry: EventEntry) -> Event | None:
    """The event of an entry; None for a post of the brand that leads nobody into private, or is gone."""
    about: dict[str, Value] = {"by": entry.by} if entry.by else {}
    match entry:
        case SolvedInPrivate(how=how):
            return _of_case(EventType.CASE_SOLVED, case_id, entry.at, entry.entry_id, {**about, "how": how})
        case MovedToPrivate(way=way) | BrandPosted(way=Way() as way, gone_at=None):
            return _of_case(EventType.CASE_MOVED, case_id, entry.at, entry.entry_id, {**about, "way": way})
        case BrandPosted():
            return None
        case _:
            assert_never(entry)


def reply_event(reply: Reply, now: datetime) -> Event | None:
    """The event of a reply that waits for a person, is on X, or is not; None in between."""
    about: dict[str, Value] = {"reply": reply.reply_id, "author": reply.author}
    if reply.to is not None:
        about["to_post"] = reply.to
    match reply.state:
        case ReplyState.HELD:
            # Each time that it is held is another event.
            why = Hold.MOVED if Hold.MOVED in reply.holds else Hold.CHECK
            at = reply.made_at if reply.version <= 1 else now
            facts = EventType.REPLY_HELD, at, reply.version, {**about, "reason": why}
        case ReplyState.SENT:
            posted: dict[str, Value] = {"post": reply.post_id} if reply.post_id else {}
            facts = EventType.REPLY_SENT, reply.ended_at or now, 0, {**about, **posted}
        case ReplyState.REFUSED:
            facts = EventType.REPLY_REFUSED, reply.ended_at or now, 0, {**about, "reason": reply.refusal or "unknown"}
        case _:
            return None
    type_, at, version, data = facts
    return _of(type_, reply.subject_id, at, f"{reply.reply_id}#{version}", data)


def incident_events(incident: Incident, now: datetime) -> Iterator[Event]:
    """The events that an incident, or a planned maintenance, tells as it is now."""
    about, found = _about_incident(incident), []
    if incident.version <= 1:
        # Each post that joins a candidate changes it.
        found.append(_of(EventType.INCIDENT_OPENED, incident.incident_id, incident.created_at, "", about))
    if incident.published_at is not None:
        found.append(_of(EventType.INCIDENT_PUBLISHED, incident.incident_id, incident.published_at, "", about))
    if incident.ended_at is not None:
        over = EventType.INCIDENT_SOLVED if incident.public else EventType.INCIDENT_DISMISSED
        found.append(_of(over, incident.incident_id, incident.ended_at, moment_text(incident.ended_at), about))
    return (event for event in found if event.at > now - _NEWS_FOR)


def update_event(update: Update, now: datetime) -> Event | None:
    """The event of a public update; None for one that was edited long after."""
    if update.at <= now - _NEWS_FOR:
        return None
    data: dict[str, Value] = {"status": update.status, "update": update.update_id}
    return _of(EventType.INCIDENT_UPDATED, update.incident_id, update.at, update.update_id, data)


def weekly_event(week: Week, report: Report, now: datetime) -> Event:
    """The event of a week's figures: the counts of first replies, as docs/figures.md defines them."""
    first = report.first
    data: dict[str, Value] = {
        "week": week.name,
        "waits": first.waits,
        "answered": first.answered,
        **{f"answered_within_{span}": count for span, count in first.within.items()},
        "ignored": first.ignored,
        "late": first.late,
        "replies_sent": report.replies.sent,
        "incidents": len(report.incidents),
    }
    return Event(weekly_id(week), EventType.REPORT_WEEKLY, now, data)


def weekly_id(week: Week) -> str:
    """The id of the event with a week's figures."""
    return _id(EventType.REPORT_WEEKLY, week.name)


def _opened(case: Case) -> Iterator[Event]:
    """A customer waits for the first time."""
    waits = [timer for timer in case.timers if timer.clock in REPLY_CLOCKS]
    if not waits:
        return
    first = min(waits, key=lambda timer: timer.began)
    data: dict[str, Value] = {**_tags(case), "post": first.post_id, "answer_by": moment_text(first.answer_by)}
    yield _of_case(EventType.CASE_OPENED, case.case_id, case.asked_at or first.began, "", data)


def _claimed(case: Case) -> Iterator[Event]:
    if case.owner is not None and case.claimed_at is not None:
        fact = f"{moment_text(case.claimed_at)}#{case.owner}"
        data: dict[str, Value] = {**_tags(case), "owner": case.owner}
        yield _of_case(EventType.CASE_CLAIMED, case.case_id, case.claimed_at, fact, data)


def _closed(case: Case) -> Iterator[Event]:
    if case.state.closed and case.closed_at is not None:
        data: dict[str, Value] = {**_tags(case), "state": case.state}
        yield _of_case(EventType.CASE_CLOSED, case.case_id, case.closed_at, moment_text(case.closed_at), data)


def _reopened(case: Case) -> Iterator[Event]:
    if case.reopened_at is not None and not case.state.closed:
        data: dict[str, Value] = {**_tags(case), "state": case.state}
        yield _of_case(EventType.CASE_REOPENED, case.case_id, case.reopened_at, moment_text(case.reopened_at), data)


def _waits(case: Case, now: datetime) -> Iterator[Event]:
    """The waits of a case that are answered, and the timers that ran past their deadlines."""
    for timer in case.timers:
        data = {**_tags(case), **_wait(timer)}
        if timer.clock in REPLY_CLOCKS and timer.ended_at is not None and timer.outcome in _ANSWERED:
            fact, elsewhere = moment_text(timer.ended_at), timer.outcome is TimerOutcome.ANSWERED_ELSEWHERE
            answered = {**data, "elsewhere": elsewhere, "late": timer.breached(now)}
            yield _of_case(EventType.CASE_ANSWERED, case.case_id, timer.ended_at, fact, answered)
        if timer.breached(now):
            fact = f"{timer.clock}#{moment_text(timer.began)}"
            yield _of_case(EventType.CASE_LATE, case.case_id, timer.answer_by, fact, data)


def _wait(timer: ReplyTimer) -> dict[str, Value]:
    return {
        "clock": timer.clock,
        "post": timer.post_id,
        "since": moment_text(timer.began),
        "answer_by": moment_text(timer.answer_by),
    }


def _tags(case: Case) -> dict[str, Value]:
    owned: dict[str, Value] = {"owner": case.owner} if case.owner else {}
    return {"kind": case.kind, "urgency": case.urgency, **owned}


def _about_incident(incident: Incident) -> dict[str, Value]:
    return {
        "title": incident.title,
        "status": incident.status,
        "impact": incident.impact,
        "people": incident.people,
        "maintenance": incident.status.maintenance or incident.scheduled_for is not None,
        "slow": incident.slow,
    }


def _of(type_: EventType, subject_id: SubjectId, at: datetime, fact: str, data: Mapping[str, Value]) -> Event:
    if isinstance(subject_id, CaseId):
        return _of_case(type_, subject_id, at, fact, data)
    return Event(_id(type_, f"{subject_id}#{fact}"), type_, at, data, incident_id=subject_id)


def _of_case(type_: EventType, case_id: CaseId, at: datetime, fact: str, data: Mapping[str, Value]) -> Event:
    return Event(_id(type_, f"{case_id}#{fact}"), type_, at, data, case_id=case_id)


def _id(type_: EventType, fact: str) -> str:
    """The id of an event, from its type and the fact that it tells of."""
    return f"evt_{blake2s(f'{type_}#{fact}'.encode(), digest_size=16).hexdigest()}"


def moment_text(moment: datetime) -> str:
    """A moment as events write it: ISO 8601, in UTC."""
    return f"{moment.astimezone(UTC).isoformat().removesuffix('+00:00')}Z"
