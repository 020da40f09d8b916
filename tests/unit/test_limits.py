"""Limits on how many texts one person gets."""

import pytest

from mentiondesk.domain.alerts.limits import DEFAULT_TEXT_LIMITS, may_text
from tests.support.builders import at, minutes


def test_the_default_limits_are_those_of_goalert() -> None:
    assert [(limit.most, limit.span) for limit in DEFAULT_TEXT_LIMITS] == [
        (5, minutes(15)),
        (11, minutes(60)),
        (21, minutes(180)),
    ]


@pytest.mark.parametrize(
    ("sent", "allowed"),
    [
        pytest.param([], True, id="none yet"),
        pytest.param([0, 1, 2, 3], True, id="the fifth in 15 minutes"),
        pytest.param([0, 1, 2, 3, 4], False, id="the sixth in 15 minutes"),
        pytest.param([-1, 1, 2, 3, 4], True, id="one is more than 15 minutes ago"),
        pytest.param([-45 + 5 * step for step in range(11)], False, id="the twelfth in an hour"),
        pytest.param([-45 + 6 * step for step in range(10)], True, id="the eleventh in an hour"),
        pytest.param([-165 + 8 * step for step in range(21)], False, id="the 22nd in three hours"),
    ],
)
def test_a_person_gets_no_more_texts_than_they_can_take(sent: list[int], allowed: bool) -> None:
    assert may_text([at(minute) for minute in sent], at(14), DEFAULT_TEXT_LIMITS) is allowed
