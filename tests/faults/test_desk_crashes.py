"""A crash at every call of the desk: nobody is locked out, and no act on a case is lost, doubled or told twice."""

from collections.abc import Callable
from itertools import combinations

import pytest

from mentiondesk.domain.timeline import HandedOver
from tests.support.faults_desk import STORIES, Desk, DeskStory, hands_over, violations
from tests.support.faults_outbox import Crashes

# The suite tries one point of so many; `make faults` tries all of them, and pairs.
_SAMPLE, _MOST_IN_PAIRS = 5, 40


def _points(story: DeskStory) -> int:
    undisturbed = Crashes()
    assert violations(story, undisturbed) == []
    return undisturbed.points


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_crash_at_any_call_breaks_no_promise(
    story: DeskStory, thorough: bool, tell: Callable[[object], None]
) -> None:
    count = _points(story)
    points = range(0, count, 1 if thorough else _SAMPLE)
    tell(f"{len(points)} points of {count}")
    assert [found for point in points for found in violations(story, Crashes(frozenset({point})))] == []


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_two_crashes_break_no_promise(story: DeskStory, thorough: bool, tell: Callable[[object], None]) -> None:
    if not thorough:
        pytest.skip("the longer form is for make faults")
    count = _points(story)
    pairs = list(combinations(range(0, count, 1 + count // _MOST_IN_PAIRS), 2))
    tell(f"{len(pairs)} pairs")
    assert [found for pair in pairs for found in violations(story, Crashes(frozenset(pair)))] == []


def test_the_harness_notices_an_act_that_is_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    count = Desk.count
    monkeypatch.setattr(Desk, "count", lambda desk, kind: count(desk, kind) + (kind is HandedOver))
    assert any("after 3 acts" in found for found in violations(hands_over, Crashes()))
