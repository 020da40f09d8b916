"""Text → tags. Pure: no network, no state."""

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from mentiondesk.domain.posts.brand_words import BrandWords
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Tags
from mentiondesk.triage.engine import Engine

# Triage by the built-in tables and model alone.
triage = Engine()


class Share(Protocol):
    """The share of complaints in the brand's own stream, 0 to 1, as posts are counted by their probability."""

    def __call__(self) -> float: ...

    def heard(self, chance: float) -> None: ...


class BrandTriage:
    """Triage that also uses the brand's words, compiled once for each version of them, and its share of complaints."""

    def __init__(self, words: Callable[[], BrandWords], share: Share | None = None) -> None:
        self._words = words
        self._share = share
        self._engine = triage

    def __call__(self, post: Post) -> Tags:
        words = self._words()
        if words != self._engine.brand:
            self._engine = _engine(words)
        if self._share is None:
            return self._engine(post)
        tags = self._engine(post, self._share())
        if tags.chance is not None:
            self._share.heard(tags.chance)
        return tags


@lru_cache(maxsize=4)
def _engine(words: BrandWords) -> Engine:
    """The engine of a brand's words, which all that triage in one process share: compiling its tables takes long."""
    return Engine(words)


__all__ = ["BrandTriage", "Engine", "triage"]
