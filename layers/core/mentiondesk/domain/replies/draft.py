"""Drafts: replies that are being written, kept on the server for their author and visible to all."""

from datetime import datetime

from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.replies.thread import Thread
from mentiondesk.domain.replies.way import Way
from mentiondesk.values import Frozen


class ReplyDraft(Frozen):
    """One person's draft in one case. `version` grows with every save, so that two devices notice each other."""

    case_id: CaseId
    author: StaffId
    text: str
    thread: Thread
    saved_at: datetime
    way: Way | None = None
    version: int = 0

    def retired(self, thread: Thread) -> bool:
        """True once the customer has another answer than those its author saw, the desk's or one typed on X."""
        return thread.answers > self.thread.answers
