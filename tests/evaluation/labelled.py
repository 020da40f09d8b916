"""Sets of labelled posts to measure triage on: this project's own, and others where they are at hand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from infra.labelled_posts import FOLDER, Labelled, labelled_posts

# This project's own: all but the first are held out.
OWN = (FOLDER / "posts.jsonl", *map(Path(__file__).with_name, ("held.jsonl", "held_third.jsonl")))
# Optional data beside the checkout: labelled posts that are not this project's.
OTHERS = Path(__file__).parents[3] / "shared" / "data" / "triage"
# Topics of the set amazon_topics, and their names here; its other topics are not compared. "Bad Support" is a label
# of complaints only.
_AMAZON = {"Delivery": "delivery", "Refund": "refund", "Return": "refund", "Bad Support": "staff_service"}


@dataclass(frozen=True)
class LabelledSet:
    """A file of labelled posts.

    held: authors of rules do not look at its posts, so that its figures show how rules fare on unseen posts.
    topics: the topics that its labels know; of_complaints: those among them which only complaints carry.
    """

    name: str
    posts: tuple[Labelled, ...]
    held: bool = False
    topics: frozenset[str] = frozenset()
    of_complaints: frozenset[str] = frozenset()


def sets(paths: Iterable[Path]) -> list[LabelledSet]:
    """The sets in the files and folders named, in order of their names. Raises SetInvalid, OSError."""
    files = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    return [_set(file) for file in files]


def _set(file: Path) -> LabelledSet:
    posts = tuple(map(_in_our_topics, labelled_posts(file)))
    own = file.resolve() in {one.resolve() for one in OWN}
    known = {topic for one in posts for topic in one.topics or ()}
    of_complaints = frozenset() if posts[0].kind else frozenset({_AMAZON["Bad Support"]})
    name = f"own {file.stem}" if own else file.stem
    return LabelledSet(name, posts, file.stem.startswith("held"), frozenset(known), of_complaints)


def _in_our_topics(labelled: Labelled) -> Labelled:
    """A post whose set tells no kinds has its topics in another set's names."""
    if labelled.kind is not None or labelled.topics is None:
        return labelled
    return replace(labelled, topics=frozenset(_AMAZON[one] for one in labelled.topics if one in _AMAZON))
