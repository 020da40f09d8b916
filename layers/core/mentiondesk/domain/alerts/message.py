"""Messages: what staff hear of at once, whatever the stages of a timer say.

A message is written in the transaction of what caused it. The notifier sends it at its next run, and keeps the
outcome in the ledger like that of any alert.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from mentiondesk.domain.alerts.budget import HOUR
from mentiondesk.domain.alerts.escalation import Escalation
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer
from mentiondesk.domain.ids import CaseId, IncidentId, PostId, StaffId, SubjectId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.subject import Subject
from mentiondesk.values import Frozen


class CaseReleased(Frozen):
    """A case lost its owner: the people on duty hear of the stages that they missed."""

    subject_id: CaseId
    at: datetime


class IncidentNoticed(Frozen):
    """The desk noticed a candidate: a person must confirm or dismiss it."""

    subject_id: IncidentId
    at: datetime


class FollowUpList(Frozen):
    """An incident is resolved: staff get the list of its customers, to go back to each of them."""

    subject_id: IncidentId
    at: datetime


class IncidentHourly(Frozen):
    """An incident is public: each hour its owner hears what is new, instead of an alert about every case in it."""

    subject_id: IncidentId
    at: datetime


class OwnerNews(StrEnum):
    """The news that concern one person: a case lost or got, what became of a reply; each the stage of a message.

    RELEASED: a reply that wanted another person's yes went out while nobody was on duty to give it.
    """

    LAPSED = "lapsed"
    TAKEN_OVER = "taken_over"
    HANDED_OVER = "handed_over"
    REPLY_REFUSED = "reply_refused"
    REPLY_HELD = "reply_held"
    APPROVAL = "approval"
    SENT_BACK = "sent_back"
    MEASURE = "measure"
    REPLY_EDITED = "reply_edited"
    RELEASED = "released_unseen"


class Hears(StrEnum):
    """The people who hear of news that concern one person. INSTEAD: the leads as well while the person is off duty."""

    PERSON = "person"
    LEADS = "leads"
    BOTH = "both"
    INSTEAD = "instead"


class NewsTraits(Frozen):
    """The ways in which news differ. `without_timer`: they matter while no reply timer runs, too."""

    hears: Hears = Hears.PERSON
    without_timer: bool = True


NEWS: Mapping[OwnerNews, NewsTraits] = {
    OwnerNews.LAPSED: NewsTraits(Hears.BOTH, without_timer=False),
    OwnerNews.TAKEN_OVER: NewsTraits(without_timer=False),
    OwnerNews.HANDED_OVER: NewsTraits(without_timer=False),
    OwnerNews.REPLY_REFUSED: NewsTraits(Hears.INSTEAD),
    OwnerNews.REPLY_HELD: NewsTraits(Hears.INSTEAD),
    OwnerNews.APPROVAL: NewsTraits(Hears.LEADS),
    OwnerNews.SENT_BACK: NewsTraits(),
    OwnerNews.MEASURE: NewsTraits(Hears.INSTEAD),
    OwnerNews.REPLY_EDITED: NewsTraits(),
    OwnerNews.RELEASED: NewsTraits(Hears.LEADS),
}


class OwnerTold(Frozen):
    """A person lost a case, or got it, or something became of their reply, which may be a post about an incident.

    Of some of these, the leads hear as well.
    """

    subject_id: SubjectId
    at: datetime
    news: OwnerNews
    staff_id: StaffId


class IncidentCritical(Frozen):
    """An incident has become critical: it rings, whatever staff have heard of it before."""

    subject_id: IncidentId
    at: datetime


AboutIncident = IncidentNoticed | IncidentCritical | FollowUpList | IncidentHourly
StaffMessage = CaseReleased | OwnerTold | AboutIncident
# The stages of the hourly message, and of the one about an incident that has become critical.
HOURLY, BECAME_CRITICAL = "hourly", "became_critical"


def message_id(message: StaffMessage) -> str:
    """The name of a message among those of its subject; a later message of the same name takes its place."""
    match message:
        case CaseReleased():
            return "released"
        case OwnerTold(news=news, staff_id=staff_id):
            return f"{news}-{staff_id}"
        case IncidentNoticed():
            return "noticed"
        case IncidentCritical():
            return BECAME_CRITICAL
        case FollowUpList():
            return "go_back"
        case IncidentHourly():
            return HOURLY
        case _:
            assert_never(message)


def escalated(
    message: AboutIncident,
    incident: Incident | None,
    attempts: int,
    alerted_until: datetime | None,
) -> Escalation | None:
    """The message as an escalation of its own: one stage, due when it was written.

    None when the incident needs it no more: its timer is over or another one, or it is not public any more, or not
    critical. The hourly message has a part of the ledger for each hour.
    """
    match message:
        case IncidentNoticed():
            timer, stage = _running(incident, Clock.CONFIRM), "noticed"
        case IncidentCritical():
            timer, stage = _ringing(incident, message.at), BECAME_CRITICAL
        case FollowUpList():
            timer, stage = _running(incident, Clock.GO_BACK), "go_back"
        case IncidentHourly():
            timer, stage = _hour(incident, alerted_until or message.at - HOUR), HOURLY
        case _:
            assert_never(message)
    if timer is None:
        return None
    one_stage = ReplyTimer(timer.post_id, timer.since, timer.answer_by, timer.clock, (Due(stage, message.at),))
    return Escalation(message.subject_id, one_stage, message.at, None if stage == HOURLY else alerted_until, attempts)


def told_owner(
    message: OwnerTold, subject: Subject, attempts: int, alerted_until: datetime | None
) -> Escalation | None:
    """The message as an escalation of its own; None when the customer does not wait, unless it needs none."""
    timer = subject.timer if isinstance(subject, Case) else None
    if timer is None or not timer.running:
        if not NEWS[message.news].without_timer:
            return None
        post_id = subject.post_id if isinstance(subject, Case) else None
        timer = ReplyTimer(post_id or PostId("0"), message.at, message.at, Clock.NEXT_REPLY)
    one_stage = ReplyTimer(timer.post_id, message.at, timer.answer_by, timer.clock, (Due(message.news, message.at),))
    return Escalation(message.subject_id, one_stage, message.at, alerted_until, attempts)


def _running(incident: Incident | None, clock: Clock) -> ReplyTimer | None:
    timer = incident.timer if incident is not None else None
    return timer if timer is not None and timer.running and timer.clock is clock else None


def _ringing(incident: Incident | None, since: datetime) -> ReplyTimer | None:
    """A timer that stands for the moment at which the incident became critical, while it goes on as such."""
    if incident is None or not incident.critical:
        return None
    return ReplyTimer(PostId("0"), since, since, Clock.CONFIRM)


def _hour(incident: Incident | None, since: datetime) -> ReplyTimer | None:
    """A timer that stands for the hour since the last such message, while the incident is public and goes on."""
    if incident is None or not incident.public or not incident.open:
        return None
    return ReplyTimer(PostId("0"), since, since, Clock.CONFIRM)
