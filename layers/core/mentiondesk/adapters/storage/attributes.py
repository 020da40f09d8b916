"""Items as DynamoDB's attribute values, and back."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Clamped, Context, Decimal, Inexact, Overflow, Rounded, Underflow
from typing import TYPE_CHECKING, Any

from mentiondesk.adapters.plain import plain
from mentiondesk.adapters.storage.items import Fact, Item, Value
from mentiondesk.adapters.storage.keys import PK, SCHEMA, SK, Key, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Attributes = dict[str, AttributeValueTypeDef]

# Numbers that DynamoDB keeps as they are (API reference, "Naming rules and data types").
_NUMBERS = Context(prec=38, Emin=-128, Emax=126, traps=[Clamped, Overflow, Inexact, Rounded, Underflow])


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
    held = {name: _from_attribute(value) for name, value in attributes.items()}
    key = Key(str(held.pop(PK, "")), str(held.pop(SK, "")))
    schema = int(held.pop(SCHEMA, 0))
    return Item(key, None, held, schema)


def values(attributes: Mapping[str, Value]) -> "Attributes":
    """Plain Python values as DynamoDB's attribute values."""
    return {name: _attribute(value) for name, value in attributes.items()}


def _attribute(value: Any) -> Any:
    """A plain value as an attribute value. Raises TypeError for one of another type, as a float is."""
    if isinstance(value, str):
        return {"S": str(value)}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | Decimal) and Decimal(value).is_finite():
        return {"N": str(_NUMBERS.create_decimal(value))}
    if isinstance(value, list | tuple):
        return {"L": [_attribute(one) for one in value]}
    if isinstance(value, Mapping):
        return {"M": {name: _attribute(one) for name, one in value.items()}}
    raise TypeError(f"DynamoDB takes no such {type(value).__name__}")


def _from_attribute(attribute: Mapping[str, Any]) -> Any:
    """The plain value of an attribute value; numbers are Decimals. Raises TypeError for what the desk never writes."""
    ((kind, held),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            return held
        case "N":
            return Decimal(held)
        case "M":
            return {name: _from_attribute(one) for name, one in held.items()}
        case "L":
            return [_from_attribute(one) for one in held]
        case "NULL":
            return None
    raise TypeError(f"the desk writes no attribute of the type {kind}")


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
