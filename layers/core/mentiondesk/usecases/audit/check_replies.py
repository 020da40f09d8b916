"""Replies of open cases, and all that the sender has to look at: one that is lost or stuck is named."""

from collections.abc import Iterator
from datetime import datetime

from mentiondesk.domain.audit import Check, Finding
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.ids import CaseId, ReplyId, SubjectId
from mentiondesk.domain.replies.lost import OVER_WITHIN, lost, stuck
from mentiondesk.domain.timeline import ReplyQueued
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.replies import ReplyStore
from mentiondesk.ports.runtime import CurrentSettings

# A customer whose reply is lost waits on: their case is among the open ones.
_MOST_CASES, _MOST_DUE = 2_000, 200


class CheckReplies:
    """A further check of the audit. A case without a reply costs it one query."""

    def __init__(self, cases: CaseStore, replies: ReplyStore, settings: CurrentSettings) -> None:
        self._cases = cases
        self._replies = replies
        self._settings = settings

    def __call__(self, now: datetime) -> Iterator[Finding]:
        named: set[ReplyId] = set()
        for case_id in self._cases.open(_MOST_CASES):
            timeline = self._cases.timeline(case_id)
            if any(isinstance(entry, ReplyQueued) for entry in timeline):
                for reply_id, words in lost(timeline, self._replies.of(case_id), now):
                    named.add(reply_id)
                    yield Finding(Check.REPLIES, self._name(case_id), words)
        for key in self._replies.due(now - OVER_WITHIN, _MOST_DUE):
            reply = self._replies.get(key) if key.reply_id not in named else None
            if reply is not None and (words := stuck(reply, now)):
                yield Finding(Check.REPLIES, self._name(key.subject_id), words)

    def _name(self, subject_id: SubjectId) -> str:
        if isinstance(subject_id, CaseId):
            return f"case {case_number(subject_id, self._settings().brand.name)} ({subject_id})"
        return f"incident {subject_id}"
