"""Cases: one customer's matter in one conversation, folded from its timeline."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from mentiondesk.domain.cases.timers import Clock, ReplyTimer
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, ReplyId, StaffId, UserId
from mentiondesk.domain.posts.profile import Attention, Profile, PublicMetrics
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.eligibility import Grounds
from mentiondesk.domain.replies.thread import NO_THREAD, Thread
from mentiondesk.domain.replies.way import Way
from mentiondesk.domain.timeline import Order, Place
from mentiondesk.values import Frozen

# Timers that the desk starts itself give way to any that a customer's post starts.
OWN_CLOCKS = (Clock.PRIVATE, Clock.FOLLOW_UP, Clock.GO_BACK)


# The fields of a case that hold what somebody wrote.
WORDS = ("words", "first_words", "answer_words", "why")


class Phase(StrEnum):
    """The thread is answered in public, moved to private messages, or back in public to follow up."""

    PUBLIC = "public"
    PRIVATE = "private"
    FOLLOW_UP = "follow_up"


class CaseRefuses(Exception):
    """A command does not fit the case as it is now; each reason is a type of its own.

    Pages have the words of a reason under its name: AlreadyYours under refusal.already_yours. `as_wanted`: the case is
    as the person wants it.
    """

    as_wanted: ClassVar = False


class CaseClosed(CaseRefuses):
    """The case is resolved or dismissed."""


class CaseNotClosed(CaseRefuses):
    """The case is neither resolved nor dismissed, so that there is nothing to reopen."""


class AlreadyClaimed(CaseRefuses):
    """Another person owns the case."""

    def __init__(self, case: CaseId, owner: StaffId) -> None:
        super().__init__(f"case {case} is owned by {owner}")
        self.owner = owner


class AlreadyYours(CaseRefuses):
    """The person owns the case already."""

    as_wanted = True


class AlreadyTheirs(CaseRefuses):
    """The person who is to get the case owns it already."""

    as_wanted = True


class NotClaimed(CaseRefuses):
    """The case has no owner, so that there is nothing to release."""


class NotWaiting(CaseRefuses):
    """No timer runs in this case."""


class NothingToSnooze(CaseRefuses):
    """No alert is left that could wait, or the next one goes to a lead already."""


class NotSilent(CaseRefuses):
    """The customer, or the brand, has not been silent for long enough."""


class RunsOn(CaseRefuses):
    """The case is critical: its timers run whatever incident it is part of."""


class NothingToUndo(CaseRefuses):
    """The latest act is another person's, too long ago, or undone already."""


class KindUnchanged(CaseRefuses):
    """The case is of this kind already."""


class TagsUnchanged(CaseRefuses):
    """The case has this urgency and these topics already."""


class NotInPrivate(CaseRefuses):
    """The conversation is not in private, so that nothing is solved there."""


class InPrivate(CaseRefuses):
    """The conversation goes on by this way already."""


class NoGrowth(CaseRefuses):
    """No more people read or join the complaint than are known, or it waits for nobody."""


class NoFollowUp(CaseRefuses):
    """The brand owes no word in public after a private leg."""


class ChangedMeanwhile(CaseRefuses):
    """The case is not as the person saw it any more."""


class IncidentOver(CaseRefuses):
    """The incident is over, or a planned maintenance: no case is linked to it."""


class AlreadyLinked(CaseRefuses):
    """The case is part of this incident already."""


class NotLinked(CaseRefuses):
    """The case is part of no incident."""


class NoWordOwed(CaseRefuses):
    """The customer needs no word about a solved incident: staff closed the case, or an answer says it."""


class LatestAct(Frozen):
    """The latest act of staff on a case, as long as it is not undone."""

    entry_id: str
    at: datetime
    by: StaffId


class Case(Frozen):
    """The unit that has an owner, a state and reply timers.

    `timers` holds the latest timer of each clock, the latest started last. `version` grows with every stored
    change and guards every write; it is no part of the fold.
    """

    case_id: CaseId
    opened_at: datetime
    state: State
    kind: Kind
    urgency: Urgency = Urgency.LOW
    topics: tuple[str, ...] = ()
    language: str = "und"
    phase: Phase = Phase.PUBLIC
    version: int = 0
    owner: StaffId | None = None
    claimed_at: datetime | None = None
    # The colleague who gave it to the owner, until the owner does something about it.
    handed_by: StaffId | None = None
    closed_at: datetime | None = None
    # When it was opened again after it had been closed, by a person or by the customer's next post.
    reopened_at: datetime | None = None
    reason: str = ""
    timers: tuple[ReplyTimer, ...] = ()
    snoozed_until: datetime | None = None
    # The end of the customer's silence after which the case is resolved, where the policy says so.
    resolve_at: datetime | None = None
    breaches: int = 0
    asked_at: datetime | None = None
    first_answer_at: datetime | None = None
    # The brand's latest post.
    answered_at: datetime | None = None
    posts: int = 0
    # Posts of the customer that X no longer shows; they are not among `posts`.
    gone: int = 0
    # The place of the last entry of the timeline.
    last: Order | None = None
    # The latest public incident that a post of the customer is about.
    incident_id: IncidentId | None = None
    # The customer's first words, once there are later ones, and latest post, and the brand's latest words: an alert
    # needs no second look-up.
    first_words: str = ""
    first_said_at: datetime | None = None
    answer_words: str = ""
    post_id: PostId | None = None
    words: str = ""
    # The words that gave the case its kind and urgency, as triage found them.
    why: tuple[str, ...] = ()
    said_at: datetime | None = None
    seen_at: datetime | None = None
    # As X showed them when the desk looked the customer and the latest post up.
    profile: Profile | None = None
    metrics: PublicMetrics | None = None
    # The reasons beside its words for which the case is urgent, the strongest first; and who can read it.
    attention: tuple[Attention, ...] = ()
    reach: int = 0
    # The customer was last thanked for praise, here or in an earlier case.
    thanked_at: datetime | None = None
    latest_act: LatestAct | None = None
    # The version of the thread that a reply is written for.
    thread: Thread = NO_THREAD
    # The way in which the conversation goes on in private, where a person said so.
    way: Way | None = None
    # When the matter was solved in private, until a word in public was sent or declined.
    solved_at: datetime | None = None
    # The grounds on which X takes a reply to the latest post; None where the desk cannot tell.
    grounds: Grounds | None = None
    # Replies that wait for a person: for another one's yes, or for their author to look again.
    held: tuple[ReplyId, ...] = ()

    @property
    def subject_id(self) -> CaseId:
        return self.case_id

    @property
    def conversation_id(self) -> ConversationId:
        return self.case_id.conversation

    @property
    def customer_id(self) -> UserId:
        return self.case_id.customer

    @property
    def last_post(self) -> Place:
        """The place of the latest post; before all posts, that of an empty case."""
        return (self.last[0], self.last[1]) if self.last else (self.opened_at, 0)

    @property
    def timer(self) -> ReplyTimer | None:
        """The timer to work by: the tightest of those that run, else the last that ended."""
        timers = self.timers
        if not timers:
            return None
        running = [timer for timer in timers if timer.ended_at is None] if len(timers) > 1 else timers
        if len(running) > 1:
            tightest = running[0]
            for timer in running[1:]:
                tightest = tightest.tighter(timer)
            return tightest
        return running[0] if running else timers[-1]

    @property
    def waiting(self) -> bool:
        """True when a timer runs: somebody has to do something by a deadline."""
        for timer in self.timers:  # noqa: SIM110 - a generator costs three times as much, and each post asks
            if timer.ended_at is None:
                return True
        return False

    @property
    def owes_follow_up(self) -> bool:
        """True while the brand owes a word in public after a private leg that is solved, with a clock or without."""
        if self.phase is not Phase.FOLLOW_UP or self.closed_at is not None:
            return False
        return self.solved_at is not None or any(one.clock is Clock.FOLLOW_UP and one.running for one in self.timers)

    def breached(self, now: datetime) -> bool:
        """True when any of this customer's timers ran past its deadline."""
        return self.breaches > 0 or any(timer.running and timer.breached(now) for timer in self.timers)
