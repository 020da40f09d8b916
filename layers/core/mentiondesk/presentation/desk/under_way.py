"""Replies that are on their way, and ends of replies that somebody has to hear of, as a case's page shows them."""

from collections.abc import Iterator, Sequence
from math import ceil

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.alerts.roster import Audience
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.replies.eligibility import reply_intent
from mentiondesk.domain.replies.finding import Outcome
from mentiondesk.domain.replies.reply import Hold, Reply, ReplyState
from mentiondesk.presentation.desk.entrance import Visitor
from mentiondesk.presentation.desk.findings import FindingView, finding_view
from mentiondesk.values import Frozen

_APPROVERS = frozenset({Audience.LEAD, Audience.MANAGER})
_TO_BE_TAKEN_BACK = (ReplyState.HELD, ReplyState.COOLING, ReplyState.QUEUED)


class ReplyView(Frozen):
    """A reply in the reader's words.

    `seconds`: left to take it back. `findings`: what another person has to look at. `intent`: X's own page to post it
    by hand.
    """

    reply: Reply
    author: str
    seconds: int = 0
    may_withdraw: bool = False
    may_confirm: bool = False
    may_approve: bool = False
    approvers: str = ""
    findings: tuple[FindingView, ...] = ()
    intent: str = ""

    @property
    def state(self) -> str:
        """The end of the key of its sentence."""
        if self.reply.state is ReplyState.HELD:
            return "held" if Hold.CHECK in self.reply.holds else "moved"
        if self.reply.state is ReplyState.COOLING and not self.seconds:
            return ReplyState.SENDING
        return ReplyState.QUEUED if self.reply.state is ReplyState.QUEUED else self.reply.state

    @property
    def leaves(self) -> bool:
        """True while it is on its way or waits for another person: this one has done with the customer."""
        return self.reply.out_of_hand and not self.may_approve


def under_way(replies: Sequence[Reply], case: Case, visitor: Visitor) -> Iterator[ReplyView]:
    """The replies of a case that go on, and its last one where that was refused or sent back; oldest first."""
    for number, one in enumerate(replies, 1):
        last = number == len(replies)
        if not one.state.final or (last and _to_be_heard_of(one, case)):
            yield reply_view(one, visitor)


def reply_view(reply: Reply, visitor: Visitor) -> ReplyView:
    """A reply as this person sees it."""
    mine, now = reply.author == visitor.actor.by, visitor.now
    cooling = reply.cooling_at(now)
    open_to_undo = reply.state in _TO_BE_TAKEN_BACK and (reply.state is not ReplyState.COOLING or cooling)
    held = reply.state is ReplyState.HELD
    by_hand = reply.refusal is not None and reply.refusal.helped_by_hand
    return ReplyView(
        reply=reply,
        author=visitor.name(reply.author),
        seconds=ceil((reply.send_at - now).total_seconds()) if cooling else 0,
        may_withdraw=open_to_undo and (mine or visitor.actor.leads),
        may_confirm=held and mine and not reply.needs_another,
        may_approve=held and visitor.actor.may(Action.APPROVE_REPLY) and not (mine and reply.needs_another),
        approvers=", ".join(approvers(reply, visitor)) if held else "",
        findings=tuple(finding_view(visitor.say, one) for one in reply.findings if one.outcome is Outcome.HOLD),
        intent=reply_intent(reply.to, reply.post) if by_hand and reply.to else "",
    )


def approvers(reply: Reply, visitor: Visitor) -> list[str]:
    """The names of the people who may approve a reply, those on duty first."""
    staff = [one for one in visitor.settings.roster.staff if one.staff_id != reply.author and one.roles & _APPROVERS]
    ordered = sorted(staff, key=lambda one: not one.on_duty(visitor.now))
    return [visitor.name(one.staff_id) for one in ordered]


def _to_be_heard_of(reply: Reply, case: Case) -> bool:
    """True for a reply that was refused or sent back, until the customer has another answer."""
    told = reply.state is ReplyState.REFUSED or (reply.state is ReplyState.WITHDRAWN and bool(reply.reason))
    answered_since = case.answered_at is not None and reply.ended_at is not None and case.answered_at > reply.ended_at
    return told and not answered_since
