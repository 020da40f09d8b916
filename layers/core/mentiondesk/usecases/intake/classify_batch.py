"""The posts of one batch → tags and cases, those that have nothing in common written together."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from mentiondesk.domain.posts.post import Post
from mentiondesk.ports.cases import CaseBatches, Classified
from mentiondesk.usecases.intake.classify_mention import ClassifyMention


class ClassifyBatch:
    """Classifies posts in their order. Each one's change is written whole or not at all, whoever it is written with.

    A post that fails, is refused or meets another write holds up no other: it is classified by itself. `ahead` reads
    what the posts need, for as long as they are worked on; `warn` hears of a write for several that failed.
    """

    def __init__(
        self,
        classify: ClassifyMention,
        cases: CaseBatches,
        warn: Callable[..., None],
        ahead: Callable[[Sequence[Post]], AbstractContextManager[None]] = lambda _: nullcontext(),
    ) -> None:
        self._classify = classify
        self._cases = cases
        self._warn = warn
        self._ahead = ahead

    def __call__(self, posts: Sequence[Post], now: datetime) -> Mapping[int, Exception]:
        """The failures, by the position of their posts."""
        failures: dict[int, Exception] = {}
        together: dict[int, Classified] = {}
        with self._ahead(posts):
            for number, post in enumerate(posts):
                if any(_meet(post, one.post) for one in together.values()):
                    self._write(together, failures)
                    together = {}
                try:
                    change = self._classify.planned(post, now)
                except Exception as failure:  # noqa: BLE001 - the boundary: a poison post must not hold up its batch
                    failures[number] = failure
                    continue
                if change is not None:
                    together[number] = change
            self._write(together, failures)
        return failures

    def _write(self, together: Mapping[int, Classified], failures: dict[int, Exception]) -> None:
        """Writes the changes together, and classifies anew, by itself, each post whose change was not written."""
        try:
            written = self._cases.commit_each(list(together.values()))
        except Exception:  # noqa: BLE001 - the boundary: which post is at fault shows when each is written by itself
            self._warn("posts not written together", exc_info=True)
            written = [False] * len(together)
        for (number, change), done in zip(together.items(), written, strict=True):
            if not done:
                try:
                    self._classify(change.post, change.at)
                except Exception as failure:  # noqa: BLE001 - the boundary: a poison post must not hold up its batch
                    failures[number] = failure


def _meet(post: Post, other: Post) -> bool:
    """True where a post may read or change what an earlier one, not written yet, changes: a case or a customer.

    The brand's post finds its case in many ways: it comes after all others, and before them.
    """
    if post.own or other.own:
        return True
    answered = (post.replied_to, post.quoted, post.conversation_id)
    return post.author_id == other.author_id or other.conversation_id in answered or other.post_id in answered
