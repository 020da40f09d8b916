"""The change of a case that an act on a reply, or a sent reply, makes."""

from datetime import datetime
from typing import Any

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import CaseChange, case_change, rebuilt
from mentiondesk.domain.cases.fold import apply, follows
from mentiondesk.domain.cases.timers import Policy
from mentiondesk.domain.ids import PostId, StaffId, time_of
from mentiondesk.domain.replies.draft import ReplyDraft
from mentiondesk.domain.replies.reply import Reply
from mentiondesk.domain.text import spoken
from mentiondesk.domain.timeline import BrandPosted, CaseEntry
from mentiondesk.ports.cases import CaseStore

_MOST_WORDS = 600


def placed(case: Case, entry_id: str, at: datetime, by: StaffId | None) -> dict[str, Any]:
    """The fields of an act that stands behind all that the case holds."""
    number = case.last[2] + 1 if case.last else 1
    return {"entry_id": entry_id, "at": at, "by": by, "after": case.last_post, "number": number}


def sent_entry(reply: Reply, post_id: PostId) -> BrandPosted:
    """The post that a reply became. The own timeline brings it again: the same entry."""
    words = spoken(reply.post)[:_MOST_WORDS]
    return BrandPosted(post_id, time_of(post_id), words, reply_id=reply.reply_id, by=reply.author, way=reply.way)


def with_entry(cases: CaseStore, case: Case, entry: CaseEntry, policy: Policy) -> CaseChange:
    """The case with one more entry; one that stands in the middle, or is there already, makes it be folded anew."""
    if follows(case, entry):
        return case_change(case, apply(case, entry, policy), entry)
    return rebuilt(case, case.case_id, cases.timeline(case.case_id), entry, policy)


def as_draft(reply: Reply, case: Case, now: datetime) -> ReplyDraft:
    """The text of a reply that is not on X, as a draft of its author again."""
    return ReplyDraft(case.case_id, reply.author, reply.text, case.thread, now, reply.way, version=1)
