"""Replies: what staff send to X, from the press of the button to the post."""

from datetime import datetime
from enum import StrEnum

from mentiondesk.domain.ids import CaseId, IncidentId, PostId, ReplyId, StaffId, SubjectId
from mentiondesk.domain.incidents.drafts import Occasion
from mentiondesk.domain.replies.finding import Finding
from mentiondesk.domain.replies.thread import NO_THREAD, Thread
from mentiondesk.domain.replies.way import Way
from mentiondesk.values import Frozen


class ReplyState(StrEnum):
    """held → cooling → queued → sending → sent | refused | uncertain; or withdrawn before it is sent.

    HELD: a person has to look first. COOLING: its author can still take it back. QUEUED: it waits for its turn or
    for X. SENDING: one run has it. UNCERTAIN: X may have it; the brand's own timeline decides. REFUSED: it is not on
    X, and the desk does not try again.
    """

    HELD = "held"
    COOLING = "cooling"
    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def final(self) -> bool:
        return self in (ReplyState.SENT, ReplyState.REFUSED, ReplyState.WITHDRAWN)

    @property
    def waits_for_x(self) -> bool:
        """True while the sender has something to do with the reply."""
        return not self.final and self is not ReplyState.HELD


class Refusal(StrEnum):
    """The reason for which a reply is not on X.

    BLOCKED: by the customer. RESTRICTED: the customer lets only some people answer. GONE: the post. SUSPENDED, LOCKED,
    AUTOMATED: X holds something against the brand's account. NEVER_SHOWN: a send in doubt that the own timeline does
    not show.
    """

    NOT_SUMMONED = "not_summoned"
    DUPLICATE = "duplicate"
    BLOCKED = "blocked"
    RESTRICTED = "restricted"
    TOO_LONG = "too_long"
    GONE = "gone"
    CUSTOMER_SUSPENDED = "customer_suspended"
    NO_CREDITS = "no_credits"
    SUSPENDED = "suspended"
    LOCKED = "locked"
    AUTOMATED = "automated"
    ACCESS = "access"
    LIMIT = "limit"
    NOT_ALLOWED = "not_allowed"
    MALFORMED = "malformed"
    NEVER_SHOWN = "never_shown"

    @property
    def of_account(self) -> bool:
        """True for what concerns the brand's account, whatever the reply."""
        return self in _OF_ACCOUNT

    @property
    def helped_by_hand(self) -> bool:
        """True where a person may be able to post the same text in X's own app."""
        return self not in _IN_VAIN


_OF_ACCOUNT = frozenset(
    {Refusal.ACCESS, Refusal.NO_CREDITS, Refusal.SUSPENDED, Refusal.LOCKED, Refusal.AUTOMATED, Refusal.LIMIT}
)
# The customer or the account is out of reach in X's own app too, or a second attempt makes it worse.
_IN_VAIN = frozenset(
    {
        Refusal.DUPLICATE,
        Refusal.BLOCKED,
        Refusal.RESTRICTED,
        Refusal.GONE,
        Refusal.CUSTOMER_SUSPENDED,
        Refusal.SUSPENDED,
    }
)


class Hold(StrEnum):
    """The reason for which a reply waits for a person.

    CHECK: the checks ask for another person's yes; the findings say which. MOVED: the thread moved while it waited,
    and its author has to look again.
    """

    CHECK = "check"
    MOVED = "moved"


class ReplyRefuses(Exception):
    """A command does not fit the reply as it is now; each reason is a type of its own."""


class ThreadMoved(ReplyRefuses):
    """The thread is not as the person saw it: something newer stands in it."""

    def __init__(self, seen: Thread, now: Thread) -> None:
        super().__init__("the thread has moved on")
        self.seen, self.now = seen, now


class ReplyBlocked(ReplyRefuses):
    """Checks stop the reply, or it wants one more click of its author; `findings` say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("checks stop the reply")
        self.findings = findings


class TooLate(ReplyRefuses):
    """The reply is on its way to X, or was there already: it cannot be taken back."""


class NotHeld(ReplyRefuses):
    """The reply does not wait for anybody's yes."""


class NeedsAnother(ReplyRefuses):
    """Another person has to approve: the author's own yes does not count."""


class NotTheirs(ReplyRefuses):
    """The reply is another person's."""


class NotDue(ReplyRefuses):
    """The reply is not to be sent now: it is held, cooling, in another run, or over."""


class Reply(Frozen):
    """One post by the brand, to a customer or about an incident.

    `text` is what its author wrote, `post` what X gets: the text with its signature. `thread` is the state of the
    thread for which it was written or approved. `way`: it asks the customer to go on there. `follow_up`: it asks in
    public whether the matter is solved. `send_at` is when it may go out. `version` guards every write.
    """

    reply_id: ReplyId
    subject_id: SubjectId
    author: StaffId
    text: str
    post: str
    state: ReplyState
    made_at: datetime
    send_at: datetime
    thread: Thread = NO_THREAD
    to: PostId | None = None
    way: Way | None = None
    follow_up: bool = False
    # The post that it answers names the brand nowhere in its own words: X alone knows whether it takes a reply.
    implied: bool = False
    occasion: Occasion | None = None
    holds: tuple[Hold, ...] = ()
    findings: tuple[Finding, ...] = ()
    # The warnings that its author clicked away; the saved reply that it began from, and True where it says just that.
    confirmed: tuple[str, ...] = ()
    saved: str = ""
    unchanged: bool = False
    approved_by: StaffId | None = None
    approved_at: datetime | None = None
    # The reason of the person who sent it back, or of X.
    reason: str = ""
    refusal: Refusal | None = None
    attempts: int = 0
    # When the latest try began; the end of the right of that run, or when to ask the own timeline next.
    tried_at: datetime | None = None
    look_at: datetime | None = None
    post_id: PostId | None = None
    ended_at: datetime | None = None
    version: int = 0

    @property
    def case_id(self) -> CaseId | None:
        return self.subject_id if isinstance(self.subject_id, CaseId) else None

    @property
    def incident_id(self) -> IncidentId | None:
        return None if isinstance(self.subject_id, CaseId) else self.subject_id

    @property
    def needs_another(self) -> bool:
        """True when a yes of its author is not enough."""
        return any(hold is not Hold.MOVED for hold in self.holds)

    @property
    def out_of_hand(self) -> bool:
        """True while its author has nothing to do: it is on its way, or waits for another person's yes."""
        return self.state.waits_for_x or (self.state is ReplyState.HELD and self.needs_another)

    @property
    def in_doubt(self) -> bool:
        return self.state in (ReplyState.SENDING, ReplyState.UNCERTAIN)

    @property
    def wakes_at(self) -> datetime | None:
        """When the sender has to look at it; None where it has nothing to do."""
        if not self.state.waits_for_x:
            return None
        return self.look_at if self.in_doubt else self.send_at

    def cooling_at(self, now: datetime) -> bool:
        """True while its author can take it back."""
        return self.state is ReplyState.COOLING and now < self.send_at
