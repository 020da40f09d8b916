"""A crash at every call of the outbox to its table and to X, before it took effect and after, in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.keys import Key
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.table import Condition, Query, Update, Write
from mentiondesk.domain.alerts.message import OwnerNews
from mentiondesk.domain.figures.facts import ReplyFact
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.replies.commands import Approve, Withdraw
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.reply import Reply, ReplyState, TooLate
from mentiondesk.domain.timeline import BrandPosted
from mentiondesk.ports.replies import OwnPost, PostInDoubt, PostLater, ReplyKey
from mentiondesk.ports.storage import AlreadyDone
from tests.support.builders import CASE_ID, at, said
from tests.support.faults import Killed
from tests.support.outbox import ANA, BEN, LEA, UNDO, Outbox, RecordingX

Result = TypeVar("Result")
_HELD = (Finding("money", Outcome.HOLD, 0, 5),)


@dataclass
class Crashes:
    """Kills the process at the calls with these numbers: 2n before the n-th call took effect, 2n + 1 after."""

    at: frozenset[int] = frozenset()
    points: int = 0
    # True while a function of the desk runs, which can die.
    armed: bool = False
    died: list[str] = field(default_factory=list)

    def around(self, name: str, call: Callable[[], Result]) -> Result:
        """The call's result, unless the process dies."""
        if not self.armed:
            return call()
        self._meet(f"before {name}")
        result = call()
        self._meet(f"after {name}")
        return result

    def _meet(self, name: str) -> None:
        self.points += 1
        if self.points - 1 in self.at:
            self.died.append(name)
            raise Killed(name)


class CrashingTable:
    """A table in memory whose every call can be the process's last."""

    def __init__(self, crashes: Crashes) -> None:
        self._table = MemoryTable()
        self._crashes = crashes

    def get(self, key: Key) -> Item | None:
        return self._crashes.around("get", lambda: self._table.get(key))

    def get_many(self, wanted: Iterable[Key]) -> Iterator[Item]:
        return self._crashes.around("get_many", lambda: self._table.get_many(wanted))

    def query(self, query: Query) -> Iterator[Item]:
        return self._crashes.around("query", lambda: self._table.query(query))

    def count(self, query: Query) -> int:
        return self._crashes.around("count", lambda: self._table.count(query))

    def put(self, item: Item, when: Condition | None = None) -> None:
        self._crashes.around("put", lambda: self._table.put(item, when))

    def put_many(self, items: Iterable[Item]) -> None:
        self._crashes.around("put_many", lambda: self._table.put_many(items))

    def update(self, update: Update) -> Item:
        return self._crashes.around("update", lambda: self._table.update(update))

    def delete(self, key: Key, when: Condition | None = None) -> None:
        self._crashes.around("delete", lambda: self._table.delete(key, when))

    def transact(self, parts: Mapping[str, Write]) -> None:
        self._crashes.around("transact", lambda: self._table.transact(parts))


class CrashingX(RecordingX):
    """An X whose every call can be the process's last."""

    crashes: Crashes

    def post(self, text: str, to: PostId | None, now: datetime) -> PostId:
        post = super().post
        return self.crashes.around("post", lambda: post(text, to, now))

    def own_since(self, since: datetime, now: datetime) -> Sequence[OwnPost]:
        own = super().own_since
        return self.crashes.around("own_since", lambda: own(since, now))


@dataclass(frozen=True)
class OutboxStory:
    """Drafting, sending, approving, taking back, posting and deciding doubts, in one thread.

    `failures`: what X answers to the first posts. `late`: its own timeline shows a post after so long only.
    """

    failures: tuple[tuple[Exception, bool], ...] = ()
    late: timedelta = timedelta(0)

    def ends(self, crashes: Crashes) -> "Ended":
        """The end of the story in which the process dies at these points; people press again, schedules go on."""
        x = CrashingX()
        x.crashes = crashes
        outbox = Outbox(CrashingTable(crashes), x)
        x.fail_next = list(self.failures)
        x.late = bool(self.late)
        self._happens(outbox, crashes)
        crashes.armed = False
        return Ended(outbox, crashes)

    def _happens(self, outbox: Outbox, crashes: Crashes) -> None:
        seen = outbox.case.thread
        _press(crashes, lambda: outbox.drafts(ANA, CASE_ID, "We are on it.", seen, 0, outbox.now))
        _press(crashes, lambda: outbox.sends("We are on it.", seen=seen))
        self._passes(outbox, crashes, 3)
        outbox.happens(said(8.5))
        outbox.findings, seen = _HELD, outbox.case.thread
        _press(crashes, lambda: outbox.sends("A refund is on its way.", BEN, "e2", seen=seen))
        key, seen = ReplyKey(CASE_ID, outbox.reply("e2").reply_id), outbox.case.thread
        approve = Approve("Your money is on its way.", "Your money is on its way. ^B", seen, UNDO)
        _press(crashes, lambda: outbox.change(LEA, key, approve, "e3", outbox.now))
        outbox.findings, seen = (), outbox.case.thread
        _press(crashes, lambda: outbox.sends("It takes three days.", event="e4", seen=seen))
        seen = outbox.case.thread
        _press(crashes, lambda: outbox.sends("Oh, and bye.", event="e5", seen=seen))
        back = ReplyKey(CASE_ID, outbox.reply("e5").reply_id)
        _press(crashes, lambda: outbox.change(ANA, back, Withdraw(), "e6", outbox.now))
        self._passes(outbox, crashes, 60)

    def _passes(self, outbox: Outbox, crashes: Crashes, minutes: int) -> None:
        """The schedule runs once a minute, whatever became of its last run."""
        started = outbox.now
        for _ in range(minutes):
            outbox.x.late = outbox.now - started < self.late
            _runs(crashes, lambda: outbox.passes(timedelta(minutes=1)))


def _press(crashes: Crashes, act: Callable[[], object]) -> None:
    """A press of a button, again while the page does not come."""
    for _ in range(4):
        try:
            _runs(crashes, act, survive=False)
        except Killed:
            continue
        except (AlreadyDone, TooLate):
            pass
        return


def _runs(crashes: Crashes, act: Callable[[], object], survive: bool = True) -> None:
    crashes.armed = True
    try:
        act()
    except Killed:
        if not survive:
            raise
    finally:
        crashes.armed = False


@dataclass
class Ended:
    """The end of a story; `violations` are the promises that do not hold, each as a plain sentence."""

    outbox: Outbox
    crashes: Crashes

    def violations(self) -> list[str]:
        posts = [one.text for one in reversed(self.outbox.x.posts)]
        replies = self.outbox.replies.of(CASE_ID)
        told = [f"{text!r} is on X {posts.count(text)} times" for text in set(posts) if posts.count(text) > 1]
        if [one.reply_id for one in replies] != ["e1", "e2", "e4", "e5"]:
            told.append(f"of four replies there are {[one.reply_id for one in replies]}")
        sent = [one.post for one in replies if one.state is ReplyState.SENT]
        if sent != posts:
            told.append(f"X holds {posts}, the desk says {sent}")
        told += [f"{one.reply_id}: {found}" for one in replies for found in self._of(one)]
        return [f"{', '.join(self.crashes.died)}: {one}" for one in told]

    def _of(self, reply: Reply) -> Iterator[str]:
        if reply.state is ReplyState.HELD and self._author_hears(reply, OwnerNews.REPLY_HELD):
            # The customer wrote before it could go out: its author has to look again, and knows.
            return
        if not reply.state.final:
            yield f"{reply.state} in the end"
        facts = [one for one in self._facts() if one.reply_id == reply.reply_id]
        if len(facts) != 1:
            yield f"{len(facts)} facts"
        entries = [one for one in self.outbox.cases.timeline(CASE_ID) if isinstance(one, BrandPosted)]
        answers = sum(one.reply_id == reply.reply_id for one in entries)
        if answers != (reply.state is ReplyState.SENT):
            yield f"{answers} answers in the timeline of one that was {reply.state}"
        if reply.state is ReplyState.REFUSED and not self._author_hears(reply, OwnerNews.REPLY_REFUSED):
            yield "refused, and its author does not hear of it"

    def _author_hears(self, reply: Reply, news: OwnerNews) -> bool:
        name = f"{news}-{reply.author}"
        return self.outbox.table.get(keys.message(CASE_ID, name)) is not None

    def _facts(self) -> list[ReplyFact]:
        found = Facts(self.outbox.table).between(at(-60), at(24 * 60))
        return [one for one in found if isinstance(one, ReplyFact)]


STORIES: Mapping[str, OutboxStory] = {
    "X takes everything": OutboxStory(),
    "the connection breaks after the post": OutboxStory(((PostInDoubt(), True), (PostInDoubt(), True))),
    "the connection breaks before the post": OutboxStory(((PostInDoubt(), False),)),
    "X shows its posts late": OutboxStory(((PostInDoubt(), True),), timedelta(minutes=2)),
    "X asks to wait": OutboxStory(((PostLater(None), False),)),
}
