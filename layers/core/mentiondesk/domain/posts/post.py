"""A post on X, as the desk keeps it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto

from mentiondesk.domain.ids import CaseId, ConversationId, PostId, UserId
from mentiondesk.domain.posts.tags import Kind


class Source(StrEnum):
    """Where a post was read."""

    OWN = "own"
    MENTIONS = "mentions"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Post:
    """One post with its latest text.

    An edited post keeps the id and the time of its first version: the customer has waited since then.
    """

    post_id: PostId
    version_id: PostId
    author_id: UserId
    text: str
    created_at: datetime
    conversation_id: ConversationId
    source: Source
    own: bool = False
    edits: int = 0
    replied_to: PostId | None = None
    reply_to_user: UserId | None = None
    quoted: PostId | None = None
    language: str = "und"
    media: bool = False
    seen_at: datetime | None = None
    # Set once the post is classified; an edit is classified again and keeps both.
    case_id: CaseId | None = None
    kind: Kind | None = None

    @property
    def addressed(self) -> bool:
        """Whether it is said to somebody, not only about them."""
        return "@" in self.text or self.replied_to is not None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What X sent that could not be understood as a post; kept for a person to look at."""

    raw: str
    reason: str


class Added(Enum):
    """What adding a post did."""

    NEW = auto()
    EDITED = auto()
    KNOWN = auto()
    KNOWN_EARLIER_DAY = auto()
    """Stored on an earlier UTC day, and read for the first time on this one: X charges for it again."""
