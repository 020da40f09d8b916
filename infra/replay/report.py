"""The result of a replay: a row for each alert, case and incident, and the figures of the whole."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from infra.replay.engine import Observer, VirtualDesk
from infra.replay.questions import question_of
from infra.replay.recording import Recording
from infra.replay.waits import Waits
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.roster import CHANNELS, Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.figures import deadlines
from mentiondesk.domain.figures.answers import SPANS, Question
from mentiondesk.domain.figures.deadlines import Deadline
from mentiondesk.domain.figures.facts import Fact, WaitFact
from mentiondesk.domain.figures.report import report_of
from mentiondesk.domain.ids import IncidentId, StaffId, SubjectId
from mentiondesk.domain.posts.post import Added
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.timeline import Posted
from mentiondesk.ports.cases import Classified
from mentiondesk.values import replace

Row = dict[str, Any]
_ADDED = {Added.EDITED: "edited", Added.NEW: "new"}


class Replay(Observer):
    """Plays recorded posts to a desk, and reports. `alert_row` gets a row for each alert that goes out.

    `table` replaces the desk's table, which needs memory for all that it holds.
    """

    def __init__(
        self, settings: DeskSettings, alert_row: Callable[[Row], object], table: MemoryTable | None = None
    ) -> None:
        self.desk = VirtualDesk(settings, self, table=table)
        self.counts: Counter[str] = Counter()
        self.recording = Recording()
        self._alert_row = alert_row
        # Reply timers that ended, or still ran at the end, after their deadline; and the first alert about each.
        self._waits = Waits()
        # The messages that went out, by id: to whom, on which channel, when.
        self.messages: dict[str, tuple[StaffId, Channel, datetime]] = {}
        # The number of distinct reporters of each incident when it was noticed.
        self._reporters: dict[IncidentId, int] = {}

    def read(self, recording: Recording, advance: Callable[[], object] = lambda: None) -> None:
        """Hears the posts of a recording; `advance` is called after each."""
        self.recording = recording
        for post in recording.posts:
            self.counts[_ADDED.get(self.desk.hear(post), "duplicates")] += 1
            advance()

    def finish(self) -> None:
        """Runs the clock on until no alert is left; timers that still run are late from their deadline on."""
        self.desk.finish()
        for case in self.desk.stored_cases():
            self.counts[case.kind] += 1
            if case.timer is not None and case.waiting and case.timer.breached(self.desk.now):
                self._note_late(case.case_id, case, alerted=bool(case.timer.alerts))

    def classified(self, change: Classified, now: datetime) -> None:
        """Keeps the reply timer that a post ended too late."""
        if change.case is None:
            return
        before, after = change.case.before, change.case.after
        ended, running = after.timer, before.timer if before else None
        if ended is not None and not after.waiting and ended.breached(now):
            self._note_late(after.case_id, after, alerted=bool(running and running.alerts))

    def _note_late(self, subject: SubjectId, case: Case, alerted: bool) -> None:
        timer = case.timer
        assert timer is not None, "a late timer is there"
        self._waits.late(subject, timer.since, Deadline(timer.answer_by, timer.ended_at, alerted))

    def noticed(self, incident_id: IncidentId) -> None:
        self._reporters[incident_id] = len({post.author_id for post in self.desk.incidents.joined(incident_id)})

    def recorded(self, record: Record) -> None:
        """Writes the row of an alert that went out; `due_at` is when its stage fell due, `answer_by` the deadline."""
        if record.outcome is not Outcome.SENT:
            return
        alert = record.alert
        self.messages[record.message_id] = (alert.staff_id, record.via, record.at)
        self._waits.warned(alert.subject_id, alert.since, record.at)
        self._alert_row(
            {
                "at": _iso(record.at),
                "case_id": str(alert.subject_id),
                "staff": alert.staff_id,
                "channel": record.via,
                "stage": alert.stage,
                "due_at": _iso(alert.due_at),
                "answer_by": _iso(alert.answer_by),
                "digest": record.digest,
                "text": self.desk.outbox.latest,
            }
        )

    def case_rows(self) -> Iterator[Row]:
        """`answer_by` and `answered_at` are of the customer's latest reply timer."""
        for case in self.desk.stored_cases():
            yield {
                "case_id": str(case.case_id),
                "number": case_number(case.case_id, self.desk.settings.brand.name),
                "customer_id": case.customer_id,
                "kind": case.kind,
                "urgency": case.urgency,
                "topics": case.topics,
                "opened_at": _iso(case.opened_at),
                "answer_by": _iso(case.timer.answer_by) if case.timer else None,
                "answered_at": _iso(case.timer.ended_at) if case.timer else None,
                "first_answered_at": _iso(case.first_answer_at),
                "state": case.state,
                "breached": case.breached(self.desk.now),
                "post_ids": [
                    entry.post_id for entry in self.desk.cases.timeline(case.case_id) if isinstance(entry, Posted)
                ],
            }

    def incident_rows(self) -> Iterator[Row]:
        """All incidents; `ended_at` is when they had faded, as no person confirms them in a replay."""
        for incident in self.desk.stored_incidents():
            joined = self.desk.incidents.joined(incident.incident_id)
            yield {
                "id": incident.incident_id,
                "detected_at": _iso(incident.created_at),
                "title": incident.title,
                "topic": incident.topic,
                "authors": list(dict.fromkeys(post.author_id for post in joined)),
                "post_ids": [post.post_id for post in joined],
                "impact": incident.impact,
                "ended_at": _iso(incident.ended_at),
                "distinct_authors_at_detection": self._reporters[incident.incident_id],
            }

    def questions(self) -> Iterator[tuple[Case, Question]]:
        """The cases whose customers needed an answer, as figures see them."""
        return ((case, found) for case in self.desk.stored_cases() if (found := question_of(case)))

    def facts(self) -> Iterator[Fact]:
        """The facts that figures count, each wait with the first alert about it."""
        return (self._with_warning(fact) if isinstance(fact, WaitFact) else fact for fact in self.desk.stored_facts())

    def _with_warning(self, fact: WaitFact) -> WaitFact:
        """The ledger of a long replay is dropped behind it, so that warnings are remembered here."""
        if fact.warned_at is not None:
            return fact
        warned = self._waits.warned_at(fact.case_id, fact.since)
        return replace(fact, warned_at=warned) if warned else fact

    def summary(self) -> Row:
        """The figures of the whole replay. Answers are judged as if the brand wrote nothing after the last post."""
        kinds = {kind: count for kind in Kind if (count := self.counts[kind])}
        return {
            "lines": self.recording.records,
            **self._posts(),
            "duplicates": self.counts["duplicates"],
            "edited": self.counts["edited"],
            "reposts": self.recording.reposts,
            "bad_lines": len(self.recording.left_out),
            "cases": sum(kinds.values()),
            "cases_by_kind": kinds,
            **self._answers(),
            **self._deadlines(),
            "incidents": sum(1 for _ in self.desk.stored_incidents()),
            **{traits.plural: self.desk.outbox.sent[channel] for channel, traits in CHANNELS.items()},
        }

    def _posts(self) -> Row:
        own = Counter(post.case_id is not None if post.own else None for post in self.desk.stored_posts())
        return {
            "posts": own.total(),
            "own_posts": own[True] + own[False],
            "own_posts_in_no_case": own[False],
        }

    def _answers(self) -> Row:
        report = report_of(self.facts(), self.desk.settings.zone)
        shares = {name: report.first.share_within(name) for name in SPANS}
        return {
            "needed_an_answer": report.first.waits,
            "answered_within": {name: share and round(share, 4) for name, share in shares.items()},
            "ignored": report.first.ignored,
            "counted_apart": dict(report.apart),
        }

    def _deadlines(self) -> Row:
        waits, now = self._waits, self.desk.now
        return {
            "breaches": deadlines.breaches(waits.deadlines(), now),
            "breaches_warned_before": deadlines.breaches_warned_before(waits.deadlines(), now),
            "late_without_alerts": deadlines.late_without_alerts(waits.deadlines(), now),
        }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
