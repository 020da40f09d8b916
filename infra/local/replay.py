"""Recorded posts through the desk in virtual time: what would it have told whom, and when?

The same use cases as in the functions, on stores in memory. Time moves in the whole minutes at which the
schedules would run, and minutes in which nothing happens cost nothing.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from infra.settings_file import SettingsFileInvalid, load_settings
from mentiondesk.adapters.memory import MemoryAlerts, MemoryCases, MemoryIncidents, MemoryPosts
from mentiondesk.adapters.x_posts import Repost, read_post
from mentiondesk.domain.alerts import Outcome
from mentiondesk.domain.cases import Case
from mentiondesk.domain.ids import CaseId, UserId
from mentiondesk.domain.policy import Channel, Wait
from mentiondesk.domain.posts import Post, Source, Unreadable
from mentiondesk.domain.tags import Kind
from mentiondesk.messages import Writer
from mentiondesk.ports import Added, Classified, Email
from mentiondesk.settings import Settings
from mentiondesk.triage import triage
from mentiondesk.usecases.classify_mention import ClassifyMention
from mentiondesk.usecases.notify_staff import NotifyStaff

EXAMPLE = Path("infra/settings.example.yaml")
_MINUTE = timedelta(minutes=1)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_SPANS = {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "24h": timedelta(hours=24)}
# Those whose answer the customer expects; thanks for praise is no debt.
_EXPECTED = (Kind.COMPLAINT, Kind.QUESTION)
_MOST_LINES_SHOWN = 20


class _Sent:
    """Mailer and Texter that keep what would have gone out, by message id."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def _keep(self, text: str) -> str:
        message_id = f"replay-{len(self.texts) + 1}"
        self.texts[message_id] = text
        return message_id

    def mail(self, address: str, email: Email) -> str:
        del address
        return self._keep(f"{email.subject}\n\n{email.text}")

    def text(self, number: str, text: str) -> str:
        del number
        return self._keep(text)


@dataclass(frozen=True)
class _Sender:
    send: Callable[[str, Any], str]


@dataclass
class Replay:
    """The desk in virtual time. Feed it posts oldest first, then `finish`."""

    settings: Settings
    posts: MemoryPosts = field(default_factory=MemoryPosts)
    now: datetime = _BEFORE_ALL
    counts: Counter[str] = field(default_factory=Counter)
    bad_lines: list[tuple[int, str]] = field(default_factory=list)
    # Every wait that ran past its deadline, once it is over.
    late_waits: dict[tuple[CaseId, datetime], Wait] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cases = MemoryCases(self.posts)
        self.incidents = MemoryIncidents(self.cases.due)
        self.alerts = MemoryAlerts(self.cases, self.incidents)
        self.sent = _Sent()
        self._classify = ClassifyMention(self.posts, self.cases, triage, lambda: self.settings)
        mailer, texter = _Sender(self.sent.mail), _Sender(self.sent.text)
        self._notify = NotifyStaff(self.alerts, self.incidents, mailer, texter, Writer(), lambda: self.settings)

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
        self._alert_before(_minute_after(post.created_at))
        self.now = max(self.now, _minute_after(post.created_at))
        added = self.posts.add(replace(post, seen_at=self.now))
        self.counts["edited" if added is Added.EDITED else "new" if added is Added.NEW else "duplicates"] += 1
        for untagged in self.posts.take_untagged():
            change = self._classify(untagged, self.now)
            if change is not None:
                self._note_late(change)

    def finish(self) -> None:
        """Runs the clock on until no deadline is left."""
        self._alert_before(datetime.max.replace(tzinfo=UTC) - 2 * _MINUTE)
        for case in self.cases.cases.values():
            if case.wait is not None and case.waiting and case.wait.late(self.now):
                self.late_waits[case.case_id, case.wait.since] = case.wait

    def _alert_before(self, end: datetime) -> None:
        """Every run of the notifier that has something to do before `end`."""
        while (due := self.alerts.next_due()) is not None and (tick := max(_minute_after(due), self.now)) < end:
            self.now = tick
            self._notify(tick, lambda: timedelta(hours=1))

    def _note_late(self, change: Classified) -> None:
        wait = change.after.wait if change.after else None
        if change.after is not None and wait is not None and not change.after.waiting and wait.late(self.now):
            self.late_waits[change.after.case_id, wait.since] = wait

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

    def alert_rows(self) -> Iterator[dict[str, Any]]:
        """Everything that would have gone out; `due_at` is when its stage fell due, `answer_by` the deadline."""
        for record in self.alerts.records:
            if record.outcome is Outcome.SENT:
                yield {
                    "at": _iso(record.at),
                    "case_id": record.alert.matter_id,
                    "staff": record.alert.staff_id,
                    "channel": record.via,
                    "stage": record.alert.stage,
                    "due_at": _iso(record.alert.due_at),
                    "answer_by": _iso(record.alert.answer_by),
                    "digest": record.digest,
                    "text": self.sent.texts[record.message_id],
                }

    def summary(self) -> dict[str, Any]:
        """The figures of the whole replay; shares are of complaints and questions whose customer waited."""
        cases = self.cases.cases.values()
        expected = [case for case in cases if case.kind in _EXPECTED and case.asked_at is not None]
        sent = [record for record in self.alerts.records if record.outcome is Outcome.SENT]
        warned = {(r.alert.matter_id, r.alert.since) for r in sent if r.at <= r.alert.answer_by}
        owed = {key for key, wait in self.late_waits.items() if wait.alerts}
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
            "breaches_warned_before": len(owed & warned),
            "late_without_alerts": len(self.late_waits) - len(owed),
            "emails": len({r.message_id for r in sent if r.via is Channel.EMAIL}),
            "texts": len({r.message_id for r in sent if r.via is Channel.TEXT}),
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


def _write(out: Path, replay: Replay, summary: dict[str, Any]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in (("cases", replay.case_rows()), ("alerts", replay.alert_rows())):
        with (out / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (out / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


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
        replay = Replay(_settings(options.settings, options.brand_id))
        started = time.perf_counter()
        with options.posts.open("rb") as file, _progress(console, options.posts.stat().st_size) as advance:
            replay.read(_counted(file, advance))
        replay.finish()
        summary = replay.summary() | {"seconds": round(time.perf_counter() - started, 2)}
        _write(options.out, replay, summary)
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
    console.print(f"written to {options.out}: cases.jsonl, alerts.jsonl, summary.json", markup=False)
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
