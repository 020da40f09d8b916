"""What the inside of the desk needs from the outside."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol

from mentiondesk.domain.alerts import Record, TextLimit
from mentiondesk.domain.cases import Case, Entry
from mentiondesk.domain.ids import CaseId, PostId, StaffId
from mentiondesk.domain.posts import Post, Source, Unreadable
from mentiondesk.domain.reading import Cursor, Obstacle, Window
from mentiondesk.domain.tags import Tags
from mentiondesk.settings import Settings

# The settings in force, and how long the function may still run.
CurrentSettings = Callable[[], Settings]
TimeLeft = Callable[[], timedelta]


class Triage(Protocol):
    """Tells what a post is. Never raises; uses no network."""

    def __call__(self, post: Post) -> Tags: ...


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a feed, newest first. `next_token` None: there is no older page.

    `read` is how many posts X charges for at most; `newest` and `oldest` are of this page, None when it
    holds no post with an id. `unknown_shape` counts posts with neither of the field names we know.
    """

    posts: tuple[Post, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    newest: PostId | None = None
    oldest: PostId | None = None
    next_token: str | None = None
    read: int = 0
    unknown_shape: int = 0


class XRefuses(Exception):
    """X will not answer for now, for a reason that a retry does not change.

    `until`: when to try again; None when only a person can change it.
    """

    def __init__(self, obstacle: Obstacle, until: datetime | None = None, detail: str = "") -> None:
        super().__init__(f"{obstacle}: {detail}")
        self.obstacle = obstacle
        self.until = until


class XUnavailable(Exception):
    """X failed in a way that may pass: 5xx, a body that is not JSON, a timeout, a broken connection."""


class XTooFarBack(Exception):
    """X refuses the start of the window as too old."""


class XFeed(Protocol):
    """Reads X. One call, one request, with a timeout; never sleeps, never retries."""

    @property
    def credentials(self) -> str:
        """The version of the credentials in use."""

    def read(self, source: Source, window: Window, token: str | None, now: datetime) -> Page:
        """One page. Raises XRefuses, XUnavailable or XTooFarBack."""


class Added(Enum):
    """What adding a post did."""

    NEW = auto()
    EDITED = auto()
    KNOWN = auto()
    KNOWN_EARLIER_DAY = auto()
    """Stored on an earlier UTC day, and read for the first time on this one: X charges for it again."""


class PostStore(Protocol):
    """Every post X delivered, once, with its latest text."""

    def add(self, post: Post) -> Added:
        """Stores a post that is not stored yet, or the newer text of one that is. `seen_at` must be set."""

    def get(self, post_id: PostId) -> Post | None: ...

    def set_aside(self, unreadable: Unreadable, now: datetime) -> None:
        """Keeps what could not be read where a person finds it."""


class CursorStore(Protocol):
    """How far each source was read, and what X will charge for it."""

    def load(self) -> dict[Source, Cursor]: ...

    def save(self, cursor: Cursor) -> bool:
        """False, and nothing written, when another run has moved this cursor since it was loaded."""

    def reads_in_month(self, month: str) -> int:
        """Posts read in a month (YYYY-MM, UTC), over all sources."""

    def count_reads(self, now: datetime, source: Source, posts: int) -> None:
        """Adds to the count of this UTC day and source."""


@dataclass(frozen=True, slots=True)
class Classified:
    """All that one classified post changes; written together or not at all.

    `before` is the case this was worked out from (None: there was none), `after` what it becomes; both
    None when an own post answers nobody. `tags` is None for own posts.
    """

    post: Post
    at: datetime
    tags: Tags | None = None
    before: Case | None = None
    after: Case | None = None
    entry: Entry | None = None


class CaseChanged(Exception):
    """Another writer changed the case in between; `current` is the case as it is now."""

    def __init__(self, current: Case | None) -> None:
        super().__init__("the case has changed")
        self.current = current


class CaseStore(Protocol):
    """Cases with their timelines and customers."""

    def get(self, case_id: CaseId) -> Case | None: ...

    def timeline(self, case_id: CaseId) -> list[Entry]:
        """Every post in the case, in the order they were made."""

    def commit(self, change: Classified) -> bool:
        """False, and nothing written, when this text of the post is classified already.

        Raises CaseChanged.
        """

    def save(self, case: Case) -> Case:
        """What staff changed; returns the case with its new version. Raises CaseChanged."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A due case, ours until `until`; the ledger of its wait says what has gone out already."""

    case: Case
    until: datetime
    ledger: tuple[Record, ...]


class AlertStore(Protocol):
    """What is due, who is working on it, and what became of every alert."""

    def due(self, now: datetime, limit: int) -> Sequence[CaseId]:
        """Up to `limit` cases due by `now`, those due first in front; may be a little stale."""

    def lease(self, case_id: CaseId, now: datetime, until: datetime) -> Lease | None:
        """The case as it is now, hidden from other notifiers until `until`; None when it is not due any more."""

    def record(self, records: Iterable[Record]) -> None:
        """Writes the latest outcome of each alert."""

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        """Ends a lease; does nothing where the case has changed since."""

    def take_text_slot(self, staff_id: StaffId, now: datetime, limits: Sequence[TextLimit]) -> bool:
        """Counts one text to this person; False, and not counted, when a limit is reached."""


@dataclass(frozen=True, slots=True)
class Email:
    """One mail: `text` and `html` say the same."""

    subject: str
    text: str
    html: str


class Undeliverable(Exception):
    """The provider did not take a message; `reason` is its error code, without addresses or text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Mailer(Protocol):
    def send(self, address: str, email: Email) -> str:
        """Hands one mail to the provider; returns its message id. Raises Undeliverable."""


class Texter(Protocol):
    def send(self, number: str, text: str) -> str:
        """Hands one text to the provider; returns its message id. Raises Undeliverable."""
