"""The stores in memory, keeping the same promises as the table; for replays and tests."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from mentiondesk.domain.alerts import Record, TextLimit, may_text
from mentiondesk.domain.cases import Case, Entry
from mentiondesk.domain.ids import CaseId, PostId, StaffId, UserId
from mentiondesk.domain.policy import Channel
from mentiondesk.domain.posts import Post, Source, Unreadable
from mentiondesk.domain.reading import Cursor
from mentiondesk.ports import Added, CaseChanged, Classified, Lease


class MemoryPosts:
    """PostStore in memory. `untagged` holds what the stream would deliver, oldest change first."""

    def __init__(self) -> None:
        self.stored: dict[PostId, Post] = {}
        self.aside: list[Unreadable] = []
        self.untagged: dict[PostId, None] = {}
        self._read_on: dict[PostId, date] = {}

    def add(self, post: Post) -> Added:
        assert post.seen_at is not None, "the reader says when it saw a post"
        today = post.seen_at.date()
        read_today = self._read_on.get(post.post_id, date.min) >= today
        self._read_on[post.post_id] = today
        stored = self.stored.get(post.post_id)
        if stored is None:
            self.stored[post.post_id] = post
            self.untagged[post.post_id] = None
            return Added.NEW
        if post.edits > stored.edits:
            self.stored[post.post_id] = replace(
                stored,
                text=post.text,
                version_id=post.version_id,
                edits=post.edits,
                language=post.language,
                media=post.media,
            )
            self.untagged[post.post_id] = None
            return Added.EDITED
        return Added.KNOWN if read_today else Added.KNOWN_EARLIER_DAY

    def get(self, post_id: PostId) -> Post | None:
        return self.stored.get(post_id)

    def set_aside(self, unreadable: Unreadable, now: datetime) -> None:
        self.aside.append(unreadable)

    def take_untagged(self) -> Iterator[Post]:
        """Each post whose text is not classified yet, as it is now."""
        for post_id in list(self.untagged):
            yield self.stored[post_id]


class MemoryCases:
    """CaseStore in memory."""

    def __init__(self, posts: MemoryPosts) -> None:
        self._posts = posts
        self.cases: dict[CaseId, Case] = {}
        self.entries: defaultdict[CaseId, dict[PostId, Entry]] = defaultdict(dict)
        self.customers: defaultdict[UserId, Counter[str]] = defaultdict(Counter)
        # (due_at, case) for the due index; places a case has left are passed over when they come up.
        self.due: list[tuple[datetime, CaseId]] = []

    def get(self, case_id: CaseId) -> Case | None:
        return self.cases.get(case_id)

    def timeline(self, case_id: CaseId) -> list[Entry]:
        return sorted(self.entries[case_id].values(), key=lambda entry: entry.order)

    def commit(self, change: Classified) -> bool:
        post = self._posts.stored.get(change.post.post_id)
        if post is None or post.post_id not in self._posts.untagged or post.edits != change.post.edits:
            return False
        if change.after is not None and change.entry is not None:
            self.put(change.after, change.before)
            self.entries[change.after.case_id][change.entry.post_id] = change.entry
            post = replace(post, case_id=change.after.case_id)
        if change.tags is not None:
            self._count(change)
            post = replace(post, kind=change.tags.kind)
        self._posts.stored[post.post_id] = post
        del self._posts.untagged[post.post_id]
        return True

    def _count(self, change: Classified) -> None:
        assert change.tags is not None, "customers' posts have tags"
        counts = self.customers[change.post.author_id]
        counts["posts"] += 0 if change.post.case_id else 1
        counts[change.tags.kind] += 1
        if change.post.kind is not None:
            counts[change.post.kind] -= 1

    def save(self, case: Case) -> Case:
        return self.put(case, case)

    def put(self, case: Case, before: Case | None) -> Case:
        """Stores the case with its next version. Raises CaseChanged when it is not as it was `before`."""
        current = self.cases.get(case.case_id)
        if (current and current.version) != (before and before.version):
            raise CaseChanged(current)
        stored = replace(case, version=(current.version if current else 0) + 1)
        self.cases[case.case_id] = stored
        if stored.due_at is not None and (current is None or current.due_at != stored.due_at):
            heapq.heappush(self.due, (stored.due_at, stored.case_id))
        return stored


class MemoryAlerts:
    """AlertStore in memory. `records` keeps every outcome in order, not only the latest."""

    def __init__(self, cases: MemoryCases) -> None:
        self._cases = cases
        self._ledger: defaultdict[tuple[CaseId, datetime], dict[tuple[str, StaffId, Channel], Record]]
        self._ledger = defaultdict(dict)
        self._texts: defaultdict[StaffId, list[datetime]] = defaultdict(list)
        self.records: list[Record] = []

    def next_due(self) -> datetime | None:
        """When the next case falls due."""
        heap = self._cases.due
        while heap and not self._in_place(*heap[0]):
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def due(self, now: datetime, limit: int) -> Sequence[CaseId]:
        taken: dict[CaseId, datetime] = {}
        while len(taken) < limit and (at := self.next_due()) is not None and at <= now:
            _, case_id = heapq.heappop(self._cases.due)
            taken[case_id] = at
        for case_id, at in taken.items():
            heapq.heappush(self._cases.due, (at, case_id))
        return list(taken)

    def _in_place(self, at: datetime, case_id: CaseId) -> bool:
        return self._cases.cases[case_id].due_at == at

    def lease(self, case_id: CaseId, now: datetime, until: datetime) -> Lease | None:
        case = self._cases.cases.get(case_id)
        if case is None or case.due_at is None or case.due_at > now:
            return None
        leased = self._cases.put(replace(case, due_at=until), case)
        ledger = self._ledger[case_id, leased.wait.since] if leased.wait else {}
        return Lease(leased, until, tuple(ledger.values()))

    def record(self, records: Iterable[Record]) -> None:
        for record in records:
            alert = record.alert
            self._ledger[alert.case_id, alert.since][alert.stage, alert.staff_id, alert.channel] = record
            self.records.append(record)

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        case = self._cases.cases[lease.case.case_id]
        if case.due_at == lease.until:
            alerted_until = alerted_until or case.alerted_until
            self._cases.put(replace(case, due_at=next_at, alerted_until=alerted_until, attempts=attempts), case)

    def take_text_slot(self, staff_id: StaffId, now: datetime, limits: Sequence[TextLimit]) -> bool:
        longest = max(limit.span for limit in limits)
        sent = self._texts[staff_id] = [at for at in self._texts[staff_id] if at > now - longest]
        if not may_text(sent, now, limits):
            return False
        sent.append(now)
        return True


class MemoryCursors:
    """CursorStore in memory."""

    def __init__(self) -> None:
        self.cursors: dict[Source, Cursor] = {}
        self.reads: Counter[tuple[str, Source]] = Counter()

    def load(self) -> dict[Source, Cursor]:
        return dict(self.cursors)

    def save(self, cursor: Cursor) -> bool:
        stored = self.cursors.get(cursor.source)
        if stored is not None and stored.version != cursor.version:
            return False
        self.cursors[cursor.source] = replace(cursor, version=cursor.version + 1)
        return True

    def reads_in_month(self, month: str) -> int:
        return sum(count for (day, _), count in self.reads.items() if day.startswith(month))

    def count_reads(self, now: datetime, source: Source, posts: int) -> None:
        self.reads[f"{now:%Y-%m-%d}", source] += posts
