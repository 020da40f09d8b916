"""The rule about private words in public: a passage that a reply shares with a note or a private message."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.finding import Finding, Outcome

# Characters of the passage as it is written, and as it is compared: letters and digits alone.
_LONGEST_SHARED = 40
_COMPARED = 33


def leak(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """A passage of 40 characters that stands in the private thread or a note, and nowhere in public."""
    if context.private or not context.private_texts:
        return
    letters, places = _letters(reading.text)
    secret = _secrets(context.private_texts, (*context.customer_words, *context.brand_words))
    if secret.isdisjoint(letters[place : place + _COMPARED] for place in range(len(letters) - _COMPARED + 1)):
        return
    start = next(place for place in range(len(letters)) if letters[place : place + _COMPARED] in secret)
    end = start
    while letters[end : end + _COMPARED] in secret:
        end += 1
    first, last = places[start], places[end + _COMPARED - 2]
    if last + 1 - first >= _LONGEST_SHARED:
        yield Finding("leak", Outcome.BLOCK, first, last + 1, (("words", reading.text[first : last + 1]),))


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a text, small, with the place of each."""
    kept = [(character.lower()[0], place) for place, character in enumerate(text) if character.isalnum()]
    return "".join(letter for letter, _ in kept), [place for _, place in kept]


@lru_cache(maxsize=64)
def _secrets(private: tuple[str, ...], public: tuple[str, ...]) -> set[str]:
    """The passages that stand in private alone. Remembered: a reply is checked again and again while it is written."""
    return _passages(private) - _passages(public)


def _passages(texts: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for text in texts:
        letters = _letters(text)[0]
        found.update(letters[place : place + _COMPARED] for place in range(len(letters) - _COMPARED + 1))
    return found
