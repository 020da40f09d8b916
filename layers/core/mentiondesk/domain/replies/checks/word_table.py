"""Tables of words and phrases that are compared with a reply in little time, however many lines they have.

A line can only stand where a word of the text begins as the line does. The lines of all tables are kept by how they
begin: a text is read once, and each table is told where which of its lines may stand. A line is compiled when it first
may stand somewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from threading import Lock

from mentiondesk.domain.replies.checks.beginnings import ANY, LONGEST, beginnings, split, words_needed

# Letters without their accents: agents leave them out, and tables then need one spelling.
_UNACCENTED = dict(zip("àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ", "aaaaaaceeeeiiiinoooooouuuuyy", strict=True))
_ACCENTED = re.compile(f"[{''.join(_UNACCENTED)}]")
# A place where lines may stand: the beginning of a word, or a sign.
_PLACE = re.compile(r"\w+|[^\w\s]")
# Beginnings of words that are remembered with their lines, and texts with where lines may stand.
_MOST_BEGINNINGS, _MOST_TEXTS = 20_000, 64


def unaccented(text: str) -> str:
    """The text, as long as before, in letters without accents."""
    return text if text.isascii() else _ACCENTED.sub(lambda found: _UNACCENTED[found[0]], text)


class Phrases:
    """Finds what one expression of many alternatives would; each begins where a word does, or with a sign."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        _INDEX.add(self)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Matches in order; they do not overlap."""
        end = 0
        for start, line in _INDEX.read(text).get(self, ()):
            if start >= end and (found := line.pattern.match(text, start)):
                yield found
                end = found.end()

    def search(self, text: str) -> re.Match[str] | None:
        """The first match."""
        return next(self.finditer(text), None)

    def lines(self) -> "Iterator[Line]":
        """The alternatives, in order."""
        return (Line(self, number, line, line) for number, line in enumerate(split(self.expression)))


class WordTable(Phrases):
    """Whole words and phrases, each a regular expression."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words = tuple(lines)
        super().__init__("")

    def lines(self) -> "Iterator[Line]":
        """The words and phrases, in order."""
        return (Line(self, number, line, rf"(?<!\w)(?:{line})(?!\w)") for number, line in enumerate(self._words))


class Line:
    """An alternative of a table. `needs`: one of these words must be in a text, where it may begin with any."""

    def __init__(self, table: Phrases, number: int, line: str, expression: str) -> None:
        self.table, self.number, self._expression = table, number, expression
        self.beginnings = beginnings(line)
        self.needs = words_needed(line) if ANY in self.beginnings else ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled line, for a place of a text."""
        return re.compile(self._expression)


# The places at which lines of a table may stand in a text, each with a line, in order.
_Standing = Mapping[Phrases, Sequence[tuple[int, Line]]]


class _Reader:
    """Reads texts for the lines of some tables."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.all = lines
        self._by_beginning: dict[str, list[Line]] = {}
        for line in lines:
            for beginning in line.beginnings:
                self._by_beginning.setdefault(beginning, []).append(line)
        self._known: dict[str, tuple[Line, ...]] = {}
        # Remembered: every table asks for the same few texts.
        self.read = lru_cache(maxsize=_MOST_TEXTS)(self._read)

    def _read(self, text: str) -> _Standing:
        found: dict[Phrases, list[tuple[int, Line]]] = {}
        starts = [place.start() for place in _PLACE.finditer(text)]
        for start in starts:
            beginning = text[start : start + LONGEST]
            lines = self._known.get(beginning)
            for line in self._learnt(beginning) if lines is None else lines:
                found.setdefault(line.table, []).append((start, line))
        for line in self._by_beginning.get(ANY, ()):
            if not line.needs or any(map(text.__contains__, line.needs)):
                places = [*found.get(line.table, ()), *((start, line) for start in starts)]
                found[line.table] = sorted(places, key=lambda one: (one[0], one[1].number))
        return found

    def _learnt(self, beginning: str) -> tuple[Line, ...]:
        """The lines that may stand where a word begins so, in the order of their tables."""
        if len(self._known) >= _MOST_BEGINNINGS:
            self._known.clear()
        parts = (beginning[:length] for length in range(1, len(beginning) + 1))
        lines = {line for part in parts for line in self._by_beginning.get(part, ())}
        self._known[beginning] = tuple(sorted(lines, key=lambda line: line.number))
        return self._known[beginning]


class _Index:
    """The reader of all tables. One made later brings a new reader: no text is remembered without its lines."""

    def __init__(self) -> None:
        self._waiting: list[Phrases] = []
        self._reader = _Reader(())
        self._lock = Lock()

    def add(self, table: Phrases) -> None:
        """Lines are looked at when the next text is read: to import a module takes no time."""
        self._waiting.append(table)

    def read(self, text: str) -> _Standing:
        """The places at which lines may stand, by table."""
        if self._waiting:
            self._take_in()
        return self._reader.read(text)

    def _take_in(self) -> None:
        with self._lock:
            new = tuple(self._waiting)
            self._reader = _Reader((*self._reader.all, *(line for table in new for line in table.lines())))
            del self._waiting[: len(new)]


_INDEX = _Index()
