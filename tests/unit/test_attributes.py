"""Attribute values of DynamoDB: those that boto3 makes of the same values, and back."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.adapters.storage.attributes import from_attributes, values

NUMBERS = st.integers(-(10**30), 10**30) | st.decimals(-1000, 1000, places=6)
PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.text(max_size=9) | NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(PLAIN)
def test_values_are_written_and_read_as_by_boto3(value: Any) -> None:
    attributes: Any = values({"held": value})
    assert attributes == {"held": TypeSerializer().serialize(value)}
    assert from_attributes(attributes).beside == {"held": TypeDeserializer().deserialize(attributes["held"])}


@pytest.mark.parametrize("value", [1.5, {1, 2}, b"raw", object(), Decimal("1e200"), 10**40 + 1, Decimal("NaN")])
def test_what_the_table_does_not_keep_as_it_is_raises(value: object) -> None:
    with pytest.raises((TypeError, ArithmeticError)):
        values({"held": value})


def test_a_type_that_the_desk_never_writes_raises() -> None:
    with pytest.raises(TypeError, match="SS"):
        from_attributes({"held": {"SS": ["a"]}})
