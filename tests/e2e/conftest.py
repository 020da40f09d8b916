"""Fixtures of tests in real browsers."""

from collections.abc import Iterator

import pytest

from tests.support.desk_browsers import Office, office


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A served desk and its people, each in a browser of their own; `begin` makes a new desk."""
    with office(tmp_path_factory.mktemp("profile")) as found:
        yield found
