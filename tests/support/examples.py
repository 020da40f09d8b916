"""Examples of frozen values, made from the types of their fields: a new class or field needs none written by hand."""

from datetime import datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from mentiondesk.values import Frozen
from tests.support.builders import at

Value = TypeVar("Value", bound=Frozen)


def example(kind: type[Value], number: int = 1, /, **given: object) -> Value:
    """A value in which every field says something; another `number` says something else in most of them."""
    hints = get_type_hints(kind)
    made = {name: a_value(hints[name], number) for name in kind.__struct_fields__ if name not in given}
    return kind(**made, **given)


def a_value(kind: Any, number: int = 1) -> Any:
    """A value of a field's type. Raises TypeError for a type that no field had so far."""
    parts = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return a_value(next(one for one in parts if one is not NoneType), number)
    if get_origin(kind) is tuple:
        return tuple(a_value(one, number) for one in parts if one is not ...)
    kind = getattr(kind, "__supertype__", kind)
    if issubclass(kind, Enum):
        return list(kind)[number % len(kind)]
    if issubclass(kind, Frozen):
        return example(kind, number)
    if issubclass(kind, tuple):
        return kind(*(a_value(one, number) for name, one in get_type_hints(kind).items() if name in kind._fields))
    plain = {str: str(number), datetime: at(number), bool: number % 2 == 1, int: number, float: number / 2}
    if kind not in plain:
        raise TypeError(f"no example of {kind}")
    return plain[kind]
