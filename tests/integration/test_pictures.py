"""The pictures of README and docs are of today's pages, small, and all that there are."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pictures.__main__ import main
from tests.pictures.sources import FOLDER, Picture, digests, pictures

MOST_BYTES = 150_000
DOCUMENTS = [*Path().glob("*.md"), *Path("docs").rglob("*.md")]


@pytest.fixture(scope="module")
def found() -> Mapping[str, Picture]:
    return pictures()


def shown() -> set[Path]:
    """The files that documents show as pictures."""
    return {
        (document.parent / link).resolve().relative_to(Path.cwd())
        for document in DOCUMENTS
        for link in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", document.read_text(encoding="utf-8"))
    }


def test_every_picture_is_of_today_s_page(found: Mapping[str, Picture]) -> None:
    made = digests()
    stale = sorted(name for name, one in found.items() if made.get(name) != one.digest)
    assert not stale, f"{', '.join(stale)} in {FOLDER} show older pages: run `make pictures`, look at them, commit them"


def test_documents_show_the_pictures_that_are_made_and_no_others(found: Mapping[str, Picture]) -> None:
    made = {FOLDER / name for name in found}
    assert shown() == made
    assert set(FOLDER.glob("*.png")) == made


def test_pictures_are_small() -> None:
    assert {path.name: size for path in FOLDER.glob("*.png") if (size := path.stat().st_size) > MOST_BYTES} == {}


def test_another_word_style_or_screen_is_another_digest(found: Mapping[str, Picture]) -> None:
    queue = found["queue.png"]
    others = (
        replace(queue, source=queue.source.replace("Unclaimed", "Nobody's")),
        replace(queue, source=queue.source.replace("border-radius: 8px", "border-radius: 9px")),
        replace(queue, scheme="dark"),
        replace(queue, width=390),
    )
    assert queue.digest not in {one.digest for one in others}
    assert pictures()["queue.png"].digest == queue.digest


def test_without_a_browser_nothing_is_made_and_the_reason_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in FOLDER.iterdir()}
    assert main(chromium=None) == 1
    assert "needs Chromium" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in FOLDER.iterdir()} == before
