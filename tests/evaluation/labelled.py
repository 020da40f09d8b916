"""Labelled posts: JSON lines with `text` and what people say it is."""

import html
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mentiondesk.domain.ids import ConversationId, PostId, UserId
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import Kind, Urgency

FOLDER = Path(__file__).parent
# This project's own: the second is held out.
OWN = (FOLDER / "posts.jsonl", FOLDER / "held.jsonl")
# The posts that triage's model of single words was trained on.
LEARNED = (FOLDER / "posts.jsonl", FOLDER / "training.jsonl")
# Labelled posts that are not this project's, where they are at hand.
OTHERS = FOLDER.parents[2] / "shared" / "data" / "triage"
# Topics of the set amazon_topics, and what they are called here; its other topics are not compared. "Bad Support" is
# said of complaints only.
_AMAZON = {"Delivery": "delivery", "Refund": "refund", "Return": "refund", "Bad Support": "staff_service"}


@dataclass(frozen=True)
class Labelled:
    """A post and its labels; None where the set has no label."""

    post: Post
    complaint: bool | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    topics: frozenset[str] | None = None
    needs_reply: bool | None = None
    language: str | None = None
    hard: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelledSet:
    """`held`: nobody looks at its posts, so that its figures tell how rules fare on posts not seen."""

    name: str
    posts: tuple[Labelled, ...]
    held: bool = False
    # The topics that its labels know, and those which they tell of complaints only.
    topics: frozenset[str] = frozenset()
    of_complaints: frozenset[str] = frozenset()


class SetInvalid(ValueError):
    """A file that holds no labelled posts."""


def sets(paths: Iterable[Path]) -> list[LabelledSet]:
    """The sets in the files and folders named, in order of their names. Raises SetInvalid, OSError."""
    files = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    return [_set(file) for file in files]


def _set(file: Path) -> LabelledSet:
    posts = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            posts.append(_labelled(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise SetInvalid(f"{file} line {number}: {wrong!r}") from None
    if not posts:
        raise SetInvalid(f"{file} holds no posts")
    own = file.parent.resolve() == FOLDER.resolve()
    known = {topic for one in posts for topic in one.topics or ()}
    of_complaints = frozenset() if posts[0].kind else frozenset({_AMAZON["Bad Support"]})
    name = f"own {file.stem}" if own else file.stem
    return LabelledSet(name, tuple(posts), file.stem == "held", frozenset(known), of_complaints)


def _labelled(row: dict[str, object]) -> Labelled:
    kind = Kind(str(row["kind"])) if "kind" in row else None
    complaint = bool(int(str(row["complaint"]))) if "complaint" in row else None
    topics = row.get("topics")
    hard = row.get("hard")
    needs_reply = row.get("needs_reply")
    return Labelled(
        post=_post(row),
        complaint=kind is Kind.COMPLAINT if kind else complaint,
        kind=kind,
        urgency=Urgency(str(row["urgency"])) if "urgency" in row else None,
        topics=_topics(topics, own=kind is not None) if isinstance(topics, list) else None,
        needs_reply=bool(needs_reply) if needs_reply is not None else None,
        language=str(row["language"]) if "language" in row else None,
        hard=tuple(map(str, hard)) if isinstance(hard, list) else (),
    )


def _topics(topics: list[object], own: bool) -> frozenset[str]:
    return frozenset(map(str, topics)) if own else frozenset(_AMAZON[one] for one in map(str, topics) if one in _AMAZON)


def _post(row: dict[str, object]) -> Post:
    """A post as the desk would have it: X's escapes undone."""
    text = html.unescape(str(row["text"]))
    first = PostId("1")
    return Post(
        post_id=PostId("2"),
        version_id=PostId("2"),
        author_id=UserId("1"),
        text=text,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        conversation_id=ConversationId("1"),
        source=Source.MENTIONS if "@" in text else Source.SEARCH,
        replied_to=first if row.get("reply") else None,
        media=bool(row.get("media")),
    )
