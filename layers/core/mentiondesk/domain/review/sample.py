"""The review sample: replies that nobody picked, put up with five questions to somebody who did not write them.

Calls are recorded and a few are listened to; this is the same for replies. A reply is in the sample by a hash of its
id and of a secret of the desk, so that neither its author nor a reviewer can bring one in or keep one out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from mentiondesk.domain.figures.facts import Fact, ReplyFact, WaitFact
from mentiondesk.domain.ids import CaseId, PostId, StaffId
from mentiondesk.values import Frozen

# Each has its sentence in the wording catalogue, as review.question.1 and so on.
QUESTIONS = 5
LONGEST_NOTE = 300
_SCALE = 2**64


class ReviewRules(Frozen):
    """`rate`: the share of replies in the sample, 0 to 1. `least`: as many of each person and week, where there are."""

    rate: float = 0.05
    least: int = 3


class ReviewedReply(Frozen):
    """A reply that can be in the sample: the brand's post, its case, and the person who wrote it."""

    post_id: PostId
    case_id: CaseId
    author: StaffId


class Review(Frozen):
    """A reviewer's answers about one reply."""

    reply: ReviewedReply
    by: StaffId
    at: datetime
    marks: tuple[bool, ...]
    note: str = ""


class ReviewRefused(Exception):
    """The reply cannot be reviewed by this person; each reason is a type of its own."""


class NotInSample(ReviewRefused):
    """The reply is not in the sample of this week, or the week is not over."""


class OwnReply(ReviewRefused):
    """A person never reviews their own reply."""


class ReviewIncomplete(ReviewRefused):
    """A question has no answer."""


def replies_in(facts: Iterable[Fact]) -> list[ReviewedReply]:
    """The replies in facts whose author is known, each once; of one that the desk sent, that is who wrote it."""
    waits, sent = {}, {}
    for fact in facts:
        if isinstance(fact, ReplyFact) and fact.post_id:
            sent[fact.post_id] = ReviewedReply(fact.post_id, fact.case_id, fact.by)
        elif isinstance(fact, WaitFact) and fact.end.answered and fact.answer_id and fact.by:
            waits[fact.answer_id] = ReviewedReply(fact.answer_id, fact.case_id, fact.by)
    return list((waits | sent).values())


def sample(replies: Iterable[ReviewedReply], rules: ReviewRules, seed: str) -> list[ReviewedReply]:
    """The sample of one week: every reply whose hash is below the rate, and the lowest of each person up to the least.

    In the order of the hashes, so that people's replies stand mixed.
    """
    by_person: defaultdict[StaffId, list[ReviewedReply]] = defaultdict(list)
    for reply in replies:
        by_person[reply.author].append(reply)
    found = [reply for own in by_person.values() for reply in _of_person(own, rules, seed)]
    return sorted(found, key=lambda reply: _hash(reply, seed))


def _of_person(replies: Sequence[ReviewedReply], rules: ReviewRules, seed: str) -> list[ReviewedReply]:
    ordered = sorted(replies, key=lambda reply: _hash(reply, seed))
    below = sum(_hash(reply, seed) < rules.rate * _SCALE for reply in ordered)
    return ordered[: max(below, rules.least)]


def reviewed(reply: ReviewedReply, by: StaffId, marks: Sequence[bool | None], note: str, at: datetime) -> Review:
    """The review. Raises OwnReply or ReviewIncomplete."""
    if reply.author == by:
        raise OwnReply
    answers = tuple(mark for mark in marks if mark is not None)
    if len(answers) != QUESTIONS:
        raise ReviewIncomplete
    return Review(reply, by, at, answers, note[:LONGEST_NOTE])


def _hash(reply: ReviewedReply, seed: str) -> int:
    return int.from_bytes(sha256(f"{seed}:{reply.post_id}".encode()).digest()[:8])
