"""Gathering: the alerts of one run as messages to each person, now or later, within their budget."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from mentiondesk.domain.alerts.budget import Budget, Counted, Interruptions
from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.subject import Subject
from mentiondesk.usecases.alerts.planning import Task
from mentiondesk.values import Frozen, field, replace


class Wanted(NamedTuple):
    """An alert with the subject it is about."""

    subject: Subject
    alert: Alert

    @property
    def critical(self) -> bool:
        return self.subject.urgency is Urgency.CRITICAL


class Message(Frozen):
    """The alerts that go to one person together, on one channel. Later alerts in it stand for those in `merged`."""

    staff_id: StaffId
    channel: Channel
    wanted: tuple[Wanted, ...]
    critical: bool = False
    merged: tuple[Alert, ...] = ()

    @property
    def gathers(self) -> bool:
        """True when further cases can join it."""
        return not self.critical and isinstance(self.wanted[0].subject, Case)

    @property
    def alerts(self) -> frozenset[Alert]:
        return frozenset((*(one.alert for one in self.wanted), *self.merged))


class Share(Frozen):
    """The alerts of one run for one person: those that go out, as messages, and the others with when they may.

    `counted` are those of which an earlier message gave the number.
    """

    messages: tuple[Message, ...] = ()
    later: tuple[tuple[Alert, datetime], ...] = ()
    counted: Mapping[Alert, Counted] = field(default_factory=dict)


def by_person(tasks: Iterable[Task]) -> dict[StaffId, list[Wanted]]:
    """The alerts that are due now, by person."""
    found: dict[StaffId, list[Wanted]] = defaultdict(list)
    for task in tasks:
        for alert in task.plan.send:
            found[alert.staff_id].append(Wanted(task.lease.subject, alert))
    return found


def share(
    staff_id: StaffId,
    wanted: Sequence[Wanted],
    latest: Interruptions,
    now: datetime,
    budget: Budget,
    crowded: bool = False,
) -> Share:
    """The messages to one person now: about danger, about each incident, and one about all other cases.

    In a `crowded` run, which leaves alerts to the next one, those that the latest message counted count as told.
    """
    critical = [one for one in wanted if one.critical]
    incidents = [one for one in wanted if not one.critical and isinstance(one.subject, Incident)]
    cases = [one for one in wanted if not one.critical and isinstance(one.subject, Case)]
    counted = latest.counting((one.alert for one in cases), now) if crowded else {}
    cases = [one for one in cases if one.alert not in counted]
    parts = (
        _rings(staff_id, critical, latest, now),
        _about_incidents(staff_id, incidents, latest, now, budget),
        _about_cases(staff_id, cases, latest, now, budget),
    )
    messages = tuple(message for part in parts for message in part.messages)
    return Share(messages, tuple(late for part in parts for late in part.later), counted)


def with_ahead(
    message: Message, held: Iterable[tuple[Case, Alert]], latest: Interruptions, now: datetime, budget: Budget
) -> Message:
    """The message with what else is held for its person: what waits, and the warnings that it brings forward.

    A case of the message itself gets its next warning ahead only while the person is busy. Other cases of its
    customers join it for a whole gathering.
    """
    horizon, busy = latest.horizon(now, budget), latest.busy(now)
    customers = {one.subject.customer_id for one in message.wanted if isinstance(one.subject, Case)}
    found = {one.alert.subject_id: one for one in message.wanted}
    named, merged = set(found), list[Alert]()
    for case, alert in held:
        until = now + budget.gather if case.customer_id in customers else horizon
        if alert.due_at > until or (case.case_id in named and not busy):
            continue
        earlier = found.get(case.case_id)
        if earlier is None or earlier.alert != alert:
            merged += [earlier.alert] if earlier else []
            found[case.case_id] = Wanted(case, alert)
    return replace(message, wanted=tuple(found.values()), merged=tuple(merged))


def joining(tasks: Iterable[Task]) -> Mapping[StaffId, Sequence[tuple[Case, Alert]]]:
    """The alerts to each person about cases that are not critical: those that are due, and warnings ahead."""
    found: dict[StaffId, list[tuple[Case, Alert]]] = defaultdict(list)
    for task in tasks:
        case = task.lease.subject
        if isinstance(case, Case) and case.urgency is not Urgency.CRITICAL:
            for alert in (*task.plan.send, *task.plan.ahead):
                found[alert.staff_id].append((case, alert))
    return found


def _rings(staff_id: StaffId, wanted: Sequence[Wanted], latest: Interruptions, now: datetime) -> Share:
    """Each customer's by themselves, or all of them together where there are too many."""
    cases = [one.alert.subject_id for one in wanted if isinstance(one.alert.subject_id, CaseId)]
    alone = latest.rings_alone(cases, now)
    moments = [(one, _ring_moment(one, alone, latest, now)) for one in wanted]
    rings = {_rung_with(one, alone) for one, moment in moments if moment <= now}
    ready = [one for one in wanted if _rung_with(one, alone) in rings]
    later = tuple((one.alert, moment) for one, moment in moments if _rung_with(one, alone) not in rings)
    return Share(tuple(_ringing(staff_id, ready, alone)), later)


def _ring_moment(one: Wanted, alone: bool, latest: Interruptions, now: datetime) -> datetime:
    subject_id = one.alert.subject_id
    return latest.ring(subject_id, alone, now) if isinstance(subject_id, CaseId) else now


def _rung_with(one: Wanted, alone: bool) -> object:
    """The name that alerts of one message about danger have in common: a customer, all customers, or an incident."""
    subject_id = one.alert.subject_id
    return (subject_id.customer if alone else None) if isinstance(subject_id, CaseId) else subject_id


def _ringing(staff_id: StaffId, wanted: Iterable[Wanted], alone: bool) -> Iterator[Message]:
    """One message about each incident, and about each customer or all of them, on each channel."""
    groups: dict[object, list[Wanted]] = defaultdict(list)
    for one in wanted:
        groups[one.alert.channel, _rung_with(one, alone)].append(one)
    for group in groups.values():
        yield Message(staff_id, group[0].alert.channel, tuple(group), critical=True)


def _about_incidents(
    staff_id: StaffId, wanted: Sequence[Wanted], latest: Interruptions, now: datetime, budget: Budget
) -> Share:
    """Each incident by itself, as soon as the hour has room."""
    moment = latest.room(now, budget)
    if moment > now:
        return _later(wanted, moment)
    return Share(tuple(Message(staff_id, one.alert.channel, (one,)) for one in wanted))


def _about_cases(
    staff_id: StaffId, wanted: Sequence[Wanted], latest: Interruptions, now: datetime, budget: Budget
) -> Share:
    """All of them in one message, when the next one may go; a text where any of them asks for it."""
    if not wanted:
        return Share()
    moment = latest.next_message([one.alert for one in wanted], now, budget)
    if moment > now:
        return _later(wanted, moment)
    channel = next((one.alert.channel for one in wanted if one.alert.channel.interrupts), wanted[0].alert.channel)
    return Share((Message(staff_id, channel, tuple(wanted)),))


def _later(wanted: Iterable[Wanted], moment: datetime) -> Share:
    return Share(later=tuple((one.alert, moment) for one in wanted))
