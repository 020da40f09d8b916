"""Stored cases with their timelines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.cases.case import Case, Entry
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Tags


@dataclass(frozen=True, slots=True)
class Classified:
    """All that one classified post changes; written together or not at all.

    `signal` is the fingerprint of a complaint for incident detection; it replaces that of the text before an edit.

    `before` is the case this was worked out from (None: there was none), `after` what it becomes; both
    None when an own post answers nobody. `tags` is None for own posts.
    """

    post: Post
    at: datetime
    tags: Tags | None = None
    before: Case | None = None
    after: Case | None = None
    entry: Entry | None = None
    signal: Signal | None = None


class CaseChanged(Exception):
    """Another writer changed the case in between; `current` is the case as it is now."""

    def __init__(self, current: Case | None) -> None:
        super().__init__("the case has changed")
        self.current = current


class AlreadyDone(Exception):
    """This very event is in the record: a button was pressed twice."""


class CaseStore(Protocol):
    """Cases with their timelines and customers."""

    def get(self, case_id: CaseId) -> Case | None: ...

    def timeline(self, case_id: CaseId) -> list[Entry]:
        """Every post in the case, in the order they were made."""

    def commit(self, change: Classified) -> bool:
        """False, and nothing written, when this text of the post is classified already.

        Raises CaseChanged.
        """

    def save(self, case: Case, event: Event | None = None) -> Case:
        """What staff changed, with its line in the record; returns the case with its new version.

        Raises CaseChanged or AlreadyDone, with nothing written.
        """

    def events(self, case_id: CaseId) -> list[Event]:
        """What staff did to the case, oldest first."""
