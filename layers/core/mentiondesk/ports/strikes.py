"""Records of strikes and measures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.alerts.message import OwnerTold
from mentiondesk.domain.ids import PostId, UserId
from mentiondesk.domain.strikes.record import CustomerRecord
from mentiondesk.ports.storage import Changed


class RecordChanged(Changed):
    """Another person changed the record meanwhile; `current` is the record as it is now."""

    def __init__(self, current: CustomerRecord) -> None:
        super().__init__("the record has changed")
        self.current = current


class StrikeStore(Protocol):
    """One record a customer."""

    def get(self, customer: UserId) -> CustomerRecord:
        """The record; an empty one where there is none."""

    def save(self, record: CustomerRecord, messages: Sequence[OwnerTold] = ()) -> CustomerRecord:
        """Writes the record, and messages with it; returns it with its new version.

        Raises RecordChanged where it is not as it was read.
        """

    def due(self, now: datetime, limit: int) -> Sequence[UserId]:
        """Up to `limit` customers whose measures begin, end or wait for X; may be a little stale."""


class XModerator(Protocol):
    """Acts against posts and accounts as the brand. Each can be done twice without harm; one call, one request.

    Raises PostRefused, PostLater or PostInDoubt, as XPoster does. What is gone from X counts as done.
    """

    def hide(self, post_id: PostId, hidden: bool, now: datetime) -> None:
        """Hides a reply under a post of the brand, or shows it again."""

    def mute(self, account: UserId, muted: bool, now: datetime) -> None:
        """Mutes an account, or unmutes it."""
