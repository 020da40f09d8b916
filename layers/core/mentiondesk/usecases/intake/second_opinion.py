"""Triage that asks an external classifier about posts it is unsure of."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.reading import SecondOpinionRules
from mentiondesk.domain.posts.tags import ANSWERED, Classification, Reason, Tags, Urgency, needs_reply
from mentiondesk.ports.triage import Classifier, ClassifierBudget, ClassifierUnavailable, Triage
from mentiondesk.values import replace

# Most calls in a minute. A batch of posts waits for each answer in turn, and this many fit into the function's timeout
# even if each takes as long as the classifier may.
_A_MINUTE = 10
_MINUTE = timedelta(minutes=1)
# Pause after a failed call.
_REST = timedelta(minutes=1)
# The reason that staff see if the classifier decided, and no words of the post did.
RULE = "second opinion"


class SecondOpinion:
    """Triage with a second classifier. The first answer stands if it is sure or critical, or if the second fails."""

    def __init__(
        self,
        first: Triage,
        adviser: Classifier,
        budget: ClassifierBudget,
        settings: Callable[[], SecondOpinionRules],
        now: Callable[[], datetime],
    ) -> None:
        self._first = first
        self._adviser = adviser
        self._budget = budget
        self._settings = settings
        self._now = now
        self._asked: deque[datetime] = deque(maxlen=_A_MINUTE)
        self._rests_until: datetime | None = None

    def __call__(self, post: Post) -> Tags:
        tags, settings = self._first(post), self._settings()
        # A post that tries to talk an adviser into calm must not succeed where danger was seen.
        if tags.confidence >= settings.below or tags.urgency is Urgency.CRITICAL:
            return tags
        now = self._now()
        if self._busy(now):
            return tags
        try:
            if not self._budget.take(now, settings.a_day):
                return tags
            self._asked.append(now)
            return _told(tags, self._adviser(post), post, settings.below)
        except ClassifierUnavailable:
            self._rests_until = now + _REST
            return tags

    def _busy(self, now: datetime) -> bool:
        if self._rests_until is not None and now < self._rests_until:
            return True
        return len(self._asked) == _A_MINUTE and now - self._asked[0] < _MINUTE


def _told(tags: Tags, opinion: Classification, post: Post, confidence: float) -> Tags:
    """The tags with the second answer, with the least confidence that is not sent to the classifier again."""
    answered = opinion.kind in ANSWERED
    return replace(
        tags,
        kind=opinion.kind,
        needs_reply=needs_reply(opinion.kind, post.addressed),
        urgency=opinion.urgency if answered else Urgency.LOW,
        topics=tags.topics or opinion.topics,
        confidence=confidence,
        reasons=(Reason(RULE, 0, 0), *tags.reasons),
    )
