"""Reads the tables, whose format tables/README.txt describes."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

TABLES = Path(__file__).parent / "tables"
_HEADING = re.compile(r"([^\W\d_][\w', ]*):(?:\s+(.*))?")


class TableInvalid(ValueError):
    """A table that violates the format in tables/README.txt."""


def sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """The headings of a table, each with its phrases."""
    heading, lines = "", list[str]()
    for line in text.splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        found = None if line[0].isspace() else _HEADING.fullmatch(line)
        if found:
            if lines:
                yield heading, _split(lines)
            heading, lines = found[1], [found[2]] if found[2] else []
        elif not heading:
            raise TableInvalid(f"{line!r} stands under no heading")
        else:
            lines.append(line)
    if lines:
        yield heading, _split(lines)


def _split(lines: Iterable[str]) -> list[str]:
    return [phrase for line in lines for phrase in (part.strip() for part in line.split(",")) if phrase]


def table(name: str) -> str:
    return TABLES.joinpath(f"{name}.txt").read_text(encoding="utf-8")
