"""`make replay`: reads files of recorded posts, writes the result to a folder, and prints a summary."""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from infra.replay.containers import Document, NotReadable, documents, parts
from infra.replay.page import Report
from infra.replay.recording import MOST_LEFT_OUT, Recording, read_recording
from infra.replay.report import Replay
from infra.replay.spilling_table import SpillingTable
from infra.settings_file import SettingsFileInvalid, load_desk
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import UserId
from mentiondesk.values import replace

EXAMPLE = Path("infra/settings.example.yaml")
# Posts that are replayed in memory: a recording of 8,438 lines took 124 MB at its peak. Longer ones spill.
_IN_MEMORY = 10_000
# Lines of alerts hold whole messages: a small buffer would be written every few lines.
_BUFFER = 1 << 20


def _recording(names: Iterable[str], settings: DeskSettings) -> Recording:
    """The recording in some files, or on standard input where a name is "-". Raises NotReadable or OSError."""
    return read_recording((one for name in names for one in _documents(name)), settings.brand)


def _documents(name: str) -> Iterator[Document]:
    if name == "-":
        return documents("standard input", sys.stdin.buffer.read())
    return parts(Path(name)) or documents(name, Path(name).read_bytes())


def _usable(recording: Recording, console: Console, *, lenient: bool) -> bool:
    """Tells what was left out, and why; False where it was too much, or nothing is left."""
    for note in recording.notes:
        console.print(note, style="dim", markup=False)
    if recording.left_out:
        console.print(f"{len(recording.left_out)} of {recording.records} records are left out:", style="yellow")
        for complaint in recording.complaints():
            console.print(f"  {complaint}", style="yellow", markup=False)
    if not recording.posts:
        console.print("there are no posts in it", style="red")
        return False
    if recording.too_much_left_out and not lenient:
        told = f"that is more than {MOST_LEFT_OUT:.0%}, and figures of the rest could mislead; nothing is written"
        console.print(f"{told}. LENIENT=yes replays the rest all the same", style="red", markup=False)
        return False
    return True


def _replayed(replay: Replay, recording: Recording, console: Console) -> dict[str, Any]:
    """The summary of a recording."""
    started = time.perf_counter()
    with _progress(console, len(recording.posts)) as advance:
        replay.read(recording, advance)
    replay.finish()
    return replay.summary() | {"seconds": round(time.perf_counter() - started, 2)}


# The encoder of `json.dumps`, made once for all rows.
_as_json = json.JSONEncoder(ensure_ascii=False).encode


@lru_cache(maxsize=1)
def _end(text: str) -> bytes:
    """The end of the lines of a message's alerts. It is the longest part of them, and is encoded once."""
    return f"{_as_json(text)}}}\n".encode()


def _line(row: Mapping[str, Any]) -> bytes:
    """The row as a line of JSON."""
    if "text" not in row:
        return f"{_as_json(row)}\n".encode()
    return _as_json({**row, "text": ""}).removesuffix('""}').encode() + _end(row["text"])


class _Output:
    """The files of one replay, written as it goes; they get their names together, when all of them are whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: dict[str, BinaryIO] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def _file(self, name: str) -> BinaryIO:
        """The unfinished file of this name."""
        if name not in self._parts:
            self._parts[name] = self._part(name).open("wb", _BUFFER)
        return self._parts[name]

    def text(self, name: str, text: str) -> None:
        """Writes a file of text."""
        self._file(name).write(text.encode())

    def rows(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        """Adds rows to a file of JSON lines."""
        self._file(name).writelines(map(_line, rows))

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


def _show(console: Console, report: Report) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in report.lines():
        table.add_row(name, value)
    console.print(table)


def _settings(path: Path | None, brand: str | None) -> DeskSettings:
    settings = load_desk(path or EXAMPLE)
    if brand is None:
        return settings
    # The example's settings are about an invented shop.
    name = settings.brand.name if path else "the brand"
    return replace(settings, brand=replace(settings.brand, name=name, user_id=UserId(brand)))


def main() -> int:
    """Returns 0, 1 when too little could be replayed, or 2 when the files named cannot be used."""
    options = _options()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        settings = _settings(options.settings, options.brand_id)
        recording = _recording(options.posts, settings)
        if not _usable(recording, console, lenient=options.lenient):
            return 1
        report = _written(recording, settings, options.out, console)
    except (SettingsFileInvalid, NotReadable) as unusable:
        console.print(str(unusable), style="red", markup=False)
        return 2
    except OSError as problem:
        console.print(f"cannot use {problem.filename}: {problem.strerror}", style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("stopped; nothing is written", style="red")
        return 130
    _show(Console(highlight=False), report)
    if not report.summary["own_posts"]:
        brand = settings.brand.user_id
        hint = f"no post is by the brand ({brand}), so no case looks answered; is BRAND_ID=... right?"
        console.print(hint, style="yellow", markup=False)
    console.print(
        f"open {options.out}/report.html; cases, alerts, incidents and the summary are beside it", markup=False
    )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__, formatter_class=_Help)
    parser.add_argument("posts", nargs="+", help="files of posts, in any common form and order; - is standard input")
    parser.add_argument("--settings", type=Path, help=f"settings file (default: {EXAMPLE})")
    parser.add_argument("--brand-id", help="X's id of the brand's account (default: the settings' brand)")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder to write to (default: out)")
    parser.add_argument("--lenient", action="store_true", help="go on although much cannot be read")
    return parser.parse_args()


def _written(recording: Recording, settings: DeskSettings, folder: Path, console: Console) -> Report:
    """Replays a recording into the files of a folder, and returns the report."""
    with _Output(folder) as out:
        table = SpillingTable() if len(recording.posts) > _IN_MEMORY else MemoryTable()
        replay = Replay(settings, lambda row: out.rows("alerts.jsonl", [row]), table)
        summary = _replayed(replay, recording, console)
        out.rows("cases.jsonl", replay.case_rows())
        out.rows("incidents.jsonl", replay.incident_rows())
        out.rows("alerts.jsonl", [])
        report = Report(replay, summary)
        out.text("report.html", report.html())
        out.text("summary.json", json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
        out.finish()
    return report


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    pass


class _progress:  # noqa: N801
    """A bar on a terminal, nothing elsewhere; gives the function that moves it by one post."""

    def __init__(self, console: Console, total: int) -> None:
        columns = (TextColumn("replaying"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("replaying", total=total)

    def __enter__(self) -> Callable[[], object]:
        self._bar.start()
        return lambda: self._bar.advance(self._task)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


if __name__ == "__main__":
    # A replay keeps what it makes until its end, without cycles: the collector would visit all of it time and again.
    gc.set_threshold(100_000, 50, 50)
    sys.exit(main())
