"""The desk on stores in memory, in virtual time.

It composes the same use cases as the functions. Time moves in the whole minutes at which the schedules would run,
and minutes without anything to do cost nothing.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Protocol

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.alerts import Alerts
from mentiondesk.adapters.storage.stores.arrivals import Arrivals
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.claims import Claims
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.escalations import is_critical
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.look_ups import LookUps
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.score_counts import ScoreCounts
from mentiondesk.adapters.storage.stores.signals import Baselines, Signals
from mentiondesk.adapters.storage.stores.threads import Threads
from mentiondesk.adapters.storage.table import Query, Table
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.figures.answers import IGNORED_AFTER
from mentiondesk.domain.figures.facts import Fact, ignored_waits
from mentiondesk.domain.ids import IncidentId, PostId, SubjectId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.post import Added, Post
from mentiondesk.ports.alerts import DueItem, Lease
from mentiondesk.ports.cases import Classified
from mentiondesk.ports.channels import Sender
from mentiondesk.ports.runtime import TimeLeft
from mentiondesk.ports.triage import Triage
from mentiondesk.ports.x import PostLookUp, PostWatch, XFeed
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.triage import BrandTriage
from mentiondesk.triage.share import bin_of, estimated_share
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.change_each import ChangeEach
from mentiondesk.usecases.cases.lapse_claims import LapseClaims
from mentiondesk.usecases.incidents.detect_incidents import DetectIncidents
from mentiondesk.usecases.incidents.follow_up_customers import GoBack
from mentiondesk.usecases.incidents.stop_timers import StopTimers
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.intake.fetch_mentions import Fetched, FetchMentions
from mentiondesk.usecases.intake.forget_post import ForgetPost
from mentiondesk.usecases.intake.look_again import LookAgain
from mentiondesk.usecases.intake.look_up_customers import LookUpCustomers
from mentiondesk.usecases.intake.note_joining import NoteJoining
from mentiondesk.usecases.intake.stream_share import StreamShare
from mentiondesk.values import replace

MINUTE = timedelta(minutes=1)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC) - 2 * MINUTE
# The time after the last post in which a wait can still become a fact.
_DECIDED = 2 * IGNORED_AFTER
_KEPT = timedelta(days=400)
# X lets a post be edited for an hour after it was made.
_EDITABLE = timedelta(hours=2)


class XClient(XFeed, PostLookUp, PostWatch, Protocol):
    """Reads X's feeds, and looks posts up."""


class Observer:
    """Hears of each change in a VirtualDesk. Override what matters; the rest does nothing."""

    def classified(self, change: Classified, now: datetime) -> None:
        """A post was classified at `now`."""

    def recorded(self, record: Record) -> None:
        """An alert got its line in the ledger."""

    def noticed(self, incident_id: IncidentId) -> None:
        """The detector raised an incident."""


class Outbox:
    """Senders that count messages and keep the latest, which is recorded next."""

    def __init__(self) -> None:
        self.sent: Counter[Channel] = Counter()
        self.latest = ""
        self.senders: Mapping[Channel, Sender] = {channel: _Sender(self, channel) for channel in Channel}


@dataclass(frozen=True)
class _Sender:
    outbox: Outbox
    channel: Channel

    def send(self, address: str, message: Email | str) -> str:
        del address
        self.outbox.sent[self.channel] += 1
        self.outbox.latest = f"{message.subject}\n\n{message.text}" if isinstance(message, Email) else message
        return f"{self.channel}-{self.outbox.sent[self.channel]}"


class _NoArrivals(Arrivals):
    def note(self, post_ids: Sequence[PostId], at: datetime) -> None:
        """Writes nothing."""


class _Posts(Posts):
    """A post store that notes each new text, as the table's stream delivers it.

    Unless `followed`, nobody asks which posts arrived and wait to be classified: that is not written.
    """

    def __init__(self, table: Table, keep: Callable[[], timedelta], *, followed: bool) -> None:
        super().__init__(table, keep)
        self.fresh: deque[PostId] = deque()
        if not followed:
            self._arrivals = _NoArrivals(table)

    def add_all(self, posts: Sequence[Post]) -> list[Added]:
        added = super().add_all(posts)
        outcomes = zip(posts, added, strict=True)
        self.fresh.extend(post.post_id for post, outcome in outcomes if outcome in (Added.NEW, Added.EDITED))
        return added


class _Alerts(Alerts):
    """An alert store that hands records on."""

    def __init__(self, table: Table, cases: Cases, incidents: Incidents, observer: Observer) -> None:
        super().__init__(table, _kept, cases, incidents)
        self._observer = observer

    def record(self, records: Iterable[Record]) -> None:
        records = tuple(records)
        super().record(records)
        for record in records:
            self._observer.recorded(record)


class _LoneAlerts(_Alerts):
    """An alert store of the only notifier at the table, for replays without staff.

    A lease is kept here: no other notifier could take the item meanwhile, so that it need not move in the table. The
    ledger drops what a later run asks for only after an act of staff, such as a release.
    """

    def __init__(self, table: Table, cases: Cases, incidents: Incidents, observer: Observer) -> None:
        super().__init__(table, cases, incidents, observer)
        self._leased: dict[DueItem, Lease] = {}
        self._done: deque[tuple[SubjectId, datetime]] = deque()

    def _due(self, shards: Iterable[int], now: datetime, limit: int) -> Sequence[DueItem]:
        found = super()._due(shards, now, limit + len(self._leased))
        return [item for item in found if item not in self._leased][:limit]

    def count_due(self, until: datetime) -> int:
        """The count in a table where leased items are due when their leases end."""
        others = [one for one in self._leased.values() if not is_critical(one.subject)]
        moved = sum((one.until <= until) - (_due_in_table(one) <= until) for one in others)
        return super().count_due(until) + moved

    def lease(self, item: DueItem, now: datetime, until: datetime) -> Lease | None:
        peeked = self.peek(item) if item.message_id is None else None
        # Messages are few, and what has no subject any more is put off.
        if peeked is None or peeked.until > now:
            return super().lease(item, now, until)
        return self.hold(peeked, until)

    def hold(self, peeked: Lease, until: datetime) -> Lease:
        self._leased[peeked.item] = lease = replace(peeked, until=until)
        return lease

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        self._leased.pop(lease.item, None)
        super().done(replace(lease, until=_due_in_table(lease)), alerted_until, next_at, attempts)
        if next_at is None:
            self._done.append((lease.subject.subject_id, lease.escalation.timer.since))
        # While X allows edits, an edit may rebuild a case, and its alerts must not go out again.
        while self._done and self._done[0][1] < lease.until - _EDITABLE:
            part = keys.alerts_of(*self._done.popleft())
            for item in self._table.query(Query(part.pk, prefix=part.sk)):
                self._table.delete(item.key)


def _due_in_table(lease: Lease) -> datetime:
    """The time at which a leased item is due in the table: as when the lease began."""
    return lease.escalation.due_at or lease.until


class VirtualDesk:
    """Feed it posts oldest first, then `run_before` a time, or `finish`. `settings` may change between runs.

    `triage` replaces the built-in triage, `senders` the outbox, `table` the table in memory. `keep_ledger` is for
    desks on which staff act; without it, a long replay needs less memory.
    """

    def __init__(
        self,
        settings: DeskSettings,
        observer: Observer | None = None,
        triage: Triage | None = None,
        senders: Mapping[Channel, Sender] | None = None,
        *,
        keep_ledger: bool = False,
        table: MemoryTable | None = None,
    ) -> None:
        self.settings = settings
        self.now = _BEFORE_ALL
        self.outbox = Outbox()
        self.table = table or MemoryTable()
        self.posts = _Posts(self.table, _kept, followed=keep_ledger)
        self.cases = Cases(self.table, _kept)
        self.incidents = Incidents(self.table, _kept)
        # The time at which the detector next has something to do.
        self.look_at: datetime | None = None
        self._observer = observer or Observer()
        alerts = _Alerts if keep_ledger else _LoneAlerts
        self.alerts = alerts(self.table, self.cases, self.incidents, self._observer)
        current = self._current
        triage = triage or BrandTriage(lambda: self.settings.brand_words, self._stream_share())
        joining = NoteJoining(Threads(self.table), self.posts, ChangeCase(self.cases, current), current)
        self._classify = ClassifyMention(
            self.posts, self.cases, triage, current, lambda _: self.incidents.open(), joining=joining
        )
        self._detect = DetectIncidents(Signals(self.table), Baselines(self.table), self.incidents, current)
        self._stop_timers = StopTimers(self.incidents, ChangeCase(self.cases, current))
        self._follow_up = GoBack(self.incidents, ChangeCase(self.cases, current), current)
        senders = senders or self.outbox.senders
        self._lapse = LapseClaims(self.cases, Claims(self.table), ChangeCase(self.cases, current), current)
        self._notify = NotifyStaff(self.alerts, self.incidents, senders, StaffMessages(html=False), current)

    def _stream_share(self) -> StreamShare:
        return StreamShare(ScoreCounts(self.table), estimated_share, bin_of, lambda: self.now)

    def _current(self) -> DeskSettings:
        return self.settings

    def read_from(self, x: XClient) -> Callable[[datetime, TimeLeft], Fetched]:
        """A run as fetch_mentions makes it, reading this X: new posts, customers, posts of open cases again."""
        cursors = Cursors(self.table)
        fetch = FetchMentions(x, self.posts, cursors, self._current)
        forget = ForgetPost(self.posts, self.cases, self.incidents, Signals(self.table), self._current)
        change = ChangeCase(self.cases, self._current)
        look_up = LookUpCustomers(x, LookUps(self.table), ChangeEach(change, self.cases), cursors, self._current)
        look = LookAgain(x, self.posts, self.cases, self.cases, self.alerts, cursors, forget, change, self._current)

        def run(now: datetime, time_left: TimeLeft) -> Fetched:
            fetched = fetch(now, time_left)
            if not fetched.obstacles:
                look_up(now)
                look(now, time_left)
            return fetched

        return run

    def stored_posts(self) -> Iterator[Post]:
        """All posts, in the order in which they were stored."""
        return self.table.each(keys.POST, Post)

    def stored_cases(self) -> Iterator[Case]:
        """All cases, in the order in which they were opened."""
        return self.table.each(keys.CASE, Case)

    def stored_facts(self) -> Iterator[Fact]:
        """All facts that figures count; waits that still run are ignored, as if nobody wrote again."""
        opened, ignored = self.now, list[Fact]()
        for case in self.stored_cases():
            opened = min(opened, case.opened_at)
            ignored += ignored_waits(case, _END)
        return chain(Facts(self.table).between(opened, self.now + _DECIDED), ignored)

    def stored_incidents(self) -> Iterator[Incident]:
        """All incidents, in the order in which they were created."""
        return self.table.each(keys.INCIDENT, Incident)

    def hear(self, post: Post) -> Added:
        """Stores and classifies a post at the whole minute after it was made."""
        self.run_before(minute_after(post.created_at))
        self.now = max(self.now, minute_after(post.created_at))
        added = self.posts.add(replace(post, seen_at=self.now))
        self.classify_new()
        return added

    def classify_new(self) -> None:
        """Classifies all stored posts that are not classified yet, as the stream would have it done."""
        while self.posts.fresh:
            post = self.posts.get(self.posts.fresh.popleft())
            change = self._classify(post, self.now) if post else None
            if change is not None:
                self._observer.classified(change, self.now)
                self.look_at = self.now if change.signal else self.look_at

    def run_before(self, end: datetime) -> None:
        """Runs the detector and the notifier at each minute before `end` at which they have something to do."""
        while (tick := self._next_run()) is not None and tick < end:
            self.now = tick
            if self.look_at is not None and self.look_at <= tick:
                self._look()
            self._notify(tick, _an_hour)
            self._lapse(tick)

    def finish(self) -> None:
        """Runs until no alert is left."""
        self.run_before(_END)

    def _next_run(self) -> datetime | None:
        ahead = [
            moment for moment in (self.table.earliest(keys.DUE, keys.ALERTS_DUE), self.look_at) if moment is not None
        ]
        return max(minute_after(min(ahead)), self.now) if ahead else None

    def _look(self) -> None:
        """Runs the detector and the follow-up; while an incident is open, they run every minute."""
        for incident_id in self._detect(self.now).raised:
            self._observer.noticed(incident_id)
        self._stop_timers(self.now, _an_hour)
        self._follow_up(self.now, _an_hour)
        self.look_at = self.now + MINUTE if self.incidents.open() else None


def minute_after(moment: datetime) -> datetime:
    """The next whole minute; the moment itself when it is one."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE


def _an_hour() -> timedelta:
    return timedelta(hours=1)


def _kept() -> timedelta:
    """The time for which items are kept: nothing expires in a replay."""
    return _KEPT
