"""Recorded posts for tests, in the form of X's API v2, and the result of their replay."""

import json
from typing import Any

from infra.replay.containers import Document, documents
from infra.replay.recording import Recording, read_recording
from infra.replay.report import Replay
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.posts.brand import Brand
from tests.support.builders import at, settings

Raw = dict[str, Any]


def raw(post_id: str, text: str, author: str, minute: float, **more: Any) -> Raw:
    """A post made so many minutes after noon."""
    return {
        "id": post_id,
        "text": text,
        "author_id": author,
        "created_at": at(minute).isoformat(),
        "conversation_id": post_id,
        **more,
    }


def without(post: Raw, *names: str) -> Raw:
    """The post without some of its fields."""
    return {name: value for name, value in post.items() if name not in names}


LOST = raw("10", "@FennelAndFinch my order has not arrived, this is awful", "42", 0)
SORRY = raw(
    "20",
    "@customer so sorry, we look for it",
    "1999000001",
    12,
    conversation_id="10",
    in_reply_to_user_id="42",
    referenced_tweets=[{"type": "replied_to", "id": "10"}],
)
CHIPPED = raw("30", "@FennelAndFinch the plate is chipped", "43", 20)


def recording(content: bytes | str, brand: Brand | None = None, name: str = "posts.jsonl") -> Recording:
    """The recording in a file with this content."""
    found = [Document(name, content)] if isinstance(content, str) else documents(name, content)
    return read_recording(found, brand or settings().brand)


def lines(*posts: Raw | str) -> str:
    """Posts as JSON lines."""
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in posts)


def replayed(*posts: Raw | str, desk: DeskSettings | None = None) -> Raw:
    """The summary of a replay of lines, with its alerts."""
    desk = desk or settings()
    alerts: list[tuple[Any, ...]] = []
    replay = Replay(desk, lambda row: alerts.append((row["at"], row["staff"], row["channel"], row["stage"])))
    replay.read(recording(lines(*posts), desk.brand))
    replay.finish()
    return {**replay.summary(), "alerts": sorted(alerts)}
