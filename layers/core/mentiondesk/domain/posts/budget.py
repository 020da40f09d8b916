"""The read budget: how many posts may be read now, so that a flood costs a day and never the month."""

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.cursor import LOOKUP
from mentiondesk.domain.posts.post import Source
from mentiondesk.values import Frozen, replace

# A busy day may take so many times its share of what is left; later days then have less.
_BUSY_DAY = 2.0
# Share of a day's reads that is there at midnight; the rest comes evenly over the day.
_AT_ONCE = 0.25
# Shares of the reads that each source may use up to: own posts stop timers, and mentions are worth more than finds.
_UP_TO: Mapping[str, float] = {
    Source.OWN: 1.0,
    LOOKUP: 0.95,
    Source.MENTIONS: 0.9,
    Source.OVERFLOW: 0.9,
    Source.SEARCH: 0.6,
}
# The price in dollars of a post that a search finds (docs.x.com/x-api/getting-started/pricing, prices of 2026-04-20).
FOUND_COSTS = Decimal("0.005")
# Share of a day's reads that the brand's own posts have, whatever else was read.
_RESERVED = 0.1
_DAY = timedelta(days=1)
# The most authors that are a handful: X accepts 2,400 posts a day of each.
_HANDFUL = 20
# Fewer posts than this tell nothing about who floods.
_ENOUGH = 200


class Reads(Frozen):
    """Posts read in this UTC month: before today, and today. A person may have raised the budget of today.

    `own_today` counts the brand's own posts among those of today.
    """

    earlier: int = 0
    today: int = 0
    own_today: int = 0
    raised: int = 0
    raised_today: int = 0

    @property
    def month(self) -> int:
        return self.earlier + self.today


class Budget(Frozen):
    """The budget at a moment. `monthly` is the settings' limit on posts read in a UTC month."""

    monthly: int
    reads: Reads
    now: datetime

    @property
    def today(self) -> int:
        """The most reads of this UTC day: the share of what is left for each day left, and as much again."""
        days_left = monthrange(self.now.year, self.now.month)[1] - self.now.day + 1
        left = max(self.monthly - self.reads.earlier, 0)
        return min(left, ceil(left / days_left * _BUSY_DAY)) + self.reads.raised_today

    @property
    def left_of_month(self) -> int:
        return max(0, self.monthly + self.reads.raised - self.reads.month)

    def after(self, posts: int, own: int = 0) -> "Budget":
        """The budget when so many more posts have been read, `own` of them the brand's."""
        reads = self.reads
        return replace(self, reads=replace(reads, today=reads.today + posts, own_today=reads.own_today + own))

    def left(self, source: str) -> int:
        """The reads that this source may make now; never more than are left of the month."""
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        come = min(1.0, _AT_ONCE + (1 - _AT_ONCE) * ((self.now - midnight) / _DAY))
        paced = (self.today - self.reads.raised_today) * come
        left = round(paced * _UP_TO[source]) + self.reads.raised_today - self.reads.today
        if source == Source.OWN:
            # A page of mentions may be larger than what was left for them.
            left = max(left, ceil(paced * _RESERVED) - self.reads.own_today)
        return max(0, min(left, self.left_of_month))


@dataclass(slots=True)
class Authors:
    """Counts of new posts by their authors over one UTC day, as far as this process read them."""

    day: str = ""
    posts: Counter[UserId] = field(default_factory=Counter)

    def add(self, now: datetime, author: UserId) -> None:
        if self.day != f"{now:%Y-%m-%d}":
            self.day, self.posts = f"{now:%Y-%m-%d}", Counter()
        self.posts[author] += 1

    def flooding(self, now: datetime) -> tuple[tuple[UserId, int], ...]:
        """The few authors of most of the posts with their counts; none while no few make most of them."""
        if self.day != f"{now:%Y-%m-%d}":
            return ()
        most = self.posts.most_common(_HANDFUL)
        few = sum(count for _, count in most)
        return tuple(most) if self.posts.total() >= _ENOUGH and 2 * few > self.posts.total() else ()
