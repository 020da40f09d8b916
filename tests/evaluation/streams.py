"""Streams of one brand's posts, recorded or made up, through which the detector runs as it would have at the time."""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path

from infra.settings_file import load_desk
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.signals import Baselines, Signals, signal_item
from mentiondesk.adapters.x.posts import read_post
from mentiondesk.detection.signals import signal_of
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import ConversationId, PostId, UserId, id_at
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.incidents.signals import SIGNALS_KEPT, Signal
from mentiondesk.domain.posts.brand_words import BrandWords
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.triage import Engine
from mentiondesk.usecases.incidents.detect_incidents import DetectIncidents
from mentiondesk.values import replace

ROOT = Path(__file__).parents[2]
# Optional data beside the checkout.
RECORDINGS = ROOT.parent / "shared/data/replay"
SETTINGS = ROOT / "infra/settings.example.yaml"
BRAND = "1000000001"
# The handle of every brand that a labelled post names becomes this one.
INVENTED = "AcmeHelp"
_HANDLE = re.compile(r"(?<!\w)@\w+")
# Posts of a made-up stream come from one labelled set; a part of them from the topics that the brand hears most of.
LABELLED = (ROOT / "data/triage/posts.jsonl", ROOT / "data/triage/training.jsonl")
_HOME_SHARE, _HOME_TOPICS = 0.6, 4
# Posts in each hour of a day, UTC, as a share of the busiest hour.
_RHYTHM = (3, 2, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11, 11, 11, 10, 10, 11, 12, 13, 13, 12, 10, 8, 5)
MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(weeks=1)
_AFTER = 30 * MINUTE
BEFORE_ALL = datetime.min.replace(year=1970, tzinfo=UTC)
_MADE_UP_FROM = datetime(2024, 3, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Followed:
    """The fate of posts that were dropped into a stream.

    `noticed_at` is the time of the first incident that is mostly about them; `incidents` are all such incidents with
    the ids of the posts that each holds.
    """

    noticed_at: datetime | None
    incidents: Sequence[tuple[Incident, frozenset[PostId]]]


class Stream:
    """The complaints of a brand as signals, and the baseline in each hour of them."""

    def __init__(self, name: str, posts: Iterable[Post], brand_names: Sequence[str]) -> None:
        self.name, self.handle = name, brand_names[0]
        self._triage = _engine(tuple(brand_names))
        self.signals = [one for post in posts if (one := self.signal(post))]
        self.incidents = Incidents(MemoryTable(), _keep)
        self._usual = MemoryTable()
        self._snapshots: dict[datetime, list[Item]] = {}

    @property
    def first(self) -> datetime:
        return self.signals[0].at

    @property
    def last(self) -> datetime:
        return self.signals[-1].at

    @property
    def weeks(self) -> float:
        return (self.last - self.first) / WEEK

    def _to_brand(self, text: str) -> str:
        handle = f"@{self.handle}"
        return f"{handle} {_HANDLE.sub(handle, text)}"

    def signal(self, post: Post) -> Signal | None:
        return signal_of(post, self._triage(post))

    @cached_property
    def raised(self) -> list[Incident]:
        """The incidents that the detector raises in the stream as it is, oldest first."""
        stored = MemoryTable()
        detect = DetectIncidents(Signals(stored), Baselines(self._usual), self.incidents, desk_settings)
        queue = iter(self.signals)
        ahead = next(queue, None)
        for now in _moments(self.signals, self.first, self.last):
            while ahead is not None and ahead.at <= now:
                stored.put(signal_item(ahead))
                ahead = next(queue, None)
            detect(now)
            self._snapshots.setdefault(now.replace(minute=0, second=0, microsecond=0), list(self._usual.items.values()))
        return list(reversed(self.incidents.recent(BEFORE_ALL)))

    def usual_at(self, moment: datetime) -> Baselines:
        """The baseline that the desk had by then."""
        assert self.raised is not None
        known = [hour for hour in self._snapshots if hour <= moment]
        table = MemoryTable()
        table.put_many(self._snapshots[max(known)] if known else ())
        return Baselines(table)

    def with_posts(self, posts: Sequence[Post], slow: bool = False) -> Followed:
        """Runs the detector through the time of `posts` to the brand, in the stream and with its baseline."""
        begin, end = posts[0].created_at, posts[-1].created_at
        around = SIGNALS_KEPT if slow else 3 * HOUR
        dropped = [one for post in posts if (one := self.signal(replace(post, text=self._to_brand(post.text))))]
        real = [one for one in self.signals if begin - around < one.at < end + around]
        signals = sorted([*real, *dropped], key=lambda signal: signal.at)
        stored, incidents = MemoryTable(), Incidents(MemoryTable(), _keep)
        for one in signals:
            stored.put(signal_item(one))
        detect = DetectIncidents(Signals(stored), self.usual_at(begin), incidents, desk_settings)
        theirs, noticed_at = {post.post_id for post in posts}, None
        for now in _moments(signals, begin - _AFTER, end + _AFTER):
            if begin - _AFTER <= now <= end + _AFTER:
                detect(now)
                noticed_at = noticed_at or (now if _about(theirs, incidents) else None)
        return Followed(noticed_at, _about(theirs, incidents))


def recorded(name: str, path: Path, brand_names: Sequence[str]) -> Stream:
    return Stream(name, _recorded(path), brand_names)


def made_up(seed: str, posts_a_day: float, weeks: float) -> Stream:
    """A stream with a day's rhythm, of labelled posts that are mostly about a few topics, as a brand's posts are."""
    chance = random.Random(seed)
    by_topic, every = _labelled()
    home = chance.sample(sorted(by_topic), _HOME_TOPICS)
    posts = []
    for number, moment in enumerate(_rhythmic(chance, posts_a_day, weeks)):
        texts = by_topic[chance.choice(home)] if chance.random() < _HOME_SHARE else every
        posts.append(post(_HANDLE.sub(f"@{INVENTED}", chance.choice(texts)), moment, number))
    return Stream(f"{seed}: {posts_a_day:g} posts a day", posts, (INVENTED,))


def post(text: str, at: datetime, number: int) -> Post:
    """A post of a person of its own."""
    post_id = PostId(str(int(id_at(at)) + number % 4000))
    return Post(
        post_id=post_id,
        version_id=post_id,
        author_id=UserId(f"99{number:07d}"),
        text=text,
        created_at=at,
        conversation_id=ConversationId(post_id),
        source=Source.MENTIONS,
        seen_at=at,
    )


@cache
def _engine(names: tuple[str, ...]) -> Engine:
    return Engine(BrandWords(handles=names, names=names))


@cache
def desk_settings() -> DeskSettings:
    return load_desk(SETTINGS)


def _rhythmic(chance: random.Random, posts_a_day: float, weeks: float) -> Iterator[datetime]:
    moment, end, busiest = _MADE_UP_FROM, _MADE_UP_FROM + weeks * WEEK, max(_RHYTHM)
    an_hour = posts_a_day * busiest / sum(_RHYTHM)
    while (moment := moment + timedelta(hours=chance.expovariate(an_hour))) < end:
        if chance.random() < _RHYTHM[moment.hour] / busiest:
            yield moment


@cache
def _labelled() -> tuple[dict[str, list[str]], list[str]]:
    by_topic: defaultdict[str, list[str]] = defaultdict(list)
    every = []
    for path in LABELLED:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            every.append(row["text"])
            for topic in row.get("topics") or ():
                by_topic[topic].append(row["text"])
    return dict(by_topic), every


def _about(theirs: set[PostId], incidents: Incidents) -> list[tuple[Incident, frozenset[PostId]]]:
    """The incidents of which at least half of the posts are `theirs`."""
    found = []
    for incident in incidents.recent(BEFORE_ALL):
        joined = frozenset(linked.post_id for linked in incidents.joined(incident.incident_id))
        if joined and 2 * len(joined & theirs) >= len(joined):
            found.append((incident, joined))
    return found


def _recorded(path: Path) -> Iterator[Post]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            found = read_post(json.loads(line), Source.MENTIONS, frozenset((UserId(BRAND),)))
            if isinstance(found, Post):
                yield found


def _moments(signals: Iterable[Signal], first: datetime, last: datetime) -> list[datetime]:
    """The minutes at which something may change: after each signal, and once an hour."""
    heard = {one.at.replace(second=0, microsecond=0) + MINUTE for one in signals}
    begin = first.replace(minute=12, second=0, microsecond=0)
    hours = int((last - first) / HOUR) + 2
    return sorted(heard | {begin + hour * HOUR for hour in range(hours)})


def _keep() -> timedelta:
    """Items in memory do not expire."""
    return timedelta(days=400)
