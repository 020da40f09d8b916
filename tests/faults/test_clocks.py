"""Schedules that come twice, late, in the wrong order or not at all, and two copies of a function at once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from tests.support.builders import NOON
from tests.support.faults import FETCH, MINUTE, NOTIFY, FaultyDesk
from tests.support.faults_check import Allowance, Ending, violations
from tests.support.faults_crash import BEFORE, OfEachKind, Point, explore, run_another
from tests.support.faults_story import Story

STORY = Story(brief=True)


@pytest.fixture(scope="module")
def of_each_kind() -> OfEachKind:
    return OfEachKind(STORY)


@pytest.fixture(scope="module")
def oracle(of_each_kind: OfEachKind) -> Ending:
    return of_each_kind.ending


def _fire(desk: FaultyDesk, minutes: Iterator[datetime]) -> None:
    """The functions at these times, whatever the schedules would say."""
    for at in minutes:
        desk.clock.time = at
        for function in (FETCH, NOTIFY):
            desk.function(function)({})
            desk.cloud.pump()


def test_schedules_that_fire_twice_change_nothing(oracle: Ending) -> None:
    with STORY.desk() as desk:
        _fire(desk, (minute for minute in STORY.minutes() for _ in range(2)))
        assert [*violations(desk, Allowance()), *oracle.differences(Ending.of(desk))] == []


def test_an_older_minute_after_a_newer_one_changes_nothing(oracle: Ending) -> None:
    with STORY.desk() as desk:
        newer_first = (at for minute in STORY.minutes() for at in (minute, minute - 2 * MINUTE))
        _fire(desk, newer_first)
        desk.clock.time += 2 * MINUTE
        assert [*violations(desk, Allowance()), *oracle.differences(Ending.of(desk))] == []


def test_three_hours_of_silence_lose_nothing(oracle: Ending) -> None:
    with STORY.desk() as desk:
        begun = [minute for minute in STORY.minutes() if minute < NOON + 4 * MINUTE]
        later = NOON + timedelta(hours=3)
        desk.run([*begun, *(later + count * MINUTE for count in (0, 1, 2, 3, 8, 30))])
        assert [*violations(desk, Allowance()), *oracle.differences(Ending.of(desk), alerts=False)] == []


def test_two_copies_of_a_function_do_nothing_twice(
    of_each_kind: OfEachKind, thorough: bool, tell: Callable[[object], None]
) -> None:
    """While one copy stands at a call, before it or after, the other does all that there is to do."""

    def chosen(point: Point) -> bool:
        return of_each_kind(point) and (thorough or (point.function == NOTIFY and point.when == BEFORE))

    report = explore(STORY, chosen, run_another, of_each_kind.ending)
    tell(report)
    assert report.violations == []
