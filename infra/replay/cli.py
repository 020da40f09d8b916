"""`make replay`: reads a file of recorded posts, writes the result to a folder, and prints a summary."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from infra.replay.report import Replay
from infra.settings_file import SettingsFileInvalid, load_desk
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import UserId

EXAMPLE = Path("infra/settings.example.yaml")
_MOST_LINES_SHOWN = 20


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


def _settings(path: Path | None, brand: str | None) -> DeskSettings:
    settings = load_desk(path or EXAMPLE)
    if brand is None:
        return settings
    return replace(settings, brand=replace(settings.brand, user_id=UserId(brand)))


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
    posts = replay.desk.stored_posts()
    if not posts:
        console.print(f"{options.posts} holds no posts", style="red", markup=False)
        return 1
    if not any(post.own for post in posts):
        brand = replay.desk.settings.brand.user_id
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
