"""Praise: who praises the brand often, and when they were last thanked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.profile import Attention, Draw
from mentiondesk.domain.posts.tags import ANSWERED, Kind, Urgency
from mentiondesk.values import Frozen

# The settings look no further back; older months are not kept.
MOST_MONTHS = 12


class PraiseRules(Frozen):
    """Loyal customers: those who praised in `loyal` of the last `months`, this one among them.

    `urgency`: what their complaints and questions are raised to; None: loyalty is shown, and raises nothing.
    """

    loyal: int = 3
    months: int = 6
    urgency: Urgency | None = None


class LatestCase(NamedTuple):
    """The case of a customer's latest post, and when that case began; None for one stored without it."""

    case_id: CaseId
    opened_at: datetime | None


class Regard(Frozen):
    """A customer's praise: the months in which they praised, their last thanks, their latest case."""

    praised: frozenset[str] = frozenset()
    thanked_at: datetime | None = None
    latest: LatestCase | None = None

    def loyalty(self, kind: Kind, rules: PraiseRules, now: datetime) -> tuple[Attention, ...]:
        """The loyalty of a customer who writes a post of this kind; empty for customers who are not loyal."""
        if not self.praised:
            return ()
        months = sum(month in self.praised for month in last_months(now, rules.months))
        if months < rules.loyal:
            return ()
        raises = rules.urgency is not None and kind in ANSWERED
        return (Attention(Draw.LOYAL, months, rules.urgency if rules.urgency and raises else Urgency.LOW),)


def month_of(moment: datetime) -> str:
    """The month in UTC, like "2026_11"."""
    moment = moment.astimezone(UTC)
    return f"{moment.year:04}_{moment.month:02}"


def last_months(now: datetime, count: int) -> Iterator[str]:
    """This month and those before it, `count` of them, latest first."""
    moment = now.astimezone(UTC)
    number = moment.year * 12 + moment.month - 1
    return (f"{one // 12:04}_{one % 12 + 1:02}" for one in range(number, number - count, -1))
