"""Keeps what a person is writing, so that it survives whatever others do, on every device."""

from datetime import datetime

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.replies.draft import ReplyDraft
from mentiondesk.domain.replies.thread import Thread
from mentiondesk.domain.replies.way import Way
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.replies import DraftChanged, ReplyDraftStore
from mentiondesk.usecases.optimistic import kept
from mentiondesk.values import Frozen, replace

# The longest text that is kept: X's own limit is far below.
LONGEST = 4000


class ShownDraft(Frozen):
    """A draft as a page shows it; `retired`: the customer has another answer since it was saved."""

    draft: ReplyDraft
    retired: bool


class SaveDraft:
    """Saves and lists drafts. A person writes their own alone; everybody sees all of them."""

    def __init__(self, cases: CaseStore, drafts: ReplyDraftStore) -> None:
        self._cases = cases
        self._drafts = drafts

    def __call__(
        self,
        actor: Actor,
        case_id: CaseId,
        text: str,
        seen: Thread,
        version: int,
        now: datetime,
        way: Way | None = None,
    ) -> ReplyDraft | None:
        """The draft as it is stored; None for an empty text, which ends it.

        `version` is that of the draft from which the person went on. Raises NotAllowed, SubjectGone, or DraftChanged
        where another device saved another text.
        """
        author = _author(actor)
        kept(self._cases.get(case_id))
        if not text.strip():
            self._drafts.discard(case_id, author)
            return None
        draft = ReplyDraft(case_id, author, text[:LONGEST], seen, now, way, version)
        try:
            return self._drafts.save(draft)
        except DraftChanged as changed:
            if changed.current is None:
                return self._drafts.save(ReplyDraft(case_id, author, draft.text, seen, now, way))
            if changed.current.text != draft.text:
                raise
            # The same text from two requests: it is one for the later thread of both.
            if seen.answers <= changed.current.thread.answers:
                return changed.current
            return self._drafts.save(replace(draft, version=changed.current.version))

    def of(self, case_id: CaseId, thread: Thread) -> list[ShownDraft]:
        """Every draft in a case whose thread is in this state."""
        return [ShownDraft(one, one.retired(thread)) for one in self._drafts.of(case_id)]

    def discard(self, actor: Actor, case_id: CaseId) -> None:
        """Throws the person's own draft away. Raises NotAllowed."""
        self._drafts.discard(case_id, _author(actor))


def _author(actor: Actor) -> StaffId:
    actor.must_be_allowed(Action.REPLY)
    assert actor.by is not None, "people write, not the desk"
    return actor.by
