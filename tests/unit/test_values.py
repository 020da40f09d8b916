"""Frozen values: what they promise, and that the package's own are made of them."""

import ast
import gc
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.values import Frozen, field, replace, required
from tests.support.builders import a_story, answered, said

CORE = Path(__file__).parents[2] / "layers/core/mentiondesk"


class Inner(Frozen):
    count: int


class Outer(Frozen, kw_only=True, dict=True, gc=True):
    name: str
    inner: Inner | None = None
    parts: tuple[Inner, ...] = ()
    kept: dict[str, int] = field(default_factory=dict)

    @cached_property
    def initial(self) -> str:
        return self.name[0]


def test_a_field_never_changes() -> None:
    value: Any = Inner(1)
    with pytest.raises(AttributeError):
        value.count = 2
    with pytest.raises(AttributeError):
        value.other = 2
    assert value == Inner(1) and hash(value) == hash(Inner(1)) and value != Inner(2)


def test_a_value_can_keep_what_it_has_computed() -> None:
    value = Outer(name="Ana")
    assert value.initial == value.initial == "A"
    assert value == Outer(name="Ana")


def test_the_garbage_collector_passes_values_over() -> None:
    assert not gc.is_tracked(a_story(said(0), answered(10)))


def test_no_two_values_share_a_default() -> None:
    assert Outer(name="Ana").kept is not Outer(name="Ben").kept


def test_a_copy_has_every_field_but_the_changed_ones() -> None:
    case = a_story(said(0), answered(10), said(20))
    assert replace(case) == case
    assert replace(case) is not case
    raised = replace(case, urgency=Urgency.CRITICAL, topics=("checkout",), snoozed_until=None)
    changed = {"urgency": Urgency.CRITICAL, "topics": ("checkout",), "snoozed_until": None}
    held = {name: getattr(case, name) for name in case.__struct_fields__}
    assert raised == type(case)(**held | changed)
    assert case.urgency is not Urgency.CRITICAL


def test_an_unknown_field_is_refused() -> None:
    changes: Any = {"urgentcy": Urgency.HIGH}
    with pytest.raises(TypeError, match="urgentcy"):
        replace(a_story(said(0)), **changes)


def test_only_fields_without_a_default_are_required() -> None:
    assert required(Outer) == ("name",)
    assert required(Inner) == ("count",)
    assert required(str) == required(tuple[str, ...]) == ()


def test_the_package_has_no_frozen_dataclass() -> None:
    found = [
        f"{file.relative_to(CORE)}: {node.name}"
        for file in CORE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any("dataclass" in (text := ast.unparse(one)) and "frozen=True" in text for one in node.decorator_list)
    ]
    assert not found, "write them as Frozen of mentiondesk.values, which takes a tenth of the time to import"
