"""Reader for labelled posts: JSON lines with `text` and the labels that data/triage/README.md describes."""

import html
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mentiondesk.domain.ids import ConversationId, PostId, UserId
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import Kind, Urgency

FOLDER = Path(__file__).parents[1] / "data/triage"
# The files that triage's model of single words is trained on.
LEARNED = (FOLDER / "posts.jsonl", FOLDER / "training.jsonl")


@dataclass(frozen=True)
class Labelled:
    """A post and its labels; None where its file has no such label."""

    post: Post
    complaint: bool | None = None
    kind: Kind | None = None
    urgency: Urgency | None = None
    topics: frozenset[str] | None = None
    needs_reply: bool | None = None
    language: str | None = None
    hard: tuple[str, ...] = ()


class SetInvalid(ValueError):
    """The file holds no labelled posts, or a line that is none."""


def labelled_posts(file: Path) -> tuple[Labelled, ...]:
    """The posts of one file, in its order. Raises SetInvalid, OSError."""
    posts = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            posts.append(_labelled(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise SetInvalid(f"{file} line {number}: {wrong!r}") from None
    if not posts:
        raise SetInvalid(f"{file} holds no posts")
    return tuple(posts)


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
        topics=frozenset(map(str, topics)) if isinstance(topics, list) else None,
        needs_reply=bool(needs_reply) if needs_reply is not None else None,
        language=str(row["language"]) if "language" in row else None,
        hard=tuple(map(str, hard)) if isinstance(hard, list) else (),
    )


def _post(row: dict[str, object]) -> Post:
    """The post as the desk would store it, with X's HTML escapes undone."""
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
