"""Commands on a reply: what a person, or the sender, wants done to it; pure decisions about each."""

from datetime import datetime, timedelta
from typing import ClassVar

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.replies.finding import Finding
from mentiondesk.domain.replies.reply import (
    Hold,
    NeedsAnother,
    NotDue,
    NotHeld,
    NotTheirs,
    Refusal,
    Reply,
    ReplyState,
    ThreadMoved,
    TooLate,
)
from mentiondesk.domain.replies.thread import Thread
from mentiondesk.values import Frozen, replace

_CAN_BE_WITHDRAWN = (ReplyState.HELD, ReplyState.COOLING, ReplyState.QUEUED)
_TO_BE_SENT = (ReplyState.COOLING, ReplyState.QUEUED)


class At(Frozen):
    """The circumstances of a command: who gives it, when, and the thread as it is then (None: it has none)."""

    actor: Actor
    now: datetime
    thread: Thread | None = None

    @property
    def posts(self) -> str | None:
        """The version of the posts that the desk did not send."""
        return self.thread.posts if self.thread is not None else None


class Withdraw(Frozen):
    """Take back a reply that is not on its way yet: its author, or a lead. Refused as TooLate, NotTheirs."""

    action: ClassVar = Action.REPLY

    def apply(self, reply: Reply, at: At) -> Reply:
        if reply.author != at.actor.by and not at.actor.leads:
            raise NotTheirs
        if reply.state not in _CAN_BE_WITHDRAWN or (reply.state is ReplyState.COOLING and at.now >= reply.send_at):
            raise TooLate
        return _over(reply, ReplyState.WITHDRAWN, at.now)


class Approve(Frozen):
    """Let a held reply go out, with the text as it is here.

    `text` and `post` are the text and what X gets, edited or not; `findings` those of that text. `seen` is the
    thread that the person saw. Refused as NotHeld, NeedsAnother, ThreadMoved.
    """

    action: ClassVar = Action.APPROVE_REPLY
    text: str
    post: str
    seen: Thread
    undo: timedelta
    findings: tuple[Finding, ...] = ()

    def apply(self, reply: Reply, at: At) -> Reply:
        if reply.state is not ReplyState.HELD:
            raise NotHeld
        if reply.needs_another and reply.author == at.actor.by:
            raise NeedsAnother
        if at.thread is not None and self.seen != at.thread:
            raise ThreadMoved(self.seen, at.thread)
        cooling = replace(reply, text=self.text, post=self.post, findings=self.findings or reply.findings)
        return replace(
            cooling,
            state=ReplyState.COOLING,
            thread=at.thread or reply.thread,
            approved_by=at.actor.by,
            approved_at=at.now,
            send_at=at.now + self.undo,
        )


class Confirm(Frozen):
    """Send a reply that was held only because the thread moved: its author has looked again.

    Refused as NotHeld, NotTheirs, NeedsAnother, ThreadMoved.
    """

    action: ClassVar = Action.REPLY
    seen: Thread
    undo: timedelta

    def apply(self, reply: Reply, at: At) -> Reply:
        if reply.state is not ReplyState.HELD:
            raise NotHeld
        if reply.author != at.actor.by:
            raise NotTheirs
        if reply.needs_another:
            raise NeedsAnother
        if at.thread is not None and self.seen != at.thread:
            raise ThreadMoved(self.seen, at.thread)
        thread = at.thread or reply.thread
        return replace(reply, state=ReplyState.COOLING, thread=thread, holds=(), send_at=at.now + self.undo)


class SendBack(Frozen):
    """Give a held reply back to its author, with the reason. Refused as NotHeld."""

    action: ClassVar = Action.APPROVE_REPLY
    reason: str

    def apply(self, reply: Reply, at: At) -> Reply:
        if reply.state is not ReplyState.HELD:
            raise NotHeld
        return replace(_over(reply, ReplyState.WITHDRAWN, at.now), reason=self.reason)


class StartSending(Frozen):
    """Take the right to send, until `until`. The sender's own. Refused as NotDue, or ThreadMoved: hold it then."""

    action: ClassVar = None
    until: datetime

    def apply(self, reply: Reply, at: At) -> Reply:
        if reply.state not in _TO_BE_SENT or at.now < reply.send_at:
            raise NotDue
        if at.thread is not None and reply.thread.posts != at.posts:
            raise ThreadMoved(reply.thread, at.thread)
        return replace(
            reply,
            state=ReplyState.SENDING,
            attempts=reply.attempts + 1,
            tried_at=at.now,
            look_at=self.until,
        )


class HoldMoved(Frozen):
    """Hold a reply because the thread moved while it waited; an approval dies with it. Refused as NotDue."""

    action: ClassVar = None

    def apply(self, reply: Reply, at: At) -> Reply:
        if reply.state not in _TO_BE_SENT:
            raise NotDue
        holds = tuple(dict.fromkeys((*reply.holds, Hold.MOVED)))
        del at
        return replace(reply, state=ReplyState.HELD, holds=holds, approved_by=None, approved_at=None)


class Postpone(Frozen):
    """Try again at `until`: X did not take the reply, and said so. Refused as NotDue."""

    action: ClassVar = None
    until: datetime

    def apply(self, reply: Reply, at: At) -> Reply:
        _must_be_sending(reply)
        del at
        return replace(reply, state=ReplyState.QUEUED, send_at=self.until, look_at=None)


class NoteSent(Frozen):
    """The reply is on X, as this post. Refused as NotDue for one that was not being sent."""

    action: ClassVar = None
    post_id: PostId

    def apply(self, reply: Reply, at: At) -> Reply:
        _must_be_in_doubt(reply)
        return replace(_over(reply, ReplyState.SENT, at.now), post_id=self.post_id)


class NoteRefused(Frozen):
    """The reply is not on X, and will not be. Refused as NotDue for one that was not being sent."""

    action: ClassVar = None
    refusal: Refusal
    reason: str = ""

    def apply(self, reply: Reply, at: At) -> Reply:
        _must_be_in_doubt(reply)
        return replace(_over(reply, ReplyState.REFUSED, at.now), refusal=self.refusal, reason=self.reason)


class NoteDoubt(Frozen):
    """X may have the reply: the own timeline decides, and is asked at `look_at`. Refused as NotDue."""

    action: ClassVar = None
    look_at: datetime

    def apply(self, reply: Reply, at: At) -> Reply:
        _must_be_in_doubt(reply)
        del at
        return replace(reply, state=ReplyState.UNCERTAIN, look_at=self.look_at)


StaffReplyCommand = Withdraw | Approve | Confirm | SendBack
SenderCommand = StartSending | HoldMoved | Postpone | NoteSent | NoteRefused | NoteDoubt
ReplyCommand = StaffReplyCommand | SenderCommand


def decide(reply: Reply, command: ReplyCommand, at: At) -> Reply:
    """The reply after the command. Raises ReplyRefuses where it does not fit the reply."""
    return command.apply(reply, at)


def _must_be_sending(reply: Reply) -> None:
    if reply.state is not ReplyState.SENDING:
        raise NotDue


def _must_be_in_doubt(reply: Reply) -> None:
    if not reply.in_doubt:
        raise NotDue


def _over(reply: Reply, state: ReplyState, at: datetime) -> Reply:
    return replace(reply, state=state, ended_at=at, look_at=None)
