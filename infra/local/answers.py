"""The replies of a day: how many went out from the desk, and what became of the others."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from infra.local.x_standin import StandInX
from mentiondesk.domain.replies.reply import Reply, ReplyState


@dataclass(frozen=True)
class Answers:
    """Counts of replies. `by_hand` are the brand's answers that were typed in X's own app.

    `twice` counts posts that are on X more often than once, and `differ` the replies of which the desk says that they
    are on X, or that they are not, while X says otherwise.
    """

    sent: int
    approved: int
    followed_up: int
    refused: int
    waiting: int
    by_hand: int
    twice: int
    differ: int

    @property
    def summary(self) -> str:
        """The counts as a sentence, like "41 replies went out from the desk (9 of them approved by a lead, ...)"."""
        waiting = f", {self.waiting} still wait" if self.waiting else ""
        return (
            f"{self.sent} replies went out from the desk: {self.approved} of them approved by another person, "
            f"{self.followed_up} in public after a private conversation; X refused {self.refused}{waiting}. "
            f"{self.by_hand} answers were typed in X's own app."
        )


def answers(replies: Iterable[Reply], x: StandInX) -> Answers:
    """The day's replies, as the desk has them, beside what is on X."""
    states: dict[ReplyState, list[Reply]] = {state: [] for state in ReplyState}
    for reply in replies:
        states[reply.state].append(reply)
    sent, posts = states[ReplyState.SENT], {post.id: post for post in x.sent}
    ours = {str(one.post_id) for one in sent}
    said = Counter((post.reply_to, post.typed) for post in posts.values() if post.reply_to)
    unsent = {(one.to, one.post) for state in (ReplyState.REFUSED, ReplyState.WITHDRAWN) for one in states[state]}
    return Answers(
        sent=len(sent),
        approved=sum(one.approved_by is not None for one in sent),
        followed_up=sum(one.follow_up for one in sent),
        refused=len(states[ReplyState.REFUSED]),
        waiting=sum(len(found) for state, found in states.items() if not state.final),
        by_hand=sum(post.reply_to is not None and post.id not in ours for post in posts.values()),
        twice=sum(count - 1 for count in said.values()),
        differ=len(ours - posts.keys()) + sum((post.reply_to, post.typed) in unsent for post in posts.values()),
    )
