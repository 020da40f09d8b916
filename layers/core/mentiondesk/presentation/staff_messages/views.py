"""Notices in words: phrases that mails and texts have in common."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock, ReplyTimer
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.text import quotable

WAITS_FOR = {
    Clock.FIRST_REPLY: "a first answer",
    Clock.NEXT_REPLY: "another answer",
    Clock.FOLLOW_UP: "a public word that it is solved",
    Clock.GO_BACK: "a word that it is solved",
    Clock.CONFIRM: "somebody who confirms it",
}


@dataclass(frozen=True, slots=True)
class CaseView:
    """One notice about a case, in the words of its reader: times on `staff`'s clock at `now`."""

    notice: CaseNotice
    staff: Staff
    now: datetime

    @property
    def case(self) -> Case:
        return self.notice.case

    @property
    def alert(self) -> Alert:
        return self.notice.alert

    @property
    def act(self) -> str | None:
        return self.notice.act

    @property
    def wait(self) -> ReplyTimer:
        assert self.case.wait is not None, "alerts are for waits"
        return self.case.wait

    @property
    def late(self) -> bool:
        return self.wait.late(self.now)

    @property
    def urgent(self) -> bool:
        return self.case.urgency >= Urgency.HIGH

    @property
    def what(self) -> str:
        """Like "critical complaint" or "question"."""
        return f"{self.case.urgency} {self.case.kind}" if self.urgent else str(self.case.kind)

    @property
    def waits_for(self) -> str:
        return WAITS_FOR[self.wait.clock]

    @property
    def link(self) -> str:
        """X's address of the customer's latest post."""
        return on_x(self.case.post_id or self.wait.post_id)

    @property
    def part_of(self) -> str:
        """The title of the incident it is part of, safe to show; empty when it is part of none."""
        return quotable(self.notice.incident.title, 80) if self.notice.incident else ""

    @property
    def left(self) -> str:
        """Time until the deadline."""
        return left(self.wait.answer_by, self.now)

    @property
    def answer_by(self) -> str:
        """The deadline."""
        return on_clock(self.wait.answer_by, self.staff, self.now)

    @property
    def written(self) -> str:
        """When the customer wrote the latest post."""
        return on_clock(self.case.said_at or self.wait.since, self.staff, self.now)

    def words(self, length: int) -> str:
        """The customer's latest words, safe to show."""
        return quotable(self.case.words, length)

    @property
    def why(self) -> str:
        """Triage's reasons: the words that it matched."""
        met = dict.fromkeys(quotable(words, 40).casefold() for words in self.case.why)
        found = ", ".join(f"“{words}”" for words in met if words)
        topics = ", ".join(self.case.topics).replace("_", " ")
        said = f"because of {found}" if found else "by its general sense"
        return f"{self.what} {said}{f'; about {topics}' if topics else ''}"

    @property
    def seen_after(self) -> str | None:
        """X's delay in showing us the post, from three minutes on."""
        if self.case.seen_at is None or self.case.said_at is None:
            return None
        delay = self.case.seen_at - self.case.said_at
        return spoken(delay) if delay >= timedelta(minutes=3) else None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """One notice about an incident, in the words of its reader: times on `staff`'s clock at `now`."""

    notice: IncidentNotice
    staff: Staff
    now: datetime

    @property
    def incident(self) -> Incident:
        return self.notice.incident

    @property
    def act(self) -> str | None:
        return self.notice.act

    @property
    def title(self) -> str:
        return quotable(self.incident.title, 80)

    @property
    def people(self) -> str:
        """Like "12 people, 15 posts"."""
        one = self.incident
        return f"{one.people} people, {one.posts} post{'' if one.posts == 1 else 's'}"

    @property
    def since(self) -> str:
        """When the first of them complained."""
        return on_clock(self.incident.started_at, self.staff, self.now)

    def samples(self, length: int) -> list[tuple[str, str]]:
        """Customers' words, safe to show, each with X's address of the post."""
        return [(quotable(one.words, length), on_x(one.post_id)) for one in self.incident.samples]

    def customers(self, most: int, length: int) -> list[tuple[str, str]]:
        """The latest post of each customer to go back to: words and X's address."""
        latest = {post.author_id: post for post in self.notice.posts}
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
