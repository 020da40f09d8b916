"""The desk on stores in memory, in virtual time.

It composes the same use cases as the functions. Time moves in the whole minutes at which the schedules would run,
and minutes without anything to do cost nothing.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mentiondesk.adapters.storage.memory import MemoryAlerts, MemoryCases, MemoryIncidents, MemoryPosts
from mentiondesk.adapters.storage.memory_signals import MemorySignals, MemoryUsual
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import IncidentId, SubjectId
from mentiondesk.domain.posts.post import Added, Post
from mentiondesk.ports.alerts import Lease
from mentiondesk.ports.cases import Classified
from mentiondesk.ports.channels import Mailer, Texter
from mentiondesk.ports.triage import Triage
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.triage import BrandTriage
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from mentiondesk.usecases.incidents.detect_incidents import DetectIncidents
from mentiondesk.usecases.incidents.follow_up_customers import GoBack
from mentiondesk.usecases.intake.classify_mention import ClassifyMention

MINUTE = timedelta(minutes=1)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC) - 2 * MINUTE
# X lets a post be edited for an hour after it was made.
_EDITABLE = timedelta(hours=2)


class Observer:
    """Hears of each change in a VirtualDesk. Override what matters; the rest does nothing."""

    def classified(self, change: Classified, now: datetime) -> None:
        """A post was classified at `now`."""

    def recorded(self, record: Record) -> None:
        """An alert got its line in the ledger."""

    def noticed(self, incident_id: IncidentId) -> None:
        """The detector raised an incident."""


class Outbox:
    """Mailer and texter that count messages and keep the latest, which is recorded next."""

    def __init__(self) -> None:
        self.emails = self.texts = 0
        self.latest = ""
        self.mailer: Mailer = _Sender(self._mail)
        self.texter: Texter = _Sender(self._text)

    def _mail(self, address: str, email: Email) -> str:
        del address
        self.emails += 1
        self.latest = f"{email.subject}\n\n{email.text}"
        return f"mail-{self.emails}"

    def _text(self, number: str, text: str) -> str:
        del number
        self.texts += 1
        self.latest = text
        return f"text-{self.texts}"


@dataclass(frozen=True)
class _Sender:
    send: Callable[[str, Any], str]


class _Alerts(MemoryAlerts):
    """An alert store that hands records on, and keeps only the ledger that a later run may ask for."""

    def __init__(self, cases: MemoryCases, incidents: MemoryIncidents, observer: Observer) -> None:
        super().__init__(cases, incidents)
        self._observer = observer
        self._waits: deque[tuple[SubjectId, datetime]] = deque()

    def record(self, records: Iterable[Record]) -> None:
        super().record(records)
        for record in self.records:
            self._observer.recorded(record)
        self.records.clear()

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        super().done(lease, alerted_until, next_at, attempts)
        if next_at is None and lease.matter.wait is not None:
            self._waits.append((lease.matter.matter_id, lease.matter.wait.since))
        # While X allows edits, an edit may rebuild a case, and its alerts must not go out again.
        while self._waits and self._waits[0][1] < lease.until - _EDITABLE:
            self._ledger.pop(self._waits.popleft(), None)


class VirtualDesk:
    """Feed it posts oldest first, then `run_before` a time, or `finish`. `settings` may change between runs.

    `triage` replaces the built-in triage, `mailer` and `texter` the outbox.
    """

    def __init__(
        self,
        settings: DeskSettings,
        observer: Observer | None = None,
        triage: Triage | None = None,
        mailer: Mailer | None = None,
        texter: Texter | None = None,
    ) -> None:
        self.settings = settings
        self.now = _BEFORE_ALL
        self.outbox = Outbox()
        self.posts = MemoryPosts()
        self.signals = MemorySignals()
        self.cases = MemoryCases(self.posts, self.signals)
        self.incidents = MemoryIncidents(self.cases.due)
        # The time at which the detector next has something to do.
        self.look_at: datetime | None = None
        self._observer = observer or Observer()
        self.alerts = _Alerts(self.cases, self.incidents, self._observer)
        current = self._current
        triage = triage or BrandTriage(lambda: self.settings.brand_words)
        self._classify = ClassifyMention(self.posts, self.cases, triage, current, lambda _: self.incidents.open())
        self._detect = DetectIncidents(self.signals, MemoryUsual(), self.incidents, current)
        self._follow_up = GoBack(self.incidents, self.cases, current)
        mailer, texter = mailer or self.outbox.mailer, texter or self.outbox.texter
        self._notify = NotifyStaff(self.alerts, self.incidents, mailer, texter, StaffMessages(html=False), current)

    def _current(self) -> DeskSettings:
        return self.settings

    def hear(self, post: Post) -> Added:
        """Stores and classifies a post at the whole minute after it was made."""
        self.run_before(minute_after(post.created_at))
        self.now = max(self.now, minute_after(post.created_at))
        added = self.posts.add(replace(post, seen_at=self.now))
        self.classify_new()
        return added

    def classify_new(self) -> None:
        """Classifies all stored posts that are not classified yet, as the stream would have it done."""
        for untagged in self.posts.take_untagged():
            change = self._classify(untagged, self.now)
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

    def finish(self) -> None:
        """Runs until no alert is left."""
        self.run_before(_END)

    def _next_run(self) -> datetime | None:
        ahead = [moment for moment in (self.alerts.next_due(), self.look_at) if moment is not None]
        return max(minute_after(min(ahead)), self.now) if ahead else None

    def _look(self) -> None:
        """Runs the detector and the follow-up; while an incident is open, they run every minute."""
        for incident_id in self._detect(self.now).raised:
            self._observer.noticed(incident_id)
        self._follow_up(self.now, _an_hour)
        self.look_at = self.now + MINUTE if self.incidents.open() else None


def minute_after(moment: datetime) -> datetime:
    """The next whole minute; the moment itself when it is one."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE


def _an_hour() -> timedelta:
    return timedelta(hours=1)
