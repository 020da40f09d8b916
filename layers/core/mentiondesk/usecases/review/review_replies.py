"""A week's sample, shown blind to a reviewer one reply at a time; the author reads the result."""

from collections.abc import Sequence
from datetime import datetime

from mentiondesk.domain.access.actor import Actor, NotAllowed
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.replies.signature import unsigned
from mentiondesk.domain.review.sample import NotInSample, Review, ReviewedReply, replies_in, reviewed, sample
from mentiondesk.domain.timeline import BrandPosted, CustomerPosted
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.figures import FactStore
from mentiondesk.ports.review import ReviewStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.values import Frozen

_RESULTS = 50


class BlindReply(Frozen):
    """A reply of the sample without its author: the customer's words before it, and its own, without the signature."""

    post_id: PostId
    asked: str
    words: str


class Sample(Frozen):
    """The state of a week's sample for one reviewer: the reply to review next, and how many there are and are done."""

    week: Week
    next: BlindReply | None
    replies: int
    done: int


class ReviewReplies:
    """Reviews of the week that is over. Leads and managers review, and nobody their own replies."""

    def __init__(self, cases: CaseStore, facts: FactStore, reviews: ReviewStore, settings: CurrentSettings) -> None:
        self._cases = cases
        self._facts = facts
        self._reviews = reviews
        self._settings = settings

    def look(self, actor: Actor, now: datetime) -> Sample:
        """The reply to review next. Raises NotAllowed."""
        week, replies = self._sample(actor, now)
        done = {review.reply.post_id for review in self._reviews.of_week(week.name)}
        left = (reply for reply in replies if reply.post_id not in done and reply.author != actor.by)
        blind = next((found for reply in left if (found := self._blind(reply)) is not None), None)
        return Sample(week, blind, len(replies), len(done))

    def mark(self, actor: Actor, post_id: str, marks: Sequence[bool | None], note: str, now: datetime) -> Review:
        """Keeps the answers. Raises NotAllowed, ReviewRefused, or AlreadyDone where somebody else was faster."""
        week, replies = self._sample(actor, now)
        reply = next((one for one in replies if one.post_id == post_id), None)
        if reply is None or actor.by is None:
            raise NotInSample
        review = reviewed(reply, actor.by, marks, note, now)
        self._reviews.save(week.name, review)
        return review

    def results(self, actor: Actor) -> Sequence[Review]:
        """The reviews of the actor's own replies, newest first."""
        return self._reviews.of_author(actor.by, _RESULTS) if actor.by else ()

    def _sample(self, actor: Actor, now: datetime) -> tuple[Week, list[ReviewedReply]]:
        if not actor.leads:
            raise NotAllowed
        settings = self._settings()
        week = Week.of(now, settings.zone).plus(-1)
        replies = replies_in(self._facts.between(week.first, week.last))
        return week, sample(replies, settings.review, self._reviews.seed())

    def _blind(self, reply: ReviewedReply) -> BlindReply | None:
        """The reply as a reviewer sees it; None where its words are forgotten."""
        asked = ""
        for entry in self._cases.timeline(reply.case_id):
            if isinstance(entry, CustomerPosted) and entry.words:
                asked = entry.words
            if isinstance(entry, BrandPosted) and entry.post_id == reply.post_id:
                return BlindReply(reply.post_id, asked, unsigned(entry.words)) if entry.words else None
        return None
