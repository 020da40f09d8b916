"""Changed copies of frozen values: as `dataclasses.replace` makes them."""

import dataclasses
from typing import Any

import pytest

from mentiondesk.domain.cases.timers import Policy
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.values import replace
from tests.support.builders import a_story, answered, said, settings


def test_a_copy_has_every_field_but_the_changed_ones() -> None:
    case = a_story(said(0), answered(10), said(20))
    assert replace(case) == case
    assert replace(case) is not case
    raised = replace(case, urgency=Urgency.CRITICAL, topics=("checkout",), snoozed_until=None)
    assert raised == dataclasses.replace(case, urgency=Urgency.CRITICAL, topics=("checkout",), snoozed_until=None)
    assert case.urgency is not Urgency.CRITICAL


def test_an_unknown_field_is_refused() -> None:
    changes: Any = {"urgentcy": Urgency.HIGH}
    with pytest.raises(TypeError, match="Case has no field 'urgentcy'"):
        replace(a_story(said(0)), **changes)


def test_a_class_without_slots_is_refused() -> None:
    policy: Policy = settings().policy
    with pytest.raises(TypeError, match="Policy has no slots"):
        replace(policy, private=None)
