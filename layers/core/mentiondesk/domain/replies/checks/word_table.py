"""A table of words and phrases that is compared with a reply in little time, however many lines it has.

A phrase can only stand where a word begins, and only where its first letter does: a reply of 280 characters has some
fifty such places, and few lines of a table begin with the letter of each.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

# Letters without their accents: agents leave them out, and tables then need one spelling.
_UNACCENTED = dict(zip("àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ", "aaaaaaceeeeiiiinoooooouuuuyy", strict=True))
_ACCENTED = re.compile(f"[{''.join(_UNACCENTED)}]")
# Letters by which lines are kept, where they begin with as many.
_PREFIX = 3
_PLAIN_PREFIX = re.compile(r"[a-z]{3}(?![?*{+|])|[a-z]{1,2}(?=[ '-](?![?*{+|]))")
_WORD_STARTS = re.compile(r"(?<!\w)(?:[a-z]{3}|[a-z]{1,2}(?![a-z])|\S)")
# A group that begins a line is written out, where it has so few words.
_MOST_ROWS = 16
# A part of an expression, the signs of its groups, and the sign behind a part that says how often it stands there.
_PART = re.compile(r"\[\^?\]?[^\]]*\]|\\.|.")
_SIGN = re.compile(r"\[\^?\]?[^\]]*\]|\\.|[()|]")
_MAY_BE_ABSENT = re.compile(r"[?*]|\{0?,")
_LOOKS_AROUND = re.compile(r"\\b|\(\?<?[=!]")
_ANY = ""


def unaccented(text: str) -> str:
    """The text, as long as before, in letters without accents."""
    return text if text.isascii() else _ACCENTED.sub(lambda found: _UNACCENTED[found[0]], text)


# The places of a text at which words begin, or some of them, each with the first letters.
Places = Callable[[str], tuple[tuple[int, str], ...]]


class WordTable:
    """Whole words and phrases, each a regular expression, kept by the letters with which they may begin.

    `places` are those at which they may stand in a text; else all at which words begin.
    """

    def __init__(self, lines: Iterable[str], places: Places | None = None) -> None:
        self._places = places or word_starts
        self._lines: dict[str, list[str]] = {}
        self._patterns: dict[str, re.Pattern[str]] = {}
        self._known: dict[str, tuple[re.Pattern[str], ...]] = {}
        for line in lines:
            for one in _rows(line):
                for key in _keys(one):
                    self._lines.setdefault(key, []).append(one)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Matches in order; they do not overlap."""
        known, end = self._known, 0
        for start, prefix in self._places(text):
            for pattern in known[prefix] if prefix in known else self._learnt(prefix):
                if start >= end and (found := pattern.match(text, start)):
                    yield found
                    end = found.end()

    def search(self, text: str) -> re.Match[str] | None:
        """The first match."""
        return next(self.finditer(text), None)

    def places(self, text: str) -> tuple[tuple[int, str], ...]:
        """The places where any line matches, whether or not another match reaches over it."""
        known = self._known
        return tuple(
            (start, prefix)
            for start, prefix in self._places(text)
            for pattern in (known[prefix] if prefix in known else self._learnt(prefix))
            if pattern.match(text, start)
        )

    def _learnt(self, prefix: str) -> tuple[re.Pattern[str], ...]:
        """The lines that may begin with the prefix as patterns, made when they are first needed."""
        keys = [key for key in dict.fromkeys((prefix, prefix[0], _ANY)) if key in self._lines]
        for key in keys:
            if key not in self._patterns:
                self._patterns[key] = re.compile(rf"(?:{'|'.join(self._lines[key])})(?!\w)")
        self._known[prefix] = tuple(self._patterns[key] for key in keys)
        return self._known[prefix]


class SignTable:
    """Expressions that begin with a sign, and may stand anywhere, kept by that sign."""

    def __init__(self, lines: Iterable[str]) -> None:
        kept: dict[str, list[str]] = {}
        for line in lines:
            for sign in first_letters(line):
                kept.setdefault(sign, []).append(line)
        self._patterns = {sign: re.compile("|".join(some)) for sign, some in kept.items()}
        self._signs = re.compile(f"[{re.escape(''.join(kept))}]")

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Matches in order; they do not overlap."""
        end = 0
        for sign in self._signs.finditer(text):
            if sign.start() >= end and (found := self._patterns[sign[0]].match(text, sign.start())):
                yield found
                end = found.end()


def _rows(line: str) -> list[str]:
    """The alternatives of a line; of one that begins with a group, a row for each of its words."""
    return [row for one in _split(line) for row in _written_out(one)]


def _written_out(line: str) -> list[str]:
    if not line.startswith("(?:"):
        return [line]
    end = _group_end(line, 0)
    words, rest = _split(line[3 : end - 1]), line[end:]
    if len(words) > _MOST_ROWS and rest:
        return [line]
    if rest.startswith("?"):
        words, rest = [*words, ""], rest[1:]
    if rest.startswith(("?", "*", "+", "{", "|")):
        return [line]
    return [f"{word}{rest}" for word in words]


def _keys(line: str) -> Iterable[str]:
    """The first letters of a line that begins with as many, or with a short word; else each that may begin it."""
    plain = _PLAIN_PREFIX.match(line)
    return (plain[0],) if plain else first_letters(line)


@lru_cache(maxsize=64)
def word_starts(text: str) -> tuple[tuple[int, str], ...]:
    """The places where words begin, each with its letters. Remembered: every table asks for those of one reply."""
    return tuple((found.start(), found[0]) for found in _WORD_STARTS.finditer(text))


def first_letters(expression: str) -> frozenset[str]:
    """The letters with which a match may begin; the empty one where that may be any."""
    branches = [_of_branch(branch) for branch in (_split(expression) if "|" in expression else (expression,))]
    letters = frozenset[str]().union(*branches)
    return frozenset({_ANY}) if _ANY in letters else letters


def _of_branch(branch: str) -> frozenset[str]:
    """The first letters of a row of parts: of the first, and of the next where the first may be absent."""
    letters: frozenset[str] = frozenset()
    place = 0
    while place < len(branch):
        part, place = _part_at(branch, place)
        if _LOOKS_AROUND.match(part):
            continue
        letters |= _of_part(part)
        if not _MAY_BE_ABSENT.match(branch, place):
            return letters
        place += len(found[0]) if (found := re.match(r"[?*]|\{\d*,\d*\}", branch[place:])) else 0
    return frozenset({_ANY})


def _of_part(part: str) -> frozenset[str]:
    if part.startswith("(?:"):
        return first_letters(part[3:-1])
    if part.startswith("["):
        return frozenset({_ANY}) if re.search(r"[\\^-]", part) else frozenset(part[1:-1])
    if part == r"\d":
        return frozenset("0123456789")
    if part.startswith(("(", ".")) or (part.startswith("\\") and part[1].isalnum()):
        return frozenset({_ANY})
    return frozenset(part[-1])


def _part_at(text: str, place: int) -> tuple[str, int]:
    """The part that begins at a place, and the place behind it; a group is one part."""
    end = _group_end(text, place) if text[place] == "(" else _PART.match(text, place).end()  # type: ignore[union-attr]
    return text[place:end], end


def _group_end(text: str, place: int) -> int:
    """The place behind the group that begins at a place."""
    depth = 0
    for found in _SIGN.finditer(text, place):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    raise ValueError(f"a group is not closed: {text}")


def _split(expression: str) -> list[str]:
    """The alternatives of an expression."""
    branches, depth, begin = [], 0, 0
    for found in _SIGN.finditer(expression):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == "|" and depth == 0:
            branches.append(expression[begin : found.start()])
            begin = found.end()
    return [*branches, expression[begin:]]
