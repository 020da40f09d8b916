"""Lists the work that waits for one person: replies that were sent back, and their customers who wait."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched

from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.cases.waiting import ForMe, Tab, WaitingCase, by_deadline, waits_for_owner
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.replies.reply import Reply
from mentiondesk.ports.desk import WaitingStore
from mentiondesk.ports.replies import ReplyDraftStore, ReplyStore
from mentiondesk.usecases.cases.list_waiting import PAGE, SCANNED
from mentiondesk.values import Frozen

# Older ones have been seen, or are of no use any more.
_SENT_BACK_WITHIN = timedelta(days=14)
_MOST_SENT_BACK = 20
_MOST_OWED = 100


class WaitsForMe(Frozen):
    """`cut`: there are more customers in the queue than were looked at."""

    sent_back: tuple[Reply, ...]
    customers: Mapping[ForMe, Sequence[WaitingCase]]
    cut: bool = False


class ListForMe:
    """Looks at the first 500 customers who wait for a reply, and at the first 100 whom the brand owes its next step."""

    def __init__(self, waiting: WaitingStore, replies: ReplyStore, drafts: ReplyDraftStore) -> None:
        self._waiting = waiting
        self._replies = replies
        self._drafts = drafts

    def __call__(self, actor: Actor, now: datetime) -> WaitsForMe:
        assert actor.by is not None, "a person looks at the list"
        scan = self._waiting.scan(None, SCANNED)
        own = [row.case_id for row in scan.rows if row.owner == actor.by]
        owed = self._waiting.listed(Tab.PROMISED, None, _MOST_OWED)
        looked_at = tuple(dict.fromkeys((*own[:PAGE], *(CaseId.parse(case_id) for _, case_id in owed))))
        found = (self._waiting.cases(some, now).values() for some in batched(looked_at, PAGE, strict=False))
        cases = by_deadline(one for some in found for one in some if one.case.owner == actor.by)
        reasons = [(waits_for_owner(one.case, now), one) for one in cases]
        customers = {reason: [one for why, one in reasons if why is reason] for reason in ForMe}
        cut = scan.cut or len(own) > PAGE or len(owed) == _MOST_OWED
        return WaitsForMe(tuple(self._sent_back(actor.by, now)), customers, cut)

    def _sent_back(self, author: StaffId, now: datetime) -> Iterator[Reply]:
        """The person's replies that were sent back, the latest first, as long as they have not sent another text."""
        for key in self._replies.sent_back(author, now - _SENT_BACK_WITHIN, _MOST_SENT_BACK):
            reply = self._replies.get(key)
            if reply is not None and reply.reason and self._undone(reply):
                yield reply

    def _undone(self, reply: Reply) -> bool:
        if reply.case_id is None:
            latest = [one for one in self._replies.of(reply.subject_id) if one.occasion is reply.occasion][-1:]
            return [one.reply_id for one in latest] == [reply.reply_id]
        return self._drafts.get(reply.case_id, reply.author) is not None
