"""`make test` tries some of every kind of fault, `make faults` (FAULTS=all) every one; both tell how many."""

import os

import pytest

_told: list[str] = []


@pytest.fixture
def thorough() -> bool:
    """True when FAULTS=all asks for every point."""
    return os.environ.get("FAULTS") == "all"


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> "Tell":
    """Adds a line to what stands below the results."""
    return Tell(request.node.name)


class Tell:
    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, line: object) -> None:
        _told.append(f"{self._name}: {line}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _told:
        terminalreporter.section("faults")
        for line in _told:
            terminalreporter.write_line(line)
