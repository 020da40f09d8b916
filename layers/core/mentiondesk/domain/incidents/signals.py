"""Complaint signals, and the hourly counts that a surge of them is compared with."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from mentiondesk.domain.ids import CaseId, PostId, UserId
from mentiondesk.values import Frozen, field

# Longer than any detection window, and long enough to catch up with counting after a day's standstill.
SIGNALS_KEPT = timedelta(days=3)


class Signal(Frozen):
    """The fingerprint of one complaint, small enough to compare with thousands of others.

    `terms` are the concepts in the text and the stems of its telling words. `words` is the text, cleaned and cut for
    display. `digest` identifies copies of one text; it is empty for texts so short that they are equal by chance.
    `answers` is the post replied to or quoted, and `echo` marks a post that only says "same here" about it. `critical`
    is set where triage found danger, fraud or law: no incident about something else takes such a post in.
    """

    post_id: PostId
    author_id: UserId
    at: datetime
    terms: tuple[str, ...]
    words: str
    topics: tuple[str, ...] = ()
    digest: str = ""
    answers: PostId | None = None
    echo: bool = False
    case_id: CaseId | None = None
    critical: bool = False


class HourlyCounts(Frozen):
    """Decayed sums over past hours: either over every hour, or over one hour of the week.

    `hours` is how many hours were counted, `reporters` how many distinct reporters they had, `terms` how many
    reporters used each term. Older hours weigh less, so that all three are fractions. `until` is the end of the latest
    hour counted.

    `by_hour` is kept over every hour only: the reporters of each hour of the day in UTC.
    """

    hours: float = 0.0
    reporters: float = 0.0
    terms: Mapping[str, float] = field(default_factory=dict)
    until: datetime | None = None
    by_hour: tuple[float, ...] = ()


class Baseline(Frozen):
    """The counts that are normal for one hour of the week: over every hour, and over that hour in past weeks.

    `hour_of_day` is the hour's place in `overall.by_hour`; None if it is not known.
    """

    overall: HourlyCounts = HourlyCounts()
    hour: HourlyCounts = HourlyCounts()
    hour_of_day: int | None = None
