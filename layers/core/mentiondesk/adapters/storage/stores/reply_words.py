"""The words of replies and drafts, dropped; times, states and outcomes stay, for figures."""

from collections.abc import Callable

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.table import Exists, Query, Table, Update
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.replies.reply import Reply


def forget_replies(table: Table, case_id: CaseId, concerned: Callable[[Reply], bool] = lambda _: True) -> None:
    """Empties the texts of these replies, those that are over, and of what the checks quoted from them."""
    part = keys.reply(case_id)
    for item in table.query(Query(part.pk, prefix=part.sk)):
        reply = item.read(Reply)
        if reply.state.final and reply.post and concerned(reply):
            table.update(Update(item.key, {"text": "", "post": "", "reason": "", "findings": ()}, Exists()))


def forget_drafts(table: Table, case_id: CaseId) -> None:
    """Deletes everybody's drafts in a case."""
    part = keys.reply_draft(case_id)
    for item in table.query(Query(part.pk, prefix=part.sk)):
        table.delete(item.key)
