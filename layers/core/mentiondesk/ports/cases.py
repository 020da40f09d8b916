"""Stored cases with their timelines."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import CaseChange
from mentiondesk.domain.ids import CaseId, PostId, UserId
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Tags
from mentiondesk.domain.praise import LatestCase, Regard
from mentiondesk.domain.timeline import CaseEntry
from mentiondesk.ports.storage import Changed
from mentiondesk.values import Frozen


class Classified(Frozen):
    """All that one classified post changes; written together or not at all.

    `signal` is the fingerprint of a complaint for incident detection; it replaces that of the text before an edit.

    `case` is None where a post of the brand answers nobody; `tags` is None for posts of the brand. For a new case,
    `earlier` is the customer's latest one before it.
    """

    post: Post
    at: datetime
    tags: Tags | None = None
    case: CaseChange | None = None
    signal: Signal | None = None
    earlier: LatestCase | None = None


class CaseChanged(Changed):
    """The case has changed, or met another write; `current` is the case as it is now."""

    def __init__(self, current: Case | None) -> None:
        super().__init__("the case has changed")
        self.current = current


class WantedLookUp(Frozen):
    """A case whose customer and latest post the desk asks X about; `at` is when its post arrived."""

    case: Case
    at: datetime

    @property
    def post_id(self) -> PostId:
        assert self.case.post_id is not None, "a case that waits has a post"
        return self.case.post_id


class LookUpStore(Protocol):
    """Customers who wait, with alerts to come, and were never looked up: of the posts that arrived of late."""

    def wanted(self, now: datetime, limit: int) -> Sequence[WantedLookUp]:
        """Up to `limit` of them, oldest first; those that waited for long are left out."""

    def done(self, wanted: Sequence[WantedLookUp]) -> None:
        """Leaves these out from now on."""


class ThreadStore(Protocol):
    """The people who complain in a conversation that somebody else began."""

    def joined(self, case_id: CaseId, at: datetime) -> Sequence[UserId]:
        """Adds the customer of the case, once; returns the people, up to some hundred, in the order of their posts."""


class CaseStore(Protocol):
    """Cases with their timelines and customers."""

    def get(self, case_id: CaseId) -> Case | None:
        """The case as it is now."""

    def timeline(self, case_id: CaseId) -> list[CaseEntry]:
        """Every post and every act in the case, in their order."""

    def holds(self, case_id: CaseId, entry_id: str) -> bool:
        """True when the timeline holds this act."""

    def commit(self, change: Classified) -> bool:
        """Writes all that a classified post changes.

        False, and nothing written, when this text of the post is classified already. Raises CaseChanged, also where
        a new case is not the customer's first as it says, or Conflict for a post in no case, with nothing written.
        """

    def save(self, change: CaseChange) -> Case:
        """Writes the case, its new entry and what follows for the alerts; returns the case with its new version.

        Raises AlreadyDone when the timeline holds the entry already, else CaseChanged, with nothing written.
        """

    def latest_of(self, customer: UserId) -> Case | None:
        """The case of the customer's latest post."""

    def regard(self, customer: UserId) -> Regard:
        """The customer's praise and latest case, as the desk keeps them."""

    def open(self, limit: int) -> list[CaseId]:
        """Up to `limit` cases whose customers wait, by deadline; may be a little stale."""

    def idle(self, first: datetime, last: datetime, limit: int) -> list[CaseId]:
        """Up to `limit` cases with words in which nothing is awaited, whose last post was made in this time.

        May be a little stale.
        """

    def forget_words(self, case_id: CaseId, now: datetime) -> None:
        """Drops what was written in a case; a new post brings new words.

        The words go from the case, its timeline, its posts, its notes, its drafts, and its replies that are over.
        """

    def forget_notes(self, case_id: CaseId, now: datetime) -> None:
        """Drops what staff wrote for each other in a case: notes, reasons, links. Each act says that it is gone."""

    def forget_answers(self, case_id: CaseId, post_id: PostId) -> None:
        """Drops the words of replies that are over: of those to this post, and of the one that it is."""

    def silent(self, now: datetime, limit: int) -> list[CaseId]:
        """Up to `limit` cases whose customers' silence has ended by `now`; may be a little stale."""


class CaseBatches(Protocol):
    """Several cases at once, for fewer requests than one by one."""

    def get_each(self, case_ids: Iterable[CaseId]) -> Iterator[Case]:
        """The stored ones of the cases, in no order; one of an older form may be left out."""

    def commit_each(self, changes: Sequence[Classified]) -> Sequence[bool]:
        """Writes each change whole or not at all, several at once; True for those written, in their order.

        False: this text is classified already, or others changed the case; `commit` tells.
        """

    def save_each(self, changes: Sequence[CaseChange]) -> Sequence[bool]:
        """As `save`, for several cases at once; True for those written. False: `save` tells why."""
