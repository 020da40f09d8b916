"""The rule about replies that read alike: customers see them side by side, and X refuses copies."""

import math
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache

from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.finding import Finding, Outcome

# Replies that share this part of their words read alike.
_ALIKE = 0.9
_HOUR = timedelta(hours=1)
# Replies alike within the hour before; the next one is too many.
_MOST_AN_HOUR = 5
_LEFT_OUT = re.compile(r"@\w+|[\^*~–-]\s?\w{1,12}\s*$")
# Replies that lead to different places differ, so that a link weighs as much as some words.
_LINK = re.compile(r"https?://(\S+)")
_WORD = re.compile(r"\w+(?:'\w+)?")
_LINK_WORDS = 3
# Shorter replies are alike by chance.
_FEWEST_WORDS = 4


def sameness(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Warns with the number of replies alike; blocks a copy to the same customer, and the sixth within an hour."""
    words = word_set(reading.text)
    if len(words) < _FEWEST_WORDS:
        return
    # Sets of very different sizes cannot be alike, whatever they hold.
    fewest, most = math.ceil(len(words) * _ALIKE / (2 - _ALIKE)), int(len(words) * (2 - _ALIKE) / _ALIKE)
    alike = [
        one
        for one in context.recent
        if fewest <= len(theirs := word_set(one.text)) <= most
        and 2 * len(words & theirs) >= _ALIKE * (len(words) + len(theirs))
    ]
    within = sum(context.now - one.at <= _HOUR for one in alike)
    same = sum(one.customer == context.customer for one in alike)
    if same:
        yield Finding("repeated_to_customer", Outcome.BLOCK)
    elif within >= _MOST_AN_HOUR and not context.about_incident:
        yield Finding("repeated", Outcome.BLOCK, facts=(("number", str(within)),))
    elif alike:
        yield Finding("alike", Outcome.WARN, facts=(("number", str(len(alike))),))


@lru_cache(maxsize=2048)
def word_set(text: str) -> frozenset[str]:
    """The words of a reply without handles and signature. Remembered: each of a hundred is compared often."""
    text = text.rstrip()
    links = _LINK.findall(text)
    if links:
        text = _LINK.sub(" ", text)
    words = _WORD.findall(_LEFT_OUT.sub(" ", text).lower())
    return frozenset((*words, *(f"{link} {n}" for link in links for n in range(_LINK_WORDS))))
