"""Counts docstrings and comments without a subject, and fails above a limit.

A text that opens with a relative clause ("What staff see", "Whether it is late") leaves its reader without a subject
and a verb. `make lint` runs this on all Python; `python -m infra.check_language --list FILE...` prints the texts.
"""

import argparse
import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("layers", "functions", "infra", "tests")
# The share accepted, of docstrings and of comments.
AT_MOST = 0.02
_FILES_SHOWN = 12
_NO_SUBJECT = re.compile(
    r"(?:what|whatever|whether|who|whose|whoever|where|how|those|these|so many|one|nobody|somebody|nothing|of)\b",
    re.IGNORECASE,
)
# Directives to tools, rulers between sections, interpreters and licences are no sentences.
_NO_SENTENCE = re.compile(r"noqa|type:|pragma|ruff:|mypy:|fmt:|!|-{3}|SPDX|Copyright", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Text:
    """A docstring or one comment; lines of comment that follow each other are one."""

    kind: str
    path: Path
    line: int
    words: str

    @property
    def lacks_subject(self) -> bool:
        """True when it opens with a relative clause or a pronoun that stands for no noun."""
        return _NO_SUBJECT.match(self.words) is not None


def texts(path: Path) -> Iterator[Text]:
    """All docstrings and comments of a Python file."""
    source = path.read_text(encoding="utf-8")
    yield from (Text("docstrings", path, line, words) for line, words in _docstrings(source))
    yield from (Text("comments", path, line, words) for line, words in _comments(source))


def _docstrings(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            words = ast.get_docstring(node)
            if words:
                yield getattr(node, "lineno", 1), words


def _comments(source: str) -> Iterator[tuple[int, str]]:
    previous = (-1, -1)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, column = token.start
        words = token.string.lstrip("# ")
        goes_on = previous == (line - 1, column) and not token.line[:column].strip()
        previous = (line, column)
        if words and not goes_on and not _NO_SENTENCE.match(words):
            yield line, words


def share(of: Iterable[Text]) -> float:
    """The share of texts without a subject, 0 to 1."""
    lacking = [text.lacks_subject for text in of]
    return sum(lacking) / len(lacking) if lacking else 0.0


def _python_files(roots: Iterable[str]) -> Iterator[Path]:
    for root in map(Path, roots):
        yield from sorted(root.rglob("*.py")) if root.is_dir() else (root,)


def _report(found: list[Text], limit: float) -> bool:
    """Prints the shares and the worst files; returns False above the limit."""
    kept = True
    for kind in ("docstrings", "comments"):
        of_kind = [text for text in found if text.kind == kind]
        kept &= share(of_kind) <= limit
        print(f"{kind} without a subject: {share(of_kind):.1%} of {len(of_kind)} (accepted: {limit:.0%})")
    by_file: dict[Path, int] = {}
    for text in found:
        by_file[text.path] = by_file.get(text.path, 0) + text.lacks_subject
    worst = sorted((count, str(path)) for path, count in by_file.items() if count)[::-1]
    for count, name in [] if kept else worst[:_FILES_SHOWN]:
        print(f"  {count:4} {name}")
    return kept


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 when both shares are accepted, else 1."""
    parser = argparse.ArgumentParser(prog="check_language", description=__doc__)
    parser.add_argument("paths", nargs="*", default=FOLDERS, help="files or folders (default: all Python here)")
    parser.add_argument("--list", action="store_true", help="print each text without a subject")
    options = parser.parse_args(arguments)
    found = [text for path in _python_files(options.paths) for text in texts(path)]
    for text in found if options.list else ():
        if text.lacks_subject:
            print(f"{text.path}:{text.line}: {text.words.splitlines()[0]}")
    return 0 if _report(found, AT_MOST) else 1


if __name__ == "__main__":
    sys.exit(main())
