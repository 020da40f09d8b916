"""Classification of posts: triage itself, and the external classifier it may ask."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Classification, Tags


class Triage(Protocol):
    """Classifies a post. Never raises."""

    def __call__(self, post: Post) -> Tags: ...


class ClassifierUnavailable(Exception):
    """No usable answer: none in time, none at all, or one that makes no sense."""


class Classifier(Protocol):
    """An external classifier, asked when triage is unsure. Slow, and billed per call."""

    def __call__(self, post: Post, /) -> Classification:
        """Raises ClassifierUnavailable."""


class ClassifierBudget(Protocol):
    """Counts of the external classifier's calls on each UTC day."""

    def take(self, now: datetime, a_day: int) -> bool:
        """Counts a call; False, and nothing counted, once the day has had `a_day`. Raises ClassifierUnavailable."""


class ScoreStore(Protocol):
    """A histogram of the complaint probabilities of the brand's posts in the last weeks; counts by bin, no texts."""

    def load(self, now: datetime) -> Mapping[int, int]: ...

    def add(self, counts: Mapping[int, int], now: datetime) -> None: ...
