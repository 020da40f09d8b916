"""Answered within, ignored: the share of customers who got a first answer in time, and those who got none."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.values import Frozen

# A customer without an answer after this span is ignored.
IGNORED_AFTER = timedelta(hours=72)
# The spans that customers name when they are asked how soon they expect an answer.
SPANS = {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "24h": timedelta(hours=24)}


class Group(StrEnum):
    """The cases that figures keep apart, since their answers are not comparable.

    Abuse may deserve none, a public incident answers all its members at once, and a person has yet to say whether
    an unsure post needs an answer.
    """

    CUSTOMERS = "customers"
    UNSURE = "unsure"
    ABUSE = "abuse"
    PUBLIC_INCIDENT = "public_incident"


class Question(Frozen):
    """A case whose customer needed an answer.

    `asked_at` is the customer's first post that needed one, `answered_at` the first answer, public or elsewhere,
    and `closed_at` the moment at which staff closed the case.
    """

    group: Group
    asked_at: datetime
    answered_at: datetime | None = None
    closed_at: datetime | None = None

    def answered_within(self, span: timedelta) -> bool:
        """True when the first answer came at most `span` after the question."""
        return self.answered_at is not None and self.answered_at - self.asked_at <= span

    def decided(self, span: timedelta, now: datetime) -> bool:
        """True when time cannot change `answered_within(span)` any more."""
        return self.answered_at is not None or self.closed_at is not None or now - self.asked_at >= span

    def ignored(self, now: datetime) -> bool:
        """True when the case had no answer within IGNORED_AFTER, or none when it was closed."""
        return self.decided(IGNORED_AFTER, now) and not self.answered_within(IGNORED_AFTER)


def of_group(questions: Iterable[Question], group: Group) -> Iterator[Question]:
    """The questions of one group."""
    return (question for question in questions if question.group is group)


def share_answered_within(questions: Iterable[Question], span: timedelta, now: datetime) -> float | None:
    """The share of questions answered within `span`, 0 to 1; None without any question that is decided."""
    decided = [question.answered_within(span) for question in questions if question.decided(span, now)]
    return sum(decided) / len(decided) if decided else None


def ignored(questions: Iterable[Question], now: datetime) -> int:
    """The number of questions that are ignored."""
    return sum(question.ignored(now) for question in questions)
