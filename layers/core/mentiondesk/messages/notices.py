"""What a mail and a text say alike about one case."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mentiondesk.domain.alerts import Alert
from mentiondesk.domain.cases import Case
from mentiondesk.domain.plaintext import quotable
from mentiondesk.domain.policy import Clock, Wait
from mentiondesk.domain.roster import Staff

_WAITS_FOR = {
    Clock.FIRST_REPLY: "a first answer",
    Clock.NEXT_REPLY: "another answer",
    Clock.FOLLOW_UP: "a public word that it is solved",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert with its case."""

    case: Case
    alert: Alert

    @property
    def wait(self) -> Wait:
        assert self.case.wait is not None, "alerts are for waits"
        return self.case.wait

    @property
    def what(self) -> str:
        """Like "critical complaint" or "question"."""
        urgent = self.case.urgency in ("high", "critical")
        return f"{self.case.urgency} {self.case.kind}" if urgent else str(self.case.kind)

    @property
    def waits_for(self) -> str:
        return _WAITS_FOR[self.wait.clock]

    @property
    def link(self) -> str:
        """X's own address of the customer's latest post; works without knowing the handle."""
        return f"https://x.com/i/status/{self.case.post_id or self.wait.post_id}"

    def left(self, now: datetime) -> str:
        """Like "12 min left", "due now" or "1 h 5 min late"."""
        left = self.wait.answer_by - now
        if abs(left) < timedelta(minutes=1):
            return "due now"
        return f"{spoken(abs(left))} {'left' if left >= timedelta(0) else 'late'}"

    def answer_by(self, staff: Staff, now: datetime) -> str:
        """The deadline, on this person's clock."""
        return _on_clock(self.wait.answer_by, staff, now)

    def written(self, staff: Staff, now: datetime) -> str:
        """When the customer wrote the latest post, on this person's clock."""
        return _on_clock(self.case.said_at or self.wait.since, staff, now)

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


def _on_clock(moment: datetime, staff: Staff, now: datetime) -> str:
    """A time in this person's zone; with the day where it is not today's."""
    zone = ZoneInfo(staff.zone)
    there = moment.astimezone(zone)
    return f"{there:%H:%M}" if there.date() == now.astimezone(zone).date() else f"{there:%a %d %b %H:%M}"


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
