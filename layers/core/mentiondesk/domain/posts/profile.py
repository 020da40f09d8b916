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
    more: from `high` or `critical` on they raise the complaint to that urgency.
    """

    look_up: bool = True
    high: int = 10_000
    critical: int = 100_000

    def urgency(self, profile: Profile, metrics: PublicMetrics | None) -> Urgency | None:
        """The urgency that so many readers ask for; None when they ask for none."""
        readers = max(profile.followers, metrics.views if metrics else 0)
        if readers >= self.critical:
            return Urgency.CRITICAL
        return Urgency.HIGH if readers >= self.high else None
