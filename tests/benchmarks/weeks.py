"""Messages to staff through seven recorded weeks of one brand's posts, while nobody answers.

The recording is data beside the checkout; without it there is nothing to measure. The settings are the example's, with
the recorded brand's handle.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from statistics import quantiles
from zoneinfo import ZoneInfo

from infra.replay.containers import documents
from infra.replay.recording import read_recording
from mentiondesk.domain.ids import UserId
from mentiondesk.values import replace
from tests.benchmarks.figures import Figure
from tests.benchmarks.quiet import QuietDesk, busiest, identical
from tests.support.optional import RECORDINGS

WEEKS = RECORDINGS / "SpotifyCares.posts.jsonl"
_HANDLE, _NOBODY = "SpotifyCares", UserId("1")


def measure(until: datetime | None = None) -> Iterator[Figure]:
    """The figures of the whole recording, or of its posts before a moment."""
    if not WEEKS.exists():
        return
    desk = QuietDesk()
    current = desk.desk.settings
    desk.desk.settings = replace(current, brand=replace(current.brand, name=_HANDLE, handle=_HANDLE, user_id=_NOBODY))
    recording = read_recording(documents(WEEKS.name, WEEKS.read_bytes()), desk.desk.settings.brand)
    for post in recording.posts:
        if until is None or post.created_at < until:
            desk.desk.hear(post)
    desk.finish()
    messages = desk.to_people()
    ordinary = [one for one in messages if not one.critical]
    zone = ZoneInfo(desk.desk.settings.zone)
    days = Counter((one.staff_id, one.at.astimezone(zone).date()) for one in ordinary)
    found = f"{len(list(desk.desk.stored_posts())):,} posts, {len(messages):,} messages"
    yield Figure(
        "weeks: messages to one person a day, p95",
        round(quantiles(days.values(), n=20)[-1]),
        "",
        reach=80,
        why=f"apart from danger ({len(messages) - len(ordinary):,}); {found}; on the worst day {max(days.values())}",
    )
    yield Figure("weeks: most to one person in an hour", busiest(ordinary), "", reach=8, why="apart from danger")
    yield Figure("weeks: identical messages", identical(messages), "", reach=0)
    summary = desk.summary()
    unwarned = summary["breaches"] - summary["breaches_warned_before"]
    yield Figure(
        "weeks: breaches without a warning before", unwarned, "", reach=0, why=f"{summary['breaches']} breaches"
    )
