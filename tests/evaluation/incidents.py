"""Measures the detection of made-up outages, dropped into real weeks of other complaints.

    python -m tests.evaluation.incidents [--show]

The outages' texts are written for this project (outages.jsonl: five problems, in many people's words). The weeks are
recorded and stay where they are; without them nothing is measured. `--show` lists what is raised in the weeks as they
are, to be judged by reading, and what was missed.
"""

import argparse
import json
import random
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from rich.console import Console

from infra.settings_file import load_desk
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.signals import Baselines, Signals, signal_item
from mentiondesk.adapters.x.posts import read_post
from mentiondesk.detection.signals import brand_stems, signal_of, stem
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import ConversationId, PostId, UserId, id_at
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.triage import triage
from mentiondesk.usecases.incidents.detect_incidents import DetectIncidents

HERE = Path(__file__).parent
# Optional data beside the checkout.
WEEKS = HERE.parents[2] / "shared/data/replay/SpotifyCares.posts.jsonl"
BRAND, BRAND_NAMES = "1000000001", ("Spotify", "SpotifyCares")
SETTINGS = HERE.parents[1] / "infra/settings.example.yaml"
RUNS, SIZES = 100, (5, 10, 30, 100)
# The held-out texts are fewer.
HELD_RUNS, HELD_SIZES = 60, (5, 10, 20)
MINUTE = timedelta(minutes=1)
# Words that a reader would accept in the title of each problem.
TELLING = {
    "login": "trouble with signing cannot log login in sign out password account facebook google details session email "
    "credential locked",
    "load": "app won't load open crash keep start screen home page frozen down error message slow not working blank "
    "black white web player server site website logo loading close empty phone trouble with reaching it",
    "play": "song songs music won't play playing playback stop skip track stream streaming no sound audio not working "
    "buffer podcast second playlist pause error message frozen 10 trouble with",
    "pay": "premium payment fails paid pay not recognised charged wrongly subscription free account card ads family "
    "plan missing money twice student discount error message ad trouble with paying",
    "library": "playlist playlists library missing song songs music saved album albums empty account liked collection "
    "list not saving or syncing",
}
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Outage:
    """A made-up outage: its problem, its number of people, and the time of each post."""

    problem: str
    posts: tuple[Post, ...]

    @property
    def fifth_at(self) -> datetime:
        return self.posts[4].created_at


@dataclass
class Result:
    """The result of one outage."""

    outage: Outage
    found: tuple[datetime, Incident] | None

    @property
    def delay(self) -> timedelta:
        assert self.found is not None, "only what is found has a delay"
        return self.found[0] - self.outage.fifth_at

    @property
    def title(self) -> str:
        return self.found[1].title if self.found else ""


@dataclass
class Figures:
    """Prints the tables of `make evaluate`."""

    recall: dict[int, float]
    held_recall: dict[int, float]
    median_delay: timedelta
    late: dict[int, timedelta]
    title_precision: float
    raised_a_week: float


BEFORE_ALL = datetime.min.replace(year=1970, tzinfo=UTC)


def _keep() -> timedelta:
    """Items in memory do not expire."""
    return timedelta(days=400)


class Weeks:
    """The recorded weeks as signals, and what was usual in each hour of them."""

    def __init__(self, settings: DeskSettings, recording: Path) -> None:
        self.settings = settings
        self.stems = brand_stems(BRAND_NAMES)
        self.signals = [one for post in _recorded(recording) if (one := self.signal(post))]
        self.incidents = Incidents(MemoryTable(), _keep)
        self._usual = MemoryTable()
        self._snapshots: dict[datetime, list[Item]] = {}
        self._walk()

    def signal(self, post: Post) -> Signal | None:
        return signal_of(post, triage(post), self.stems)

    @property
    def first(self) -> datetime:
        return self.signals[0].at

    @property
    def last(self) -> datetime:
        return self.signals[-1].at

    def _walk(self) -> None:
        """The detector through all weeks, as they are."""
        stored = MemoryTable()
        detect = DetectIncidents(Signals(stored), Baselines(self._usual), self.incidents, lambda: self.settings)
        queue = iter(self.signals)
        ahead = next(queue, None)
        for now in _minutes(self.signals, self.first, self.last):
            while ahead is not None and ahead.at <= now:
                stored.put(signal_item(ahead))
                ahead = next(queue, None)
            detect(now)
            self._snapshots.setdefault(now.replace(minute=0, second=0, microsecond=0), list(self._usual.items.values()))

    def usual_at(self, moment: datetime) -> Baselines:
        """The baseline that the desk had by then."""
        known = [hour for hour in self._snapshots if hour <= moment]
        table = MemoryTable()
        table.put_many(self._snapshots[max(known)] if known else ())
        return Baselines(table)

    def with_outage(self, outage: Outage) -> tuple[datetime, Incident] | None:
        """When the detector shows the outage, and as which incident: one that is mostly of the outage's posts."""
        stored = MemoryTable()
        begin, end = outage.posts[0].created_at, outage.posts[-1].created_at
        near = timedelta(hours=3)
        dropped = [one for post in outage.posts if (one := self.signal(post))]
        real = [one for one in self.signals if begin - near < one.at < end + near]
        for one in sorted([*real, *dropped], key=lambda signal: signal.at):
            stored.put(signal_item(one))
        incidents = Incidents(MemoryTable(), _keep)
        detect = DetectIncidents(Signals(stored), self.usual_at(begin), incidents, lambda: self.settings)
        now = begin.replace(second=0, microsecond=0) - 30 * MINUTE
        theirs = {post.post_id for post in outage.posts}
        while now < end + 30 * MINUTE:
            now += MINUTE
            detect(now)
            for incident in incidents.open():
                joined = {post.post_id for post in incidents.joined(incident.incident_id)}
                if 2 * len(joined & theirs) >= len(joined):
                    return now, incident
        return None


def measure(runs: int = RUNS, recording: Path = WEEKS) -> tuple[Figures, list[Result], Weeks] | None:
    """None where the recorded weeks are not at hand."""
    if not recording.exists():
        return None
    weeks = Weeks(load_desk(SETTINGS), recording)
    results = _results(weeks, SIZES, runs, held=False)
    held = _results(weeks, HELD_SIZES, HELD_RUNS * runs // RUNS, held=True)
    found = [one for several in results.values() for one in several if one.found]
    words = [(one.outage.problem, word) for one in found for word in _WORD.findall(one.title.lower())]
    figures = Figures(
        recall=_recall(results),
        held_recall=_recall(held),
        median_delay=timedelta(seconds=statistics.median(one.delay.total_seconds() for one in found)),
        late={
            size: max((one.delay for one in several if one.found), default=timedelta())
            for size, several in results.items()
        },
        title_precision=sum(_tells(problem, word) for problem, word in words) / len(words),
        raised_a_week=len(weeks.incidents.recent(BEFORE_ALL)) / ((weeks.last - weeks.first) / timedelta(weeks=1)),
    )
    return figures, [one for several in results.values() for one in several], weeks


def _results(weeks: Weeks, sizes: Sequence[int], runs: int, held: bool) -> dict[int, list[Result]]:
    """Runs outages of each size, `runs` times, and returns their results."""
    seeds = {size: [f"{size}-{run}" for run in range(runs // len(sizes))] for size in sizes}
    outages = {size: [made_up(random.Random(seed), size, weeks, held) for seed in seeds[size]] for size in sizes}
    return {size: [Result(one, weeks.with_outage(one)) for one in several] for size, several in outages.items()}


def _recall(results: dict[int, list[Result]]) -> dict[int, float]:
    return {size: sum(one.found is not None for one in several) / len(several) for size, several in results.items()}


def made_up(chance: random.Random, size: int, weeks: Weeks, held: bool = False) -> Outage:
    """An outage of so many people over 15 to 60 minutes at a random moment of the weeks."""
    problem = chance.choice(sorted(_texts(held)))
    begin = weeks.first + chance.random() * (weeks.last - weeks.first)
    span = timedelta(minutes=chance.uniform(15, 60))
    texts = chance.sample(_texts(held)[problem], size)
    moments = sorted(begin + chance.random() * span for _ in texts)
    posts = (
        _post(f"@SpotifyCares {text}", at, number) for number, (text, at) in enumerate(zip(texts, moments, strict=True))
    )
    return Outage(problem, tuple(posts))


def _post(text: str, at: datetime, number: int) -> Post:
    post_id = PostId(str(int(id_at(at)) + number))
    return Post(
        post_id=post_id,
        version_id=post_id,
        author_id=UserId(f"99{number:06d}"),
        text=text,
        created_at=at,
        conversation_id=ConversationId(post_id),
        source=Source.MENTIONS,
        seen_at=at,
    )


@cache
def _texts(held: bool = False) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in (HERE / "outages.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("held", False) is held:
            found[row["problem"]].append(row["text"])
    return found


def _recorded(recording: Path) -> Iterator[Post]:
    with recording.open(encoding="utf-8") as file:
        for line in file:
            post = read_post(json.loads(line), Source.MENTIONS, frozenset((UserId(BRAND),)))
            if isinstance(post, Post):
                yield post


def _minutes(signals: Iterable[Signal], first: datetime, last: datetime) -> Iterator[datetime]:
    """The minutes at which something may change: after each signal, and once an hour."""
    heard = {one.at.replace(second=0, microsecond=0) + MINUTE for one in signals}
    hours = int((last - first) / timedelta(hours=1)) + 1
    begin = first.replace(minute=12, second=0, microsecond=0)
    return iter(sorted(heard | {begin + timedelta(hours=hour) for hour in range(hours)}))


def _tells(problem: str, word: str) -> bool:
    allowed = {stem(one) for one in _WORD.findall(TELLING[problem])} | set(_WORD.findall(TELLING[problem]))
    return word in allowed or stem(word) in allowed


def lines(figures: Figures) -> list[tuple[str, str]]:
    """The figures in words."""
    recall, held = (
        ", ".join(f"{size} people {share:.0%}" for size, share in shares.items())
        for shares in (figures.recall, figures.held_recall)
    )
    late = ", ".join(f"{size} people {_minutes_of(delay)}" for size, delay in figures.late.items())
    return [
        ("outages noticed", recall),
        ("outages noticed, in held words", held),
        ("median delay after the fifth person", _minutes_of(figures.median_delay)),
        ("longest delay", late),
        ("title words that tell", f"{figures.title_precision:.0%}"),
        ("raised a week in the weeks as they are", f"{figures.raised_a_week:.2f}"),
    ]


def _minutes_of(delay: timedelta) -> str:
    return f"{delay / MINUTE:.1f} min"


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation.incidents", description=__doc__)
    parser.add_argument(
        "--show", action="store_true", help="what is raised in the weeks as they are, and what is missed"
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--recording", type=Path, default=WEEKS, help="recorded weeks, one X API v2 post a line")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    measured = measure(options.runs, options.recording)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if measured is None:
        console.print(f"incidents: not measured without optional data beside the checkout: {options.recording.name}")
        return 0
    figures, results, weeks = measured
    for name, value in (*lines(figures), ("seconds", f"{time.perf_counter() - started:.1f}")):
        console.print(f"{name:42} {value}")
    if options.show:
        for line in _shown(results, weeks):
            console.print(line)
    return 0


def _shown(results: Sequence[Result], weeks: Weeks) -> Iterator[str]:
    for one in results:
        told = f"{one.delay / MINUTE:5.1f}  {one.title}" if one.found else "missed"
        yield f"{one.outage.problem:8} {len(one.outage.posts):4} {told}"
    for incident in reversed(weeks.incidents.recent(BEFORE_ALL)):
        yield f"\n{incident.created_at:%a %d %b %H:%M} {incident.title} ({incident.people} people, {incident.terms})"
        for post in weeks.incidents.joined(incident.incident_id):
            yield f"    {post.at:%H:%M} {post.words[:140]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
