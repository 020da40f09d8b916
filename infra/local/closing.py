"""The end of the day: how it went in three sentences and one picture, and how it would have gone without the desk."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from infra.replay.questions import question_of
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.figures.answers import Group, Question
from mentiondesk.domain.ids import SubjectId

_HALF_HOUR, _HOUR = timedelta(minutes=30), timedelta(hours=1)


@dataclass(frozen=True)
class Wait:
    """A customer who needed an answer. `told_at` is the first alert about them, `answer_by` their first deadline."""

    question: Question
    answer_by: datetime | None
    told_at: datetime | None

    @property
    def alone(self) -> bool:
        """True when the answer came before any alert."""
        answered = self.question.answered_at
        return answered is not None and (self.told_at is None or answered <= self.told_at)

    @property
    def in_time(self) -> bool:
        answered = self.question.answered_at
        return answered is not None and (self.answer_by is None or answered <= self.answer_by)

    def missed(self, now: datetime) -> bool:
        """True when the deadline went by without an answer."""
        if self.in_time or self.question.closed_at is not None:
            return False
        return self.answer_by is not None and now > self.answer_by


@dataclass(frozen=True)
class Answered:
    """A bar of the picture: customers by the time they waited. The last ones had no answer."""

    name: str
    half_hour: int
    hour: int
    later: int
    none: int

    @classmethod
    def of(cls, name: str, waits: Iterable[Wait], everybody: int) -> Self:
        """Counts these waits; the rest of `everybody` had no answer."""
        questions = [wait.question for wait in waits]
        half, hour = (sum(one.answered_within(span) for one in questions) for span in (_HALF_HOUR, _HOUR))
        answered = sum(one.answered_at is not None for one in questions)
        return cls(name, half, hour - half, answered - hour, everybody - answered)

    @property
    def total(self) -> int:
        """The number of those who had an answer."""
        return self.half_hour + self.hour + self.later


@dataclass(frozen=True)
class Closing:
    """The customers' day, as figures count it: `of_incident` met the public incident, and stand apart."""

    bars: tuple[Answered, Answered]
    saved: int
    missed: int
    of_incident: int

    @property
    def sentences(self) -> tuple[str, str, str]:
        """The day, the alerts' share in it, and the same day without the desk."""
        day, without = self.bars
        apart = f" (beside {self.of_incident} of the incident, who are told together)" if self.of_incident else ""
        return (
            f"{day.total + day.none} customers needed an answer{apart}: {day.half_hour} had it within 30 minutes, "
            f"{day.half_hour + day.hour} within an hour, {day.total} by the end of the day.",
            f"{self.saved} had it in time after an alert had told somebody; {self.missed} deadlines were missed.",
            f"Without the desk nobody would have been told: {without.total} were answered before any alert, "
            f"and the other {without.none} would have had to hope that somebody saw their post.",
        )

    def shown(self) -> Mapping[str, Any]:
        """The data that the page draws."""
        return {"sentences": self.sentences, "bars": [asdict(bar) for bar in self.bars]}


def closing(cases: Iterable[Case], records: Iterable[Record], now: datetime) -> Closing:
    """The closing of a day that has these cases and this ledger."""
    told: dict[SubjectId, datetime] = {}
    for record in sorted(records, key=lambda one: one.at):
        if record.outcome is Outcome.SENT:
            told.setdefault(record.alert.subject_id, record.at)
    asked = [(case, question) for case in cases if (question := question_of(case)) is not None]
    waits = [_wait(case, one, told.get(case.case_id)) for case, one in asked if one.group is Group.CUSTOMERS]
    return Closing(
        bars=(
            Answered.of("This day", waits, len(waits)),
            Answered.of("Without the desk", [one for one in waits if one.alone], len(waits)),
        ),
        saved=sum(one.in_time and not one.alone for one in waits),
        missed=sum(one.missed(now) for one in waits),
        of_incident=sum(question.group is Group.PUBLIC_INCIDENT for _, question in asked),
    )


def _wait(case: Case, question: Question, told_at: datetime | None) -> Wait:
    deadlines = (one.answer_by for one in case.timers if one.clock is Clock.FIRST_REPLY)
    return Wait(question, next(deadlines, None), told_at)
