"""Two checkouts side by side: `make bench OTHER=path` runs both in alternating pairs and prints the ratio.

A pair is run in the order ABBA, so that slow drifts of the machine cancel out. All times are CPU seconds of fresh
processes on this checkout's interpreter: code and its own `tests/benchmarks` come from the checkout, the posts from
here. A ratio above 1 means that this checkout is faster.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

from rich.table import Table

from tests.benchmarks import traffic
from tests.benchmarks.starts import FUNCTIONS, start_command, start_environment
from tests.support.builders import BRAND_ID

_PAIRS = 5
_REPLAYED = 6_000
_POSTS = 6_000
# The places of the same parts in earlier checkouts.
_REPLAYS = ("infra/replay/cli.py", "infra/local/replay.py")
_DOORS = {"action_links": "staff_api", "status_subscriptions": "staff_api"}
_USE_CASES = (
    "from datetime import timedelta; from tests.benchmarks import speed, traffic; "
    "feed = speed.recorded(traffic.mentions({0}, timedelta(hours=10), late=0, without_handle=0)); "
    "print(len(feed.bodies) / speed._through_the_use_cases(feed))"
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """A comparison: the CPU seconds of both checkouts, pair by pair."""

    name: str
    here: tuple[float, ...]
    there: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        """By pair, the other's time over ours: above 1, this checkout is faster."""
        return sorted(other / own for own, other in zip(self.here, self.there, strict=True))


def measure(other: Path, pairs: int = _PAIRS) -> Iterator[Pairs]:
    """Replay, posts through the use cases, and the start of each function that both checkouts have."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        posts = folder / "posts.jsonl"
        said = traffic.mentions(_REPLAYED, timedelta(days=_REPLAYED / 2500), answered=0.5, late=0)
        posts.write_text("".join(f"{line}\n" for line in traffic.lines(said)), encoding="utf-8")
        yield _compare("make replay", other, pairs, lambda root: _replay(root, posts, folder))
        yield _compare("fetch → classify → case", other, pairs, _use_cases)
        for function in FUNCTIONS:
            if not _folder(other, function):
                continue
            yield _compare(f"start of {function}", other, pairs, partial(_start, function=function))


def _compare(name: str, other: Path, pairs: int, run: Callable[[Path], float]) -> Pairs:
    own = Path.cwd()
    times: dict[Path, list[float]] = {own: [], other: []}
    for root in (own, other):  # bytecode and caches of the file system
        run(root)
    for number in range(pairs):
        order = (own, other, other, own) if number % 2 == 0 else (other, own, own, other)
        spent: dict[Path, float] = {own: 0.0, other: 0.0}
        for root in order:
            spent[root] += run(root)
        for root, seconds in spent.items():
            times[root].append(seconds / 2)
    return Pairs(name, tuple(times[own]), tuple(times[other]))


def _replay(root: Path, posts: Path, out: Path) -> float:
    module = next(path for path in _REPLAYS if (root / path).exists()).removesuffix(".py").replace("/", ".")
    return _seconds(root, ["-m", module, str(posts), "--brand-id", str(BRAND_ID), "--out", str(out / "out")])


def _use_cases(root: Path) -> float:
    """The seconds that the checkout's own benchmark counts, without those of making its input."""
    command = [sys.executable, "-c", _USE_CASES.format(_POSTS)]
    done = subprocess.run(command, cwd=root, env=_ours(), check=True, capture_output=True, text=True)
    return float(done.stdout)


def _start(root: Path, function: str) -> float:
    command = start_command(_folder(root, function))
    if not (root / "layers/core/mentiondesk/runtime").is_dir():
        command = command.replace("mentiondesk.runtime", "mentiondesk")
    return _seconds(root, ["-c", command], **start_environment("layers/core"))


def _folder(root: Path, function: str) -> str:
    """The name of a function in a checkout; empty where it has none."""
    names = (function, _DOORS.get(function, ""))
    return next((name for name in names if name and (root / "functions" / name).is_dir()), "")


def _ours() -> dict[str, str]:
    """The environment in which a checkout finds its own packages."""
    return {**os.environ, "PYTHONPATH": f"layers/core{os.pathsep}.", "PYTHONDONTWRITEBYTECODE": ""}


def _seconds(root: Path, arguments: list[str], **environment: str) -> float:
    """CPU time of a fresh process in a checkout."""
    variables = environment or _ours()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=root,
        env={**variables, "PYTHONDONTWRITEBYTECODE": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said.decode()
    return used.ru_utime + used.ru_stime


def table(found: list[Pairs]) -> Table:
    """A row for each comparison: both medians, and the ratio with its range over the pairs."""
    shown = Table("what", title="This checkout beside the other one (above 1: this is faster)", title_justify="left")
    for name in ("here", "other", "ratio", "lowest", "highest"):
        shown.add_column(name, justify="right")
    for one in found:
        ratios = one.ratios
        values = (f"{median(one.here):.2f} s", f"{median(one.there):.2f} s")
        shown.add_row(one.name, *values, *(f"{ratio:.3f}" for ratio in (median(ratios), ratios[0], ratios[-1])))
    return shown
