"""A person's press of "Send" → a reply in the outbox, once, and only for the thread that they saw."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, ReplyId, StaffId
from mentiondesk.domain.replies.eligibility import Grounds
from mentiondesk.domain.replies.filling import filled_for
from mentiondesk.domain.replies.reply import Hold, Reply, ReplyState, ThreadMoved
from mentiondesk.domain.replies.thread import Thread
from mentiondesk.domain.replies.way import Way
from mentiondesk.domain.timeline import ReplyQueued
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.replies import ReplyChange, ReplyChanged, ReplyKey, ReplyStore, Review, Reviewed
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.usecases.optimistic import ATTEMPTS, kept
from mentiondesk.usecases.replies.entries import placed, with_entry
from mentiondesk.usecases.replies.holding import asks_another, must_pass, waits_for_another
from mentiondesk.values import Frozen, replace


class Typed(Frozen):
    """A reply as it was typed, for the thread `seen`.

    `accepted` are the rules whose warnings its author clicked away, `saved` the saved reply that it began from. `way`:
    it asks the customer to go on there; `note` is for the colleague who goes on with them.
    """

    text: str
    seen: Thread
    accepted: AbstractSet[str] = frozenset()
    way: Way | None = None
    saved: str = ""
    note: str = ""


class WriteReply:
    """Puts a reply into the outbox, or holds it for another person. The same event makes the same reply."""

    def __init__(
        self,
        replies: ReplyStore,
        cases: CaseStore,
        review: Review,
        settings: CurrentSettings,
        grounds: Callable[[Case], Grounds] = lambda _: Grounds.MENTIONED,
    ) -> None:
        self._replies = replies
        self._cases = cases
        self._review = review
        self._settings = settings
        self._grounds = grounds

    def __call__(self, actor: Actor, case_id: CaseId, typed: Typed, event_id: str, now: datetime) -> Reply:
        """The reply in the outbox. A second press of one button gives the reply of the first.

        Raises NotAllowed, SubjectGone, ThreadMoved where something newer stands in the thread, ReplyBlocked with the
        findings, or ReplyChanged where others never stop changing the case. The draft ends with the reply alone.
        """
        actor.must_be_allowed(Action.REPLY)
        assert actor.by is not None, "people write, not the desk"
        key = ReplyKey(case_id, ReplyId(event_id))
        for left in reversed(range(ATTEMPTS)):
            if (sent := self._replies.get(key)) is not None:
                return sent
            try:
                return self._replies.save(self._change(actor.by, key, typed, now))
            except (ReplyChanged, AlreadyDone):
                if not left:
                    raise
        raise AssertionError("at least one attempt is made")

    def _change(self, author: StaffId, key: ReplyKey, typed: Typed, now: datetime) -> ReplyChange:
        case = kept(self._cases.get(key.subject_id) if isinstance(key.subject_id, CaseId) else None)
        if typed.seen != case.thread:
            raise ThreadMoved(typed.seen, case.thread)
        reviewed = self._review(case, typed.text, author, now)
        must_pass(reviewed.findings, typed.accepted)
        held = waits_for_another(self._settings(), author, reviewed.findings, now)
        entry_id = f"{key.reply_id}-{Action.REPLY}"
        entry = ReplyQueued(
            reply_id=key.reply_id,
            held=held,
            released=not held and asks_another(reviewed.findings),
            way=typed.way,
            note=typed.note,
            follow_up=_follows_up(case, typed),
            **placed(case, entry_id, now, author),
        )
        change = with_entry(self._cases, case, entry, self._settings().policy)
        reply = _reply(case, key.reply_id, author, typed, reviewed, now, change.after.thread, held)
        implied, unchanged = self._grounds(case) is Grounds.IMPLIED, self._unchanged(case, author, typed)
        reply = replace(reply, implied=implied, unchanged=unchanged)
        return ReplyChange(None, reply, change, sent_draft=author)

    def _unchanged(self, case: Case, author: StaffId, typed: Typed) -> bool:
        """True for the text of a saved reply, just as it was offered for this customer."""
        settings = self._settings()
        saved = next((one for one in settings.replies.saved if one.key == typed.saved), None)
        staff = settings.roster.find(author)
        if saved is None or staff is None:
            return False
        return typed.text.split() == filled_for(saved, case, settings.brand.name, staff.name).split()


def _reply(
    case: Case,
    reply_id: ReplyId,
    author: StaffId,
    typed: Typed,
    reviewed: Reviewed,
    now: datetime,
    thread: Thread,
    held: bool,
) -> Reply:
    return Reply(
        reply_id=reply_id,
        subject_id=case.case_id,
        author=author,
        text=typed.text,
        post=reviewed.post,
        state=ReplyState.HELD if held else ReplyState.COOLING,
        made_at=now,
        send_at=now + reviewed.undo,
        thread=thread,
        to=case.post_id,
        way=typed.way,
        follow_up=_follows_up(case, typed),
        holds=(Hold.CHECK,) if held else (),
        findings=reviewed.findings,
        confirmed=tuple(sorted(typed.accepted)),
        saved=typed.saved,
    )


def _follows_up(case: Case, typed: Typed) -> bool:
    """True for the brand's word in public after a private leg; a reply that leads into private again is none."""
    return case.owes_follow_up and typed.way is None
