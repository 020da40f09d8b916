"""The stores in memory, keeping the same promises as the table; for replays and tests."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from mentiondesk.adapters.storage.memory_signals import MemorySignals
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.alerts.limits import TextLimit, may_text
from mentiondesk.domain.alerts.plan import Subject
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case, Entry
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import CaseId, IncidentId, PostId, StaffId, SubjectId, UserId
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Update
from mentiondesk.domain.posts.cursor import Cursor
from mentiondesk.domain.posts.post import Added, Post, Source, Unreadable
from mentiondesk.ports.alerts import Lease
from mentiondesk.ports.cases import AlreadyDone, CaseChanged, Classified
from mentiondesk.ports.incidents import IncidentChanged


class MemoryPosts:
    """PostStore in memory. `untagged` holds what the stream would deliver, oldest change first."""

    def __init__(self) -> None:
        self.stored: dict[PostId, Post] = {}
        self.aside: list[Unreadable] = []
        self.untagged: dict[PostId, None] = {}
        # The latest day on which a post was read, where that is not the one on which it was first seen.
        self._read_again: dict[PostId, date] = {}

    def add(self, post: Post) -> Added:
        assert post.seen_at is not None, "the reader says when it saw a post"
        stored = self.stored.get(post.post_id)
        if stored is None:
            self.stored[post.post_id] = post
            self.untagged[post.post_id] = None
            return Added.NEW
        read_today = self._read_today(stored, post.seen_at.date())
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

    def _read_today(self, stored: Post, today: date) -> bool:
        """Whether X has been charged for a stored post on this day; from now on it has."""
        assert stored.seen_at is not None, "the reader says when it saw a post"
        last = self._read_again.get(stored.post_id, stored.seen_at.date())
        if last < today:
            self._read_again[stored.post_id] = today
        return last >= today

    def get(self, post_id: PostId) -> Post | None:
        return self.stored.get(post_id)

    def set_aside(self, unreadable: Unreadable, now: datetime) -> None:
        self.aside.append(unreadable)

    def take_untagged(self) -> Iterator[Post]:
        """Each post whose text is not classified yet, as it is now."""
        for post_id in list(self.untagged):
            yield self.stored[post_id]


class MemoryCases:
    """CaseStore in memory. `signals` receives the signals of classified posts."""

    def __init__(self, posts: MemoryPosts, signals: MemorySignals | None = None) -> None:
        self._posts = posts
        self._signals = signals or MemorySignals()
        self.cases: dict[CaseId, Case] = {}
        self.entries: defaultdict[CaseId, dict[PostId, Entry]] = defaultdict(dict)
        self._events: defaultdict[CaseId, dict[str, Event]] = defaultdict(dict)
        # (due_at, matter) for the due index; places a matter has left are passed over when they come up.
        self.due: list[tuple[datetime, SubjectId]] = []

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
            post = replace(post, kind=change.tags.kind)
        if change.signal is not None:
            self._signals.put(change.signal)
        elif change.tags is not None and change.post.edits:
            self._signals.drop(post.post_id)
        self._posts.stored[post.post_id] = post
        del self._posts.untagged[post.post_id]
        return True

    def counts(self, customer: UserId) -> Counter[str]:
        """How many classified posts, and posts of each kind, a customer has; looks at every post."""
        kinds = [post.kind for post in self._posts.stored.values() if post.author_id == customer and post.kind]
        return Counter({"posts": len(kinds)}) + Counter(kinds)

    def save(self, case: Case, event: Event | None = None) -> Case:
        if event is not None and event.event_id in self._events[case.case_id]:
            raise AlreadyDone
        saved = self.put(case, case)
        if event is not None:
            self._events[case.case_id][event.event_id] = event
        return saved

    def events(self, case_id: CaseId) -> list[Event]:
        return _in_order(self._events[case_id])

    def put(self, case: Case, before: Case | None, **changes: Any) -> Case:
        """Stores the case, with changes, as its next version. Raises CaseChanged when it is not as it was `before`."""
        current = self.cases.get(case.case_id)
        if (current and current.version) != (before and before.version):
            raise CaseChanged(current)
        stored = replace(case, version=(current.version if current else 0) + 1, **changes)
        self.cases[case.case_id] = stored
        if stored.due_at is not None and (current is None or current.due_at != stored.due_at):
            heapq.heappush(self.due, (stored.due_at, stored.case_id))
        return stored


def _in_order(events: dict[str, Event]) -> list[Event]:
    return [events[event_id] for event_id in sorted(events)]


class MemoryIncidents:
    """IncidentStore in memory. `due` is the due index that cases are in too."""

    def __init__(self, due: list[tuple[datetime, SubjectId]] | None = None) -> None:
        self.incidents: dict[IncidentId, Incident] = {}
        self._due = [] if due is None else due
        self._updates: defaultdict[IncidentId, list[Update]] = defaultdict(list)
        self._events: defaultdict[IncidentId, dict[str, Event]] = defaultdict(dict)
        self._joined: defaultdict[IncidentId, dict[PostId, LinkedPost]] = defaultdict(dict)

    def add(self, incident: Incident, update: Update | None = None, event: Event | None = None) -> bool:
        if incident.incident_id in self.incidents:
            return False
        self.put(incident, None)
        self._say(incident.incident_id, update, event)
        return True

    def get(self, incident_id: IncidentId) -> Incident | None:
        return self.incidents.get(incident_id)

    def save(self, incident: Incident, update: Update | None = None, event: Event | None = None) -> Incident:
        if event is not None and event.event_id in self._events[incident.incident_id]:
            raise AlreadyDone
        saved = self.put(incident, incident)
        self._say(incident.incident_id, update, event)
        return saved

    def put(self, incident: Incident, before: Incident | None, **changes: Any) -> Incident:
        """Stores the incident, with changes, as its next version.

        Raises IncidentChanged when it is not as it was `before`.
        """
        current = self.incidents.get(incident.incident_id)
        if (current and current.version) != (before and before.version):
            raise IncidentChanged(current)
        stored = replace(incident, version=(current.version if current else 0) + 1, **changes)
        self.incidents[incident.incident_id] = stored
        if stored.due_at is not None and (current is None or current.due_at != stored.due_at):
            heapq.heappush(self._due, (stored.due_at, stored.incident_id))
        return stored

    def _say(self, incident_id: IncidentId, update: Update | None, event: Event | None) -> None:
        if update is not None:
            self._updates[incident_id].append(update)
        if event is not None:
            self._events[incident_id][event.event_id] = event

    def open(self) -> list[Incident]:
        return sorted((one for one in self.incidents.values() if one.open), key=_created)

    def recent(self, since: datetime) -> list[Incident]:
        found = (one for one in self.incidents.values() if one.created_at >= since)
        return sorted(found, key=_created, reverse=True)

    def updates(self, incident_id: IncidentId) -> list[Update]:
        return sorted(self._updates[incident_id], key=lambda update: update.at)

    def events(self, incident_id: IncidentId) -> list[Event]:
        return _in_order(self._events[incident_id])

    def join(self, incident_id: IncidentId, posts: Iterable[LinkedPost]) -> tuple[int, int]:
        held = self._joined[incident_id]
        held.update((post.post_id, post) for post in posts)
        return len(held), len({post.author_id for post in held.values()})

    def joined(self, incident_id: IncidentId) -> list[LinkedPost]:
        return sorted(self._joined[incident_id].values(), key=lambda post: int(post.post_id))


def _created(incident: Incident) -> tuple[datetime, str]:
    return incident.created_at, incident.incident_id


class MemoryAlerts:
    """AlertStore in memory. `records` keeps every outcome in order, not only the latest."""

    def __init__(self, cases: MemoryCases, incidents: MemoryIncidents | None = None) -> None:
        self._cases = cases
        self._incidents = incidents or MemoryIncidents(cases.due)
        self._ledger: defaultdict[tuple[SubjectId, datetime], dict[tuple[str, StaffId, Channel], Record]]
        self._ledger = defaultdict(dict)
        self._texts: defaultdict[StaffId, list[datetime]] = defaultdict(list)
        self.records: list[Record] = []

    def next_due(self) -> datetime | None:
        """When the next matter falls due."""
        heap = self._cases.due
        while heap and not self._in_place(*heap[0]):
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def due(self, now: datetime, limit: int) -> Sequence[SubjectId]:
        taken: dict[SubjectId, datetime] = {}
        while len(taken) < limit and (at := self.next_due()) is not None and at <= now:
            _, matter_id = heapq.heappop(self._cases.due)
            taken[matter_id] = at
        for matter_id, at in taken.items():
            heapq.heappush(self._cases.due, (at, matter_id))
        return list(taken)

    def _in_place(self, at: datetime, matter_id: SubjectId) -> bool:
        matter = self._matter(matter_id)
        return matter is not None and matter.due_at == at

    def _matter(self, matter_id: SubjectId) -> Subject | None:
        return self._cases.cases.get(CaseId(matter_id)) or self._incidents.incidents.get(IncidentId(matter_id))

    def _change(self, matter: Subject, **changes: Any) -> Subject:
        if isinstance(matter, Case):
            return self._cases.put(matter, matter, **changes)
        return self._incidents.put(matter, matter, **changes)

    def lease(self, matter_id: SubjectId, now: datetime, until: datetime) -> Lease | None:
        matter = self._matter(matter_id)
        if matter is None or matter.due_at is None or matter.due_at > now:
            return None
        leased = self._change(matter, due_at=until)
        ledger = self._ledger[matter_id, leased.wait.since] if leased.wait else {}
        return Lease(leased, until, tuple(ledger.values()))

    def record(self, records: Iterable[Record]) -> None:
        for record in records:
            alert = record.alert
            self._ledger[alert.matter_id, alert.since][alert.stage, alert.staff_id, alert.channel] = record
            self.records.append(record)

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        matter = self._matter(lease.matter.matter_id)
        if matter is not None and matter.due_at == lease.until:
            alerted_until = alerted_until or matter.alerted_until
            self._change(matter, due_at=next_at, alerted_until=alerted_until, attempts=attempts)

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


class MemoryOpinions:
    """ClassifierBudget in memory."""

    def __init__(self) -> None:
        self._asked: Counter[date] = Counter()

    def take(self, now: datetime, a_day: int) -> bool:
        if self._asked[now.date()] >= a_day:
            return False
        self._asked[now.date()] += 1
        return True
