"""A crash at every call that any function makes to AWS or X, before it took effect and after."""

from collections.abc import Callable

import pytest

from tests.support.faults_crash import OfEachKind, die, everywhere, explore
from tests.support.faults_story import Story


@pytest.mark.parametrize("strict", [True, False], ids=["without overlap", "with overlap"])
def test_a_crash_at_any_call_loses_and_doubles_nothing(
    strict: bool, thorough: bool, tell: Callable[[object], None]
) -> None:
    if not (strict or thorough):
        pytest.skip("the longer form is for make faults")
    story = Story(brief=strict, strict=strict)
    of_each_kind = OfEachKind(story)
    report = explore(story, everywhere if thorough else of_each_kind, die, of_each_kind.ending)
    tell(report)
    assert report.violations == []
