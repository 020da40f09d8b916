"""Fields of forms: what was typed becomes values of the fields' types, or every fault is told at once."""

import contextlib
import re
from enum import StrEnum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.domain.cases.commands import STAFF_COMMANDS
from mentiondesk.domain.ids import CaseId, ComponentId
from mentiondesk.domain.text import Text
from mentiondesk.presentation.action_pages.fields import read_fields
from mentiondesk.presentation.action_pages.forms import CaseForm, IncidentForm, PlanForm
from mentiondesk.presentation.action_pages.reading import FormInvalid
from mentiondesk.values import Frozen

CASE = CaseId.parse("7#70")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Typed(Frozen):
    """A field of each type that a form of ours has."""

    title: Annotated[str, Text(1, 5, line=True)]
    colour: Colour
    parts: dict[ComponentId, Colour]
    words: str = ""
    other: Colour | None = None
    cases: tuple[CaseId, ...] = ()
    topics: tuple[Annotated[str, Text(pattern="[a-z]+")], ...] = ()


def faults(**typed: object) -> dict[str, str]:
    whole = {"title": "Five", "colour": "red", "parts": {}, **typed}
    with pytest.raises(FormInvalid) as invalid:
        read_fields(Typed, {name: value for name, value in whole.items() if value is not None})
    return {name: fault.key for name, fault in invalid.value.faults.items()}


def test_fields_become_values_of_their_types() -> None:
    typed = {"title": " a\nb ", "colour": "blue", "parts": {"shop": "red"}, "cases": (CASE,), "topics": ("a", "b")}
    assert read_fields(Typed, {**typed, "other": "red", "act": "no field of it"}) == Typed(
        "a b", Colour.BLUE, {ComponentId("shop"): Colour.RED}, "", Colour.RED, (CASE,), ("a", "b")
    )


def test_every_fault_is_told_at_once_and_names_the_part() -> None:
    found = faults(title="", colour="green", parts={"shop": "?", "van": "red", "app": "?"}, other="?")
    assert found == dict.fromkeys(("colour", "parts.shop", "parts.app", "other"), "form.choose") | {
        "title": "form.missing"
    }


def test_what_is_missing_too_long_or_of_another_shape_is_told() -> None:
    assert faults(title=None) == {"title": "form.missing"}
    assert faults(title="six le") == {"title": "form.too_long"}
    assert faults(topics=("ok", "Not")) == {"topics": "form.choose"}


@given(st.text(max_size=12))
def test_a_text_is_taken_as_it_is_or_refused(text: str) -> None:
    typed: dict[str, object] = {"title": "a", "colour": "red", "parts": {}, "words": text}
    assert read_fields(Typed, typed).words == text
    if re.fullmatch("[a-z]+", text):
        assert read_fields(Typed, {**typed, "topics": (text,)}).topics == (text,)
    else:
        assert faults(topics=(text,)) == {"topics": "form.choose"}


def test_every_form_can_be_read() -> None:
    """A type that no field can have would fail on the first press only."""
    forms: list[type[Frozen]] = [*STAFF_COMMANDS, *all_below(CaseForm), *all_below(IncidentForm)]
    assert len(forms) > 25
    for form in (*forms, PlanForm):
        with contextlib.suppress(FormInvalid):
            read_fields(form, {})


def all_below(kind: type[Frozen]) -> list[type[Frozen]]:
    return [one for below in kind.__subclasses__() for one in (below, *all_below(below))]
