"""Upgrades of cases and incidents in the form before there were timelines and escalations (schema 0).

Such an item held its one timer as `wait`, its place in the due index as `due_at`, and what staff did in items of
their own, "E#…", of which the fold knew only what `settled` repeated. An upgrade writes the item in the new form,
its escalation and the acts of its timeline in one transaction, on the condition that the item is as it was read.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.escalations import escalation_item, is_critical
from mentiondesk.adapters.storage.stores.timelines import post_entry, put_entry
from mentiondesk.adapters.storage.table import MOST_PARTS, Conflict, Delete, Equals, Put, Query, Refused, Table, Write
from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.cases.case import Case, Phase
from mentiondesk.domain.cases.timers import Clock, ReplyTimer, TimerOutcome
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.domain.timeline import (
    AnsweredElsewhere,
    BrandPosted,
    CaseActEntry,
    Claimed,
    CustomerPosted,
    Dismissed,
    Faded,
    GoBackStarted,
    IncidentDismissed,
    IncidentEntry,
    IncidentResolved,
    Noticed,
    Place,
    Posted,
    Published,
    Released,
    Resolved,
    Snoozed,
    Updated,
)
from mentiondesk.values import Frozen, replace

_TRIES = 5
# Parts of the transaction beside the record: each line of that is written anew and deleted.
_OTHER_PARTS = 4
_MOST_EVENTS = (MOST_PARTS - _OTHER_PARTS) // 2
_SNOOZE_DETAIL = "until %Y-%m-%d %H:%M UTC"


class OldEvent(Frozen):
    """A line of the record of staff."""

    event_id: str
    at: datetime
    by: StaffId | None
    action: str
    detail: str = ""


class OldOutcome(Frozen):
    """The end of a wait other than by a post, as a case kept it beside the record."""

    at: datetime
    after: Place
    state: State
    reason: str = ""


def is_old(item: Item) -> bool:
    return item.schema == 0


def upgraded_case(table: Table, item: Item, to_item: Callable[[Case], Item]) -> Case | None:
    """The case in an old item, which is written in the new form; None where there is none any more.

    `to_item` gives the item of a case. Raises Conflict when others never stop changing it.
    """
    for _ in range(_TRIES):
        if not is_old(item):
            return item.read(Case)
        case, parts = _case_parts(table, item, to_item)
        try:
            table.transact(parts)
        except (Refused, Conflict):
            found = table.get(item.key)
            if found is None:
                return None
            item = found
        else:
            return case
    raise Conflict


def upgraded_incident(table: Table, item: Item, to_item: Callable[[Incident], Item]) -> Incident | None:
    """The incident in an old item, which is written in the new form; None where there is none any more.

    `to_item` gives the item of an incident. Raises Conflict when others never stop changing it.
    """
    for _ in range(_TRIES):
        if not is_old(item):
            return item.read(Incident)
        incident, parts = _incident_parts(table, item, to_item)
        try:
            table.transact(parts)
        except (Refused, Conflict):
            found = table.get(item.key)
            if found is None:
                return None
            item = found
        else:
            return incident
    raise Conflict


def _case_parts(table: Table, item: Item, to_item: Callable[[Case], Item]) -> tuple[Case, dict[str, Write]]:
    pk = item.key.pk
    posts = [post_entry(one) for one in table.query(Query(pk, prefix=keys.TIMELINE))]
    events = _events(table, pk)
    case, acts = case_of(item, posts, events)
    expires = item.value(keys.EXPIRES, int) or 0
    parts = _parts(item, to_item(case), case, events)
    for number, act in enumerate(acts):
        parts[f"act {number}"] = put_entry(case.case_id, act, expires)
    latest = next((one for one in posts if one.post_id == case.post_id), None)
    if case.incident_id is not None and isinstance(latest, CustomerPosted):
        parts["post"] = put_entry(case.case_id, replace(latest, incident_id=case.incident_id), expires)
    return case, parts


def _incident_parts(table: Table, item: Item, to_item: Callable[[Incident], Item]) -> tuple[Incident, dict[str, Write]]:
    events = _events(table, item.key.pk)
    incident, entries = incident_of(item, events)
    expires = item.value(keys.EXPIRES, int) or 0
    parts = _parts(item, to_item(incident), incident, events)
    for number, entry in enumerate(entries):
        parts[f"entry {number}"] = put_entry(incident.incident_id, entry, expires)
    return incident, parts


def _events(table: Table, pk: str) -> list[OldEvent]:
    """The record, oldest first; no more than one transaction can move."""
    found = [item.read(OldEvent) for item in table.query(Query(pk, prefix=keys.OLD_EVENT))]
    return found[-_MOST_EVENTS:]


def _parts(item: Item, new: Item, subject: Case | Incident, events: list[OldEvent]) -> dict[str, Write]:
    """The subject in the new form if it is as it was read, its escalation, and the end of the old record."""
    version = item.value("version", int)
    parts: dict[str, Write] = {"subject": Put(new, Equals("version", version))}
    due_at = item.value(keys.DUE_AT, datetime)
    if due_at is not None and subject.timer is not None:
        marked, attempts = item.value("alerted_until", datetime), item.value("attempts", int) or 0
        expires = item.value(keys.EXPIRES, int) or 0
        escalation = Escalation(subject.subject_id, subject.timer, due_at, marked, attempts)
        parts["escalation"] = Put(escalation_item(escalation, expires, is_critical(subject)))
    for number, event in enumerate(events):
        key = keys.Key(item.key.pk, f"{keys.OLD_EVENT}{event.event_id}")
        parts[f"old {number}"] = Delete(key)
    return parts


def case_of(item: Item, posts: list[Posted], events: list[OldEvent]) -> tuple[Case, list[CaseActEntry]]:
    """The case in an old item, with the acts of its timeline."""
    settled = item.value("settled", tuple[OldOutcome, ...]) or ()
    last_post = item.value("last_post", tuple[datetime, int])
    timer = _timer(item, settled)
    case = replace(
        item.read(Case),
        version=(item.value("version", int) or 0) + 1,
        phase=item.value("leg", Phase) or Phase.PUBLIC,
        timers=(timer,) if timer else (),
        answered_at=max((one.at for one in posts if isinstance(one, BrandPosted)), default=None),
        last=(*last_post, 0) if last_post else None,
    )
    acts = list(_acts(case, timer, posts, events, settled))
    number = max((act.number for act in acts if act.after == last_post), default=0)
    last = (*last_post, number) if last_post else None
    return replace(case, last=last, snoozed_until=_snoozed_until(timer, acts)), acts


def _timer(item: Item, settled: tuple[OldOutcome, ...]) -> ReplyTimer | None:
    timer = item.value("wait", ReplyTimer)
    if timer is None or timer.running:
        return timer
    states = {one.at: one.state for one in settled}
    outcome = _OUTCOMES[states[timer.ended_at]] if timer.ended_at in states else TimerOutcome.ANSWERED
    return replace(timer, outcome=outcome)


_OUTCOMES: Mapping[State, TimerOutcome] = {
    State.PENDING: TimerOutcome.ANSWERED_ELSEWHERE,
    State.RESOLVED: TimerOutcome.RESOLVED,
    State.DISMISSED: TimerOutcome.DISMISSED,
}


def _acts(
    case: Case,
    timer: ReplyTimer | None,
    posts: list[Posted],
    events: list[OldEvent],
    settled: tuple[OldOutcome, ...],
) -> Iterator[CaseActEntry]:
    """The acts in their order, each behind the last post that the case held then, as far as that is known."""
    outcomes = {one.at: one for one in settled}
    recorded = {event.at for event in events if event.action in ("answered", "no_answer")}
    missing = [_event_of(one) for one in settled if one.at not in recorded] + _claim_of(case, events)
    last: tuple[datetime, int, int] = (case.opened_at, 0, 0)
    for event in sorted([*events, *missing], key=lambda one: (one.at, one.event_id)):
        outcome = outcomes.get(event.at)
        seen = [one.order[:2] for one in posts if (one.seen_at or one.at) <= event.at]
        after = max(outcome.after if outcome else max(seen, default=last[:2]), last[:2])
        last = (*after, last[2] + 1 if after == last[:2] else 1)
        yield _act(event, outcome, timer, {"after": after, "number": last[2]})


def _event_of(outcome: OldOutcome) -> OldEvent:
    """A line for an outcome that has none."""
    action = "answered" if outcome.state is State.PENDING else "no_answer"
    return OldEvent(f"{keys.stamp(outcome.at)}-upgrade-{outcome.state}", outcome.at, None, action, outcome.reason)


def _claim_of(case: Case, events: list[OldEvent]) -> list[OldEvent]:
    """A line for an owner of whom the record says nothing."""
    owner, at = case.owner, case.claimed_at or case.opened_at
    if owner is None or any(event.action == "claim" and event.by == owner for event in events):
        return []
    return [OldEvent(f"{keys.stamp(at)}-upgrade-claim", at, owner, "claim")]


def _act(event: OldEvent, outcome: OldOutcome | None, timer: ReplyTimer | None, place: dict[str, Any]) -> CaseActEntry:
    new = {"entry_id": event.event_id, "at": event.at, "by": event.by, **place}
    if event.action == "go_back":
        return _go_back(event, timer, new)
    if outcome is not None and outcome.state is State.RESOLVED:
        return Resolved(reason=event.detail, **new)
    return _ACTS[event.action](event.detail, new)


_ACTS: Mapping[str, Callable[[str, dict[str, Any]], CaseActEntry]] = {
    "claim": lambda _, new: Claimed(**new),
    "release": lambda _, new: Released(**new),
    "snooze": lambda detail, new: Snoozed(until=_until(detail), **new),
    "answered": lambda _, new: AnsweredElsewhere(**new),
    "no_answer": lambda detail, new: Dismissed(reason=detail, **new),
}


def _until(detail: str) -> datetime:
    """The moment in "until 2026-06-17 12:40 UTC"."""
    return datetime.strptime(detail, _SNOOZE_DETAIL).replace(tzinfo=UTC)


def _go_back(event: OldEvent, timer: ReplyTimer | None, new: dict[str, Any]) -> GoBackStarted:
    """The line's id is the end of the incident, the incident and the action; a timer that gave way is not kept."""
    ended_at, _, rest = event.event_id.partition("Z-")
    known = timer is not None and timer.clock is Clock.GO_BACK and keys.stamp(timer.since) == f"{ended_at}Z"
    started = replace(timer, ended_at=None, outcome=None) if timer is not None and known else None
    incident_id = IncidentId(rest.removesuffix("-go_back"))
    return GoBackStarted(incident_id=incident_id, title=event.detail, timer=started, **new)


def _snoozed_until(timer: ReplyTimer | None, acts: list[CaseActEntry]) -> datetime | None:
    """The end of the last snooze, where its timer runs and nobody has released the case since."""
    if timer is None or not timer.running:
        return None
    since = [act for act in acts if act.at >= timer.since and isinstance(act, Snoozed | Released)]
    last = since[-1] if since else None
    return last.until if isinstance(last, Snoozed) else None


def incident_of(item: Item, events: list[OldEvent]) -> tuple[Incident, list[IncidentEntry]]:
    """The incident in an old item, with the entries of its record."""
    timer = item.value("wait", ReplyTimer)
    incident = item.read(Incident)
    if timer is not None and not timer.running:
        timer = timer.ended(timer.ended_at or incident.created_at, _INCIDENT_OUTCOMES.get(incident.status, _CONFIRMED))
    publisher = next((event.by for event in events if event.action == "publish"), None)
    incident = replace(incident, version=incident.version + 1, timer=timer, owner=publisher)
    return incident, [_incident_entry(event) for event in events]


_CONFIRMED = TimerOutcome.CONFIRMED
_INCIDENT_OUTCOMES: Mapping[Status, TimerOutcome] = {
    Status.DISMISSED: TimerOutcome.DISMISSED,
    Status.FADED: TimerOutcome.FADED,
}


def _incident_entry(event: OldEvent) -> IncidentEntry:
    new: dict[str, Any] = {"entry_id": event.event_id, "at": event.at, "by": event.by}
    return _INCIDENT_ENTRIES[event.action](event.detail, new)


_INCIDENT_ENTRIES: Mapping[str, Callable[[str, dict[str, Any]], IncidentEntry]] = {
    "noticed": lambda detail, new: Noticed(people=_people(detail), **new),
    "published": lambda detail, new: Published(people=_people(detail), **new),
    "publish": lambda detail, new: Published(title=detail, **new),
    "update": lambda detail, new: Updated(status=Status(detail), **new),
    "dismiss": lambda detail, new: IncidentDismissed(reason=detail, **new),
    "resolve": lambda _, new: IncidentResolved(**new),
    "faded": lambda _, new: Faded(**new),
}


def _people(detail: str) -> int:
    """The number in "12 people"."""
    return int(detail.partition(" ")[0])
