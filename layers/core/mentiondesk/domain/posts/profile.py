"""Profiles: who a customer is on X, and how many people a post reaches."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """An account as X showed it when it was looked up."""

    name: str
    handle: str
    followers: int


@dataclass(frozen=True, slots=True)
class PublicMetrics:
    """How often a post was seen, and how often others liked, reposted, quoted and answered it, as X counts it."""

    views: int = 0
    likes: int = 0
    reposts: int = 0
    quotes: int = 0
    replies: int = 0
