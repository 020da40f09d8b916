"""Figures with what they should reach, shown as one table, and compared with those accepted before."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

# A change of a timed figure that is smaller than this says nothing on a machine that does other work too.
NOISE = 0.1


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table. `reach` is its upper bound, or its lower bound where `at_least`; None: for information.

    `timed` figures depend on a clock; all others come out the same on every run. `why` says what is in it.
    """

    name: str
    value: float
    unit: str = ""
    reach: float | None = None
    at_least: bool = False
    timed: bool = False
    why: str = ""

    @property
    def met(self) -> bool | None:
        if self.reach is None:
            return None
        return self.value >= self.reach if self.at_least else self.value <= self.reach

    @property
    def told(self) -> str:
        return f"{number(self.value)} {self.unit}".strip()

    @property
    def reach_told(self) -> str:
        return "" if self.reach is None else f"{'≥' if self.at_least else '≤'} {number(self.reach)}"

    def change(self, accepted: Mapping[str, float]) -> str:
        """Against what was accepted last: "=", a share, or "new"."""
        before = accepted.get(self.name)
        if before is None:
            return "new"
        if not before:
            return "=" if not self.value else f"was {number(before)}"
        share = self.value / before - 1
        if abs(share) < (NOISE if self.timed else 0.0005):
            return "=" if not self.timed else "about ="
        return f"{share:+.1%}"


def number(value: float) -> str:
    """Like 12,345 or 0.0123: what a reader needs of it."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 0.1 else f"{value:.2f}"


def table(figures: Sequence[Figure], accepted: Mapping[str, float]) -> Table:
    """All figures, with what they should reach, whether they do, and the change."""
    shown = Table(title="Cost and speed", title_justify="left", expand=True)
    shown.add_column("figure", ratio=4)
    shown.add_column("is", justify="right", no_wrap=True)
    shown.add_column("should be", justify="right", no_wrap=True)
    shown.add_column("", no_wrap=True)
    shown.add_column("change", justify="right", no_wrap=True)
    shown.add_column("what is in it", ratio=6, style="dim")
    marks = {True: "[green]yes[/green]", False: "[red]NO[/red]", None: ""}
    for one in figures:
        shown.add_row(one.name, one.told, one.reach_told, marks[one.met], one.change(accepted), one.why)
    return shown


def as_json(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    return [{**asdict(one), "met": one.met} for one in figures]


def write(path: Path, figures: Iterable[Figure]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(as_json(figures), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_accepted(path: Path) -> dict[str, float]:
    """Values by figure; empty when none were accepted yet."""
    if not path.exists():
        return {}
    return {one["name"]: one["value"] for one in json.loads(path.read_text(encoding="utf-8"))}


def lost(path: Path, figures: Iterable[Figure]) -> list[str]:
    """The figures that reached their reach when they were accepted, and do not now."""
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    reached = {one["name"] for one in before if one["met"]}
    return [one.name for one in figures if one.met is False and one.name in reached]


def accept(path: Path, figures: Sequence[Figure], *, keep_others: bool) -> None:
    """Puts these figures in the place of those accepted before; `keep_others`: those that were not measured stay."""
    told = as_json(figures)
    if keep_others and path.exists():
        measured = {one["name"] for one in told}
        told = [one for one in json.loads(path.read_text(encoding="utf-8")) if one["name"] not in measured] + told
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
