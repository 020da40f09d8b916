"""Stored replies and drafts, the outbox, and posting to X."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from mentiondesk.domain.alerts.message import StaffMessage
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import CaseChange
from mentiondesk.domain.ids import CaseId, PostId, ReplyId, StaffId, SubjectId
from mentiondesk.domain.replies.checks.context import RecentReply
from mentiondesk.domain.replies.draft import ReplyDraft
from mentiondesk.domain.replies.eligibility import Experience
from mentiondesk.domain.replies.finding import Finding
from mentiondesk.domain.replies.reply import Refusal, Reply
from mentiondesk.ports.storage import Changed
from mentiondesk.values import Frozen


class ReplyKey(NamedTuple):
    """The place of a reply: its case or incident, and its own id."""

    subject_id: SubjectId
    reply_id: ReplyId


class ReplyChange(Frozen):
    """A change of a reply, written together or not at all.

    `before` is None for a new one. `case` is the change of its case, with the entry in the timeline. `sent_draft` is
    the draft that became this reply, and ends; `draft` is one that its text goes back to. `messages` are those of a
    post about an incident; a reply's come with the change of its case.
    """

    before: Reply | None
    after: Reply
    case: CaseChange | None = None
    sent_draft: StaffId | None = None
    draft: ReplyDraft | None = None
    messages: tuple[StaffMessage, ...] = ()


class ReplyChanged(Changed):
    """The reply, or the case beside it, has changed; the caller reads both anew."""

    def __init__(self) -> None:
        super().__init__("the reply has changed")


class DraftChanged(Changed):
    """The draft was saved from another device; `current` is the draft as it is now."""

    def __init__(self, current: ReplyDraft | None) -> None:
        super().__init__("the draft has changed")
        self.current = current


class SavedUse(NamedTuple):
    """The number of times that a saved reply was sent, and how often of these just as it is saved."""

    sent: int = 0
    unchanged: int = 0


UNUSED = SavedUse()


class ReplyStore(Protocol):
    """Replies, in the partition of their case or incident."""

    def get(self, key: ReplyKey) -> Reply | None:
        """The reply as it is now."""

    def of(self, subject_id: SubjectId) -> list[Reply]:
        """Every reply in a case or incident, oldest first."""

    def save(self, change: ReplyChange) -> Reply:
        """Writes the change; returns the reply with its new version.

        Raises AlreadyDone when a new reply's id, or the entry of the case, is there already, else ReplyChanged, with
        nothing written.
        """

    def due(self, now: datetime, limit: int) -> Sequence[ReplyKey]:
        """Up to `limit` replies that the sender has to look at by now, the longest due first; a little stale."""

    def waiting(self, limit: int) -> Sequence[ReplyKey]:
        """Up to `limit` replies that wait for a person, oldest first; a little stale."""

    def sent_back(self, author: StaffId, since: datetime, limit: int) -> Sequence[ReplyKey]:
        """Up to `limit` replies of a person that others gave back with a reason since then, the latest first."""

    def recent(self, since: datetime) -> Sequence[RecentReply]:
        """The latest replies to all customers since then, oldest first; 100 at most."""

    def saved_sent(self, now: datetime) -> Mapping[str, SavedUse]:
        """The use of each saved reply in the running week, by its key."""

    def experience(self) -> Experience:
        """X's latest word on replies to implied mentions."""

    def count_due(self, until: datetime) -> int:
        """The number of replies that the sender had to look at by then."""


class ReplyDraftStore(Protocol):
    """Drafts, one for each person and case."""

    def get(self, case_id: CaseId, author: StaffId) -> ReplyDraft | None: ...

    def of(self, case_id: CaseId) -> list[ReplyDraft]:
        """Every draft in a case."""

    def save(self, draft: ReplyDraft) -> ReplyDraft:
        """Writes a draft over the version it was made from; returns it with its new version. Raises DraftChanged."""

    def discard(self, case_id: CaseId, author: StaffId) -> None: ...


class PostRefused(Exception):
    """X did not take the post, for good. `reason` is X's own word, without what was posted."""

    def __init__(self, refusal: Refusal, reason: str = "") -> None:
        super().__init__(str(refusal))
        self.refusal, self.reason = refusal, reason


class PostLater(Exception):
    """X did not take the post, and takes it again at `until` (None: it does not say when)."""

    def __init__(self, until: datetime | None) -> None:
        super().__init__("X asks to wait")
        self.until = until


class PostInDoubt(Exception):
    """The request reached X, or may have; nobody knows whether the post is there."""


class OwnPost(NamedTuple):
    """A post of the brand as its own timeline shows it."""

    post_id: PostId
    text: str
    replied_to: PostId | None


class XPoster(Protocol):
    """Posts as the brand. One call makes one request with a timeout; it never tries again."""

    def post(self, text: str, to: PostId | None, now: datetime) -> PostId:
        """The id of the new post. Raises PostRefused, PostLater or PostInDoubt."""

    def own_since(self, since: datetime, now: datetime) -> Sequence[OwnPost]:
        """The brand's posts since then, newest first, from its own timeline. Raises XRefuses or XUnavailable."""


class Reviewed(Frozen):
    """A text as it would go out.

    `post` is what X gets, `findings` what the checks say, `undo` the time in which it can be taken back. A BLOCK
    stops it, a HOLD needs another person, a WARN one more click of its author.
    """

    post: str
    findings: tuple[Finding, ...] = ()
    undo: timedelta = timedelta(0)


class Review(Protocol):
    """The checks, the signature and the time for taking back, by the settings."""

    def __call__(self, case: Case, text: str, author: StaffId, now: datetime) -> Reviewed: ...
