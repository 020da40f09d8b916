"""What a mail and a text say alike about one case or one incident."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock, ReplyTimer
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Status
from mentiondesk.domain.text import quotable

WAITS_FOR = {
    Clock.FIRST_REPLY: "a first answer",
    Clock.NEXT_REPLY: "another answer",
    Clock.FOLLOW_UP: "a public word that it is solved",
    Clock.GO_BACK: "a word that it is solved",
    Clock.CONFIRM: "somebody who confirms it",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert with its case, the incident it is about if there is one, and the link to act on it."""

    case: Case
    alert: Alert
    incident: Incident | None = None
    act: str | None = None

    @property
    def wait(self) -> ReplyTimer:
        assert self.case.wait is not None, "alerts are for waits"
        return self.case.wait

    @property
    def what(self) -> str:
        """Like "critical complaint" or "question"."""
        urgent = self.case.urgency in ("high", "critical")
        return f"{self.case.urgency} {self.case.kind}" if urgent else str(self.case.kind)

    @property
    def waits_for(self) -> str:
        return WAITS_FOR[self.wait.clock]

    @property
    def link(self) -> str:
        """The customer's latest post."""
        return on_x(self.case.post_id or self.wait.post_id)

    @property
    def part_of(self) -> str:
        """The title of the incident it is part of, safe to show; empty when it is part of none."""
        return quotable(self.incident.title, 80) if self.incident else ""

    def left(self, now: datetime) -> str:
        """How long until the deadline."""
        return left(self.wait.answer_by, now)

    def answer_by(self, staff: Staff, now: datetime) -> str:
        """The deadline, on this person's clock."""
        return on_clock(self.wait.answer_by, staff, now)

    def written(self, staff: Staff, now: datetime) -> str:
        """When the customer wrote the latest post, on this person's clock."""
        return on_clock(self.case.said_at or self.wait.since, staff, now)

    def words(self, length: int) -> str:
        """The customer's latest words, safe to show."""
        return quotable(self.case.words, length)

    @property
    def why(self) -> str:
        """What made triage decide so: the words it met."""
        met = dict.fromkeys(quotable(words, 40).casefold() for words in self.case.why)
        found = ", ".join(f"“{words}”" for words in met if words)
        topics = ", ".join(self.case.topics).replace("_", " ")
        said = f"because of {found}" if found else "by its general sense"
        return f"{self.what} {said}{f'; about {topics}' if topics else ''}"

    @property
    def seen_after(self) -> str | None:
        """How late X let us see the post, where that is worth telling."""
        if self.case.seen_at is None or self.case.said_at is None:
            return None
        delay = self.case.seen_at - self.case.said_at
        return spoken(delay) if delay >= timedelta(minutes=3) else None


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """One alert about an incident; `posts` are of the customers to go back to."""

    incident: Incident
    alert: Alert
    posts: tuple[LinkedPost, ...] = ()
    act: str | None = None

    @property
    def going_back(self) -> bool:
        """Whether it is solved and customers wait to hear of it."""
        return self.incident.status is Status.RESOLVED

    @property
    def title(self) -> str:
        return quotable(self.incident.title, 80)

    @property
    def people(self) -> str:
        """Like "12 people, 15 posts"."""
        one = self.incident
        return f"{one.people} people, {one.posts} post{'' if one.posts == 1 else 's'}"

    def since(self, staff: Staff, now: datetime) -> str:
        """When the first of them complained, on this person's clock."""
        return on_clock(self.incident.started_at, staff, now)

    def samples(self, length: int) -> list[tuple[str, str]]:
        """Customers' words, safe to show, each with X's address of the post."""
        return [(quotable(one.words, length), on_x(one.post_id)) for one in self.incident.samples]

    def customers(self, most: int, length: int) -> list[tuple[str, str]]:
        """One post of each customer to go back to, the latest: words and address."""
        latest = {post.author_id: post for post in self.posts}
        return [(quotable(post.words, length), on_x(post.post_id)) for post in list(latest.values())[:most]]


def on_x(post_id: str) -> str:
    """X's own address of a post; works without knowing the handle."""
    return f"https://x.com/i/status/{post_id}"


def on_clock(moment: datetime, staff: Staff, now: datetime) -> str:
    """A time in this person's zone; with the day where it is not today's."""
    zone = ZoneInfo(staff.zone)
    there = moment.astimezone(zone)
    return f"{there:%H:%M}" if there.date() == now.astimezone(zone).date() else f"{there:%a %d %b %H:%M}"


def left(deadline: datetime, now: datetime) -> str:
    """Like "12 min left", "due now" or "1 h 5 min late"."""
    ahead = deadline - now
    if abs(ahead) < timedelta(minutes=1):
        return "due now"
    return f"{spoken(abs(ahead))} {'left' if ahead >= timedelta(0) else 'late'}"


def spoken(duration: timedelta) -> str:
    """Like "12 min", "1 h 5 min" or "3 days"; whole minutes, rounded down."""
    minutes = int(duration.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days >= 2:
        return f"{days} days"
    hours += 24 * days
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
