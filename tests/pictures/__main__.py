"""Makes the pictures that README and docs show, from today's pages: `make pictures`. Needs Chromium."""

import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.pictures.sources import DIGESTS, FOLDER, Picture, pictures
from tests.support.chromium import CHROMIUM, Answer, NoBrowser, browser, web

_NO_BROWSER = "make pictures needs Chromium: install chromium or google-chrome, so that it is on the PATH."


def main(chromium: str | None = CHROMIUM) -> int:
    """Writes every picture and the digests; returns 1 without a browser, and nothing has changed then."""
    if chromium is None:
        print(_NO_BROWSER, file=sys.stderr)
        return 1
    logging.disable(logging.WARNING)
    found = pictures()
    try:
        _draw(found)
    except NoBrowser as trouble:
        print(f"{chromium} does not run: {trouble}", file=sys.stderr)
        return 1
    _forget_others(found)
    digests = {name: one.digest for name, one in found.items()}
    DIGESTS.write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")
    return 0


def _draw(found: Mapping[str, Picture]) -> None:
    def answer(path: str) -> Answer:
        one = found.get(path.removeprefix("/"))
        return (200, {"Content-Type": "text/html; charset=utf-8"}, one.source.encode()) if one else (404, {}, b"")

    FOLDER.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as profile,
        web("pictures.example", answer) as served,
        browser(served, Path(profile)) as page,
    ):
        for name, one in found.items():
            page.look(one.width, one.height or 1, one.scheme)
            page.show(f"{served.url}/{name}")
            page.picture(FOLDER / name, whole=not one.height)
            print(f"{FOLDER / name}  {(FOLDER / name).stat().st_size // 1000} kB")


def _forget_others(found: Mapping[str, Picture]) -> None:
    for path in FOLDER.glob("*.png"):
        if path.name not in found:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
