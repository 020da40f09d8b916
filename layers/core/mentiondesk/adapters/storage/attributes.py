"""Items as DynamoDB's attribute values, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from mentiondesk.adapters.plain import plain
from mentiondesk.adapters.storage.items import Fact, Item, Value
from mentiondesk.adapters.storage.keys import PK, SCHEMA, SK, Key, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Attributes = dict[str, AttributeValueTypeDef]

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def from_item(kind: type[Fact], attributes: Mapping[str, Any]) -> Fact:
    """The fact in DynamoDB's attribute values, as a stream record or a query outside of the stores brings them."""
    return from_attributes(attributes).read(kind)


def to_attributes(item: Item) -> "Attributes":
    """An item as DynamoDB's attribute values."""
    fact = {} if item.fact is None else to_plain(item.fact, item.lean)
    beside = {name: plain_value(value) for name, value in item.beside.items() if value is not None}
    return values(fact | beside | item.key.attributes | {SCHEMA: item.schema})


def from_attributes(attributes: Mapping[str, Any]) -> Item:
    """An item from DynamoDB's attribute values. Its fact is built when it is read."""
    held = {name: _deserialize(value) for name, value in attributes.items()}
    key = Key(str(held.pop(PK, "")), str(held.pop(SK, "")))
    schema = int(held.pop(SCHEMA, 0))
    return Item(key, None, held, schema)


def values(attributes: Mapping[str, Value]) -> "Attributes":
    """Plain Python values as DynamoDB's attribute values."""
    return {name: _serialize(value) for name, value in attributes.items()}


def to_plain(fact: object, lean: bool = False) -> dict[str, Any]:
    """A frozen fact as what JSON and the table can hold, without what is None; its moments sort as text.

    With `lean`, also without fields that hold their default.
    """
    found: dict[str, Any] = plain(fact, lean)
    for name in found:
        moment = getattr(fact, name)
        if isinstance(moment, datetime):
            found[name] = stamp(moment)
    return found


def plain_value(value: Value) -> Any:
    """A value in the form that JSON and the table can hold; moments sort as text."""
    return stamp(value) if isinstance(value, datetime) else plain(value)
