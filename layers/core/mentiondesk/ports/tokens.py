"""Signed links and tokens."""

from datetime import datetime
from typing import Protocol

from mentiondesk.domain.access.links import Link
from mentiondesk.domain.ids import StaffId, SubjectId
from mentiondesk.domain.status.subscribers import SubscriberId


class Links(Protocol):
    """Makes the link with which one person acts on one case or incident."""

    def __call__(self, staff_id: StaffId, subject_id: SubjectId, now: datetime) -> str | None:
        """The whole address; None where no links can be made."""


class LinkReader(Protocol):
    """Knows which links and which forms are the desk's own."""

    def read(self, token: str) -> Link:
        """The rights that a link was made for. Raises LinkForged."""

    def new_event(self, token: str, now: datetime) -> str:
        """The id that a form behind this link carries, so that a second press of its button is recognised."""

    def event_id(self, token: str, shown: str) -> str:
        """The event's id, from what a form behind this very link carried. Raises LinkForged."""


class SubscriberTokens(Protocol):
    """Signs and verifies the tokens in subscribers' mail links."""

    def make(self, subscriber_id: SubscriberId, purpose: str) -> str:
        """Short, and safe in an address."""

    def read(self, token: str, purpose: str) -> SubscriberId:
        """The subscriber of a token. Raises LinkForged when it is not ours or was made for another purpose."""
