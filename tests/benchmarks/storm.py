"""100,000 posts in an hour: virtual time, memory stores, and the latencies that prices.json assumes.

What is simulated: each call's latency, the time limit of a run, one run of each schedule a minute, four posts
classified at once (ParallelizationFactor of one shard), X's feed of the latest 800 and its rate limits. What is not:
throttling, cold starts.
"""

import gc
import heapq
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.alerts import Alerts
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.alerts.budget import Budget, Interruptions
from mentiondesk.domain.alerts.escalation import StartEscalation
from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record
from mentiondesk.domain.alerts.limits import TextLimit
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import PostId, StaffId, SubjectId
from mentiondesk.domain.posts.budget import FOUND_COSTS
from mentiondesk.domain.posts.cursor import Cursor, ReadBlock, Window
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Added, Post, Source
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.ports.alerts import DueItem, Lease
from mentiondesk.ports.x import XRefuses
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.triage import triage
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.intake.fetch_mentions import FetchMentions
from tests.benchmarks import traffic
from tests.benchmarks.figures import Figure
from tests.benchmarks.mentions import PRICES
from tests.benchmarks.speed import Recorded, recorded
from tests.support.builders import settings

POSTS = 100_000
# In the morning of a month's middle, when half of the days' reads were not used.
_BEGINS = traffic.BEGINS + timedelta(hours=9)
# X's cap on the posts read in a month (docs.x.com, pay-per-use), and the requests of one user in 15 minutes to the
# mentions or to the search (docs.x.com, rate limits).
_X_CAP = 3_000_000
_REQUESTS, _X_WINDOW = 300, timedelta(minutes=15)
# X's feed of mentions holds so many.
_X_SHOWS = 800
_HOUR, _MINUTE, _SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
_TIMEOUT = timedelta(seconds=60)
_AT_ONCE = 4
_TEAM = 8
# Emergencies among the posts, by the minute in which each is posted.
_EMERGENCIES = {
    3: "the lamp caught fire and my daughter has burnt her hand",
    12: "the toaster I bought from you exploded and there is smoke in the kitchen",
    21: "a man with a knife is in your branch in the old town right now",
    30: "I found a piece of glass in the jar and my mouth is bleeding",
    39: "my son had an allergic reaction to your jam, we are in hospital, there is peanut in it",
    48: "there is a smell of gas in your shop and people feel dizzy",
    57: "the kettle gave my wife an electric shock, she is unconscious",
}
_RING_WITHIN = timedelta(seconds=90)
_LATENCY = {name: timedelta(milliseconds=ms) for name, ms in PRICES["assumed"].items() if name != "why"}


@dataclass
class Work:
    """The time that runs pass with, and the writes to each key in each second."""

    began: datetime = _BEGINS
    spent: timedelta = timedelta()
    writes: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def now(self) -> datetime:
        return self.began + self.spent

    def begin(self, at: datetime) -> None:
        self.began, self.spent = at, timedelta()

    def left(self) -> timedelta:
        return _TIMEOUT - self.spent

    def spend(self, call: str, times: int = 1) -> None:
        self.spent += times * _LATENCY[call]

    def write(self, key: str, times: int = 1, at: datetime | None = None) -> None:
        self.writes[key, int((at or self.now).timestamp())] += times


class _ParsedOnce(Recorded):
    """A feed whose runs need not parse again what they read again; `speed` measures how long parsing takes."""

    @cached_property
    def _posts(self) -> tuple[Post, ...]:
        return super().page(0, len(self.ids), None).posts[::-1]

    def page(self, first: int, end: int, next_token: str | None) -> Page:
        posts = self._posts[first:end][::-1]
        ends = (posts[0].post_id, posts[-1].post_id) if posts else (None, None)
        return Page(posts, newest=ends[0], oldest=ends[1], next_token=next_token, read=len(posts))


class _Feed:
    credentials = "made-up"
    page_size = 100

    def __init__(self, feed: Recorded, work: Work) -> None:
        self._feed, self._work = feed, work
        self._requests: Counter[tuple[Source, datetime]] = Counter()

    def read(self, source: Source, window: Window, token: str | None, now: datetime) -> Page:
        window_ends = _BEGINS + ((now - _BEGINS) // _X_WINDOW + 1) * _X_WINDOW
        self._requests[source, window_ends] += 1
        if self._requests[source, window_ends] > _REQUESTS:
            raise XRefuses(ReadBlock.RATE_LIMITED, window_ends)
        self._work.spend("x_page")
        return self._feed.read(source, window, token, now)


class _Posts(Posts):
    """Posts whose puts take time; the store itself remembers those that it need not put again."""

    def __init__(self, table: Table, work: Work) -> None:
        super().__init__(table, _keep)
        self._work = work
        # When each post was stored, and those that are to be classified.
        self.stored_at: dict[PostId, datetime] = {}
        self.new: list[Post] = []

    def _add(self, post: Post) -> Added:
        self._work.spend("PutItem")
        added = super()._add(post)
        if added is Added.NEW:
            self.stored_at[post.post_id] = self._work.now
            self.new.append(post)
        return added


class _Cursors(Cursors):
    def __init__(self, table: Table, work: Work) -> None:
        super().__init__(table)
        self._work = work
        # Posts that X charges for, by source.
        self.found: Counter[str] = Counter()

    def save(self, cursor: Cursor) -> bool:
        self._work.spend("PutItem")
        return super().save(cursor)

    def count_reads(self, now: datetime, source: str, posts: int) -> None:
        self._work.spend("UpdateItem")
        self._work.write(f"{keys.READS}{source}")
        self.found[source] += posts
        super().count_reads(now, source, posts)


class _Alerts(Alerts):
    def __init__(self, table: Table, cases: Cases, incidents: Incidents, work: Work, budget: Budget) -> None:
        super().__init__(table, _keep, cases, incidents)
        self._work, self._budget = work, budget
        self.delays: list[timedelta] = []
        self.texts: Counter[StaffId] = Counter()
        self.mails: Counter[tuple[StaffId, int]] = Counter()
        # The first text about each critical subject to each person.
        self.rung: dict[SubjectId, dict[StaffId, datetime]] = defaultdict(dict)
        self._told: set[str] = set()
        # When each escalation began, and each person's messages: when, and up to when they count what falls due.
        self.began: dict[tuple[SubjectId, datetime], datetime] = {}
        self._counted: dict[StaffId, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._horizons: set[datetime] = set()
        # The critical cases, each with the times of its post and of its being stored.
        self.critical: dict[SubjectId, tuple[datetime, datetime]] = {}

    def critical_due(self, now: datetime, limit: int) -> Sequence[DueItem]:
        self._work.spend("Query")
        return super().critical_due(now, limit)

    def due(self, now: datetime, limit: int) -> Sequence[DueItem]:
        self._work.spend("Query", len(keys.OTHER_SHARDS))
        return super().due(now, limit)

    def peek(self, item: DueItem) -> Lease | None:
        self._work.spend("GetItem")
        self._work.spend("Query")
        return super().peek(item)

    def hold(self, peeked: Lease, until: datetime) -> Lease | None:
        self._moved(peeked.item)
        return super().hold(peeked, until)

    def count_due(self, until: datetime) -> int:
        self._work.spend("Query", len(keys.OTHER_SHARDS))
        self._horizons.add(until)
        return super().count_due(until)

    def interrupted(self, staff_id: StaffId, latest: Interruptions, now: datetime) -> None:
        """A message to this person has gone out."""
        self._work.spend("PutItem")
        until = latest.horizon(now, self._budget)
        if not latest.latest[-1].critical and until in self._horizons:
            self._counted[staff_id].append((self._work.now, until))
        super().interrupted(staff_id, latest, now)

    def _told_at(self, alert: Alert) -> datetime:
        """The moment at which an alert that is recorded now was told.

        Either now, by its own message, or by an earlier message to the same person that could count it: it fell due
        before the person's next message, and the desk knew of it.
        """
        counted, now = self._counted[alert.staff_id], self._work.now
        began = self.began.get((alert.subject_id, alert.planned_at or alert.since), now)
        able = (at for at, until in counted[bisect_left(counted, (began,)) :] if alert.due_at <= until)
        return min(next(able, now), now)

    def _begins(self, alert: Alert) -> datetime:
        """The moment at which the alert was due and its case stored."""
        return max(alert.due_at, self.began.get((alert.subject_id, alert.planned_at or alert.since), alert.due_at))

    def lease(self, item: DueItem, now: datetime, until: datetime) -> Lease | None:
        self._moved(item)
        self._work.spend("Query")
        return super().lease(item, now, until)

    def _moved(self, item: DueItem) -> None:
        """A changed key is taken out of the due index and put in again."""
        self._work.spend("UpdateItem")
        critical = item.subject_id in self.critical
        self._work.write(keys.due_shard_of(item.subject_id, critical), 2)

    def record(self, records: Iterable[Record]) -> None:
        records = list(records)
        self._work.spend("BatchWriteItem", ceil(len(records) / 25))
        for record in records:
            if record.outcome is not Outcome.SENT:
                continue
            self.delays.append(max(self._told_at(record.alert) - self._begins(record.alert), timedelta(0)))
            if record.via is Channel.TEXT:
                self.rung[record.alert.subject_id].setdefault(record.alert.staff_id, self._work.now)
            if record.message_id not in self._told:
                self._told.add(record.message_id)
                if record.alert.subject_id in self.critical:
                    # Danger has no limit.
                    continue
                if record.via is Channel.EMAIL:
                    self.mails[record.alert.staff_id, int(self._work.now.timestamp()) // 3600] += 1
                else:
                    self.texts[record.alert.staff_id] += 1
        super().record(records)

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        self._moved(lease.item)
        super().done(lease, alerted_until, next_at, attempts)

    def take_text_slot(self, staff_id: StaffId, now: datetime, limits: Sequence[TextLimit]) -> bool:
        self._work.spend("GetItem")
        self._work.spend("PutItem")
        return super().take_text_slot(staff_id, now, limits)


def _keep() -> timedelta:
    return timedelta(days=400)


class _Provider:
    def __init__(self, work: Work, call: str) -> None:
        self._work, self._call = work, call
        self._sent = 0

    def send(self, address: str, message: str | Email) -> str:
        del address, message
        self._work.spend(self._call)
        self._sent += 1
        return f"{self._call} {self._sent}"


def measure() -> Iterator[Figure]:
    """The effect of a storm on delays, keys and people."""
    said = traffic.mentions(POSTS, _HOUR, begins=_BEGINS, late=0, without_handle=0, follow_ups=0.1)
    found = recorded(_with_emergencies(said))
    feed = _ParsedOnce(found.bodies, found.ids, found.at, depth=_X_SHOWS)
    desk = Storm(feed, _settings())
    # In life the table is another process: its items are none of the collector's work.
    gc.disable()
    desk.run()
    gc.enable()
    yield from desk.figures()


def _with_emergencies(said: list[traffic.Said]) -> list[traffic.Said]:
    """The posts, where the first that opens a conversation in each of some minutes tells of danger."""
    for minute, text in _EMERGENCIES.items():
        begins = _BEGINS + minute * _MINUTE
        place = next(n for n, one in enumerate(said) if one.at >= begins and one.to is None)
        said[place] = replace(said[place], text=f"@{traffic.BRAND.username} {text}")
    return said


def _settings() -> DeskSettings:
    team = [
        {"id": f"p{n}", "name": f"P{n}", "email": f"p{n}@example.com", "phone": f"+4477009001{n:02}", "duty": "always"}
        for n in range(_TEAM)
    ]
    team[0]["roles"] = ["lead", "manager"]  # type: ignore[assignment]
    return settings(staff=team, reading={"monthly_reads": _X_CAP, "search": False})


class Storm:
    """The desk through the storm and the hours after it, in which nobody answers."""

    def __init__(self, feed: Recorded, current: DeskSettings) -> None:
        self._count = len(feed.bodies)
        self._work = Work()
        self._end = feed.at[-1]
        self._settings = current
        self._table = MemoryTable()
        self._posts = _Posts(self._table, self._work)
        cases, incidents = Cases(self._table, _keep), Incidents(self._table, _keep)
        self._alerts = _Alerts(self._table, cases, incidents, self._work, current.alerts.budget)
        self._cursors = _Cursors(self._table, self._work)
        self._fetch = FetchMentions(_Feed(feed, self._work), self._posts, self._cursors, lambda: current)
        self._classify = ClassifyMention(self._posts, cases, triage, lambda: current)
        senders = {
            Channel.EMAIL: _Provider(self._work, "SendEmail"),
            Channel.TEXT: _Provider(self._work, "Publish"),
        }
        self._notify = NotifyStaff(self._alerts, incidents, senders, StaffMessages(), lambda: current)
        self._free = [_BEGINS] * _AT_ONCE
        self._waiting: deque[Post] = deque()
        self._seen_after: list[timedelta] = []
        self._told_after: list[timedelta] = []
        self._left = 0

    def run(self) -> None:
        now = _BEGINS + _MINUTE
        while (
            now < self._end + 2 * _MINUTE
            or self._waiting
            or ((due := self._table.earliest(keys.DUE, keys.ALERTS_DUE)) is not None and due < now + 3 * _HOUR)
        ):
            self._classify_until(now)
            self._work.begin(now)
            self._left += self._notify(now, self._work.left).left
            if len(self._posts.stored_at) < self._count:
                self._work.begin(now)
                self._fetch(now, self._work.left)
                self._waiting += self._posts.new
                self._posts.new = []
            now += _MINUTE

    def _classify_until(self, now: datetime) -> None:
        """Each post on the first of the workers that is free, a second after it was stored, as far as they come."""
        while self._waiting:
            post = self._waiting[0]
            stored_at = self._posts.stored_at[post.post_id]
            begins = max(self._free[0], stored_at + _SECOND)
            ends = begins + _LATENCY["TransactWriteItems"] + _LATENCY["GetItem"] + _LATENCY["cpu_per_post"]
            if ends > now:
                return
            self._waiting.popleft()
            heapq.heapreplace(self._free, ends)
            change = self._classify(post, ends)
            self._seen_after.append(stored_at - post.created_at)
            self._told_after.append(ends - post.created_at)
            if change is not None and change.case is not None and isinstance(change.case.escalation, StartEscalation):
                case = change.case.after
                timer = change.case.escalation.timer
                self._alerts.began[case.case_id, timer.planned_at or timer.since] = ends
                critical = case.urgency is Urgency.CRITICAL
                if critical:
                    self._alerts.critical.setdefault(case.case_id, (post.created_at, ends))
                self._work.write(keys.due_shard_of(case.case_id, critical), at=ends)
                self._work.write(keys.queue(case.state, keys.shard(case.case_id)), at=ends)

    def figures(self) -> Iterator[Figure]:
        delays = self._alerts.delays
        yield Figure(
            f"storm of {POSTS:,} posts: delay of an alert, p99",
            round(_share(delays, 0.99).total_seconds() / 60, 2),
            "min",
            reach=2,
            why=f"after its stage fell due and its case was stored: median {_told(_share(delays, 0.5))}, "
            f"worst {_told(max(delays))}; {len(delays):,} alerts to {_TEAM} people, nobody answers; "
            f"{self._left} runs ended before all was sent",
        )
        yield Figure(
            "storm: from post to case, p99",
            round(_share(self._told_after, 0.99).total_seconds() / 60, 2),
            "min",
            reach=2,
            why=f"median {_told(_share(self._told_after, 0.5))}; stored after {_told(_share(self._seen_after, 0.5))} "
            f"and {_told(_share(self._seen_after, 0.99))}",
        )
        found = self._cursors.found[Source.OVERFLOW]
        yield Figure(
            "storm: share of the posts that the desk sees",
            round(len(self._told_after) / self._count, 3),
            "",
            reach=0.95,
            at_least=True,
            why=f"X's feed holds the latest {_X_SHOWS}, and {self._count / 60:,.0f} a minute pass it; a search found "
            f"{found:,}, at ${FOUND_COSTS * found:,.0f}; reading.monthly_reads is X's cap of {_X_CAP:,}",
        )
        yield self._emergencies()
        (key, _), most = self._work.writes.most_common(1)[0]
        yield Figure(
            "storm: writes a second to the hottest key", most, "", reach=1000, why=f"{key}; posts have a key each"
        )
        mails = self._alerts.mails
        busiest = max(mails.values(), default=0)
        texts = max(self._alerts.texts.values(), default=0)
        limits = self._settings.alerts.text_limits
        hours = len({hour for _, hour in mails}) + 1
        allowed = min(limit.most * ceil(timedelta(hours=hours) / limit.span) for limit in limits)
        yield Figure(
            "storm: texts to one person",
            texts,
            "",
            reach=allowed,
            why=f"in {hours} hours, no more than allowed, apart from danger; and up to {busiest} mails in an hour",
        )

    def _emergencies(self) -> Figure:
        """The longest time from a critical case to the text about it on the phone of each person on duty."""
        texts = {case: list(self._alerts.rung[case].values()) for case in self._alerts.critical}
        whole = {case: max(at) for case, at in texts.items() if len(at) == _TEAM}
        assert len(whole) == len(self._alerts.critical) >= len(_EMERGENCIES), (
            "each person has a text about each emergency"
        )
        waits = [at - self._alerts.critical[case][1] for case, at in whole.items()]
        since_post = [at - self._alerts.critical[case][0] for case, at in whole.items()]
        return Figure(
            "storm: from a critical case to the text about it, worst",
            round(max(waits).total_seconds()),
            "s",
            reach=_RING_WITHIN.total_seconds(),
            why=f"{len(whole)} emergencies, each to all {_TEAM} people; median {_told(_share(waits, 0.5))}; from post "
            f"to text median {_told(_share(since_post, 0.5))}, worst {_told(max(since_post))}",
        )


def _share(delays: list[timedelta], share: float) -> timedelta:
    return sorted(delays)[min(int(len(delays) * share), len(delays) - 1)]


def _told(delay: timedelta) -> str:
    return f"{delay.total_seconds():.0f} s" if delay < 3 * _MINUTE else f"{delay.total_seconds() / 60:.0f} min"
