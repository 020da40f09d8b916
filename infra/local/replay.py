"""Recorded posts through the desk in virtual time: what would it have told whom, and when?

The same use cases as in the functions, on stores in memory. Time moves in the whole minutes at which the
schedules would run, and minutes in which nothing happens cost nothing.
"""

import argparse
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from infra.settings_file import SettingsFileInvalid, load_settings
from mentiondesk.adapters.storage.memory import MemoryAlerts, MemoryCases, MemoryIncidents, MemoryPosts
from mentiondesk.adapters.storage.memory_signals import MemorySignals, MemoryUsual
from mentiondesk.adapters.x.posts import Repost, read_post
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import IncidentId, SubjectId, UserId
from mentiondesk.domain.posts.post import Added, Post, Source, Unreadable
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.ports.alerts import Lease
from mentiondesk.ports.cases import Classified
from mentiondesk.presentation.staff_messages import Writer
from mentiondesk.settings import Settings
from mentiondesk.triage import BrandTriage
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from mentiondesk.usecases.incidents.detect_incidents import DetectIncidents
from mentiondesk.usecases.intake.classify_mention import ClassifyMention

EXAMPLE = Path("infra/settings.example.yaml")
_MINUTE = timedelta(minutes=1)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_SPANS = {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "24h": timedelta(hours=24)}
# Those whose answer the customer expects; thanks for praise is no debt.
_EXPECTED = (Kind.COMPLAINT, Kind.QUESTION)
_MOST_LINES_SHOWN = 20
# X lets a post be edited for an hour after it was made.
_EDITABLE = timedelta(hours=2)


class _Sent:
    """Mailer and Texter that count what would have gone out and keep the latest, which is recorded next."""

    def __init__(self) -> None:
        self.emails = self.texts = 0
        self.latest = ""

    def mail(self, address: str, email: Email) -> str:
        del address
        self.emails += 1
        self.latest = f"{email.subject}\n\n{email.text}"
        return f"mail-{self.emails}"

    def text(self, number: str, text: str) -> str:
        del number
        self.texts += 1
        self.latest = text
        return f"text-{self.texts}"


class _Alerts(MemoryAlerts):
    """Hands on what went out, and keeps no more of it than a later run may ask for."""

    def __init__(self, cases: MemoryCases, incidents: MemoryIncidents, hand_on: Callable[[Record], None]) -> None:
        super().__init__(cases, incidents)
        self._hand_on = hand_on
        self._waits: deque[tuple[SubjectId, datetime]] = deque()

    def record(self, records: Iterable[Record]) -> None:
        super().record(records)
        for record in self.records:
            self._hand_on(record)
        self.records.clear()

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        super().done(lease, alerted_until, next_at, attempts)
        if next_at is None and lease.matter.wait is not None:
            self._waits.append((lease.matter.matter_id, lease.matter.wait.since))
        # An edit may tell a case again while X allows edits, and its alerts must not go out once more.
        while self._waits and self._waits[0][1] < lease.until - _EDITABLE:
            self._ledger.pop(self._waits.popleft(), None)


@dataclass(frozen=True)
class _Sender:
    send: Callable[[str, Any], str]


@dataclass
class Replay:
    """The desk in virtual time. Feed it posts oldest first, then `finish`; `tell` gets a row for each alert."""

    settings: Settings
    tell: Callable[[dict[str, Any]], object]
    posts: MemoryPosts = field(default_factory=MemoryPosts)
    now: datetime = _BEFORE_ALL
    counts: Counter[str] = field(default_factory=Counter)
    bad_lines: list[tuple[int, str]] = field(default_factory=list)
    # Every wait that ran past its deadline, once it is over, and whether it called for alerts.
    late_waits: dict[tuple[SubjectId, datetime], bool] = field(default_factory=dict)
    # Those that staff heard of before they ran past it.
    warned: set[tuple[SubjectId, datetime]] = field(default_factory=set)
    # How many different people each incident had when it was noticed.
    noticed: dict[IncidentId, int] = field(default_factory=dict)
    # When the detector would next find something to do.
    look_at: datetime | None = None

    def __post_init__(self) -> None:
        self.signals = MemorySignals()
        self.cases = MemoryCases(self.posts, self.signals)
        self.incidents = MemoryIncidents(self.cases.due)
        self.alerts = _Alerts(self.cases, self.incidents, self._sent)
        self.sent = _Sent()
        triage = BrandTriage(lambda: self.settings.triage.brand_words)
        self._classify = ClassifyMention(
            self.posts, self.cases, triage, lambda: self.settings, lambda _: self.incidents.open()
        )
        self._detect = DetectIncidents(self.signals, MemoryUsual(), self.incidents, lambda: self.settings)
        mailer, texter = _Sender(self.sent.mail), _Sender(self.sent.text)
        self._notify = NotifyStaff(
            self.alerts, self.incidents, mailer, texter, Writer(html=False), lambda: self.settings
        )

    def read(self, lines: Iterable[bytes]) -> None:
        """Each line is one X API v2 post. Lines that are none are counted with their numbers."""
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            self.counts["lines"] += 1
            try:
                raw = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError):
                self.bad_lines.append((number, "is not JSON"))
                continue
            found = read_post(raw, Source.MENTIONS, self.settings.brand.user_id)
            match found:
                case Unreadable():
                    self.bad_lines.append((number, f"is no post: {found.reason}"))
                case Repost():
                    self.counts["reposts"] += 1
                case Post():
                    self.hear(found)

    def hear(self, post: Post) -> None:
        """One post reaches the desk at the whole minute after it was made."""
        self._run_before(_minute_after(post.created_at))
        self.now = max(self.now, _minute_after(post.created_at))
        added = self.posts.add(replace(post, seen_at=self.now))
        self.counts["edited" if added is Added.EDITED else "new" if added is Added.NEW else "duplicates"] += 1
        for untagged in self.posts.take_untagged():
            change = self._classify(untagged, self.now)
            if change is not None:
                self._note_late(change)
                self.look_at = self.now if change.signal else self.look_at

    def finish(self) -> None:
        """Runs the clock on until no deadline is left."""
        self._run_before(datetime.max.replace(tzinfo=UTC) - 2 * _MINUTE)
        for case in self.cases.cases.values():
            if case.wait is not None and case.waiting and case.wait.late(self.now):
                self.late_waits[case.case_id, case.wait.since] = bool(case.wait.alerts)

    def _run_before(self, end: datetime) -> None:
        """Every run of the detector and of the notifier that has something to do before `end`."""
        while (tick := self._next_run()) is not None and tick < end:
            self.now = tick
            if self.look_at is not None and self.look_at <= tick:
                self._look()
            self._notify(tick, lambda: timedelta(hours=1))

    def _next_run(self) -> datetime | None:
        ahead = [moment for moment in (self.alerts.next_due(), self.look_at) if moment is not None]
        return max(_minute_after(min(ahead)), self.now) if ahead else None

    def _look(self) -> None:
        """One run of the detector; while something goes on, it looks every minute."""
        for incident_id in self._detect(self.now).raised:
            self.noticed[incident_id] = len({post.author_id for post in self.incidents.joined(incident_id)})
        self.look_at = self.now + _MINUTE if self.incidents.open() else None

    def _note_late(self, change: Classified) -> None:
        """A wait that this post ended; as it was before, with the alerts it called for."""
        wait = change.after.wait if change.after else None
        running = change.before.wait if change.before else None
        if change.after is not None and wait is not None and not change.after.waiting and wait.late(self.now):
            self.late_waits[change.after.case_id, wait.since] = bool(running and running.alerts)

    def case_rows(self) -> Iterator[dict[str, Any]]:
        """`answer_by` and `answered_at` are of the customer's latest wait."""
        for case in self.cases.cases.values():
            yield {
                "case_id": case.case_id,
                "customer_id": case.customer_id,
                "kind": case.kind,
                "urgency": case.urgency,
                "topics": case.topics,
                "opened_at": _iso(case.opened_at),
                "answer_by": _iso(case.wait.answer_by) if case.wait else None,
                "answered_at": _iso(case.wait.ended_at) if case.wait else None,
                "first_answered_at": _iso(case.first_answer_at),
                "state": case.state,
                "breached": case.breached(self.now),
                "post_ids": [entry.post_id for entry in self.cases.timeline(case.case_id)],
            }

    def incident_rows(self) -> Iterator[dict[str, Any]]:
        """Everything that was noticed; `ended_at` is when it had faded, as nobody is there to confirm it."""
        for incident in sorted(self.incidents.incidents.values(), key=lambda one: one.created_at):
            joined = self.incidents.joined(incident.incident_id)
            yield {
                "id": incident.incident_id,
                "detected_at": _iso(incident.created_at),
                "title": incident.title,
                "topic": incident.topic,
                "authors": list(dict.fromkeys(post.author_id for post in joined)),
                "post_ids": [post.post_id for post in joined],
                "impact": incident.impact,
                "ended_at": _iso(incident.ended_at),
                "distinct_authors_at_detection": self.noticed[incident.incident_id],
            }

    def _sent(self, record: Record) -> None:
        """One thing that would have gone out; `due_at` is when its stage fell due, `answer_by` the deadline."""
        alert = record.alert
        if record.outcome is not Outcome.SENT:
            return
        if record.at <= alert.answer_by:
            self.warned.add((alert.matter_id, alert.since))
        self.tell(
            {
                "at": _iso(record.at),
                "case_id": alert.matter_id,
                "staff": alert.staff_id,
                "channel": record.via,
                "stage": alert.stage,
                "due_at": _iso(alert.due_at),
                "answer_by": _iso(alert.answer_by),
                "digest": record.digest,
                "text": self.sent.latest,
            }
        )

    def summary(self) -> dict[str, Any]:
        """The figures of the whole replay; shares are of complaints and questions whose customer waited."""
        cases = self.cases.cases.values()
        expected = [case for case in cases if case.kind in _EXPECTED and case.asked_at is not None]
        owed = {key for key, alerts in self.late_waits.items() if alerts}
        own = [post for post in self.posts.stored.values() if post.own]
        return {
            "lines": self.counts["lines"],
            "posts": len(self.posts.stored),
            "own_posts": len(own),
            "own_posts_in_no_case": sum(post.case_id is None for post in own),
            "duplicates": self.counts["duplicates"],
            "edited": self.counts["edited"],
            "reposts": self.counts["reposts"],
            "bad_lines": len(self.bad_lines),
            "cases": len(cases),
            "cases_by_kind": {kind: count for kind in Kind if (count := sum(c.kind is kind for c in cases))},
            "needed_an_answer": len(expected),
            "answered_within": {name: _share(expected, span) for name, span in _SPANS.items()},
            "ignored": sum(case.first_answer_at is None for case in expected),
            "breaches": len(owed),
            "breaches_warned_before": len(owed & self.warned),
            "late_without_alerts": len(self.late_waits) - len(owed),
            "incidents": len(self.incidents.incidents),
            "emails": self.sent.emails,
            "texts": self.sent.texts,
        }


def _share(cases: list[Case], span: timedelta) -> float | None:
    """The share of cases with a first answer within `span` of the customer's first question."""
    if not cases:
        return None
    in_time = sum(
        case.first_answer_at is not None and case.asked_at is not None and case.first_answer_at - case.asked_at <= span
        for case in cases
    )
    return round(in_time / len(cases), 4)


def _minute_after(moment: datetime) -> datetime:
    """The next whole minute; the moment itself when it is one."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + _MINUTE


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _counted(file: BinaryIO, advance: Callable[[int], object]) -> Iterator[bytes]:
    for line in file:
        yield line
        advance(len(line))


def _replayed(replay: Replay, posts: Path, console: Console) -> dict[str, Any]:
    """The summary of a file of posts."""
    started = time.perf_counter()
    with posts.open("rb") as file, _progress(console, posts.stat().st_size) as advance:
        replay.read(_counted(file, advance))
    replay.finish()
    return replay.summary() | {"seconds": round(time.perf_counter() - started, 2)}


class _Output:
    """The files of one replay, written as it goes; they get their names together, when all of them are whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: dict[str, TextIO] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def file(self, name: str) -> TextIO:
        """The unfinished file of this name."""
        if name not in self._parts:
            self._parts[name] = self._part(name).open("w", encoding="utf-8")
        return self._parts[name]

    def rows(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        """Adds rows to a file of JSON lines."""
        self.file(name).writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    def finish(self) -> None:
        for name, file in self._parts.items():
            file.close()
            self._part(name).replace(self._folder / name)

    def _part(self, name: str) -> Path:
        return self._folder / f".{name}.unfinished"

    def __exit__(self, *_: object) -> None:
        for name, file in self._parts.items():
            file.close()
            self._part(name).unlink(missing_ok=True)


def _show(console: Console, summary: dict[str, Any]) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    for key, value in summary.items():
        told = ", ".join(f"{k}: {_percent(v)}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        table.add_row(key.replace("_", " "), told)
    console.print(table)


def _percent(value: float | None) -> str:
    return f"{value:.1%}" if isinstance(value, float) else str(value) if value is not None else "-"


def _settings(path: Path | None, brand: str | None) -> Settings:
    settings = load_settings(path or EXAMPLE)
    if brand is None:
        return settings
    return settings.model_copy(update={"brand": settings.brand.model_copy(update={"user_id": UserId(brand)})})


def main() -> int:
    """Returns 0, or 1 when there was nothing to replay, or 2 when the files named cannot be used."""
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__, formatter_class=_Help)
    parser.add_argument("posts", type=Path, help="JSON lines, one X API v2 post each, oldest first")
    parser.add_argument("--settings", type=Path, help=f"settings file (default: {EXAMPLE})")
    parser.add_argument("--brand-id", help="X's id of the brand's account (default: the settings' brand)")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder to write to (default: out)")
    options = parser.parse_args()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        settings = _settings(options.settings, options.brand_id)
        with _Output(options.out) as out:
            replay = Replay(settings, lambda row: out.rows("alerts.jsonl", [row]))
            summary = _replayed(replay, options.posts, console)
            out.rows("cases.jsonl", replay.case_rows())
            out.rows("incidents.jsonl", replay.incident_rows())
            out.rows("alerts.jsonl", [])
            out.file("summary.json").write(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
            out.finish()
    except SettingsFileInvalid as invalid:
        console.print(str(invalid), style="red", markup=False)
        return 2
    except OSError as problem:
        console.print(f"cannot use {problem.filename}: {problem.strerror}", style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("stopped; nothing is written", style="red")
        return 130
    _show(Console(highlight=False), summary)
    return _warn(console, options, replay)


def _warn(console: Console, options: argparse.Namespace, replay: Replay) -> int:
    for number, reason in replay.bad_lines[:_MOST_LINES_SHOWN]:
        console.print(f"{options.posts} line {number} {reason}", style="yellow", markup=False)
    if len(replay.bad_lines) > _MOST_LINES_SHOWN:
        console.print(f"... and {len(replay.bad_lines) - _MOST_LINES_SHOWN} more lines", style="yellow")
    if not replay.posts.stored:
        console.print(f"{options.posts} holds no posts", style="red", markup=False)
        return 1
    if not any(post.own for post in replay.posts.stored.values()):
        brand = replay.settings.brand.user_id
        hint = f"no post is by the brand ({brand}), so no case looks answered; is BRAND_ID=... right?"
        console.print(hint, style="yellow", markup=False)
    console.print(f"written to {options.out}: cases.jsonl, alerts.jsonl, incidents.jsonl, summary.json", markup=False)
    return 0


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    pass


class _progress:  # noqa: N801
    """A bar on a terminal, nothing elsewhere; gives the function that moves it by some bytes."""

    def __init__(self, console: Console, total: int) -> None:
        columns = (TextColumn("replaying"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("replaying", total=total)

    def __enter__(self) -> Callable[[int], object]:
        self._bar.start()
        return lambda size: self._bar.advance(self._task, size)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


if __name__ == "__main__":
    sys.exit(main())
