"""Rules for every test: it leaves the process as it found it, and the collector of garbage leaves tests their time."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# pytest tells each test's name and phase here.
_PYTEST_S_OWN = {"PYTEST_CURRENT_TEST"}


# With Python's own numbers, and over all that stays, collecting took 24 of the 80 CPU seconds of tests/unit.
_COLLECT_AFTER = (100_000, 20, 100)


def pytest_collection_finish() -> None:
    """Keeps what is imported by now out of every later collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


@pytest.fixture(scope="module", autouse=True)
def _leaves_the_process_as_found() -> Iterator[None]:
    """A file of tests that leaves another environment or folder behind fails, not the file that comes after it."""
    before, folder = _environment(), Path.cwd()
    yield
    changed = sorted({name for name, _ in _environment().items() ^ before.items()})
    assert (changed, Path.cwd()) == ([], folder)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _PYTEST_S_OWN}
