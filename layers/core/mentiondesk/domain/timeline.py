"""The timeline: everything that customers, the brand, staff and the desk did, as typed entries.

A case is folded from its timeline. An incident keeps one as its record.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from mentiondesk.domain.cases.timers import ReplyTimer
from mentiondesk.domain.ids import IncidentId, PostId, ReplyId, StaffId
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.posts.profile import Attention, Profile, PublicMetrics
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.eligibility import Grounds
from mentiondesk.domain.replies.way import Solved, Way

# A post's place in its case: the moment at which it was made, and its number among posts of that moment.
Place = tuple[datetime, int]
# An entry's place: that of a post with 0, or that of the post it stands behind with 1, 2, …
Order = tuple[datetime, int, int]


@dataclass(frozen=True, slots=True)
class CustomerPosted:
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


@dataclass(frozen=True, slots=True)
class BrandPosted:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A thing done once, by one person or (`by` None) by the desk itself.

    `entry_id` is made when a button is shown and comes back when it is pressed, so that a second press is known
    for one. It begins with the time: text order is time order.
    """

    entry_id: str
    at: datetime
    by: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAct(Act):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(CaseAct):
    """The person became the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(CaseAct):
    """The case has no owner any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed(CaseAct):
    """Alerts wait until then; the timer runs on."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredElsewhere(CaseAct):
    """The customer has an answer that the desk cannot see; `thanks`: it is thanks or a like for their praise."""

    thanks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissed(CaseAct):
    """The case needs no answer."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(CaseAct):
    """The customer's matter is settled."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(CaseAct):
    """The case was closed too early."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(CaseAct):
    """Triage was wrong: the case is of this kind, or (None) it is no case at all."""

    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retagged(CaseAct):
    """Triage was wrong: the case has this urgency, and is about these topics."""

    urgency: Urgency
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(CaseAct):
    """The act `undoes` counts as never done. `reopens`: that act had closed the case."""

    undoes: str
    reopens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp(CaseAct):
    """The desk asked X who the customer is, and how many people see the post.

    `urgency`: what so many readers raise the case to, if to anything; `attention` has the reasons.
    """

    profile: Profile
    metrics: PublicMetrics | None = None
    urgency: Urgency | None = None
    attention: tuple[Attention, ...] = ()
    reach: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionGrew(CaseAct):
    """More people read or join the complaint than the desk knew of. `metrics` None: they were not looked up."""

    attention: tuple[Attention, ...]
    metrics: PublicMetrics | None = None
    reach: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(CaseAct):
    """A colleague wrote something down that only staff may read."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(CaseAct):
    """The case went to another person: given by its owner or a lead, or taken over by the person themselves."""

    to: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLapsed(CaseAct):
    """The owner gave no sign of work for as long as the settings allow: the case has no owner any more."""

    owner: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBackStarted(CaseAct):
    """The incident that this customer met is solved; somebody owes them a word about it.

    `timer` None: the entry is a record alone, of a timer that had ended before timers were kept.
    """

    incident_id: IncidentId
    title: str
    timer: ReplyTimer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentJoined(CaseAct):
    """The case is part of an incident: its timers stop until that is resolved.

    `stops` False: a person linked it to an incident that is not public yet, and its timers run on. `title` and `reason`
    are those of a link by hand.
    """

    incident_id: IncidentId
    title: str = ""
    reason: str = ""
    stops: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLeft(CaseAct):
    """A person took the case out of an incident: its customer waits for an answer again."""

    incident_id: IncidentId
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyAct(CaseAct):
    """An act on a reply of the desk."""

    reply_id: ReplyId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyQueued(ReplyAct):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyApproved(ReplyAct):
    """Another person let a held reply go out, with a text that they changed or not."""

    edited: bool = False
    author: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyHeld(ReplyAct):
    """The thread moved while a reply waited: its author has to look again."""

    author: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWithdrawn(ReplyAct):
    """A reply was taken back, or (with a `reason`) given back to its author, before it was sent."""

    reason: str = ""
    author: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRefused(ReplyAct):
    """A reply is not on X, and the desk does not try again."""

    refusal: str
    reason: str = ""
    author: StaffId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedToPrivate(CaseAct):
    """The conversation goes on in private, by this way; `link` leads there, `note` is for who goes on with it."""

    way: Way
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedInPrivate(CaseAct):
    """The matter is solved in private, on these grounds. The brand owes a word in public."""

    how: Solved = Solved.BY_US


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpDeclined(CaseAct):
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


# The fields of acts that hold what staff wrote.
_WRITTEN = ("text", "reason", "note", "link")


def written_in(act: CaseActEntry) -> tuple[str, ...]:
    """The fields of an act that hold what staff wrote about a customer."""
    return tuple(name for name in _WRITTEN if getattr(act, name, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed(Act):
    """The desk noticed that so many people have one problem."""

    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Act):
    """The incident went public, by a person or (`by` None) because so many people met it."""

    title: str = ""
    people: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated(Act):
    """A further public update; its words stand in the update itself."""

    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDismissed(Act):
    """A person said that it is no incident."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(Act):
    """The incident is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faded(Act):
    """The candidate was never confirmed, and complaints have stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEdited(Act):
    """Facts of the incident were corrected; `before` is the title it had."""

    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateEdited(Act):
    """The text of a public update was changed; `before` is the text it had."""

    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReopened(Act):
    """A resolved incident goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersChanged(Act):
    """A post was put into the incident or taken out of it, by hand."""

    post_id: PostId
    joined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Act):
    """Another incident's posts were put into this one."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescheduled(Act):
    """A planned maintenance has other times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBackChosen(Act):
    """A person looked at the list of customers to go back to; so many are left out."""

    left_out: int


Correction = IncidentEdited | UpdateEdited | IncidentReopened | MembersChanged | Merged | Rescheduled | GoBackChosen
IncidentEntry = Noticed | Published | Updated | IncidentDismissed | IncidentResolved | Faded | Correction
Entry = CaseEntry | IncidentEntry
