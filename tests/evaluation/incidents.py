"""Measures the detection of made-up outages, dropped into streams of other complaints.

    python -m tests.evaluation.incidents [--show]
    python -m tests.evaluation.incidents --runs 100 --streams 15     (the long one, about ten minutes)

The outages' texts are written for this project (README.md names the files). The streams are made of labelled posts with
a day's rhythm, 8 to 100 posts a day, and, where they are at hand beside the checkout, recorded weeks. `--show` lists
what is raised in the streams as they are, to be judged by reading, and what was missed.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.incidents.incident import Incident
from tests.evaluation.outages import FRESH, SECOND, TELLING, THIRD, UNFORESEEN, UNSEEN, Outage, fresh, music
from tests.evaluation.streams import MINUTE, RECORDINGS, WEEK, Followed, Stream, made_up, recorded

RUNS, STREAMS, WEEKS = 16, 5, 4
VOLUMES = (8, 20, 40, 70, 100)
SIZES, MUSIC_SIZES, HELD_SIZES = (5, 8, 12, 30), (5, 10, 30, 100), (5, 10, 20)
# As many people as there are texts in English.
UNSEEN_SIZES = (5, 8, 12, 24)
UNFORESEEN_SIZES = (8, 12, 24)
SLOW_SIZE, SLOW_OVER = 20, timedelta(days=2)
BIG, SMALL = "SpotifyCares", ("Delta", "AmazonHelp", "Uber_Support")
# A made-up stream teaches the baseline for a week before anything is dropped into it.
_WARM_UP = WEEK


@dataclass(frozen=True)
class Result:
    """The fate of one outage."""

    outage: Outage
    followed: Followed

    @property
    def found(self) -> bool:
        return self.followed.noticed_at is not None

    @property
    def delay(self) -> float:
        """Minutes from the fifth person to the notice; below zero if fewer were enough."""
        assert self.followed.noticed_at is not None, "only what is found has a delay"
        return (self.followed.noticed_at - self.outage.fifth_at) / MINUTE

    @property
    def incidents(self) -> list[Incident]:
        return [incident for incident, _ in self.followed.incidents]

    @property
    def start_error(self) -> float:
        """Minutes between the first post and the noted beginning."""
        return abs(min(one.started_at for one in self.incidents) - self.outage.begins_at) / MINUTE

    @property
    def members(self) -> tuple[int, int, int]:
        """The numbers of members that are the outage's, of members, and of posts of the outage."""
        theirs = {post.post_id for post in self.outage.posts}
        joined = frozenset[PostId]().union(*(posts for _, posts in self.followed.incidents))
        return len(joined & theirs), len(joined), len(theirs)

    @property
    def told(self) -> bool:
        """True if the title names a failure that a person would let stand, or if none is asked for."""
        wanted = TELLING.get(self.outage.problem)
        return wanted is None or any(one.failure in wanted for one in self.incidents)


@dataclass(frozen=True)
class Figures:
    """Figures over outages of one size. Shares are None where nothing was found."""

    name: str
    size: int
    runs: int
    recall: float
    delay: float | None = None
    precision: float | None = None
    joined: float | None = None
    start_error: float | None = None
    told: float | None = None
    split: int = 0

    @classmethod
    def of(cls, name: str, size: int, results: Sequence[Result]) -> "Figures":
        found = [one for one in results if one.found and one.incidents]
        recall = sum(one.found for one in results) / len(results)
        if not found:
            return cls(name, size, len(results), recall)
        ours, members, posts = (sum(numbers) for numbers in zip(*(one.members for one in found), strict=True))
        return cls(
            name,
            size,
            len(results),
            recall,
            statistics.median(one.delay for one in found),
            ours / members,
            ours / posts,
            statistics.median(one.start_error for one in found),
            sum(one.told for one in found) / len(found),
            sum(len(one.incidents) > 1 for one in found),
        )


@dataclass(frozen=True)
class Measured:
    """The figures of one kind of stream, with the streams themselves."""

    name: str
    streams: Sequence[Stream]
    figures: Sequence[Figures]
    results: Sequence[Result]

    @property
    def weeks(self) -> float:
        return sum(one.weeks for one in self.streams)

    def a_week(self, slow: bool) -> float:
        """Incidents raised a week in the streams as they are."""
        return sum(one.slow is slow for stream in self.streams for one in stream.raised) / self.weeks


Drop = Callable[[random.Random, int, Stream], Outage]


def quiet(
    runs: int = RUNS,
    streams: int = STREAMS,
    sizes: Sequence[int] = SIZES,
    slow: bool = True,
    unforeseen: Sequence[int] = UNFORESEEN_SIZES,
    unseen: Sequence[int] = UNSEEN_SIZES,
    second: Sequence[int] = SIZES,
) -> Measured:
    """Outages in made-up streams, in English and in mixed languages, slow problems, and problems no table names."""
    made = [made_up(f"quiet {number}", VOLUMES[number % len(VOLUMES)], WEEKS) for number in range(streams)]
    kinds: list[tuple[str, int, Drop, bool]] = [
        (f"{name}{also}", size, _fresh(size, mixed, _WARM_UP, texts_of=texts), False)
        for also, texts, of_sizes in (
            ("", FRESH, sizes),
            (", unseen", UNSEEN, unseen),
            (", second", SECOND, second),
            (", third", THIRD, unseen),
        )
        for name, mixed in (("English", False), ("mixed", True))
        for size in of_sizes
    ]
    if slow:
        kinds.append(("slow", SLOW_SIZE, _fresh(SLOW_SIZE, True, _WARM_UP, SLOW_OVER), True))
    kinds += [("unforeseen", size, _fresh(size, True, _WARM_UP, texts_of=UNFORESEEN), False) for size in unforeseen]
    return _measured("quiet streams", made, kinds, runs)


def small(runs: int = RUNS, sizes: Sequence[int] = SIZES) -> Measured | None:
    """Outages in the small recorded streams; None where they are not at hand."""
    paths = [(name, RECORDINGS / f"{name}.posts.jsonl") for name in SMALL]
    if not all(path.exists() for _, path in paths):
        return None
    streams = [recorded(name, path, (name,)) for name, path in paths]
    return _measured("small recordings", streams, [("mixed", size, _fresh(size, True), False) for size in sizes], runs)


def big(runs: int = RUNS) -> Measured | None:
    """Outages of a music service in recorded weeks; None where they are not at hand."""
    path = RECORDINGS / f"{BIG}.posts.jsonl"
    if not path.exists():
        return None
    kinds = [
        (name, size, _music(size, held), False)
        for name, held, sizes in (("known words", False, MUSIC_SIZES), ("held words", True, HELD_SIZES))
        for size in sizes
    ]
    return _measured("recorded weeks", [recorded(BIG, path, (BIG, "Spotify"))], kinds, runs)


def _fresh(
    size: int, mixed: bool, after: timedelta = timedelta(), over: timedelta | None = None, texts_of: Path = FRESH
) -> Drop:
    def drop(chance: random.Random, run: int, stream: Stream) -> Outage:
        return fresh(chance, run, size, mixed, stream.first + after, stream.last, over, texts_of)

    return drop


def _music(size: int, held: bool) -> Drop:
    return lambda chance, _, stream: music(chance, size, held, stream.first, stream.last)


def _measured(
    name: str, streams: Sequence[Stream], kinds: Iterable[tuple[str, int, Drop, bool]], runs: int
) -> Measured:
    figures, every = [], []
    for kind, size, drop, slow in kinds:
        results = []
        for run in range(runs):
            stream = streams[run % len(streams)]
            outage = drop(random.Random(f"{kind}-{size}-{run}"), run, stream)
            results.append(Result(outage, stream.with_posts(outage.posts, slow)))
        figures.append(Figures.of(kind, size, results))
        every += results
    return Measured(name, streams, figures, every)


def table(measured: Measured) -> Table:
    shown = Table(title=measured.name, title_justify="left", box=None, pad_edge=False, header_style="bold")
    shown.add_column("outages")
    for head in (
        "people",
        "runs",
        "noticed",
        "delay",
        "members right",
        "joined",
        "start off by",
        "title tells",
        "split",
    ):
        shown.add_column(head, justify="right")
    for one in measured.figures:
        shown.add_row(
            one.name,
            str(one.size),
            str(one.runs),
            f"{one.recall:.2f}",
            _minutes(one.delay),
            _share(one.precision),
            _share(one.joined),
            _minutes(one.start_error),
            _share(one.told),
            str(one.split),
        )
    return shown


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _minutes(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} min"


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.evaluation.incidents",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--show", action="store_true", help="what is raised in the streams as they are, and what is missed"
    )
    parser.add_argument("--runs", type=int, default=RUNS, help="outages of each kind and size")
    parser.add_argument("--streams", type=int, default=STREAMS, help=f"made-up streams of {WEEKS} weeks each")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    console = Console(highlight=False, markup=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)
    for measured in (quiet(options.runs, options.streams), small(options.runs), big(options.runs)):
        if measured is None:
            console.print("not measured without optional data beside the checkout: recorded weeks")
            continue
        console.print(table(measured))
        console.print(
            f"raised in {measured.weeks:.1f} weeks as they are: {measured.a_week(False):.2f} a week, "
            f"slow problems {measured.a_week(True):.2f} a week\n"
        )
        for line in _shown(measured) if options.show else ():
            console.print(line)
    console.print(f"{time.perf_counter() - started:.0f} seconds")
    return 0


def _shown(measured: Measured) -> Iterator[str]:
    for one in measured.results:
        said = f"{one.delay:6.1f}  {one.incidents[0].title}" if one.found and one.incidents else "missed"
        yield f"{one.outage.problem:10} {len(one.outage.posts):4} {said}"
    for stream in measured.streams:
        for incident in stream.raised:
            kind = "slow " if incident.slow else ""
            what = f"{kind}{incident.title}, {incident.people} people"
            yield f"\n{stream.name}, {incident.created_at:%a %d %b %H:%M}: {what}"
            for post in stream.incidents.joined(incident.incident_id):
                yield f"    {post.at:%d %b %H:%M} {post.words[:140]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
