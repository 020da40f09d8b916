"""The check of docstrings and comments: what it counts, and what it leaves alone."""

from pathlib import Path

import pytest

from infra.check_language import main, share, texts

CLEAN = '"""Sends alerts."""\n\nX = 1  # The smallest number.\n'


def written(folder: Path, source: str) -> Path:
    path = folder / "example.py"
    path.write_text(source, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "opening",
    ["What staff see", "Whether it is late", "Who is told", "So many of them", "how long", "Nobody", "Those on duty"],
)
def test_counts_texts_that_open_without_a_subject(tmp_path: Path, opening: str) -> None:
    source = f'"""{opening}."""\n\n\ndef f() -> None:\n    """{opening}."""\n    # {opening}.\n'
    assert [text.lacks_subject for text in texts(written(tmp_path, source))] == [True] * 3


@pytest.mark.parametrize("opening", ["The customer", "Whoops", "Sends what is due", "Howitzers", "Onerous work"])
def test_accepts_texts_with_a_subject(tmp_path: Path, opening: str) -> None:
    assert share(texts(written(tmp_path, f'"""{opening}."""\nX = 1  # {opening}.\n'))) == 0


def test_lines_of_one_comment_are_one_text(tmp_path: Path) -> None:
    source = "# The first line goes on\n# who knows where.\n\n# A second one.\nX = 1  # A third one.\n"
    assert [text.line for text in texts(written(tmp_path, source))] == [1, 4, 5]


def test_directives_and_rulers_are_no_texts(tmp_path: Path) -> None:
    source = "#!/usr/bin/env python\n# --- what is sent ---\nimport os  # noqa: F401\nX = 1  # type: ignore[misc]\n"
    assert list(texts(written(tmp_path, source))) == []


def test_fails_above_the_limit_and_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = written(tmp_path, '"""What it is."""\n')
    assert main([str(bad)]) == 1
    assert str(bad) in capsys.readouterr().out
    assert main([str(written(tmp_path, CLEAN))]) == 0
