"""The grounds on which X takes an answer to the latest post of a case."""

from collections.abc import Callable

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.replies.eligibility import Asked, Grounds, grounds
from mentiondesk.domain.timeline import BrandPosted
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.runtime import CurrentSettings


class FindGrounds:
    """Finds the grounds of an answer in the stored post. One that is not stored is tried."""

    def __init__(self, cases: CaseStore, post: Callable[[PostId], Post | None], settings: CurrentSettings) -> None:
        self._cases = cases
        self._post = post
        self._settings = settings

    def __call__(self, case: Case) -> Grounds:
        """The grounds of an answer to the customer's latest post."""
        brand, post = self._settings().brand, self._post(case.post_id) if case.post_id else None
        if post is None:
            return Grounds.IMPLIED
        own = [entry.post_id for entry in self._cases.timeline(case.case_id) if isinstance(entry, BrandPosted)]
        asked = Asked(post.post_id, post.text, post.reply_to_user, post.quoted)
        return grounds(asked, brand.handle, brand.user_id, own)
