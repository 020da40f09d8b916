"""Reads from a regular expression how its matches may begin.

It knows what the tables use: letters, classes, groups that capture nothing, and how often a part may stand there.
"""

import re
import sys
from collections.abc import Iterator
from string import ascii_lowercase

# Any beginning.
ANY = ""
# Letters and signs by which beginnings are told apart: those of a short word tell something of the next.
LONGEST = 5
# Letters and signs that stand there once.
_PLAIN = re.compile(r"[^\\\[\](){}.?*+|^$]+(?![?*{+])")
# A part of an expression, the signs of its groups, and the sign behind a part that says how often it stands there.
_PART = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|.", re.DOTALL)
_SIGN = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[()|]", re.DOTALL)
_OFTEN = re.compile(r"[?*+]\??|\{\d*,?\d*\}\??")
_MAY_BE_ABSENT = ("?", "*", "{0", "{,")
_LOOKS_AROUND = re.compile(r"\\b|[\^$]|\(\?<?[=!]")
_RANGE = re.compile(r"(\\?.)(?:-(\\?.))?", re.DOTALL)
# Classes and groups of more letters or words are told apart where a line begins alone.
_MOST = 40
_WORDS_ALONE = re.compile(r"(?:[^\\\[\](){}.?*+|^$]|\\[.-])+")


def beginnings(expression: str) -> set[str]:
    """The letters with which a match may begin, at most LONGEST of them."""
    found: set[str] = set()
    for line in split(expression):
        found.update(_beginnings(line, ""))
    return {ANY} if ANY in found else found


def words_needed(line: str) -> tuple[str, ...]:
    """Words of which each match of a line holds one: the longest of those outside of groups and in groups of words."""
    best: tuple[str, ...] = ()
    while line:
        if plain := _PLAIN.match(line):
            needed: tuple[str, ...] = (plain[0],)
            line = line[plain.end() :]
        else:
            part, often, line = _first_part(line)
            needed = () if often.startswith(_MAY_BE_ABSENT) else _mere_words(part)
        best = max(best, needed, key=lambda some: min(map(len, some), default=0))
    return best


def _mere_words(part: str) -> tuple[str, ...]:
    """The words of a group that holds nothing else."""
    words = split(part[3:-1]) if part.startswith("(?:") else []
    return tuple(word.replace("\\", "") for word in words) if all(map(_WORDS_ALONE.fullmatch, words)) else ()


def split(expression: str) -> list[str]:
    """The alternatives of an expression."""
    if "|" not in expression:
        return [expression]
    branches, depth, begin = [], 0, 0
    for found in _SIGN.finditer(expression):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == "|" and depth == 0:
            branches.append(expression[begin : found.start()])
            begin = found.end()
    return [*branches, expression[begin:]]


def _beginnings(line: str, before: str) -> Iterator[str]:
    """The beginnings of a line behind some letters of it."""
    if plain := _PLAIN.match(line):
        before, line = before + plain[0], line[plain.end() :]
    if not line or len(before) >= LONGEST:
        yield before[:LONGEST]
        return
    part, often, rest = _first_part(line)
    if _LOOKS_AROUND.match(part):
        yield from _beginnings(rest, before)
        return
    words = split(part[3:-1]) if part.startswith("(?:") else []
    letters = () if words else _letters(part)
    if not 0 < len(words) + len(letters) <= (_MOST if before else sys.maxsize):
        yield before
        return
    if often.startswith(_MAY_BE_ABSENT):
        yield from _beginnings(rest, before)
    # A part that may stand there again ends the reading.
    rest = "" if often.rstrip("?") else rest
    for word in words:
        yield from _beginnings(word + rest, before)
    for letter in letters:
        yield from _beginnings(rest, before + letter)


def _letters(part: str) -> set[str]:
    """The letters that a part of one letter may be; none where they may be any, or any small one."""
    if part == r"\d":
        return set("0123456789")
    if part.startswith("["):
        return _of_class(part[1:-1])
    if part.startswith(("(", ".")) or (part.startswith("\\") and part[1].isalnum()):
        return set()
    return {part[-1]}


def _of_class(signs: str) -> set[str]:
    if signs.startswith("^") or re.search(r"\\[a-zA-Z]", signs):
        return set()
    letters: set[str] = set()
    for first, last in _RANGE.findall(signs):
        letters.update(map(chr, range(ord(first[-1]), ord((last or first)[-1]) + 1)))
    return set() if letters.issuperset(ascii_lowercase) else letters


def _first_part(line: str) -> tuple[str, str, str]:
    """The first part of a line, a group being one; how often it stands there; and what is behind it."""
    end = _group_end(line) if line[0] == "(" else _PART.match(line).end()  # type: ignore[union-attr]
    often = _OFTEN.match(line, end)
    return line[:end], often[0] if often else "", line[often.end() if often else end :]


def _group_end(line: str) -> int:
    """The place behind the group with which a line begins."""
    depth = 0
    for found in _SIGN.finditer(line):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    raise ValueError(f"a group is not closed: {line}")
