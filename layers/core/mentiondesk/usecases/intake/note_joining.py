"""A complaint in a conversation that somebody else began → the complaint that began it may be urgent."""

from collections.abc import Sequence
from datetime import datetime

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.cases.case import CaseRefuses
from mentiondesk.domain.cases.commands import NoteAttention
from mentiondesk.domain.ids import CaseId, PostId, UserId
from mentiondesk.ports.cases import ThreadStore
from mentiondesk.ports.posts import PostStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.cases.change_case import ChangeCase


class NoteJoining:
    """Counts the people of a conversation, and raises the case of the customer who began it.

    Conversations under the brand's own posts are about many matters and raise nothing. It runs before the post is
    classified, so that a crash repeats all of it; each step done twice changes nothing.
    """

    def __init__(self, threads: ThreadStore, posts: PostStore, change: ChangeCase, settings: CurrentSettings) -> None:
        self._threads = threads
        self._posts = posts
        self._change = change
        self._settings = settings

    def __call__(self, case_id: CaseId, post_id: PostId, at: datetime, now: datetime) -> None:
        """Takes the customer of the case as one more of the people. Raises CaseChanged."""
        rules, people = self._settings().reach, self._threads.joined(case_id, at)
        if rules.in_thread(len(people)) is None:
            return
        began = self._began(case_id, people)
        found = rules.in_thread(sum(one != began for one in people))
        if began is None or found is None:
            return
        event_id = f"{at:%Y-%m-%dT%H:%M:%S.%fZ}-desk-joined-{post_id}"
        try:
            self._change(DESK, CaseId(case_id.conversation, began), NoteAttention((found,)), event_id, now)
        except (CaseRefuses, AlreadyDone, SubjectGone):
            return

    def _began(self, case_id: CaseId, people: Sequence[UserId]) -> UserId | None:
        """The customer who began it; where their post is not stored, the first who wrote. None: the brand did."""
        first = self._posts.get(PostId(case_id.conversation))
        if first is None:
            return people[0]
        return None if first.own else first.author_id
