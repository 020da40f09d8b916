"""Profiles: who a customer is on X, and how many people a post reaches."""

from dataclasses import dataclass

from mentiondesk.domain.posts.tags import Urgency


@dataclass(frozen=True, slots=True)
class Profile:
    """An account as X showed it when it was looked up."""

    name: str
    handle: str
    followers: int


@dataclass(frozen=True, slots=True)
class PublicMetrics:
    """X's counts of a post: views, likes, reposts, quotes and answers."""

    views: int = 0
    likes: int = 0
    reposts: int = 0
    quotes: int = 0
    replies: int = 0


@dataclass(frozen=True, slots=True)
class ReachRules:
    """The rules for looking customers up, and for complaints that many people can read.

    `look_up` switches look-ups on. Readers are the followers of the customer, or the views of the post if there are
    more, and `per_repost` for each repost: from `high` or `critical` on they raise the complaint to that urgency.
    From `pile_on` reposts, quotes and replies together on, a complaint is urgent whoever wrote it.
    """

    look_up: bool = True
    high: int = 10_000
    critical: int = 100_000
    per_repost: int = 0
    pile_on: int = 10

    def reach(self, profile: Profile, metrics: PublicMetrics | None) -> int:
        """The number of people who can read the post, as far as X tells."""
        reposts = self.per_repost * metrics.reposts if metrics else 0
        return max(profile.followers, metrics.views if metrics else 0) + reposts

    def urgency(self, profile: Profile, metrics: PublicMetrics | None) -> Urgency | None:
        """The urgency that so many readers ask for; None when they ask for none."""
        readers = self.reach(profile, metrics)
        if readers >= self.critical:
            return Urgency.CRITICAL
        joined = metrics.reposts + metrics.quotes + metrics.replies if metrics else 0
        return Urgency.HIGH if readers >= self.high or joined >= self.pile_on else None
