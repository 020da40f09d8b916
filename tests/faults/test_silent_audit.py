"""With nothing wrong the auditor is silent, through seven recorded weeks of one brand's posts."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from pathlib import Path

from infra.replay.containers import documents
from infra.replay.engine import VirtualDesk
from infra.replay.recording import read_recording
from mentiondesk.adapters.storage.stores.audits import Audits
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.replies import Replies
from mentiondesk.domain.audit import HOUR
from mentiondesk.domain.ids import id_at
from mentiondesk.domain.posts.page import Page
from mentiondesk.domain.posts.post import Post
from mentiondesk.usecases.audit.audit_desk import AuditDesk
from mentiondesk.usecases.audit.check_alerts import CheckAlerts
from mentiondesk.usecases.audit.check_cases import CheckCases
from mentiondesk.usecases.audit.check_endpoints import CheckEndpoints
from mentiondesk.usecases.audit.check_replies import CheckReplies
from mentiondesk.usecases.audit.count_posts import CountPosts
from mentiondesk.usecases.reports.note_ignored import NoteIgnored
from tests.support.builders import an_answer, settings
from tests.support.optional import RECORDINGS, needs

WEEKS = RECORDINGS / "SpotifyCares.posts.jsonl"
# Customers' posts alone are recorded: the brand answers most of them, some late and some never.
_ANSWERED_AFTER = (timedelta(minutes=9), timedelta(minutes=25), timedelta(hours=3), None)


class Counts:
    """X's own counts of what was heard, by the hour."""

    def __init__(self) -> None:
        self.hours: Counter[datetime] = Counter()

    def heard(self, post: Post) -> None:
        self.hours[post.created_at.replace(minute=0, second=0, microsecond=0)] += 1

    def counted(self, first: datetime, last: datetime, now: datetime) -> Mapping[datetime, int]:
        del now
        return {hour: count for hour, count in self.hours.items() if first <= hour < last}

    def made(self, first: datetime, last: datetime, token: str | None, now: datetime) -> Page:
        raise AssertionError(f"an hour is short: {first}, {last}, {token}, {now}")

    def billed(self, now: datetime) -> Mapping[date, int]:
        del now
        return {}


def with_answers(posts: list[Post]) -> Iterator[Post]:
    """The posts with the brand's answers among them, oldest first."""
    waiting: list[tuple[datetime, int, Post]] = []
    for number, post in enumerate(posts):
        while waiting and waiting[0][0] <= post.created_at:
            yield heappop(waiting)[2]
        yield post
        after = _ANSWERED_AFTER[number % len(_ANSWERED_AFTER)]
        if after is not None:
            at = post.created_at + after
            heappush(waiting, (at, number, an_answer(post, created_at=at, post_id=id_at(at))))
    yield from (heappop(waiting)[2] for _ in range(len(waiting)))


def silent(file: Path, days: int) -> tuple[int, int, list[str]]:
    """The posts heard and the audits made in the first days of a recording, and every finding."""
    current = settings(targets={"resolve_after": "2d"})
    posts = read_recording(documents(file.name, file.read_bytes()), current.brand).posts
    desk, counts, findings, audits = VirtualDesk(current, keep_ledger=True), Counts(), list[str](), 0
    stores = Audits(desk.table), Facts(desk.table)
    replies = Replies(desk.table, lambda: timedelta(days=400), desk.cases)
    auditor = AuditDesk(
        stores[0],
        CheckAlerts(desk.alerts, desk.cases, desk.incidents, stores[0], lambda: current),
        CheckCases(desk.posts, desk.cases, stores[1], lambda: current),
        CountPosts(counts, desk.posts, desk.posts, Cursors(desk.table), lambda: current),
        lambda: current,
        (
            CheckReplies(desk.cases, replies, lambda: current),
            CheckEndpoints(Events(desk.table), lambda: current),
        ),
    )
    note_ignored = NoteIgnored(desk.cases, stores[1])
    begins = posts[0].created_at
    hour = begins.replace(minute=0, second=0, microsecond=0) + HOUR
    heard = 0
    for post in with_answers([post for post in posts if post.created_at < begins + timedelta(days=days)]):
        while post.created_at >= hour:
            desk.run_before(hour)
            desk.now = max(desk.now, hour)
            note_ignored(hour)
            audits += 1
            found = auditor(hour, lambda: timedelta(minutes=4))
            findings += [f"{hour:%Y-%m-%d %H:%M} {finding}" for finding in found.report.findings]
            hour += HOUR
        desk.hear(post)
        if not post.own:
            counts.heard(post)
            heard += 1
    return heard, audits, findings


@needs(WEEKS)
def test_the_auditor_is_silent_through_recorded_weeks(thorough: bool, tell: Callable[[object], None]) -> None:
    """The suite hears the first one; `make faults` all seven."""
    heard, audits, findings = silent(WEEKS, days=49 if thorough else 7)
    tell(f"{heard} posts, {audits} audits")
    assert findings == []
    assert audits >= (48 if thorough else 6) * 24
