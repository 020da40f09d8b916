"""Reads what was typed into a form: values of its fields' types, or every fault at once.

A form is a frozen class. Its fields are texts (with `Text` beside them where they have bounds), values of an enum,
values that are read already, tuples of these, and mappings to them. Pydantic would read them too; to import it takes as
long as the rest of a page's start (ADR 17).
"""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, NewType, TypeVar, get_args, get_origin, get_type_hints

from mentiondesk.domain.text import Text, clean
from mentiondesk.presentation.action_pages.reading import Fault, FormInvalid
from mentiondesk.values import Frozen, required

Form = TypeVar("Form", bound=Frozen)
_Read = Callable[[Any], Any]


class _Unfit(Exception):
    """A value is not what its field takes. `faults` are by part of the field; "" is all of it."""

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        super().__init__(", ".join(one.key for one in faults.values()))
        self.faults = faults


def read_fields(form: type[Form], typed: Mapping[str, object]) -> Form:
    """The form with these fields; names that are no fields are passed over. Raises FormInvalid."""
    faults: dict[str, Fault] = {}
    found: dict[str, Any] = {}
    kind: Any = form
    for name, read in _readers(kind).items():
        if name not in typed:
            continue
        try:
            found[name] = read(typed[name])
        except _Unfit as unfit:
            faults |= {f"{name}.{part}" if part else name: fault for part, fault in unfit.faults.items()}
    faults |= {name: Fault("form.missing") for name in required(form) if name not in typed}
    if faults:
        raise FormInvalid(faults)
    return form(**found)


def texts(form: type[Frozen]) -> Mapping[str, Text]:
    """The texts that a form takes, by the names of their fields."""
    hints = get_type_hints(form, include_extras=True)
    found = ((name, one) for name in form.__struct_fields__ for one in getattr(hints[name], "__metadata__", ()))
    return {name: one for name, one in found if isinstance(one, Text)}


@cache
def _readers(form: type[Frozen]) -> Mapping[str, _Read]:
    hints = get_type_hints(form, include_extras=True)
    return {name: _reader(hints[name]) for name in form.__struct_fields__}


def _reader(kind: Any) -> _Read:
    """The reader of values of a type. Raises TypeError for a type that no form has."""
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    if kind is str:
        return _reader_of_text(Text())
    if get_origin(kind) is None and isinstance(kind, type):
        return _reader_of_enum(kind) if issubclass(kind, Enum) else _reader_of_instances(kind)
    return _reader_of_generic(kind, get_args(kind))


def _reader_of_generic(kind: Any, parts: tuple[Any, ...]) -> _Read:
    if hasattr(kind, "__metadata__"):
        return _reader_of_text(next(one for one in kind.__metadata__ if isinstance(one, Text)))
    if get_origin(kind) is tuple:
        return _reader_of_many(_reader(parts[0]))
    if get_origin(kind) is dict:
        return _reader_of_parts(_reader(parts[1]))
    if NoneType in parts:
        return _reader(next(one for one in parts if one is not NoneType))
    raise TypeError(f"no form has {kind}")


def _reader_of_text(bounds: Text) -> _Read:
    def read(value: Any) -> str:
        text = clean(value) if bounds.line else str(value)
        if len(text) < bounds.least:
            raise _Unfit({"": Fault("form.missing")})
        if len(text) > bounds.most:
            raise _Unfit({"": Fault("form.too_long", {"max_length": bounds.most})})
        if bounds.pattern and not re.fullmatch(bounds.pattern, text):
            raise _Unfit({"": Fault("form.choose")})
        return text

    return read


def _reader_of_enum(kind: type[Enum]) -> _Read:
    def read(value: Any) -> Enum:
        try:
            return kind(value)
        except ValueError:
            raise _Unfit({"": Fault("form.choose")}) from None

    return read


def _reader_of_instances(kind: type) -> _Read:
    def read(value: Any) -> Any:
        assert isinstance(value, kind), "it was read before"
        return value

    return read


def _reader_of_many(read_one: _Read) -> _Read:
    return lambda values: tuple(map(read_one, values))


def _reader_of_parts(read_one: _Read) -> _Read:
    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        faults: dict[str, Fault] = {}
        for part, value in values.items():
            try:
                found[part] = read_one(value)
            except _Unfit as unfit:
                faults[part] = unfit.faults[""]
        if faults:
            raise _Unfit(faults)
        return found

    return read
