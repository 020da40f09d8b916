"""Items of the table: a fact, the attributes beside it, and the way to DynamoDB's attribute values and back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from pydantic import TypeAdapter

from mentiondesk.adapters.storage.keys import PK, SCHEMA, SK, Key, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Attributes = dict[str, AttributeValueTypeDef]

Fact = TypeVar("Fact")
# The value of one attribute: text, numbers, booleans, moments, enums, frozen facts, and tuples or lists of these.
Value = object

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize
_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
_NO_FACT: Mapping[str, Value] = {}


class Item(NamedTuple):
    """An item of the table.

    Every field of `fact`, a frozen dataclass, is an attribute of the item. `beside` holds attributes that are no
    fields: the keys of indexes, when the item expires, what conditions compare. A name must not stand in both.
    What is None is not there: DynamoDB does not store it, and conditions take it for absent.
    """

    key: Key
    fact: Any = None
    beside: Mapping[str, Value] = _NO_FACT
    # The form of the item; raise it in the store whose items take another form. 0: written before there were numbers.
    schema: int = 1

    def get(self, name: str) -> Any:
        """An attribute as the table holds it, None where there is none.

        DynamoDB holds moments and enums as text and numbers as Decimal: use `value` or `read` for these.
        """
        found = self.beside.get(name)
        if found is None:
            found = getattr(self.fact, name, None)
        return self.key.get(name) if found is None else found

    def value(self, name: str, kind: type[Fact]) -> Fact | None:
        """An attribute as a `kind`, None where there is none."""
        found = self.get(name)
        return found if found is None or type(found) is kind else _as(kind, found)

    def read(self, kind: type[Fact]) -> Fact:
        """The fact that the item holds; attributes that are no fields of it are passed over.

        A field without a default that is not stored is read as None.
        """
        if isinstance(self.fact, kind):
            return self.fact
        return _as(kind, dict.fromkeys(_required(kind)) | dict(self.beside))


def from_item(kind: type[Fact], attributes: Mapping[str, Any]) -> Fact:
    """The fact in DynamoDB's attribute values, as a stream record or a query outside of the stores brings them."""
    return from_attributes(attributes).read(kind)


def to_attributes(item: Item) -> "Attributes":
    """An item as DynamoDB's attribute values."""
    fact = {} if item.fact is None else to_plain(item.fact)
    beside = {name: plain_value(value) for name, value in item.beside.items() if value is not None}
    return values(fact | beside | item.key | {SCHEMA: item.schema})


def from_attributes(attributes: Mapping[str, Any]) -> Item:
    """An item from DynamoDB's attribute values. Its fact is built when it is read."""
    held = {name: _deserialize(value) for name, value in attributes.items()}
    key = {name: str(held.pop(name)) for name in (PK, SK) if name in held}
    return Item(key, None, held, int(held.pop(SCHEMA, 0)))


def values(attributes: Mapping[str, Value]) -> "Attributes":
    """Plain Python values as DynamoDB's attribute values."""
    return {name: _serialize(value) for name, value in attributes.items()}


def to_plain(fact: object) -> dict[str, Any]:
    """A frozen fact as what JSON and the table can hold, without what is None; its moments sort as text."""
    found: dict[str, Any] = _dumped(fact)
    for name in found:
        moment = getattr(fact, name)
        if isinstance(moment, datetime):
            found[name] = stamp(moment)
    return found


def plain_value(value: Value) -> Any:
    """A value in the form that JSON and the table can hold; moments sort as text."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, bool | int | Decimal):
        return value
    return str(value) if isinstance(value, str) else _dumped(value)


def _dumped(value: object) -> Any:
    return json.loads(_adapter(type(value)).dump_json(value, exclude_none=True), parse_float=Decimal)


def _as(kind: type[Fact], value: Any) -> Fact:
    found: Fact = _adapter(kind).validate_python(value)
    return found


def _required_names(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass that have no default."""
    held = fields(kind) if is_dataclass(kind) else ()
    return tuple(field.name for field in held if field.default is MISSING and field.default_factory is MISSING)


_required: Callable[[Any], tuple[str, ...]] = cache(_required_names)


# The names before, until every store speaks the table's port.
def plain(fact: object) -> dict[str, Any]:
    """A frozen fact as what JSON and the table can hold; what is None is left out."""
    found: dict[str, Any] = _dumped(fact)
    return found


def fact(kind: type[Fact], item: Mapping[str, Any]) -> Fact:
    """The fact an item holds; attributes it does not know are passed over."""
    return from_item(kind, item)


def python(item: Mapping[str, Any]) -> dict[str, Any]:
    """Attribute values as Python values."""
    return {name: _deserialize(value) for name, value in item.items()}
