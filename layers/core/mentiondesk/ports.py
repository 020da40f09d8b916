"""What the inside of the desk needs from the outside."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from mentiondesk.domain.alerts import Matter, Record, TextLimit
from mentiondesk.domain.cases import Case, Entry
from mentiondesk.domain.drafts import Draft, Occasion
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import CaseId, IncidentId, MatterId, PostId, StaffId, UserId
from mentiondesk.domain.incidents import Incident, Update
from mentiondesk.domain.links import Link
from mentiondesk.domain.posts import Post, Source, Unreadable
from mentiondesk.domain.reading import Cursor, Obstacle, Window
from mentiondesk.domain.subscribers import Subscriber, SubscriberId
from mentiondesk.domain.tags import Opinion, Tags
from mentiondesk.settings import Settings

if TYPE_CHECKING:
    # What noticing knows takes a while to read, and only two functions notice.
    from mentiondesk.domain.noticing import Habit, Usual
    from mentiondesk.domain.signals import Signal

# The settings in force, and how long the function may still run.
CurrentSettings = Callable[[], Settings]
# Incidents that go on, candidates among them; may be a minute old.
OpenIncidents = Callable[[datetime], Sequence[Incident]]
TimeLeft = Callable[[], timedelta]


class Triage(Protocol):
    """Tells what a post is. Never raises."""

    def __call__(self, post: Post) -> Tags: ...


class OpinionFails(Exception):
    """No opinion that can be used: none in time, none at all, or one that makes no sense."""


class Adviser(Protocol):
    """Somebody else to ask what a post is; costs time and money."""

    def __call__(self, post: Post, /) -> Opinion:
        """Raises OpinionFails."""


class OpinionBudget(Protocol):
    """How many opinions were asked for on each UTC day."""

    def take(self, now: datetime, a_day: int) -> bool:
        """Counts one; False, and nothing counted, where the day has had so many. Raises OpinionFails."""


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

    `signal` is what it says to noticing, where it says something; what it said before an edit is gone.

    `before` is the case this was worked out from (None: there was none), `after` what it becomes; both
    None when an own post answers nobody. `tags` is None for own posts.
    """

    post: Post
    at: datetime
    tags: Tags | None = None
    before: Case | None = None
    after: Case | None = None
    entry: Entry | None = None
    signal: "Signal | None" = None


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


@dataclass(frozen=True, slots=True)
class Joined:
    """One customer's post that is part of an incident."""

    post_id: PostId
    author_id: UserId
    at: datetime
    words: str
    case_id: CaseId | None = None


class IncidentChanged(Exception):
    """Another writer changed the incident in between; `current` is the incident as it is now."""

    def __init__(self, current: Incident | None) -> None:
        super().__init__("the incident has changed")
        self.current = current


class IncidentStore(Protocol):
    """Incidents with their updates, the posts in them, and what staff did."""

    def add(self, incident: Incident, update: Update | None = None, event: Event | None = None) -> bool:
        """A new one, with its first public word if there is one; False, and nothing written, when its id is known."""

    def get(self, incident_id: IncidentId) -> Incident | None: ...

    def save(self, incident: Incident, update: Update | None = None, event: Event | None = None) -> Incident:
        """What changed, with the public word and the line in the record that go with it, together.

        Returns the incident with its new version. Raises IncidentChanged or AlreadyDone, with nothing written.
        """

    def open(self) -> list[Incident]:
        """Those that go on, candidates and scheduled maintenance among them, oldest first; never stale."""

    def recent(self, since: datetime) -> list[Incident]:
        """Those created since then, newest first; never stale."""

    def updates(self, incident_id: IncidentId) -> list[Update]:
        """Every public word about it, oldest first."""

    def events(self, incident_id: IncidentId) -> list[Event]:
        """What staff did, oldest first."""

    def join(self, incident_id: IncidentId, posts: Iterable[Joined]) -> tuple[int, int]:
        """Puts posts into the incident, each once however often it is put; returns how many posts and people it has."""

    def joined(self, incident_id: IncidentId) -> list[Joined]:
        """Every post in it, in the order they were made."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A due case or incident, ours until `until`; the ledger of its wait says what has gone out already."""

    matter: Matter
    until: datetime
    ledger: tuple[Record, ...]


class AlertStore(Protocol):
    """What is due, who is working on it, and what became of every alert."""

    def due(self, now: datetime, limit: int) -> Sequence[MatterId]:
        """Up to `limit` cases and incidents due by `now`, those due first in front; may be a little stale."""

    def lease(self, matter_id: MatterId, now: datetime, until: datetime) -> Lease | None:
        """The matter as it is now, hidden from other notifiers until `until`; None when it is not due any more."""

    def record(self, records: Iterable[Record]) -> None:
        """Writes the latest outcome of each alert."""

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        """Ends a lease; does nothing where the matter has changed since."""

    def take_text_slot(self, staff_id: StaffId, now: datetime, limits: Sequence[TextLimit]) -> bool:
        """Counts one text to this person; False, and not counted, when a limit is reached."""


@dataclass(frozen=True, slots=True)
class Email:
    """One mail: `text` and `html` say the same. `headers` are those beyond what every mail has."""

    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()


class Undeliverable(Exception):
    """The provider did not take a message; `reason` is its error code, without addresses or text.

    `passing`: it would have refused any message just now, whoever it is for.
    """

    def __init__(self, reason: str, passing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


class Links(Protocol):
    """Makes the link with which one person acts on one case or incident."""

    def __call__(self, staff_id: StaffId, matter: Matter, now: datetime) -> str | None:
        """The whole address; None where no links can be made."""


class Mailer(Protocol):
    def send(self, address: str, email: Email) -> str:
        """Hands one mail to the provider; returns its message id. Raises Undeliverable."""


class Texter(Protocol):
    def send(self, number: str, text: str) -> str:
        """Hands one text to the provider; returns its message id. Raises Undeliverable."""


class LinkReader(Protocol):
    """Knows which links and which forms are the desk's own."""

    def read(self, token: str) -> Link:
        """What a link was made for. Raises LinkForged."""

    def new_event(self, token: str, now: datetime) -> str:
        """What a form behind this link carries, so that pressing its button twice is known for once."""

    def event_id(self, token: str, shown: str) -> str:
        """The event's id, from what a form behind this very link carried. Raises LinkForged."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of the status site; `fresh_for` is how many seconds a reader may show it without asking again."""

    path: str
    content: bytes
    content_type: str
    fresh_for: int


class SiteChanged(Exception):
    """Another writer has put something else there since we looked."""


class SiteStore(Protocol):
    """Where the status site lies."""

    def marks(self) -> Mapping[str, str]:
        """What lies at each path now, never stale; the same mark is the same bytes."""

    def mark(self, file: SiteFile) -> str:
        """The mark that this file will have."""

    def put(self, file: SiteFile, replacing: str | None) -> None:
        """Writes a file over the one with this mark, or where there is none. Raises SiteChanged, writing nothing."""


class DraftStore(Protocol):
    """Posts on X that wait for a person's yes."""

    def add(self, draft: Draft) -> bool:
        """False, and nothing written, when the incident has a draft for this occasion."""

    def get(self, incident_id: IncidentId, occasion: Occasion) -> Draft | None: ...

    def of(self, incident_id: IncidentId) -> list[Draft]:
        """Every draft about an incident."""

    def approve(self, incident_id: IncidentId, occasion: Occasion, by: StaffId, at: datetime) -> Draft | None:
        """The draft with the first person's yes, which may be another's; None when there is no draft."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """How far an incident is told at a hosted status page: its id there, and the last update that it has."""

    incident_id: IncidentId
    page_id: str
    hosted_id: str
    update_id: str
    at: datetime


class PushedStore(Protocol):
    """What the hosted status page has been told."""

    def get(self, incident_id: IncidentId) -> Pushed | None: ...

    def lease(self, incident_id: IncidentId, now: datetime, until: datetime) -> bool:
        """Whether we alone tell the page about this incident until then, or until we save."""

    def save(self, pushed: Pushed) -> None:
        """Writes how far it is told, and ends the lease."""


@dataclass(frozen=True, slots=True)
class HostedUpdate:
    """One update as the hosted status page takes it. `health` is by the component's name."""

    status: str
    body: str
    health: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HostedIncident:
    """An incident or a maintenance as the hosted status page takes it, its updates oldest first."""

    incident_id: IncidentId
    name: str
    impact: str
    updates: tuple[HostedUpdate, ...]
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None


class HostedPageFails(Exception):
    """The hosted status page did not take it; `reason` holds no text of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HostedPage(Protocol):
    """A status page that somebody else keeps."""

    def tell(self, page_id: str, incident: HostedIncident, hosted_id: str | None) -> str:
        """Brings the page up to this incident's last update, each update once however often it is told.

        Finds the incident by its id there or, where that is not known, by ours. Returns its id there.
        Raises HostedPageFails.
        """


class SubscriberStore(Protocol):
    """People who get mail about incidents."""

    def ask(self, subscriber: Subscriber, unless_since: datetime) -> bool:
        """Remembers who is to be asked; False when they are subscribed, or were asked after `unless_since`."""

    def asked(self, subscriber_id: SubscriberId) -> Subscriber | None:
        """Who was asked and has perhaps not confirmed yet."""

    def confirm(self, subscriber: Subscriber) -> None:
        """From now on they get mail."""

    def get(self, subscriber_id: SubscriberId) -> Subscriber | None:
        """A confirmed subscriber."""

    def remove(self, subscriber_id: SubscriberId) -> None:
        """Forgets everything about them; nothing happens when they are not known."""

    def page(self, after: SubscriberId | None, limit: int) -> list[Subscriber]:
        """Up to `limit` confirmed subscribers in the order of their ids, beginning after this one."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One update on its way to the subscribers: ours until `until`, told up to and with `reached`."""

    incident_id: IncidentId
    update_id: str
    until: datetime
    reached: SubscriberId | None = None


class TellingLost(Exception):
    """The lease has ended and another run goes on with this update."""


class TellingStore(Protocol):
    """How far each update has come on its way to the subscribers."""

    def lease(self, incident_id: IncidentId, update_id: str, now: datetime, until: datetime) -> Telling | None:
        """Where to go on; None when everybody has been told, or another run is at it."""

    def reach(self, telling: Telling, subscriber_id: SubscriberId) -> Telling:
        """Everybody up to this one has been told. Raises TellingLost."""

    def release(self, telling: Telling, done: bool) -> None:
        """Ends the lease. `done`: nobody is left to tell. Does nothing when it is lost."""


class SubscriberTokens(Protocol):
    """What proves that somebody came by a link in a mail of ours."""

    def make(self, subscriber_id: SubscriberId, purpose: str) -> str:
        """Short, and safe in an address."""

    def read(self, token: str, purpose: str) -> SubscriberId:
        """Whose it is. Raises LinkForged when it is not ours or was made for another purpose."""


class SignalStore(Protocol):
    """What each complaint says; kept for two days."""

    def window(self, since: datetime, until: datetime, limit: int) -> "list[Signal]":
        """The latest signals made after `since` and up to `until`, newest first, at most `limit`."""


class UsualStore(Protocol):
    """What the desk usually hears."""

    def load(self, hour_of_week: int) -> "Usual":
        """What is usual at this hour of the week, by that hour and by all hours."""

    def save(self, habit: "Habit", hour_of_week: int | None = None) -> bool:
        """Keeps what is usual at that hour, or over all hours; False when its latest hour is counted already."""
