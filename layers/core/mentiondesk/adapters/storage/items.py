"""Facts to table items and back."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from pydantic import TypeAdapter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = dict[str, AttributeValueTypeDef]

Fact = TypeVar("Fact")

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


def plain(fact: object) -> dict[str, Any]:
    """A frozen fact as what JSON and the table can hold; what is None is left out."""
    found: dict[str, Any] = json.loads(_adapter(type(fact)).dump_json(fact, exclude_none=True), parse_float=Decimal)
    return found


def values(attributes: Mapping[str, object]) -> "Item":
    """Python values as attribute values."""
    return {name: _serialize(value) for name, value in attributes.items()}


def python(item: Mapping[str, Any]) -> dict[str, Any]:
    """Attribute values as Python values."""
    return {name: _deserialize(value) for name, value in item.items()}


def fact(kind: type[Fact], item: Mapping[str, Any]) -> Fact:
    """The fact an item holds; attributes it does not know are passed over."""
    found: Fact = _adapter(kind).validate_python(python(item))
    return found
