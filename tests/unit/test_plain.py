"""Values in their plain form, and back."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from mentiondesk.adapters.plain import Unfit, json_text, plain, read, read_json
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, SubjectId, UserId
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.values import Frozen, field

CASE = CaseId(ConversationId("1"), UserId("2"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Inner(Frozen):
    count: int


class Pair(NamedTuple):
    name: str
    at: datetime


class Outer(Frozen, kw_only=True):
    name: str
    inner: Inner | None = None
    parts: tuple[Inner, ...] = ()
    kept: dict[str, int] = field(default_factory=dict)


class Everything(Frozen):
    case: CaseId
    subject: SubjectId
    other: SubjectId
    at: datetime
    pair: Pair
    place: tuple[datetime, int]
    day: date
    hour: time
    share: float
    by_kind: dict[Kind, bool]
    kinds: frozenset[Kind]
    value: str | int | bool


EVERYTHING = Everything(
    CASE,
    CASE,
    IncidentId("7"),
    NOON,
    Pair("Ana", NOON),
    (NOON, 3),
    date(2026, 3, 2),
    time(9, 30),
    0.25,
    {Kind.COMPLAINT: True},
    frozenset({Kind.QUESTION}),
    4,
)


def test_a_value_stands_by_the_names_of_its_fields() -> None:
    value = Outer(name="Ana", inner=Inner(1), parts=(Inner(2), Inner(3)))
    held = {"name": "Ana", "inner": {"count": 1}, "parts": [{"count": 2}, {"count": 3}], "kept": {}}
    assert plain(value) == held
    assert plain(Outer(name="Ana")) == {"name": "Ana", "parts": [], "kept": {}}
    assert read(Outer, held) == value
    assert read(Outer, value) is value


def test_a_lean_form_has_no_defaults() -> None:
    value = Outer(name="Ana", inner=Inner(1))
    assert plain(value, lean=True) == {"name": "Ana", "inner": {"count": 1}, "kept": {}}
    assert read(Outer, plain(value, lean=True)) == value


def test_every_kind_of_field_comes_back() -> None:
    assert read(Everything, plain(EVERYTHING)) == EVERYTHING
    assert read_json(Everything, json_text(EVERYTHING)) == EVERYTHING
    assert plain(EVERYTHING)["case"] == "1#2" and plain(EVERYTHING)["share"] == Decimal("0.25")


@pytest.mark.parametrize("value", ["words", 3, False])
def test_a_value_of_several_types_keeps_its_own(value: Any) -> None:
    found: Any = read_json(str | int | bool, json_text(value))  # type: ignore[arg-type]
    assert (found, type(found)) == (value, type(value))


def test_numbers_of_the_table_are_numbers() -> None:
    assert read(Inner, {"count": Decimal(3)}) == Inner(3)
    assert read(float, Decimal("0.5")) == 0.5


def test_names_that_are_no_fields_are_passed_over() -> None:
    assert read(Outer, {"name": "Ana", "unknown": 1}) == Outer(name="Ana")


def test_every_fault_is_named_by_its_place_and_none_shows_a_value() -> None:
    with pytest.raises(Unfit) as refused:
        read(Outer, {"inner": "secret", "parts": [{"count": 1}, {"count": "secret"}], "kept": {"a": "secret"}})
    assert refused.value.faults == {
        "name": "missing",
        "inner": "Inner",
        "parts.1.count": "int",
        "kept.a": "int",
    }
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, True),
        (int, "3"),
        (int, Decimal("1.5")),
        (float, False),
        (str, 3),
        (bool, 1),
        (datetime, "secret"),
        (datetime, 3),
        (CaseId, "secret"),
        (Kind, "secret"),
        (Pair, ["secret"]),
        (tuple[int, ...], "secret"),
        (dict[str, int], ["secret"]),
        (Inner, None),
        (Inner | None, []),
    ],
)
def test_another_type_is_refused_without_its_words(kind: Any, value: object) -> None:
    with pytest.raises(Unfit) as refused:
        read(kind, value)
    assert "secret" not in str(refused.value)
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_a_text_that_is_no_json_is_refused_without_its_words() -> None:
    with pytest.raises(Unfit, match=r"^JSON$") as refused:
        read_json(Outer, "secret")
    assert refused.value.__context__ is None


def test_a_value_without_a_plain_form_is_refused() -> None:
    with pytest.raises(TypeError, match="can't be stored"):
        plain(object())
