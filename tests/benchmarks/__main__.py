"""Cost and speed of the desk: `make bench`.

Counts come out the same on every run; what depends on a clock is CPU time, as a ratio or a median of several
runs. The table is compared with tests/benchmarks/accepted.json; --accept puts this run's in its place. The command
fails where a figure that was what it should be no longer is.
"""

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from infra.transform import REGION
from tests.benchmarks import desk, mentions, notifier, pairs, quiet, reads, replies, speed, starts, storm, weeks
from tests.benchmarks.figures import Figure, accept, lost, read_accepted, table, write

ACCEPTED = Path(__file__).with_name("accepted.json")
OUT = Path("out/benchmarks.json")
_PARTS = ("mentions", "reads", "notifier", "starts", "speed", "storm", "desk", "replies", "quiet", "weeks")


def main() -> int:
    """Prints the table and writes it as JSON; returns 1 where a figure lost the reach that it was accepted with."""
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(_PARTS)} (default: all)")
    parser.add_argument("--full", action="store_true", help="replay a million posts instead of reckoning on from fewer")
    parser.add_argument("--accept", action="store_true", help=f"write {ACCEPTED.name}")
    parser.add_argument("--out", type=Path, default=OUT, help=f"the table as JSON (default {OUT})")
    parser.add_argument("--other", type=Path, help="another checkout, to be timed in alternating pairs with this one")
    parser.add_argument("--pairs", type=int, default=5, help="the number of pairs (default 5)")
    options = parser.parse_args()
    if options.other:
        Console().print(pairs.table(list(pairs.measure(options.other.resolve(), options.pairs))))
        return 0
    if unknown := set(options.parts) - set(_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    _prepare()
    console = Console()
    found = _measure(console, options.parts or _PARTS, full=options.full)
    console.print(table(found, read_accepted(ACCEPTED)))
    write(options.out, found)
    console.print(f"as JSON in {options.out}", markup=False)
    missed = [one.name for one in found if one.met is False]
    if missed:
        told = "; ".join(missed)
        console.print(f"{len(missed)} of {len(found)} figures are not what they should be: {told}", markup=False)
    if options.accept:
        accept(ACCEPTED, found, keep_others=bool(options.parts))
        return 0
    return _status(console, lost(ACCEPTED, found))


def _status(console: Console, names: Sequence[str]) -> int:
    if names:
        console.print(f"lost since the last accepted table: {'; '.join(names)}", markup=False)
    return 1 if names else 0


def _prepare() -> None:
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION=REGION)
    logging.disable(logging.WARNING)


def _measure(console: Console, parts: Iterable[str], *, full: bool) -> list[Figure]:
    steps: list[tuple[str, str, float, float, float]] = []

    def of_mentions() -> list[Figure]:
        figures, told = mentions.measure()
        steps.extend(told)
        return figures

    measures: dict[str, Callable[[], Iterable[Figure]]] = {
        "mentions": of_mentions,
        "reads": reads.measure,
        "notifier": notifier.measure,
        "starts": starts.measure,
        "speed": lambda: speed.measure(full=full),
        "storm": storm.measure,
        "desk": desk.measure,
        "replies": replies.measure,
        "quiet": quiet.measure,
        "weeks": weeks.measure,
    }
    found: list[Figure] = []
    for part in parts:
        began = time.monotonic()
        with console.status(f"measuring {part}"):
            found.extend(measures[part]())
        console.print(f"{part}: {time.monotonic() - began:.0f} s", style="dim")
    if steps:
        console.print(_steps(steps))
    return found


def _steps(told: Iterable[tuple[str, str, float, float, float]]) -> Table:
    shown = Table("function", "step", title="What 1,000 mentions in an hour consist of", title_justify="left")
    for name in ("calls", "write units", "read units"):
        shown.add_column(name, justify="right")
    for function, step, *counts in told:
        shown.add_row(function, step, *(f"{count:,.0f}" for count in counts))
    return shown


if __name__ == "__main__":
    sys.exit(main())
