"""Messages to staff while nobody acts: `make run ACT=no` on memory stores, and one account that floods.

The story is read from the stand-in X once a minute, with the look-ups that fetch_mentions makes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from infra.local.story import load_story
from infra.replay.engine import MINUTE
from infra.replay.report import Replay, Row
from infra.settings_file import load_desk
from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.domain.alerts.budget import HOUR
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.alerts.roster import Audience, Channel
from mentiondesk.domain.ids import ConversationId, PostId, StaffId, UserId, id_at
from mentiondesk.domain.posts.tags import Urgency
from tests.benchmarks.figures import Figure
from tests.support.builders import NOON, a_post

EXAMPLE = Path("infra/settings.example.yaml")
# The alerts of the last posts are still to come when the story ends.
_AFTERWARDS = timedelta(minutes=90)
_AT_ONCE = timedelta(seconds=90)
_FLOOD, _FLOOD_POSTS, _FLOODER = timedelta(hours=10), 600, "77"
_EMERGENCY = "@FennelAndFinch the lamp caught fire and my daughter has burnt her hand"
# The posts of an account that floods, and the most messages because of it: what sounds like danger rings more.
_FLOODS = {
    "complaints": ("@FennelAndFinch order {} never arrived, and still no answer", 60),
    "danger": ("@FennelAndFinch your kettle number {} caught fire", 120),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a person: its text, and the alerts in it. `critical`: all of them are about danger."""

    at: datetime
    staff_id: StaffId
    text: str
    records: tuple[Record, ...]
    critical: bool


class QuietDesk(Replay):
    """A desk of the example settings where nobody acts, and what it sends to people; rooms are not counted."""

    def __init__(self) -> None:
        rows: list[Row] = []
        super().__init__(load_desk(EXAMPLE), rows.append)
        self._sent: dict[str, tuple[str, list[Record]]] = {}

    def recorded(self, record: Record) -> None:
        super().recorded(record)
        if record.outcome is Outcome.SENT and record.via is not Channel.ROOM:
            self._sent.setdefault(record.message_id, (self.desk.outbox.latest, []))[1].append(record)

    def story(self) -> Self:
        """Plays the story's day, and the time in which its alerts go out."""
        story, desk = load_story(), self.desk
        desk.now = story.begins
        credentials = XCredentials("a", "b", f"{desk.settings.brand.user_id}-t", "d", version="v1")
        with story.on(lambda: desk.now) as x:
            fetch = desk.read_from(TweepyFeed(lambda: credentials, x.url, lambda: desk.settings.brand))
            while desk.now < story.ends + _AFTERWARDS:
                desk.now += MINUTE
                fetch(desk.now, lambda: MINUTE)
                desk.classify_new()
                minute = desk.now
                desk.run_before(minute + timedelta.resolution)
                desk.now = minute
        return self

    def flood(self, text: str) -> Self:
        """One account posts once a minute, each time in a conversation of its own; half-way another has a fire."""
        for number in range(_FLOOD_POSTS):
            at = NOON + number * _FLOOD / _FLOOD_POSTS
            self._hear(at, text.format(number), _FLOODER)
            if number == _FLOOD_POSTS // 2:
                self._hear(at + timedelta(seconds=10), _EMERGENCY, "88")
        self.desk.run_before(NOON + _FLOOD + _AFTERWARDS)
        return self

    def _hear(self, at: datetime, text: str, author: str) -> None:
        post_id = PostId(id_at(at))
        conversation = ConversationId(post_id)
        self.desk.hear(
            a_post(text, post_id=post_id, created_at=at, author_id=UserId(author), conversation_id=conversation)
        )

    def to_people(self) -> list[Message]:
        dangers = self.dangers()
        return [
            Message(
                records[0].at,
                records[0].alert.staff_id,
                text,
                tuple(records),
                all(str(one.alert.subject_id) in dangers for one in records),
            )
            for text, records in self._sent.values()
        ]

    def dangers(self) -> set[str]:
        """The subjects that are critical."""
        desk = self.desk
        subjects = [(str(one.case_id), one.urgency) for one in desk.stored_cases()]
        subjects += [(str(one.incident_id), one.urgency) for one in desk.stored_incidents()]
        return {name for name, urgency in subjects if urgency is Urgency.CRITICAL}

    def late_rings(self) -> list[str]:
        """The critical cases about which somebody on duty, or a lead, had no text within 90 seconds."""
        seen = {post.created_at: post.seen_at or post.created_at for post in self.desk.stored_posts()}
        stage, roster = self.desk.settings.policy.critical[0].name, self.desk.settings.roster
        rung: dict[tuple[str, datetime], set[StaffId]] = defaultdict(set)
        for one in (record for _, records in self._sent.values() for record in records):
            began = one.alert.planned_at or seen.get(one.alert.since, one.alert.since)
            if one.alert.stage == stage and one.via is Channel.TEXT and one.at - began <= _AT_ONCE:
                rung[str(one.alert.subject_id), began].add(one.alert.staff_id)
        whole = set()
        for (name, began), people in rung.items():
            called = {*roster.audience(Audience.DUTY, began), *roster.audience(Audience.LEAD, began)}
            whole |= {name} if people.issuperset(one.staff_id for one in called) else set()
        return sorted(self.dangers() - whole)


def busiest(messages: Iterable[Message]) -> int:
    """The most messages to one person within an hour that begins with one of them."""
    times: dict[StaffId, list[datetime]] = defaultdict(list)
    for one in messages:
        times[one.staff_id].append(one.at)
    return max(sum(at <= later < at + HOUR for later in found) for found in times.values() for at in found)


def identical(messages: Iterable[Message]) -> int:
    """Messages that say to a person what another one of the same minute said."""
    return sum(count - 1 for count in Counter((one.staff_id, one.at, one.text) for one in messages).values())


def measure() -> Iterator[Figure]:
    desk = QuietDesk().story()
    messages = desk.to_people()
    yield from _story(desk, messages)
    desk.finish()
    summary = desk.summary()
    unwarned = summary["breaches"] - summary["breaches_warned_before"]
    yield Figure("quiet: breaches without a warning before", unwarned, "", 0, why=f"{summary['breaches']} breaches")
    for kind, (text, most) in _FLOODS.items():
        yield from _flooded(kind, most, QuietDesk().flood(text))


def _story(desk: QuietDesk, messages: list[Message]) -> Iterator[Figure]:
    ordinary = [one for one in messages if not one.critical]
    told = Counter(one.staff_id for one in messages)
    by_person = ", ".join(f"{name} {count}" for name, count in sorted(told.items()))
    why = f"{len(messages) - len(ordinary)} about danger; {by_person}"
    yield Figure("quiet: messages in the story's day", len(messages), "", 120, why=why)
    yield Figure("quiet: most to one person in an hour", busiest(ordinary), "", 8, why="apart from danger")
    yield Figure("quiet: identical messages", identical(messages), "", 0)
    late = desk.late_rings()
    why = f"{len(desk.dangers())} critical cases; duty and lead by text within 90 s"
    yield Figure("quiet: critical cases told late", len(late), "", 0, why=why)


def _flooded(kind: str, most: int, desk: QuietDesk) -> Iterator[Figure]:
    messages = desk.to_people()
    about = [one for one in messages if any(str(r.alert.subject_id).endswith(f"#{_FLOODER}") for r in one.records)]
    why = f"{_FLOOD_POSTS} posts in ten hours, about {kind}"
    yield Figure(f"quiet: messages because of one account, {kind}", len(about), "", most, why=why)
    late = [name for name in desk.late_rings() if not name.endswith(f"#{_FLOODER}")]
    yield Figure(f"quiet: a real emergency meanwhile told late, {kind}", len(late), "", 0)
