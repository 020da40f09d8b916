"""Classification of posts: triage itself, and the external classifier it may ask."""

from datetime import datetime
from typing import Protocol

from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Classification, Tags


class Triage(Protocol):
    """Tells what a post is. Never raises."""

    def __call__(self, post: Post) -> Tags: ...


class ClassifierUnavailable(Exception):
    """No opinion that can be used: none in time, none at all, or one that makes no sense."""


class Classifier(Protocol):
    """Somebody else to ask what a post is; costs time and money."""

    def __call__(self, post: Post, /) -> Classification:
        """Raises ClassifierUnavailable."""


class ClassifierBudget(Protocol):
    """How many opinions were asked for on each UTC day."""

    def take(self, now: datetime, a_day: int) -> bool:
        """Counts one; False, and nothing counted, where the day has had so many. Raises ClassifierUnavailable."""
