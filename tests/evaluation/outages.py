"""Made-up outages: what customers of invented brands write, and when."""

import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from mentiondesk.domain.posts.post import Post
from tests.evaluation.streams import MINUTE, post

HERE = Path(__file__).parent
# Problems of a music service, problems of many trades that the tables name, and problems that no table names. The
# lines of the first file with "held" and the other files are for scores only: no phrase is mended by them.
MUSIC, FRESH, UNFORESEEN = HERE / "outages.jsonl", HERE / "fresh.jsonl", HERE / "unforeseen.jsonl"
# The problems of FRESH in other words, written before their author had seen the tables.
UNSEEN = HERE / "unseen.jsonl"
# Eight problems by another author who had seen neither the tables nor the other texts.
SECOND = HERE / "unseen_second.jsonl"
# Eight problems of one shop by a third author, of whom the same holds.
THIRD = HERE / "unseen_third.jsonl"
# In mixed outages at least this share of the texts is not English, where there are enough.
_FOREIGN = 0.4
_NUMBERED_FROM = 900_000
# The failures that a person would let stand in a title, by problem; of unforeseen ones, none is asked for.
TELLING: Mapping[str, frozenset[str]] = {
    problem: frozenset(failures)
    for problem, failures in {
        "login": ("cannot log in",),
        "load": ("won't load", "crashes", "frozen", "down", "not working", "error message", "slow"),
        "play": ("won't play", "no sound", "not working"),
        "pay": ("payment fails", "paid, not recognised", "charged wrongly"),
        "library": ("missing", "not saving or syncing"),
        "signin": ("cannot log in",),
        "checkout": ("payment fails",),
        "closed": ("closed",),
        "strike": ("strike", "cancelled"),
        "price": ("wrong price",),
        "leak": ("water leak", "no water"),
        "ill": ("makes people ill",),
        "app": ("won't load", "crashes", "frozen", "down", "not working", "error message", "slow"),
        "depot": ("not delivered", "delayed", "missing"),
        "exposed": ("personal data shown", "hacked"),
        "delivery": ("not delivered", "delayed", "missing"),
        "phone": ("nobody answers", "down", "no connection", "not working"),
        "giftcards": ("payment fails", "paid, not recognised", "not working"),
        "mails": ("personal data shown",),
        "broadband": ("no connection", "down"),
    }.items()
}


@dataclass(frozen=True)
class Outage:
    """A made-up outage: its problem, its number of people, and the time of each post."""

    problem: str
    posts: tuple[Post, ...]

    @property
    def begins_at(self) -> datetime:
        return self.posts[0].created_at

    @property
    def fifth_at(self) -> datetime:
        return self.posts[4].created_at


def music(chance: random.Random, size: int, held: bool, first: datetime, last: datetime) -> Outage:
    """An outage of the music service over 15 to 60 minutes, at a random moment."""
    problems = {problem: rows for (problem, is_held), rows in _music().items() if is_held is held}
    problem = chance.choice(sorted(problems))
    texts = chance.sample(problems[problem], size)
    return _outage(chance, problem, texts, first, last, timedelta(minutes=chance.uniform(15, 60)))


def fresh(
    chance: random.Random,
    run: int,
    size: int,
    mixed: bool,
    first: datetime,
    last: datetime,
    over: timedelta | None = None,
    texts_of: Path = FRESH,
) -> Outage:
    """An outage of a problem of the file, in turn by `run`, over 15 to 60 minutes or the time given."""
    problems = _fresh(texts_of)
    problem = sorted(problems)[run % len(problems)]
    english, other = problems[problem]
    foreign = min(len(other), max(round(_FOREIGN * size), size - len(english))) if mixed else 0
    texts = [*chance.sample(english, size - foreign), *chance.sample(other, foreign)]
    chance.shuffle(texts)
    return _outage(chance, problem, texts, first, last, over or timedelta(minutes=chance.uniform(15, 60)))


def _outage(
    chance: random.Random,
    problem: str,
    texts: Sequence[str],
    first: datetime,
    last: datetime,
    over: timedelta,
) -> Outage:
    begin = first + chance.random() * max(last - first - over, MINUTE)
    moments = sorted(begin + chance.random() * over for _ in texts)
    posts = (
        post(text, at, _NUMBERED_FROM + number) for number, (text, at) in enumerate(zip(texts, moments, strict=True))
    )
    return Outage(problem, tuple(posts))


@cache
def _music() -> Mapping[tuple[str, bool], list[str]]:
    found: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
    for row in map(json.loads, MUSIC.read_text(encoding="utf-8").splitlines()):
        found[row["problem"], row.get("held", False)].append(row["text"])
    return found


@cache
def _fresh(path: Path) -> Mapping[str, tuple[list[str], list[str]]]:
    """The texts of each problem of a file, in English and in other languages."""
    found: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        found[row["problem"]][row["language"] != "en"].append(row["text"])
    return found
