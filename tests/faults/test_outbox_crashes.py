"""A crash at every call of the outbox: no reply twice, and none silently dropped."""

from collections.abc import Callable
from itertools import combinations

import pytest

from tests.support.faults_outbox import STORIES, Crashes, OutboxStory

# The suite tries one point of so many; `make faults` tries all of them, and pairs.
_SAMPLE, _SAMPLE_OF_PAIRS = 7, 11


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_crash_at_any_call_sends_no_reply_twice_and_drops_none(
    story: OutboxStory, thorough: bool, tell: Callable[[object], None]
) -> None:
    undisturbed = Crashes()
    assert story.ends(undisturbed).violations() == []
    points = range(0, undisturbed.points, 1 if thorough else _SAMPLE)
    tell(f"{len(points)} points of {undisturbed.points}")
    assert [found for point in points for found in story.ends(Crashes(frozenset({point}))).violations()] == []


def test_two_crashes_send_no_reply_twice_and_drop_none(thorough: bool, tell: Callable[[object], None]) -> None:
    if not thorough:
        pytest.skip("the longer form is for make faults")
    story, undisturbed = STORIES["the connection breaks after the post"], Crashes()
    story.ends(undisturbed)
    pairs = list(combinations(range(0, undisturbed.points, _SAMPLE_OF_PAIRS), 2))
    tell(f"{len(pairs)} pairs")
    assert [found for pair in pairs for found in story.ends(Crashes(frozenset(pair))).violations()] == []


def test_the_harness_notices_a_reply_that_is_sent_twice() -> None:
    ended = STORIES["X takes everything"].ends(Crashes())
    ended.outbox.x.posts.insert(0, ended.outbox.x.posts[0])
    assert any("2 times" in found for found in ended.violations())
