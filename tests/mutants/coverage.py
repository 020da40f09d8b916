"""Coverage by test: the tests that run each line, and their durations."""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

_TOOL = sys.monitoring.COVERAGE_ID


@dataclass
class Coverage:
    """For each file and line the tests that run it. Lines that run on import belong to every test of the file."""

    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def tests_of(self, path: Path, first: int, last: int) -> list[str]:
        """The tests that run any of these lines, the fastest first."""
        by_line = self.lines.get(str(path), {})
        found = {test for line in range(first, last + 1) for test in by_line.get(line, ())}
        # A line that no test runs by itself runs on import: a constant, a field, a table.
        found = found or {test for tests in by_line.values() for test in tests}
        return sorted(found, key=lambda test: self.seconds[test])


class Recorder:
    """A pytest plugin that records the lines of some folders that each test runs."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        self._folders = folders
        self._root = f"{Path.cwd()}/"
        self._ran: set[tuple[str, int]] = set()
        self._found: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        self._seconds: dict[str, float] = {}
        sys.monitoring.use_tool_id(_TOOL, "mutants")
        sys.monitoring.register_callback(_TOOL, sys.monitoring.events.LINE, self._line)
        sys.monitoring.set_events(_TOOL, sys.monitoring.events.LINE)

    def _line(self, code: CodeType, line: int) -> Any:
        path = code.co_filename.removeprefix(self._root)
        if path.startswith(self._folders):
            self._ran.add((path, line))
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._ran.clear()
        sys.monitoring.restart_events()
        began = time.perf_counter()
        result = yield
        self._seconds[item.nodeid] = time.perf_counter() - began
        for path, line in self._ran:
            self._found[path][line].append(item.nodeid)
        return result

    def write(self, out: Path) -> None:
        """Stops recording, and writes what was recorded."""
        sys.monitoring.free_tool_id(_TOOL)
        out.write_text(json.dumps({"lines": self._found, "seconds": self._seconds}), encoding="utf-8")


def read(path: Path) -> Coverage:
    """The coverage that a Recorder wrote."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    lines = {name: {int(line): tests for line, tests in of.items()} for name, of in raw["lines"].items()}
    return Coverage(lines, raw["seconds"])
