"""An outbox in memory: one case, its replies, and an X that records what is posted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.replies import Replies, ReplyDrafts
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.alerts.roster import Audience
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply, fold, follows, new_case
from mentiondesk.domain.ids import PostId, ReplyId, StaffId, SubjectId, id_at
from mentiondesk.domain.replies.finding import Finding
from mentiondesk.domain.replies.reply import Reply
from mentiondesk.domain.timeline import CaseEntry
from mentiondesk.ports.replies import OwnPost, PostInDoubt, ReplyKey, Reviewed
from mentiondesk.usecases.replies.change_reply import ChangeReply
from mentiondesk.usecases.replies.save_draft import SaveDraft
from mentiondesk.usecases.replies.send_replies import SendReplies, Sent
from mentiondesk.usecases.replies.write_reply import Typed, WriteReply
from mentiondesk.values import replace
from tests.support.builders import CASE_ID, NOON, a_staff, at, said, settings

UNDO = timedelta(seconds=10)
PLENTY = timedelta(minutes=1)


@dataclass
class RecordingX:
    """XPoster that keeps what it was given. `fail_next`: what it raises; `after` True: only once it has posted."""

    posts: list[OwnPost] = field(default_factory=list)
    fail_next: list[tuple[Exception, bool]] = field(default_factory=list)
    # Posts that the own timeline does not show yet.
    late: bool = False

    def post(self, text: str, to: PostId | None, now: datetime) -> PostId:
        failure, after = self.fail_next.pop(0) if self.fail_next else (None, False)
        if failure is not None and not after:
            raise failure
        post_id = PostId(str(int(id_at(now)) + len(self.posts)))
        self.posts.insert(0, OwnPost(post_id, text, to))
        if failure is not None:
            raise failure
        return post_id

    def own_since(self, since: datetime, now: datetime) -> Sequence[OwnPost]:
        del now
        return [] if self.late else [one for one in self.posts if int(one.post_id) >= int(id_at(since))]


def a_person(name: str = "ana", lead: bool = False) -> Actor:
    """A person who has signed in."""
    roles = frozenset({Audience.LEAD}) if lead else frozenset()
    rights = frozenset(Action) if lead else frozenset(Action) - {Action.APPROVE_REPLY}
    return Actor(a_staff(name, roles=roles), rights, Door.DESK_WEB)


ANA, BEN, LEA = a_person("ana"), a_person("ben"), a_person("lea", lead=True)

STAFF = [
    {"id": name, "name": name.capitalize(), "email": f"{name}@example.com", "duty": "always", "roles": roles}
    for name, roles in (("ana", []), ("ben", []), ("lea", ["lead"]), ("mia", ["lead"]))
]

_TARGETS = {"next_reply": {"complaint": "2h"}, "follow_up": "1d"}


class Outbox:
    """The use cases over one table; `now` is what the clock says. `findings` is what the checks say to every text."""

    def __init__(self, table: Table | None = None, x: RecordingX | None = None) -> None:
        self.table = table or MemoryTable()
        self.now = at(5)
        self.x = x or RecordingX()
        self.findings: tuple[Finding, ...] = ()
        self.settings = settings(targets=_TARGETS, staff=STAFF)
        self.cases = Cases(self.table, self._keep)
        self.replies = Replies(self.table, self._keep, self.cases)
        self.reply_drafts = ReplyDrafts(self.table, self._keep)
        self.write = WriteReply(self.replies, self.cases, self._review, lambda: self.settings)
        self.change = ChangeReply(self.replies, self.cases, lambda: self.settings)
        self.drafts = SaveDraft(self.cases, self.reply_drafts)
        self.sender = SendReplies(self.replies, self.cases, self.x, lambda: self.settings, lambda: self.now)
        self.happens(said(0))

    @staticmethod
    def _keep() -> timedelta:
        return timedelta(days=400)

    def _review(self, case: Case, text: str, author: StaffId, now: datetime) -> Reviewed:
        del case, now
        return Reviewed(f"{text} ^{author[0].upper()}", self.findings, UNDO)

    @property
    def case(self) -> Case:
        found = self.cases.get(CASE_ID)
        assert found is not None
        return found

    def happens(self, entry: CaseEntry) -> Case:
        """The case with an entry that something else than the outbox adds."""
        before = self.cases.get(CASE_ID)
        base = before or new_case(CASE_ID, NOON)
        if follows(base, entry):
            after = apply(base, entry, self.settings.policy)
        else:
            entries = {one.entry_id: one for one in self.cases.timeline(CASE_ID)} | {entry.entry_id: entry}
            after = fold(CASE_ID, entries.values(), self.settings.policy)
        return self.cases.save(case_change(before, after, entry))

    def sends(self, text: str = "We are on it.", by: Actor = ANA, event: str = "e1", **typed: object) -> Reply:
        """The reply of a person who saw the thread as it is."""
        what = replace(Typed(text, self.case.thread), **typed)  # type: ignore[arg-type]
        return self.write(by, CASE_ID, what, event, self.now)

    def passes(self, span: timedelta = UNDO) -> Sent:
        """Lets so much time pass, and the sender run."""
        self.now += span
        return self.run()

    def passes_in_doubt(self) -> Sent:
        """Lets the sender run while the connection breaks before X has the post."""
        self.x.fail_next = [(PostInDoubt(), False)]
        return self.passes()

    def off_duty(self, name: str) -> None:
        """Sends a person home."""
        staff = [{key: value for key, value in one.items() if (key, one["id"]) != ("duty", name)} for one in STAFF]
        self.settings = settings(targets=_TARGETS, staff=staff)

    def run(self) -> Sent:
        return self.sender.due(self.now, lambda: PLENTY)

    def reply(self, event: str = "e1", subject: SubjectId = CASE_ID) -> Reply:
        found = self.replies.get(ReplyKey(subject, ReplyId(event)))
        assert found is not None
        return found
