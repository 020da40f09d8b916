"""Mutation testing: `make mutants` changes the code in small ways, and sees whether a test fails.

A seeded sample of the mutants of domain/ and usecases/ is tried until the time is over; the same seed tries the same
ones in the same order. Each mutant runs in a fork of this process, which holds the third-party packages but nothing
of ours, with the tests that run its line, the fastest first. What no test kills is shown to mypy, which `make check`
runs too; what mypy refuses is counted apart, as mutmut does with a type checker.
"""

import argparse
import importlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from unittest.mock import patch

import pytest

from tests.mutants import coverage
from tests.mutants.mutations import Mutant, mutants

FOLDERS = ("layers/core/mentiondesk/domain/", "layers/core/mentiondesk/usecases/")
TESTS = ("tests/unit", "tests/integration", "tests/e2e/test_staff_story.py", "tests/e2e/test_replay.py")
# The stores keep one contract, so that tests on the table would kill the same mutants, later. The rest reads sources
# or makes processes, fails for any change or for none, or takes long and kills nothing that others do not.
DESELECTED = (
    *("dynamo", "recorded", "test_check_language", "test_imports", "test_local_api", "test_operate", "test_privileges"),
    *("test_readme", "test_status_stack", "test_table", "test_template", "test_the_command"),
    *("test_triage_command", "test_triage_tables", "test_danger_is_critical_whatever", "test_upgrade"),
    *("test_what_cannot_be_used", "test_x_adapter", "test_x_standin"),
)
KNOWN = Path(__file__).with_name("survivors.toml")
OUT = Path("out/mutants.json")
COVERAGE = Path("out/mutants-coverage.json")
TYPES = "out/mutants-types"
# Third-party packages that take long to import; a fork inherits them.
_WARM = ("boto3", "moto", "hypothesis", "jinja2", "yaml", "tweepy", "pydantic", "requests", "rich", "samtranslator",
         "aws_lambda_powertools", "itsdangerous", "jsonschema")  # fmt: skip
_SURVIVED, _KILLED, _NO_TESTS = 0, 1, 5
# Unit tests that are tried before all others: they need few imports, and kill most mutants.
_FIRST = 40


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant with its result: killed, timeout, refused (by mypy alone), survived, or uncovered."""

    mutant: Mutant
    result: str
    seconds: float


def main() -> int:
    """Returns 0 whatever survives."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="mutants of paths that hold this text")
    parser.add_argument("--reuse", action="store_true", help="reuse the coverage of the run before")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    began = time.monotonic()
    for name in _WARM:
        importlib.import_module(name)
    found = [one for path in _files(options.only) for one in mutants(path)]
    random.Random(options.seed).shuffle(found)
    print(f"{len(found)} mutants; recording which tests run which lines", flush=True)
    covered = coverage.read(COVERAGE) if options.reuse else _coverage()
    tried = _try_all(found, covered, began + 60 * options.minutes, options.jobs)
    _report(tried, len(found), options.seed)
    return 0


def _files(only: str) -> list[Path]:
    return [path for folder in FOLDERS for path in sorted(Path(folder).rglob("*.py")) if only in str(path)]


def _coverage() -> coverage.Coverage:
    COVERAGE.parent.mkdir(exist_ok=True)
    process = _forked(lambda: _record(COVERAGE))
    _, status = os.waitpid(process, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit("the tests fail without any mutant: python -m pytest " + " ".join(TESTS))
    return coverage.read(COVERAGE)


def _record(out: Path) -> int:
    recorder = coverage.Recorder(FOLDERS)
    status = _pytest([*TESTS, "-k", " and ".join(f"not {word}" for word in DESELECTED)], recorder)
    recorder.write(out)
    return status


def _pytest(arguments: Sequence[str], *plugins: object) -> int:
    options = [
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    return int(pytest.main([*options, *arguments], plugins))


def _forked(job: Callable[[], int]) -> int:
    """Runs a job in a copy of this process, without output; returns the copy's id."""
    process = os.fork()
    if process:
        return process
    os.setpgrp()
    silent = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silent, stream)
    status = 2
    try:
        status = job()
    finally:
        os._exit(status)


def _mutated(mutant: Mutant, tests: Sequence[str]) -> int:
    """The status of pytest with the mutant in the place of its file."""
    path, original = str(mutant.path.resolve()), SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        if str(Path(self.path).resolve()) == path:
            return compile(mutant.source, path, "exec", dont_inherit=True)
        return original(self, fullname)

    with patch.object(SourceFileLoader, "get_code", get_code):
        first = [test for test in tests if test.startswith("tests/unit")][:_FIRST]
        status = _pytest(first) if first else _SURVIVED
        return status or _pytest([test for test in tests if test not in first] or first)


def _try_all(found: list[Mutant], covered: coverage.Coverage, until: float, jobs: int) -> list[Tried]:
    """Tries mutants until the time is over, some at the same time."""
    waiting = found[::-1]
    running: dict[int, tuple[Mutant, float, float]] = {}
    tried: list[Tried] = []
    while running or (waiting and time.monotonic() < until):
        while waiting and len(running) < jobs and time.monotonic() < until:
            mutant = waiting.pop()
            tests = covered.tests_of(mutant.path, mutant.line, mutant.last_line)
            if not tests:
                tried.append(Tried(mutant, _by_types(mutant, "uncovered"), 0))
                continue
            limit = 20 + 8 * sum(covered.seconds[test] for test in tests)
            process = _forked(lambda mutant=mutant, tests=tests: _mutated(mutant, tests))  # type: ignore[misc]
            running[process] = (mutant, time.monotonic(), limit)
        for process, (mutant, began, limit) in list(running.items()):
            result = _result(process, time.monotonic() - began > limit)
            if result is not None:
                del running[process]
                tried.append(Tried(mutant, _by_types(mutant, result), time.monotonic() - began))
                _show(tried)
        time.sleep(0.02)
    return tried


def _result(process: int, over: bool) -> str | None:
    """The result of a copy that has ended, or whose time is over; None while it runs."""
    ended, status = os.waitpid(process, os.WNOHANG)
    if not ended:
        if not over:
            return None
        os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
        return "timeout"
    return {_SURVIVED: "survived", _NO_TESTS: "uncovered"}.get(os.waitstatus_to_exitcode(status), "killed")


def _by_types(mutant: Mutant, result: str) -> str:
    """The result; "refused" where no test kills the mutant and mypy finds an error in it."""
    if result not in ("survived", "uncovered"):
        return result
    with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as changed:
        changed.write(mutant.source)
        changed.flush()
        path = str(mutant.path)
        command = [sys.executable, "-m", "mypy", "--cache-dir", TYPES, "--shadow-file", path, changed.name, path]
        found = subprocess.run(command, capture_output=True, check=False)
    return "refused" if found.returncode == 1 else result


def _show(tried: list[Tried]) -> None:
    if tried[-1].result in ("survived", "uncovered"):
        print(f"{tried[-1].result}: {tried[-1].mutant}", flush=True)
    if len(tried) % 100 == 0:
        print(f"{len(tried)} tried: {dict(Counter(one.result for one in tried))}", flush=True)


def _report(tried: list[Tried], of: int, seed: int) -> None:
    known = {(one["file"], one["before"], one["after"]) for one in tomllib.loads(KNOWN.read_text())["survivor"]}
    left = [one for one in tried if one.result in ("survived", "uncovered")]
    print(f"\nseed {seed}: {len(tried)} of {of} mutants tried, {dict(Counter(one.result for one in tried))}")
    _share("all", tried)
    for folder in FOLDERS:
        mine = [one for one in tried if str(one.mutant.path).startswith(folder)]
        _share(folder, mine)
    for one in sorted(left, key=lambda one: (one.mutant.key in known, str(one.mutant))):
        print(f"{'known  ' if one.mutant.key in known else 'SURVIVES'} {one.mutant}")
    rows = [[*one.mutant.key, one.mutant.line, one.result, round(one.seconds, 2)] for one in tried]
    OUT.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


def _share(name: str, tried: list[Tried]) -> None:
    killed = sum(one.result in ("killed", "timeout") for one in tried)
    refused = sum(one.result == "refused" for one in tried)
    of = max(len(tried), 1)
    print(f"{name}: of {len(tried)} {killed / of:.1%} killed by tests, {(killed + refused) / of:.1%} with mypy")


if __name__ == "__main__":
    sys.exit(main())
