"""Reviews of replies."""

from collections.abc import Sequence
from typing import Protocol

from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.review.sample import Review


class ReviewStore(Protocol):
    """Reviews, each written once; and the secret by which the sample is drawn."""

    def seed(self) -> str:
        """The desk's secret; made when it is first asked for."""

    def of_week(self, week: str) -> Sequence[Review]:
        """The reviews of a week's replies."""

    def of_author(self, author: StaffId, limit: int) -> Sequence[Review]:
        """The latest reviews of a person's replies, newest first."""

    def save(self, week: str, review: Review) -> None:
        """Writes a review with its fact. Raises AlreadyDone where the reply is reviewed."""
