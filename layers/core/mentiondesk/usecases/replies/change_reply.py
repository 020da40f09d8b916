"""A person's command on a reply: take it back, approve it, give it back, or confirm it for the thread as it is."""

from datetime import datetime
from typing import Any

from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.alerts.message import OwnerNews
from mentiondesk.domain.replies.commands import Approve, At, Confirm, SendBack, StaffReplyCommand, Withdraw, decide
from mentiondesk.domain.replies.reply import Reply, ReplyRefuses
from mentiondesk.domain.timeline import CaseEntry, ReplyApproved, ReplyWithdrawn
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.replies import ReplyChange, ReplyChanged, ReplyKey, ReplyStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.usecases.optimistic import ATTEMPTS, kept
from mentiondesk.usecases.replies.entries import as_draft, placed, with_entry
from mentiondesk.usecases.replies.holding import told_of_post


class ChangeReply:
    """Changes replies by commands, each once. A text that is not sent goes back to its author's draft."""

    def __init__(self, replies: ReplyStore, cases: CaseStore, settings: CurrentSettings) -> None:
        self._replies = replies
        self._cases = cases
        self._settings = settings

    def __call__(self, actor: Actor, key: ReplyKey, command: StaffReplyCommand, event_id: str, now: datetime) -> Reply:
        """The reply after the command.

        Raises NotAllowed, SubjectGone, ReplyRefuses, AlreadyDone for a second press, or ReplyChanged where others
        never stop changing it.
        """
        actor.must_be_allowed(command.action)
        for left in reversed(range(ATTEMPTS)):
            try:
                return self._replies.save(self._change(actor, key, command, event_id, now))
            except ReplyChanged:
                if not left:
                    raise
        raise AssertionError("at least one attempt is made")

    def _change(
        self, actor: Actor, key: ReplyKey, command: StaffReplyCommand, event_id: str, now: datetime
    ) -> ReplyChange:
        before = kept(self._replies.get(key))
        case = self._cases.get(before.case_id) if before.case_id else None
        entry_id = f"{event_id}-{command.action}"
        try:
            after = decide(before, command, At(actor, now, case.thread if case else None))
        except ReplyRefuses:
            if case is not None and self._cases.holds(case.case_id, entry_id):
                raise AlreadyDone from None
            raise
        if case is None:
            return ReplyChange(before, after, messages=told_of_post(after, _news(before, after, command), now))
        entry = _entry(before, after, command, placed(case, entry_id, now, actor.by))
        change = with_entry(self._cases, case, entry, self._settings().policy)
        draft = None if isinstance(command, Approve | Confirm) else as_draft(after, change.after, now)
        return ReplyChange(before, after, change, draft=draft)


def _news(before: Reply, after: Reply, command: StaffReplyCommand) -> OwnerNews | None:
    """The author's news of a post about an incident."""
    match command:
        case SendBack():
            return OwnerNews.SENT_BACK
        case Approve() if after.text != before.text:
            return OwnerNews.REPLY_EDITED
    return None


def _entry(before: Reply, after: Reply, command: StaffReplyCommand, place: dict[str, Any]) -> CaseEntry:
    match command:
        case Withdraw():
            return ReplyWithdrawn(reply_id=after.reply_id, author=after.author, **place)
        case SendBack(reason=reason):
            return ReplyWithdrawn(reply_id=after.reply_id, reason=reason, author=after.author, **place)
        case Approve() | Confirm():
            edited = after.text != before.text
            return ReplyApproved(reply_id=after.reply_id, edited=edited, author=after.author, **place)
