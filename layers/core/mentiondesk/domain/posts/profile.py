"""Profiles: who a customer is on X, how many people a post reaches, and what in that makes a complaint urgent."""

from collections.abc import Iterator
from enum import StrEnum

from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.values import Frozen


class Profile(Frozen):
    """An account as X showed it when it was looked up."""

    name: str
    handle: str
    followers: int


class PublicMetrics(Frozen):
    """X's counts of a post: views, likes, reposts, quotes and answers."""

    views: int = 0
    likes: int = 0
    reposts: int = 0
    quotes: int = 0
    replies: int = 0


class Draw(StrEnum):
    """The reasons beside its words for which a complaint is urgent."""

    BAND = "band"
    """The customer's followers, by the bands of the settings."""
    READERS = "readers"
    """The post's views, or its reach once it is reposted."""
    PILE_ON = "pile_on"
    """Reposts, quotes and answers of the post."""
    THREAD = "thread"
    """Other customers who complain in the same conversation."""
    LOYAL = "loyal"
    """Months in which the customer praised the brand."""


class Attention(Frozen):
    """One such reason with its count, and the urgency it asks for; `name` is that of an influencer band."""

    draw: Draw
    count: int
    urgency: Urgency
    name: str = ""


class Band(Frozen):
    """Influencers: customers with so many `followers` or more, up to the next band."""

    name: str
    followers: int
    urgency: Urgency


class ReachRules(Frozen):
    """The rules for looking customers up, and for complaints that draw attention.

    `look_up` switches look-ups on. Reach is the customer's followers and `per_repost` for each repost. From `high` or
    `critical` readers on, a complaint has that urgency; of `bands`, the highest that the followers fill. From `pile_on`
    reposts, quotes and answers on, or `thread` people in one conversation, a complaint is urgent whoever wrote it.
    `known_haters` repost and quote every complaint: as many reposts and quotes as there are of them count for nothing,
    because X does not say who reposted, and their own posts in a conversation count for nobody.
    """

    look_up: bool = True
    high: int = 10_000
    critical: int = 100_000
    # An assumption of November 2026: X does not tell how many followers those have who repost.
    per_repost: int = 100
    pile_on: int = 10
    thread: int = 4
    bands: tuple[Band, ...] = (
        Band("influencer", 10_000, Urgency.HIGH),
        Band("celebrity", 100_000, Urgency.CRITICAL),
    )
    known_haters: frozenset[UserId] = frozenset()

    def reach(self, profile: Profile | None, metrics: PublicMetrics | None) -> int:
        """The followers of the customer and of those who reposted, as far as X tells."""
        return (profile.followers if profile else 0) + self.per_repost * self._reposts(metrics)

    def joined(self, metrics: PublicMetrics | None) -> int:
        """The reposts, quotes and answers of a post, without those of known haters."""
        return self._reposts(metrics) + self._without_haters(metrics.quotes) + metrics.replies if metrics else 0

    def attention(self, profile: Profile | None, metrics: PublicMetrics | None) -> tuple[Attention, ...]:
        """The reasons in these counts for which a complaint is urgent, the strongest first."""
        return tuple(sorted(self._drawn(profile, metrics), key=lambda one: -one.urgency.rank))

    def in_thread(self, people: int) -> Attention | None:
        """The reason in so many people of one conversation; None while they are few."""
        return Attention(Draw.THREAD, people, Urgency.HIGH) if people >= self.thread else None

    def _drawn(self, profile: Profile | None, metrics: PublicMetrics | None) -> Iterator[Attention]:
        followers = profile.followers if profile else 0
        filled = [band for band in self.bands if followers >= band.followers]
        if filled:
            band = max(filled, key=lambda one: one.followers)
            yield Attention(Draw.BAND, followers, band.urgency, band.name)
        joined = self.joined(metrics)
        if joined >= self.pile_on:
            yield Attention(Draw.PILE_ON, joined, Urgency.HIGH)
        # Followers alone are for the bands to judge.
        reach = self.reach(profile, metrics) if self._reposts(metrics) else 0
        readers = max(reach, metrics.views if metrics else 0)
        if readers >= self.high:
            yield Attention(Draw.READERS, readers, Urgency.CRITICAL if readers >= self.critical else Urgency.HIGH)

    def _reposts(self, metrics: PublicMetrics | None) -> int:
        return self._without_haters(metrics.reposts) if metrics else 0

    def _without_haters(self, count: int) -> int:
        return max(count - len(self.known_haters), 0)


def strongest(found: tuple[Attention, ...]) -> Urgency | None:
    """The urgency that the reasons ask for; None without any."""
    return max((one.urgency for one in found), default=None)


def latest(known: tuple[Attention, ...], found: tuple[Attention, ...]) -> tuple[Attention, ...]:
    """The reasons with newer counts in place of older ones, the strongest first."""
    by_draw = {one.draw: one for one in (*known, *found)}
    return tuple(sorted(by_draw.values(), key=lambda one: -one.urgency.rank))
