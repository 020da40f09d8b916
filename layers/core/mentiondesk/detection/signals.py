"""The signal of a complaint: the concepts in its text, and the telling words around them.

Different words for one problem share a concept; the words around it name the subject.
"""

from collections.abc import Sequence

from mentiondesk.detection.concepts import FAILURES, NOTHING_KNOWN, TOPIC, with_general
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Kind, Said, Tags, Urgency
from mentiondesk.domain.text import clean, quotable
from mentiondesk.triage.concepts import surfaces

# Bound on the characters shown.
_SAMPLE = 200


def signal_of(post: Post, tags: Tags) -> Signal | None:
    """The signal of a complaint, of a question about a fault ("is it down?") or of a "same here"; else None.

    A post to the brand that triage is unsure of counts as a complaint: new problems are told in words it does not know.
    """
    said = tags.said
    if post.own or said is None:
        return None
    answers = post.replied_to or post.quoted
    echo = said.echo and answers is not None
    doubtful = tags.unsure and tags.kind is not Kind.PRAISE
    complains = tags.kind in (Kind.COMPLAINT, Kind.ABUSE) or doubtful or not FAILURES.isdisjoint(said.concepts)
    if not echo and (not complains or said.over):
        return None
    return Signal(
        post_id=post.post_id,
        author_id=post.author_id,
        at=post.created_at,
        terms=(*with_general(said.concepts), *said.words) if echo else _terms(said, tags.topics),
        words=quotable(clean(post.text), _SAMPLE),
        topics=tags.topics,
        digest="" if echo else said.digest,
        answers=answers,
        echo=echo,
        case_id=CaseId(post.conversation_id, post.author_id),
        critical=tags.urgency is Urgency.CRITICAL,
    )


def _terms(said: Said, topics: Sequence[str]) -> tuple[str, ...]:
    """The concepts, the telling words and the topics, or the term of a post that has neither concept nor topic."""
    known = (*with_general(said.concepts), *(f"{TOPIC}{topic}" for topic in topics))
    return (*(known or (NOTHING_KNOWN,)), *said.words)


def terms_of(text: str) -> list[str]:
    """The terms of all words of a text."""
    return [term for term, _ in surfaces(text)]
