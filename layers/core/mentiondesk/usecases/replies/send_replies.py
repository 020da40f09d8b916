"""The outbox → X: sends what is due in a thread, in its order, and decides about sends in doubt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.alerts.message import OwnerNews
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import SubjectId
from mentiondesk.domain.replies.commands import (
    At,
    HoldMoved,
    NoteDoubt,
    NoteRefused,
    NoteSent,
    Postpone,
    SenderCommand,
    StartSending,
    decide,
)
from mentiondesk.domain.replies.reply import NotDue, Refusal, Reply, ReplyState, ThreadMoved
from mentiondesk.domain.timeline import CaseEntry, ReplyHeld, ReplyRefused
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.replies import (
    PostInDoubt,
    PostLater,
    PostRefused,
    ReplyChange,
    ReplyChanged,
    ReplyKey,
    ReplyStore,
    XPoster,
)
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.x import XRefuses, XUnavailable
from mentiondesk.usecases.optimistic import ATTEMPTS
from mentiondesk.usecases.replies.entries import as_draft, placed, sent_entry, with_entry
from mentiondesk.usecases.replies.holding import told_of_post
from mentiondesk.usecases.replies.same_post import found_in

# Longer than the sender's whole run: no other run takes a reply from one that still lives.
LEASE = timedelta(minutes=2)
# X delivers late: the own timeline is asked again, and only after so long is a post that it never showed given up.
ASK_AFTER = timedelta(seconds=30)
NEVER_SHOWN_AFTER = timedelta(minutes=15)
# The clocks of X and of the desk may differ by so much.
_CLOCKS_DIFFER = timedelta(minutes=1)
# A limit that ends later than this is a matter for a person, who can post in X's own app.
LONGEST_WAIT = timedelta(hours=1)
# X names no end of a limit, or answers that it is down.
_SOME_TIME = timedelta(minutes=1)
_MOST_DUE = 200
# Left over for the outcome of a post that takes as long as it may.
_ENOUGH_TIME = timedelta(seconds=20)


@dataclass
class Sent:
    """The outcomes of one run, by the state that the replies came to."""

    states: list[ReplyState] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def troubles(self) -> dict[str, int]:
        """The troubles that operators may have to hear of, by the names of their counts."""
        return {
            "RepliesInDoubt": self.states.count(ReplyState.UNCERTAIN),
            "RepliesRefused": len(self.refusals),
            "PostingRefused": sum(one.of_account for one in self.refusals),
        }


class SendReplies:
    """Sends replies. A reply is posted by the run that holds its lease, and by that run once.

    What happened to a post is written after X has answered. Where that is not known, or not written, the reply is in
    doubt: the brand's own timeline decides, and nothing is posted again. A reply in doubt holds back the later ones
    of its thread.
    """

    def __init__(
        self,
        replies: ReplyStore,
        cases: CaseStore,
        x: XPoster,
        settings: CurrentSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._replies = replies
        self._cases = cases
        self._x = x
        self._settings = settings
        self._clock = clock

    def due(self, now: datetime, time_left: TimeLeft) -> Sent:
        """Sends everything that is due by now."""
        return self.threads((key.subject_id for key in self._replies.due(now, _MOST_DUE)), time_left)

    def threads(self, subjects: Iterable[SubjectId], time_left: TimeLeft) -> Sent:
        """Sends what is due in these cases and incidents, while there is time."""
        sent = Sent()
        for subject_id in dict.fromkeys(subjects):
            if time_left() < _ENOUGH_TIME:
                break
            for reply in self._replies.of(subject_id):
                if not reply.state.waits_for_x:
                    continue
                after = self._one(reply)
                if after is not None and after is not reply:
                    sent.states.append(after.state)
                    sent.refusals += [after.refusal] if after.refusal else []
                if after is not None and after.state.waits_for_x:
                    break
        return sent

    def _one(self, reply: Reply) -> Reply | None:
        """The reply after all that can be done about it now; None where it is gone."""
        now = self._clock()
        if reply.wakes_at is not None and reply.wakes_at > now:
            return reply
        if reply.in_doubt:
            return self._decide_doubt(reply, now)
        key = _key(reply)
        try:
            leased = self._do(key, StartSending(now + LEASE), now)
        except ThreadMoved:
            return self._do_if_due(key, HoldMoved(), now)
        except NotDue:
            return self._replies.get(key)
        return self._posted(leased)

    def _posted(self, reply: Reply) -> Reply | None:
        """Posts a reply whose lease this run holds."""
        now = self._clock()
        try:
            post_id = self._x.post(reply.post, reply.to, now)
        except PostRefused as refused:
            outcome: SenderCommand = NoteRefused(refused.refusal, refused.reason)
        except PostLater as later:
            until = later.until or now + _SOME_TIME * 2 ** min(reply.attempts, 5)
            late = until - now > LONGEST_WAIT
            outcome = NoteRefused(Refusal.LIMIT) if late else Postpone(until)
        except PostInDoubt:
            outcome = NoteDoubt(now + ASK_AFTER)
        else:
            outcome = NoteSent(post_id)
        return self._do_if_due(_key(reply), outcome, self._clock())

    def _decide_doubt(self, reply: Reply, now: datetime) -> Reply | None:
        """Asks the own timeline about a reply that X may have."""
        tried_at = reply.tried_at or reply.send_at
        later = NoteDoubt(now + ASK_AFTER)
        try:
            own = self._x.own_since(tried_at - _CLOCKS_DIFFER, now)
        except (XRefuses, XUnavailable):
            return self._do_if_due(_key(reply), later, now)
        others = (one.post_id for one in self._replies.of(reply.subject_id) if one.post_id is not None)
        found = found_in(reply, own, others)
        if found is not None:
            return self._do_if_due(_key(reply), NoteSent(found.post_id), now)
        given_up = now - tried_at >= NEVER_SHOWN_AFTER
        return self._do_if_due(_key(reply), NoteRefused(Refusal.NEVER_SHOWN) if given_up else later, now)

    def _do_if_due(self, key: ReplyKey, command: SenderCommand, now: datetime) -> Reply | None:
        try:
            return self._do(key, command, now)
        except NotDue:
            return self._replies.get(key)

    def _do(self, key: ReplyKey, command: SenderCommand, now: datetime) -> Reply:
        """Writes the command's outcome with its entry. Raises NotDue, ThreadMoved, or ReplyChanged in the end."""
        for left in reversed(range(ATTEMPTS)):
            try:
                return self._replies.save(self._change(key, command, now))
            except ReplyChanged:
                if not left:
                    raise
        raise AssertionError("at least one attempt is made")

    def _change(self, key: ReplyKey, command: SenderCommand, now: datetime) -> ReplyChange:
        before = self._replies.get(key)
        if before is None:
            raise NotDue
        case = self._cases.get(before.case_id) if before.case_id else None
        after = decide(before, command, At(DESK, now, case.thread if case else None))
        entry = _entry(case, after, command, now) if case is not None else None
        if case is None or entry is None:
            news = OwnerNews.REPLY_REFUSED if case is None and isinstance(command, NoteRefused) else None
            return ReplyChange(before, after, messages=told_of_post(after, news, now))
        change = with_entry(self._cases, case, entry, self._settings().policy)
        refused = isinstance(entry, ReplyRefused)
        return ReplyChange(before, after, change, draft=as_draft(after, change.after, now) if refused else None)


def _key(reply: Reply) -> ReplyKey:
    return ReplyKey(reply.subject_id, reply.reply_id)


def _entry(case: Case, reply: Reply, command: SenderCommand, now: datetime) -> CaseEntry | None:
    """The entry that an outcome adds to the timeline; leases, waits and doubts add none."""
    place = placed(case, f"{reply.reply_id}-{reply.state}-{reply.version}", now, None)
    match command:
        case NoteSent(post_id=post_id):
            return sent_entry(reply, post_id)
        case NoteRefused(refusal=refusal, reason=reason):
            return ReplyRefused(reply_id=reply.reply_id, refusal=refusal, reason=reason, author=reply.author, **place)
        case HoldMoved():
            return ReplyHeld(reply_id=reply.reply_id, author=reply.author, **place)
    return None
