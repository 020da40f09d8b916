"""X's treatment of text: HTML escapes, and entities found in the escaped text."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_URL = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'…]")
_MENTION = re.compile(r"(?<![A-Za-z0-9_@/])@([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])")
_HASHTAG = re.compile(r"(?<![\w&/])#(\w*[^\W\d_]\w*)")
_CASHTAG = re.compile(r"(?<![\w$])\$([A-Za-z]{1,6})(?!\w)")

# Quotes, dashes and spaces beyond the first range (twitter-text, config/v3.json).
_NARROW = frozenset(map(chr, (*range(0x2000, 0x200E), *range(0x2010, 0x2020), *range(0x2032, 0x2038))))
MOST_WEIGHT = 280

Entity = dict[str, Any]


def escaped(text: str) -> str:
    """The three characters X escapes, and no others (quotes stay as they are)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _outside_urls(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    urls = [match.span() for match in _URL.finditer(text)]
    for match in pattern.finditer(text):
        if not any(start <= match.start() < end for start, end in urls):
            yield match


def mentions_in(text: str) -> list[str]:
    """Handles without the @, as typed, in order."""
    return [match.group(1) for match in _outside_urls(_MENTION, text)]


def hashtags_in(text: str) -> list[str]:
    return [match.group(1) for match in _outside_urls(_HASHTAG, text)]


def entities(text: str, user_id: Callable[[str], str | None]) -> Mapping[str, list[Entity]]:
    """Entities of a raw text; `start` and `end` count code points of the escaped text."""
    shown = escaped(text)

    def mention(match: re.Match[str]) -> Entity:
        known = user_id(match.group(1))
        return {"username": match.group(1)} | ({"id": known} if known else {})

    def url(match: re.Match[str]) -> Entity:
        address = _unescaped(match.group())
        return {"url": address, "expanded_url": address, "display_url": address.split("://", 1)[1]}

    found = {
        "mentions": [_at(match) | mention(match) for match in _outside_urls(_MENTION, shown)],
        "hashtags": [_at(match) | {"tag": match.group(1)} for match in _outside_urls(_HASHTAG, shown)],
        "cashtags": [_at(match) | {"tag": match.group(1)} for match in _outside_urls(_CASHTAG, shown)],
        "urls": [_at(match) | url(match) for match in _URL.finditer(shown)],
    }
    return {kind: items for kind, items in found.items() if items}


def weight(text: str) -> int:
    """The length that X counts: 23 for each address, two for each wide character, one for every other."""
    words = _URL.sub("", text)
    return 23 * len(_URL.findall(text)) + sum(1 if ord(one) < 0x1100 or one in _NARROW else 2 for one in words)


def _at(match: re.Match[str]) -> Entity:
    return {"start": match.start(), "end": match.end()}
