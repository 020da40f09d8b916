"""Text → tags. Pure: no network, no state."""

from collections.abc import Callable

from mentiondesk.domain.posts.brand_words import BrandWords
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Tags
from mentiondesk.triage.engine import Engine

# Triage by the built-in tables and model alone.
triage = Engine()


class BrandTriage:
    """Triage that also uses the brand's words, compiled once for each version of them."""

    def __init__(self, words: Callable[[], BrandWords]) -> None:
        self._words = words
        self._engine = triage

    def __call__(self, post: Post) -> Tags:
        words = self._words()
        if words != self._engine.brand:
            self._engine = Engine(words)
        return self._engine(post)


__all__ = ["BrandTriage", "Engine", "triage"]
