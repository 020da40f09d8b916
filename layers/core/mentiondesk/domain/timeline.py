"""The timeline: everything that customers, the brand, staff and the desk did, as typed entries.

A case is folded from its timeline. An incident keeps one as its record.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from mentiondesk.domain.cases.timers import ReplyTimer
from mentiondesk.domain.ids import IncidentId, PostId, ReplyId, StaffId
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.posts.profile import Attention, Profile, PublicMetrics
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.eligibility import Grounds
from mentiondesk.domain.replies.way import Solved, Way
from mentiondesk.values import Frozen, replace

# A post's place in its case: the moment at which it was made, and its number among posts of that moment.
Place = tuple[datetime, int]
# An entry's place: that of a post with 0, or that of the post it stands behind with 1, 2, …
Order = tuple[datetime, int, int]


class CustomerPosted(Frozen):
    """A customer's post as triage tagged it. `incident_id`: the public incident that it is about."""

    post_id: PostId
    at: datetime
    words: str
    kind: Kind
    urgency: Urgency
    needs_reply: bool
    topics: tuple[str, ...] = ()
    language: str = "und"
    # The words that decided about the tags.
    why: tuple[str, ...] = ()
    seen_at: datetime | None = None
    incident_id: IncidentId | None = None
    # A measure against its author is in force: the post starts no timer.
    silenced: bool = False
    # Triage cannot place the post, so that a person has to look.
    unsure: bool = False
    # Its author when their case began: loyalty, and the time of the last thanks.
    attention: tuple[Attention, ...] = ()
    thanked_at: datetime | None = None
    # The grounds on which X takes a reply to it; None where the desk cannot tell.
    grounds: Grounds | None = None
    # Set when X no longer showed the post; what it said is forgotten.
    gone_at: datetime | None = None
    # The words are those of a later version: its author edited the post.
    edited: bool = False

    @property
    def entry_id(self) -> str:
        return self.post_id

    @property
    def order(self) -> Order:
        return self.at, int(self.post_id), 0


class BrandPosted(Frozen):
    """A post by the brand in the customer's case.

    `reply_id`: the desk's reply that this post is, written by `by`. `way`: it asks the customer to go on there.
    """

    post_id: PostId
    at: datetime
    words: str
    seen_at: datetime | None = None
    # Set when X no longer showed the post; the customer waits again from then on.
    gone_at: datetime | None = None
    reply_id: ReplyId | None = None
    by: StaffId | None = None
    way: Way | None = None
    edited: bool = False

    @property
    def entry_id(self) -> str:
        return self.post_id

    @property
    def order(self) -> Order:
        return self.at, int(self.post_id), 0


class Act(Frozen, kw_only=True):
    """A thing done once, by one person or (`by` None) by the desk itself.

    `entry_id` is made when a button is shown and comes back when it is pressed, so that a second press is known
    for one. It begins with the time: text order is time order.
    """

    entry_id: str
    at: datetime
    by: StaffId | None = None


class CaseAct(Act, kw_only=True):
    """An act on a case. It stands behind the last post that the case held then, and before all later ones.

    So a post that is seen late, and is later than `after`, is not settled by it. `number` counts the acts behind
    one post, from 1.
    """

    after: Place
    number: int = 1
    # Set when what staff wrote in it was forgotten with the words of the case.
    forgotten_at: datetime | None = None

    @property
    def order(self) -> Order:
        return *self.after, self.number


class Claimed(CaseAct, kw_only=True):
    """The person became the owner."""


class Released(CaseAct, kw_only=True):
    """The case has no owner any more."""


class Snoozed(CaseAct, kw_only=True):
    """Alerts wait until then; the timer runs on."""

    until: datetime


class AnsweredElsewhere(CaseAct, kw_only=True):
    """The customer has an answer that the desk cannot see; `thanks`: it is thanks or a like for their praise."""

    thanks: bool = False


class Dismissed(CaseAct, kw_only=True):
    """The case needs no answer."""

    reason: str


class Resolved(CaseAct, kw_only=True):
    """The customer's matter is settled."""

    reason: str


class Reopened(CaseAct, kw_only=True):
    """The case was closed too early."""

    reason: str


class Corrected(CaseAct, kw_only=True):
    """Triage was wrong: the case is of this kind, or (None) it is no case at all."""

    kind: Kind | None = None


class Retagged(CaseAct, kw_only=True):
    """Triage was wrong: the case has this urgency, and is about these topics."""

    urgency: Urgency
    topics: tuple[str, ...] = ()


class Undone(CaseAct, kw_only=True):
    """The act `undoes` counts as never done. `reopens`: that act had closed the case."""

    undoes: str
    reopens: bool = False


class LookedUp(CaseAct, kw_only=True):
    """The desk asked X who the customer is, and how many people see the post.

    `urgency`: what so many readers raise the case to, if to anything; `attention` has the reasons.
    """

    profile: Profile
    metrics: PublicMetrics | None = None
    urgency: Urgency | None = None
    attention: tuple[Attention, ...] = ()
    reach: int = 0


class AttentionGrew(CaseAct, kw_only=True):
    """More people read or join the complaint than the desk knew of. `metrics` None: they were not looked up."""

    attention: tuple[Attention, ...]
    metrics: PublicMetrics | None = None
    reach: int | None = None


class Noted(CaseAct, kw_only=True):
    """A colleague wrote something down that only staff may read."""

    text: str


class HandedOver(CaseAct, kw_only=True):
    """The case went to another person: given by its owner or a lead, or taken over by the person themselves."""

    to: StaffId


class ClaimLapsed(CaseAct, kw_only=True):
    """The owner gave no sign of work for as long as the settings allow: the case has no owner any more."""

    owner: StaffId


class GoBackStarted(CaseAct, kw_only=True):
    """The incident that this customer met is solved; somebody owes them a word about it.

    `timer` None: the entry is a record alone, of a timer that had ended before timers were kept.
    """

    incident_id: IncidentId
    title: str
    timer: ReplyTimer | None = None


class IncidentJoined(CaseAct, kw_only=True):
    """The case is part of an incident: its timers stop until that is resolved.

    `stops` False: a person linked it to an incident that is not public yet, and its timers run on. `title` and `reason`
    are those of a link by hand.
    """

    incident_id: IncidentId
    title: str = ""
    reason: str = ""
    stops: bool = True


class IncidentLeft(CaseAct, kw_only=True):
    """A person took the case out of an incident: its customer waits for an answer again."""

    incident_id: IncidentId
    reason: str = ""


class ReplyAct(CaseAct, kw_only=True):
    """An act on a reply of the desk."""

    reply_id: ReplyId


class ReplyQueued(ReplyAct, kw_only=True):
    """A person sent a reply: it goes out after the time for taking it back, or (`held`) after another person's yes.

    `released`: another person's yes was due, and nobody was on duty to give it. `way`: it asks the customer to go on
    there; `note` is for the colleague who goes on with them. `follow_up`: it is the brand's word in public after a
    private leg.
    """

    held: bool = False
    released: bool = False
    way: Way | None = None
    note: str = ""
    follow_up: bool = False


class ReplyApproved(ReplyAct, kw_only=True):
    """Another person let a held reply go out, with a text that they changed or not."""

    edited: bool = False
    author: StaffId | None = None


class ReplyHeld(ReplyAct, kw_only=True):
    """The thread moved while a reply waited: its author has to look again."""

    author: StaffId | None = None


class ReplyWithdrawn(ReplyAct, kw_only=True):
    """A reply was taken back, or (with a `reason`) given back to its author, before it was sent."""

    reason: str = ""
    author: StaffId | None = None


class ReplyRefused(ReplyAct, kw_only=True):
    """A reply is not on X, and the desk does not try again."""

    refusal: str
    reason: str = ""
    author: StaffId | None = None


class MovedToPrivate(CaseAct, kw_only=True):
    """The conversation goes on in private, by this way; `link` leads there, `note` is for who goes on with it."""

    way: Way
    link: str = ""
    note: str = ""


class SolvedInPrivate(CaseAct, kw_only=True):
    """The matter is solved in private, on these grounds. The brand owes a word in public."""

    how: Solved = Solved.BY_US


class FollowUpDeclined(CaseAct, kw_only=True):
    """No word in public follows, for this reason."""

    reason: str


Posted = CustomerPosted | BrandPosted
CorrectionEntry = Corrected | Retagged
StaffActEntry = (
    Claimed | Released | Snoozed | AnsweredElsewhere | Dismissed | Resolved | Reopened | CorrectionEntry | Undone
)
ReplyEntry = ReplyQueued | ReplyApproved | ReplyHeld | ReplyWithdrawn | ReplyRefused
LegEntry = MovedToPrivate | SolvedInPrivate | FollowUpDeclined
DeskActEntry = LookedUp | AttentionGrew | ClaimLapsed | GoBackStarted | IncidentJoined | IncidentLeft
CaseActEntry = StaffActEntry | Noted | HandedOver | DeskActEntry | ReplyEntry | LegEntry
CaseEntry = Posted | CaseActEntry


def forgotten(post: Posted, at: datetime) -> Posted:
    """The entry of a post that X no longer shows, without what it said."""
    if isinstance(post, BrandPosted):
        return replace(post, words="", gone_at=at)
    return replace(post, words="", why=(), topics=(), gone_at=at)


# The fields of acts that hold what staff wrote: notes, which no reply may repeat, and reasons and links, which one may.
_NOTES = ("text", "note")
WRITTEN = (*_NOTES, "reason", "link")


def written_in(act: CaseActEntry) -> tuple[str, ...]:
    """The fields of an act that hold what staff wrote about a customer."""
    return tuple(name for name in WRITTEN if getattr(act, name, ""))


def notes_in(timeline: Iterable[CaseEntry]) -> Iterator[str]:
    """The notes of colleagues to each other."""
    for entry in timeline:
        if not isinstance(entry, Posted):
            yield from (getattr(entry, name) for name in written_in(entry) if name in _NOTES)


def for_colleagues(act: CaseActEntry) -> bool:
    """True for an act of a type in which colleagues write. The reason of a refusal is X's."""
    return not isinstance(act, ReplyRefused) and any(hasattr(act, name) for name in WRITTEN)


class Noticed(Act, kw_only=True):
    """The desk noticed that so many people have one problem."""

    people: int


class Published(Act, kw_only=True):
    """The incident went public, by a person or (`by` None) because so many people met it."""

    title: str = ""
    people: int | None = None


class Updated(Act, kw_only=True):
    """A further public update; its words stand in the update itself."""

    status: Status


class IncidentDismissed(Act, kw_only=True):
    """A person said that it is no incident."""

    reason: str


class IncidentResolved(Act, kw_only=True):
    """The incident is over."""


class Faded(Act, kw_only=True):
    """The candidate was never confirmed, and complaints have stopped."""


class IncidentEdited(Act, kw_only=True):
    """Facts of the incident were corrected; `before` is the title it had."""

    before: str


class UpdateEdited(Act, kw_only=True):
    """The text of a public update was changed; `before` is the text it had."""

    before: str


class IncidentReopened(Act, kw_only=True):
    """A resolved incident goes on."""


class MembersChanged(Act, kw_only=True):
    """A post was put into the incident or taken out of it, by hand."""

    post_id: PostId
    joined: bool


class Merged(Act, kw_only=True):
    """Another incident's posts were put into this one."""

    title: str


class Rescheduled(Act, kw_only=True):
    """A planned maintenance has other times."""


class GoBackChosen(Act, kw_only=True):
    """A person looked at the list of customers to go back to; so many are left out."""

    left_out: int


Correction = IncidentEdited | UpdateEdited | IncidentReopened | MembersChanged | Merged | Rescheduled | GoBackChosen
IncidentEntry = Noticed | Published | Updated | IncidentDismissed | IncidentResolved | Faded | Correction
Entry = CaseEntry | IncidentEntry

# The name of each type of entry, in the table and in the history (`record.<name>`). A name never changes its meaning.
ENTRY_NAMES: Mapping[type[Entry], str] = {
    CustomerPosted: "customer_posted",
    BrandPosted: "brand_posted",
    Claimed: "claimed",
    Released: "released",
    Snoozed: "snoozed",
    AnsweredElsewhere: "answered_elsewhere",
    Dismissed: "dismissed",
    Resolved: "resolved",
    Reopened: "reopened",
    Corrected: "corrected",
    Retagged: "retagged",
    Undone: "undone",
    LookedUp: "looked_up",
    AttentionGrew: "attention_grew",
    GoBackStarted: "go_back_started",
    IncidentJoined: "incident_joined",
    IncidentLeft: "incident_left",
    Noted: "noted",
    HandedOver: "handed_over",
    ReplyQueued: "reply_queued",
    ReplyApproved: "reply_approved",
    ReplyHeld: "reply_held",
    ReplyWithdrawn: "reply_withdrawn",
    ReplyRefused: "reply_refused",
    MovedToPrivate: "moved_to_private",
    SolvedInPrivate: "solved_in_private",
    FollowUpDeclined: "follow_up_declined",
    ClaimLapsed: "claim_lapsed",
    Noticed: "noticed",
    Published: "published",
    IncidentEdited: "incident_edited",
    UpdateEdited: "update_edited",
    IncidentReopened: "incident_reopened",
    MembersChanged: "members_changed",
    Merged: "merged",
    Rescheduled: "rescheduled",
    GoBackChosen: "go_back_chosen",
    Updated: "updated",
    IncidentDismissed: "incident_dismissed",
    IncidentResolved: "incident_resolved",
    Faded: "faded",
}
