"""A post on X, as the desk stores it."""

from datetime import datetime
from enum import Enum, StrEnum, auto

from mentiondesk.domain.ids import CaseId, ConversationId, PostId, UserId
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.values import Frozen

# Signs of other widths that stand for "@".
_LIKE_AT = ("\uff20", "\ufe6b")


class Source(StrEnum):
    """The feed in which posts are read.

    OVERFLOW searches for the mentions that the feed of mentions no longer shows. Such posts count as MENTIONS.
    """

    OWN = "own"
    MENTIONS = "mentions"
    OVERFLOW = "overflow"
    SEARCH = "search"


class Post(Frozen):
    """A post with its latest text.

    An edited post keeps the id and the time of its first version, since the customer has waited from then on.
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
    # Set when X no longer showed the post; its text is forgotten.
    gone_at: datetime | None = None

    @property
    def addressed(self) -> bool:
        """True where the post speaks to somebody, not only about them."""
        return self.replied_to is not None or "@" in self.text or any(sign in self.text for sign in _LIKE_AT)


class Unreadable(Frozen):
    """Part of X's answer that could not be read as a post, stored for a person to look at."""

    raw: str
    reason: str


class Added(Enum):
    """The outcome of adding a post."""

    NEW = auto()
    EDITED = auto()
    KNOWN = auto()
    KNOWN_EARLIER_DAY = auto()
    """Stored on an earlier UTC day and read for the first time on this one, so that X charges for it again."""
