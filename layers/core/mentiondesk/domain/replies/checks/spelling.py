"""A reply as the checks read it: small letters in one spelling, with the way back to the places in the text.

Tricks to get past a rule (look-alike letters, invisible characters, letters apart or replaced by digits, numbers in
words) are undone here, once for all rules.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from mentiondesk.domain.letters import plain_letters

_APART = re.compile(r"(?<![a-z0-9])[a-z0-9](?:[ .\-_*·]{1,2}[a-z0-9](?![a-z0-9])){3,}")
_DIGIT_LETTERS = str.maketrans("430157@$", "aeoistas")
_MIXED = re.compile(r"(?<![\w@./:-])(?=[a-z0-9@$]*[a-z][a-z0-9@$]*[a-z])[a-z@$]+[430157@$]+[a-z]+[a-z0-9@$]*(?![\w@.])")
_DIGITS_IN_WORDS = (
    "zero one two three four five six seven eight nine",
    "null eins zwei drei vier fünf sechs sieben acht neun",
    "zéro un deux trois quatre cinq six sept huit neuf",
    "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "oh",
)
_NUMBERS = {word: str(digit) for words in _DIGITS_IN_WORDS for digit, word in enumerate(words.split())}
_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_TIMES = {"double": 2, "triple": 3}
_IN_WORDS = re.compile(rf"\b(?:(?:(?:double|triple)[ -])?(?:{_NUMBER}|\d)(?:[\s,.-]{{1,2}}|$|\b)){{6,}}")
_ONE_NUMBER = re.compile(rf"(?:(double|triple)[ -])?({_NUMBER}|\d)\b")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text in small letters; `origins` has the place of each character in the text as written, None where same."""

    text: str
    origins: tuple[int, ...] | None = None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The same place in the text as written."""
        if self.origins is None or not self.origins:
            return start, end
        if start >= len(self.origins):
            return self.origins[-1] + 1, self.origins[-1] + 1
        return self.origins[start], self.origins[end - 1] + 1 if end > start else self.origins[start]

    def replaced(self, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> "Spelling":
        """Each match replaced; the new characters have the place of the match, spread over it."""
        if pattern.search(self.text) is None:
            return self
        old = self.origins or tuple(range(len(self.text)))
        letters: list[str] = []
        origins: list[int] = []
        done = 0
        for found in pattern.finditer(self.text):
            written, length = new(found), found.end() - found.start()
            letters += [self.text[done : found.start()], written]
            origins += old[done : found.start()]
            last = max(len(written) - 1, 1)
            origins += [old[found.start() + place * (length - 1) // last] for place in range(len(written))]
            done = found.end()
        return Spelling("".join([*letters, self.text[done:]]), (*origins, *old[done:]))


@dataclass(frozen=True)
class Reading:
    """A reply, read for the checks. `words` is for rules about words, `digits` for those about numbers."""

    text: str

    @cached_property
    def plain(self) -> Spelling:
        """Look-alike and invisible characters undone, in small letters, with plain apostrophes and dashes."""
        found = plain_letters(self.text)
        low = "".join(c if len(c.lower()) != 1 else c.lower() for c in found.text) if not found.text.isascii() else None
        letters = (found.text.lower() if low is None else low).translate(_MARKS)
        return Spelling(letters, tuple(found.origins) if found.origins is not None else None)

    @cached_property
    def words(self) -> Spelling:
        """Letters that stand apart are joined, and digits inside words are read as the letters they look like."""
        joined = self.plain.replaced(_APART, lambda found: re.sub(r"[^a-z0-9]", "", found[0]))
        return joined.replaced(_MIXED, lambda found: found[0].translate(_DIGIT_LETTERS))

    @cached_property
    def digits(self) -> Spelling:
        """Numbers in words are read as digits."""
        return self.plain.replaced(_IN_WORDS, _as_digits)

    def in_words(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], int, int]]:
        """Matches among the words, each with its place in the text as written."""
        for found in pattern.finditer(self.words.text):
            yield found, *self.words.place(*found.span())

    def in_digits(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], int, int]]:
        """Matches among the digits, each with its place in the text as written."""
        for found in pattern.finditer(self.digits.text):
            yield found, *self.digits.place(*found.span())


_MARKS = str.maketrans("’‘`´“”‐‑‒–—\u00a0\u202f\u2009", "''''\"\"-----   ")


def _as_digits(found: re.Match[str]) -> str:
    numbers = (_NUMBERS.get(one[2], one[2]) * _TIMES.get(one[1] or "", 1) for one in _ONE_NUMBER.finditer(found[0]))
    return "".join(numbers) + (" " if found[0][-1:].isspace() else "")
