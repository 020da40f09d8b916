"""Optional data beside the checkout: large recordings that some tests and measurements use where they are at hand."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "shared/data"
RECORDINGS = FOLDER / "replay"


def needs(path: Path) -> pytest.MarkDecorator:
    """A mark that skips a test where this file or folder is not there; the summary of pytest names it."""
    return pytest.mark.skipif(not path.exists(), reason=f"optional data beside the checkout: {path.name}")
