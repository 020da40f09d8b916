"""A crash at every call: at each point the process forks, and the copy dies there while the original goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.faults import FETCH, NOTIFY, SCHEDULED, Call, FaultyDesk, Killed, Meddler, refusal
from tests.support.faults_check import Allowance, Ending, held, uncounted, violations
from tests.support.faults_fork import Copies, tried
from tests.support.faults_story import Story

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Point:
    """The number-th call of a story, before it took effect or after."""

    number: int
    function: str
    operation: str
    when: str

    @property
    def on_table(self) -> bool:
        return self.operation.startswith("dynamodb.")

    def __str__(self) -> str:
        return f"{self.function} {self.when} call {self.number}, {self.operation}"


@dataclass
class Report:
    """The result of a run over points."""

    points: list[Point] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.points)} points tried, {len(self.violations)} violations"


Choice = Callable[[Point], bool]
# The action at a point in the copy. Its exceptions are raised in the function that makes the call.
ScriptedAction = Callable[[FaultyDesk, Point, Call], None]


def die(desk: FaultyDesk, point: Point, call: Call) -> None:
    """The function's process ends."""
    del desk, call
    raise Killed(point)


def run_another(desk: FaultyDesk, point: Point, call: Call) -> None:
    """A second copy of the function runs from beginning to end while the first stands at this call."""
    del point, call
    desk.run_again()


def be_throttled(desk: FaultyDesk, point: Point, call: Call) -> None:
    """AWS refuses the call, and every retry that botocore makes of it."""
    del desk, point
    raise refusal(call, "ThrottlingException")


def everywhere(point: Point) -> bool:
    del point
    return True


class Forking(Meddler):
    """Does a deed at every chosen point, each in a copy of its own; there, what follows runs undisturbed."""

    def __init__(self, desk: FaultyDesk, choose: Choice, deed: ScriptedAction) -> None:
        self._desk = desk
        self._choose = choose
        self._deed = deed
        self._number = 0
        # The run whose world, as it is now, was tried after its last change.
        self._tried: object = None
        self.copies = Copies()
        self.report = Report()
        self.mine: Point | None = None
        self.allowed = Allowance()

    def before(self, call: Call) -> None:
        self._number += 1
        self._meet(call, BEFORE)

    def after(self, call: Call, answer: Any) -> Any:
        # After a call that only reads, the world is what it was before it, and what it is before the next.
        if not call.only_reads:
            self._tried = None
            self._meet(call, AFTER)
        return answer

    def _meet(self, call: Call, when: str) -> None:
        point = Point(self._number, call.function, call.operation, when)
        if self.mine is not None or not self._choose(point):
            return
        # A run that dies before a change leaves the same as one that died after the change before it.
        run = self._desk.current_run
        if self._deed is die and when == BEFORE and self._tried is run:
            return
        self._tried = run if when == AFTER else None
        self.report.points.append(point)
        if self.copies.fork():
            self.mine = point
            self.allowed = Allowance() if self._deed is run_another else _allowance(self._desk, call, when)
            self._deed(self._desk, point, call)


def _allowance(desk: FaultyDesk, call: Call, when: str) -> Allowance:
    """The accepted cost of a crash at this point."""
    in_doubt = (call.sends and when == AFTER) or (call.operation == "dynamodb.BatchWriteItem" and when == BEFORE)
    return Allowance(
        repeats=1 if call.function == NOTIFY and in_doubt else 0,
        uncounted=max(uncounted(desk, held(desk)), 0) if call.function == FETCH else 0,
        failed_runs=1 if call.function in SCHEDULED else 0,
    )


def explore(
    story: Story, choose: Choice = everywhere, deed: ScriptedAction = die, oracle: Ending | None = None
) -> Report:
    """The story once, and once more from every chosen point with the deed done there."""

    def told() -> list[str]:
        desk.run(story.minutes())
        return violations(desk, meddler.allowed, oracle)

    with story.desk() as desk:
        meddler = Forking(desk, choose, deed)
        desk.meddler = meddler
        found = tried(told)
        if meddler.mine is not None:
            meddler.copies.tell([f"{meddler.mine}: {one}" for one in found])
        meddler.report.violations = meddler.copies.collect() + found
    return meddler.report


class OfEachKind:
    """Chooses, of each function's kinds of calls, one in the midst of the story; `ending` is the story's.

    Without `reads` it leaves out calls that only read: a crash there leaves the world as one after the change before.
    """

    def __init__(self, story: Story, reads: bool = False) -> None:
        kinds: dict[tuple[str, ...], list[int]] = {}
        with story.desk() as desk:
            desk.run(story.minutes())
            for number, (_, call) in enumerate(desk.calls, start=1):
                if call.only_reads and not reads:
                    continue
                kinds.setdefault(call.kind, []).append(number)
            self.ending = Ending.of(desk)
        self._numbers = {numbers[len(numbers) * 2 // 3] for numbers in kinds.values()}

    def __call__(self, point: Point) -> bool:
        return point.number in self._numbers


def ending(story: Story) -> Ending:
    """The final state of the story without faults."""
    with story.desk() as desk:
        desk.run(story.minutes())
        return Ending.of(desk)
