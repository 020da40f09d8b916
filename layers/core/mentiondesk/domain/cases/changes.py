"""A change of a case, with all that is written in its transaction."""

from collections.abc import Iterator, Sequence

from mentiondesk.domain.alerts.escalation import EscalationChange, HoldEscalation, StartEscalation, escalation_change
from mentiondesk.domain.alerts.message import CaseReleased, OwnerNews, OwnerTold, StaffMessage
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.fold import steps
from mentiondesk.domain.cases.timers import Policy
from mentiondesk.domain.figures.facts import CaseFact, corrections, facts_of
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.timeline import (
    CaseEntry,
    ClaimLapsed,
    HandedOver,
    Released,
    ReplyApproved,
    ReplyEntry,
    ReplyHeld,
    ReplyQueued,
    ReplyRefused,
    ReplyWithdrawn,
    Snoozed,
    Undone,
)
from mentiondesk.values import Frozen


class CaseChange(Frozen):
    """`before` is the case as it was stored (None: there was none), `after` the case with `entry` in its timeline."""

    before: Case | None
    after: Case
    entry: CaseEntry
    escalation: EscalationChange | None = None
    messages: tuple[StaffMessage, ...] = ()
    # The facts that figures count of the change.
    facts: tuple[CaseFact, ...] = ()
    # True starts a watch over the claim, False ends it.
    watch: bool | None = None


def case_change(
    before: Case | None, after: Case, entry: CaseEntry, facts: tuple[CaseFact, ...] | None = None
) -> CaseChange:
    """The change with what follows for the alerts and for figures.

    `facts` are given where the case was folded anew; else the entry stands behind all others.
    """
    told = facts_of(before, after, entry) if facts is None else facts
    escalation, messages = _escalation(before, after, entry), _messages(before, after, entry)
    return CaseChange(before, after, entry, escalation, messages, facts=told, watch=_watch(before, after))


def rebuilt(
    case: Case | None, case_id: CaseId, told: Sequence[CaseEntry], entry: CaseEntry, policy: Policy
) -> CaseChange:
    """The change of a case that is folded anew from its timeline.

    For an entry that does not stand behind all others, that takes the place of the one with its id in `told`, or that
    undoes one.
    """
    timeline = {known.entry_id: known for known in told} | {entry.entry_id: entry}
    was, anew = list(steps(case_id, told, policy)), list(steps(case_id, timeline.values(), policy))
    return case_change(case, anew[-1].after, entry, corrections(was, anew, entry))


def _watch(before: Case | None, after: Case) -> bool | None:
    """A claim is watched while its customer waits: from the claim on, and anew with each wait."""
    if after.owner is None:
        return None if before is None or before.owner is None else False
    new_owner = before is None or before.owner != after.owner or before.claimed_at != after.claimed_at
    new_wait = before is None or before.timer != after.timer
    return True if after.waiting and (new_owner or new_wait) else None


def _escalation(before: Case | None, after: Case, entry: CaseEntry) -> EscalationChange | None:
    if isinstance(entry, Snoozed):
        return HoldEscalation(entry.until)
    timer = after.timer
    if isinstance(entry, Undone) and timer is not None and timer.running and timer.alerts:
        # As if there had been no snooze; the ledger knows the stages that have gone out.
        return StartEscalation(timer)
    return escalation_change(before.timer if before else None, timer)


def _messages(before: Case | None, after: Case, entry: CaseEntry) -> tuple[StaffMessage, ...]:
    return (*_to_owners(before, entry), *_missed(after, entry))


def _missed(after: Case, entry: CaseEntry) -> tuple[StaffMessage, ...]:
    """The people on duty hear what they missed while the case had an owner."""
    timer = after.timer
    if isinstance(entry, Released | ClaimLapsed) and timer is not None and timer.running and timer.alerts:
        return (CaseReleased(after.case_id, entry.at),)
    return ()


def _to_owners(before: Case | None, entry: CaseEntry) -> Iterator[StaffMessage]:
    """The people who lose or get a case by another's act, and the authors of replies that are not on X."""
    if before is None:
        return
    if isinstance(entry, ClaimLapsed):
        yield OwnerTold(before.case_id, entry.at, OwnerNews.LAPSED, entry.owner)
    if isinstance(entry, ReplyEntry):
        yield from _about_reply(before, entry)
    if isinstance(entry, HandedOver):
        if before.owner not in (None, entry.by):
            assert before.owner is not None
            yield OwnerTold(before.case_id, entry.at, OwnerNews.TAKEN_OVER, before.owner)
        if entry.to != entry.by:
            yield OwnerTold(before.case_id, entry.at, OwnerNews.HANDED_OVER, entry.to)


def _about_reply(before: Case, entry: ReplyEntry) -> Iterator[OwnerTold]:
    """The news of a reply, with its author: the leads may hear of it too, or alone."""
    news, author = _reply_news(entry), entry.by if isinstance(entry, ReplyQueued) else entry.author
    if news is not None and author is not None:
        yield OwnerTold(before.case_id, entry.at, news, author)


def _reply_news(entry: ReplyEntry) -> OwnerNews | None:
    news = None
    match entry:
        case ReplyRefused():
            news = OwnerNews.REPLY_REFUSED
        case ReplyHeld():
            news = OwnerNews.REPLY_HELD
        case ReplyQueued(held=True):
            news = OwnerNews.APPROVAL
        case ReplyQueued(released=True):
            news = OwnerNews.RELEASED
        case ReplyWithdrawn(reason=reason) if reason and entry.author != entry.by:
            news = OwnerNews.SENT_BACK
        case ReplyApproved(edited=True):
            news = OwnerNews.REPLY_EDITED
    return news
