"""A change of an incident, with all that is written in its transaction."""

from datetime import timedelta
from typing import assert_never

from mentiondesk.domain.alerts.escalation import EscalationChange, escalation_change
from mentiondesk.domain.alerts.message import (
    FollowUpList,
    IncidentCritical,
    IncidentHourly,
    IncidentNoticed,
    StaffMessage,
)
from mentiondesk.domain.cases.timers import Clock, ReplyTimer
from mentiondesk.domain.figures.facts import IncidentFact
from mentiondesk.domain.incidents.incident import Incident, Status, Update
from mentiondesk.domain.timeline import IncidentEntry
from mentiondesk.values import Frozen


class IncidentChange(Frozen):
    """`before` is the incident as it was stored (None: there was none), `after` what it becomes.

    `update` is the public update that goes with the change, `entry` its line in the record.
    """

    before: Incident | None
    after: Incident
    entry: IncidentEntry | None = None
    update: Update | None = None
    escalation: EscalationChange | None = None
    messages: tuple[StaffMessage, ...] = ()
    # The facts that figures count of the change.
    facts: tuple[IncidentFact, ...] = ()


def incident_change(
    before: Incident | None, after: Incident, entry: IncidentEntry | None = None, update: Update | None = None
) -> IncidentChange:
    """The change with what follows for the alerts."""
    timer = before.timer if before else None
    messages = (*_messages(timer, after), *_hourly(before, after))
    if not any(isinstance(message, IncidentNoticed) for message in messages):
        # A candidate that is critical from its beginning rings with the message that it is noticed.
        messages += _rings(before, after, entry, update)
    escalation = escalation_change(timer, after.timer)
    return IncidentChange(before, after, entry, update, escalation, messages, _facts(before, after))


def _facts(before: Incident | None, after: Incident) -> tuple[IncidentFact, ...]:
    """The fact of a public incident that is solved just now; once more when it was opened again in between."""
    solved, published = after.ended_at, after.published_at
    if after.status is not Status.RESOLVED or solved is None or published is None or (before and not before.open):
        return ()
    incident_id, noticed = after.incident_id, after.created_at
    return (IncidentFact(incident_id, solved, after.started_at, noticed, published, solved, after.people),)


def _hourly(before: Incident | None, after: Incident) -> tuple[StaffMessage, ...]:
    """The message with which an incident begins to be public; it comes again each hour while that goes on."""
    begins = after.public and after.open and not after.status.maintenance and not (before and before.public)
    if not begins or after.published_at is None:
        return ()
    return (IncidentHourly(after.incident_id, after.published_at + timedelta(hours=1)),)


def _rings(
    before: Incident | None, after: Incident, entry: IncidentEntry | None, update: Update | None
) -> tuple[StaffMessage, ...]:
    """The message with which an incident becomes critical, by more people or by a person's word."""
    if not after.critical or (before is not None and before.critical):
        return ()
    told = entry or update
    return (IncidentCritical(after.incident_id, told.at if told else after.latest_at or after.created_at),)


def _messages(before: ReplyTimer | None, after: Incident) -> tuple[StaffMessage, ...]:
    """The message with which a timer of an incident starts."""
    timer = after.timer
    if timer is None or not timer.running or timer == before:
        return ()
    match timer.clock:
        case Clock.CONFIRM:
            return (IncidentNoticed(after.incident_id, timer.since),)
        case Clock.GO_BACK:
            return (FollowUpList(after.incident_id, timer.since),)
        case Clock.FIRST_REPLY | Clock.NEXT_REPLY | Clock.UNSURE | Clock.PRIVATE | Clock.FOLLOW_UP:
            return ()
        case _:
            assert_never(timer.clock)
