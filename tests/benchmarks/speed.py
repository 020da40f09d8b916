"""Posts a second through the use cases on memory stores and through `make replay`, and what a long replay holds."""

import json
import os
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.x.posts import read_page
from mentiondesk.domain.posts.cursor import Window
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.triage import triage
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.intake.fetch_mentions import FetchMentions
from tests.benchmarks import traffic
from tests.benchmarks.figures import Figure
from tests.support.builders import BRAND_ID, settings

_POSTS = 19_000
_RUNS = 5
_MINUTE = timedelta(minutes=1)
_SETTINGS = settings(reading={"monthly_reads": 100_000_000, "search": False, "sweep_reach": "1m", "first_look": "2d"})
_SIZES = (25_000, 50_000, 100_000)
_MILLION = 1_000_000
_GB = 1_000_000_000
_NOWHERE = subprocess.DEVNULL
# The process tells its own peak, in KiB: what its parent learns of it includes the parent's from before exec.
_MEASURED = """
import pathlib, re, sys
from infra.replay.cli import main
status = main()
peak = re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]
pathlib.Path(sys.argv[-1], "peak").write_text(peak)
sys.exit(status)
"""


@dataclass
class Recorded:
    """XFeed over posts as X tells them, oldest first; each page is parsed as it comes."""

    bodies: Sequence[dict[str, object]]
    ids: Sequence[int]
    at: Sequence[datetime]
    # The number of latest posts that X shows; 800 in life.
    depth: int = 1_000_000
    credentials: str = "made-up"
    page_size: int = 100

    def read(self, source: Source, window: Window, token: str | None, now: datetime) -> Page:
        if source not in (Source.MENTIONS, Source.OVERFLOW):
            return Page()
        # A search ends half a minute ago.
        latest = bisect_right(self.at, now - (timedelta(seconds=30) if source is Source.OVERFLOW else timedelta()))
        newest = bisect_left(self.ids, int(window.until)) if window.until else latest
        oldest = bisect_right(self.ids, int(window.since)) if window.since else 0
        if window.start is not None:
            oldest = bisect_left(self.at, window.start)
        if source is Source.MENTIONS:
            oldest = max(oldest, latest - self.depth)
        newest = max(int(token) if token else newest, oldest)
        first = max(newest - self.page_size, oldest)
        return self.page(first, newest, str(first) if first > oldest else None)

    def page(self, first: int, end: int, next_token: str | None) -> Page:
        """The page of the posts from `first` up to `end`, parsed."""
        meta = {"result_count": end - first} | ({"next_token": next_token} if next_token else {})
        body = {"data": self.bodies[first:end][::-1], "meta": meta}
        return read_page(body, Source.MENTIONS, frozenset((BRAND_ID,)))


def recorded(said: list[traffic.Said]) -> Recorded:
    post_ids = traffic.ids(said)
    bodies = [traffic.raw(one, number, said, post_ids) for number, one in enumerate(said)]
    order = sorted(range(len(said)), key=lambda number: int(post_ids[number]))
    return Recorded([bodies[n] for n in order], [int(post_ids[n]) for n in order], [said[n].at for n in order])


def measure(full: bool = False) -> Iterator[Figure]:
    """Rates are posts for each second of CPU time: nothing here waits, and other work on the machine counts less."""
    feed = recorded(traffic.mentions(_POSTS, timedelta(hours=10), late=0, without_handle=0))
    rates = [_through_the_use_cases(feed) for _ in range(_RUNS)]
    yield Figure(
        "posts a second, fetch → classify → case",
        round(median(rates)),
        "posts/s",
        reach=5000,
        at_least=True,
        timed=True,
        why=f"{_POSTS:,} posts after an outage, in one run on the memory stores, parsed from X's JSON; "
        f"median of {_RUNS} runs, {min(rates):,.0f} to {max(rates):,.0f}",
    )
    yield from _replays(full)


def _through_the_use_cases(feed: Recorded) -> float:
    table = MemoryTable()
    posts, cursors, cases = Posts(table, _keep), Cursors(table), Cases(table, _keep)
    fetch = FetchMentions(feed, posts, cursors, lambda: _SETTINGS)
    classify = ClassifyMention(posts, cases, triage, lambda: _SETTINGS)
    now = feed.at[-1] + _MINUTE
    began = time.process_time()
    fetch(now, lambda: timedelta(hours=1))
    for post in table.facts(keys.POST, Post):
        classify(post, now)
    seconds = time.process_time() - began
    stored = [item for (_, sk), item in table.items.items() if sk == keys.POST]
    assert len(stored) == len(feed.bodies) and all(item.get(keys.TAGGED_AT) for item in stored)
    return len(feed.bodies) / seconds


def _keep() -> timedelta:
    return timedelta(days=400)


@dataclass(frozen=True)
class _Replayed:
    lines: int
    seconds: float
    memory: int


def _replays(full: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        done = [_replay(Path(folder), count) for count in (*_SIZES, *([_MILLION] if full else []))]
    rates = [one.lines / one.seconds for one in done]
    yield Figure(
        "posts a second, make replay",
        round(median(rates)),
        "posts/s",
        reach=2000,
        at_least=True,
        timed=True,
        why="the whole command with its files: "
        + ", ".join(f"{rate:,.0f} with {one.lines:,} posts" for rate, one in zip(rates, done, strict=True)),
    )
    first, last = done[0], done[-1]
    per_post = (last.memory - first.memory) / (last.lines - first.lines)
    million = last.memory if full else last.memory + per_post * (_MILLION - last.lines)
    sizes = ", ".join(f"{one.memory / _GB:.2f} GB with {one.lines:,}" for one in done)
    yield Figure(
        "memory of a replay of 1,000,000 posts",
        round(million / _GB, 2),
        "GB",
        reach=1.2,
        timed=True,
        why=f"{sizes}; {per_post:,.0f} bytes a post" + ("" if full else ", carried on from there (--full runs it)"),
    )
    middle = done[1]
    slope = (middle.memory - first.memory) / (middle.lines - first.lines)
    yield Figure(
        "growth of that memory, second half against first",
        round((last.memory - middle.memory) / (last.lines - middle.lines) / slope, 2),
        "×",
        reach=1.2,
        timed=True,
        why="1 is linear",
    )


def _replay(folder: Path, count: int) -> _Replayed:
    """`make replay` in a process of its own: half of the customers get an answer."""
    said = traffic.mentions(count, timedelta(days=count / 2500), answered=0.5, late=0)
    file = folder / "posts.jsonl"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in traffic.lines(said))
    options = [str(file), "--brand-id", str(BRAND_ID), "--out", str(folder)]
    process = subprocess.Popen([sys.executable, "-c", _MEASURED, *options], stdout=_NOWHERE, stderr=_NOWHERE)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, "the replay failed"
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["posts"] == len(said), summary
    peak = int((folder / "peak").read_text(encoding="utf-8"))
    return _Replayed(len(said), used.ru_utime + used.ru_stime, peak * 1024)
