"""Rules about a reply's form, its readers and its author: length, media, who writes, who reads."""

import re
from collections.abc import Iterator

from mentiondesk.domain.letters import plain_letters
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.length import MOST, weighted_length

_HANDLE = re.compile(r"[@＠]\w{1,15}")
# Private messages may be longer (docs.x.com/x-api/direct-messages: 10,000 characters).
_MOST_PRIVATE = 10_000


def size(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Blocks a reply that says nothing, or that is longer than X takes with the signature."""
    said = _HANDLE.sub("", plain_letters(reading.text).text)
    if not any(character.isalnum() or ord(character) > 0x2600 for character in said):
        yield Finding("empty", Outcome.BLOCK)
        return
    length = weighted_length(f"{reading.text.rstrip()} {context.signature}" if context.signature else reading.text)
    most = _MOST_PRIVATE if context.private else MOST
    if length > most:
        yield Finding("too_long", Outcome.BLOCK, facts=(("over", str(length - most)), ("most", str(most))))


def media(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Pictures that nobody described, or that the sender has not looked at."""
    del reading
    if any(not one.alt_text.strip() for one in context.media):
        yield Finding("media_without_text", Outcome.BLOCK)
    if any(not one.opened for one in context.media):
        yield Finding("media_unseen", Outcome.BLOCK)
    if context.media:
        yield Finding("media", Outcome.HOLD)


def approvals(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Replies that another person reads first, whatever they say."""
    del reading
    asked = context.approval
    followers = context.followers
    if context.new_author:
        yield Finding("new_agent", Outcome.HOLD)
    if asked.critical and context.urgency is Urgency.CRITICAL:
        yield Finding("critical", Outcome.HOLD)
    if asked.followers is not None and followers is not None and followers >= asked.followers:
        yield Finding("influencer", Outcome.HOLD, facts=(("followers", f"{followers:,}"),))
    if asked.incidents and context.about_incident:
        yield Finding("incident", Outcome.HOLD)
