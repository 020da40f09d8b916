"""The length of a text as X counts it: 280 at most, where wide characters, emoji and links have their own weights.

Source: github.com/twitter/twitter-text, config/v3.json (version 3: scale 100, default weight 200, four ranges of weight
100, links 23, emoji counted as one character).
"""

import re
import unicodedata

from mentiondesk.domain.replies.links import links_in

MOST = 280
LINK_WEIGHT = 23
_EMOJI_WEIGHT = 2
# Everything else counts as two.
_WIDE = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_PICTURE = (
    "(?:[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*)"
)
# A flag, a key, or pictures held together by joiners: each counts as one emoji.
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|[©®]\ufe0f|{_PICTURE}(?:\u200d(?:{_PICTURE}|[♀♂⚕⚖✈❤]\ufe0f?))*"
)


def weighted_length(text: str) -> int:
    """The length that X counts for the text."""
    text = unicodedata.normalize("NFC", text)
    weight, place = 0, 0
    for link in links_in(text):
        weight += _weight(text[place : link.start]) + LINK_WEIGHT
        place = link.end
    return weight + _weight(text[place:])


def _weight(text: str) -> int:
    if text.isascii():
        return len(text)
    pictures = _EMOJI.findall(text)
    if pictures:
        text = _EMOJI.sub("", text)
    return len(text) + len(_WIDE.findall(text)) + _EMOJI_WEIGHT * len(pictures)
