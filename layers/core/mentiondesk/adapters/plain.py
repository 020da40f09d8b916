"""Values as JSON and the table hold them, and back, by the types of their fields."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from mentiondesk.domain.ids import CaseId
from mentiondesk.values import Frozen, defaults, required

Kind = TypeVar("Kind")
_Read = Callable[[Any], Any]
_Write = Callable[[Any, bool], Any]


class Unfit(ValueError):
    """A value is not what it is read as.

    `faults` has the places, like "timers.0.since", each with what is wanted there. It repeats no value: that could be
    a customer's words.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {wanted}" if place else wanted for place, wanted in faults.items()))
        self.faults = faults


def read(kind: type[Kind], value: object) -> Kind:
    """The plain value as a `kind`, which is a frozen class or a type of its fields. Raises Unfit.

    Names that are no fields are passed over.
    """
    found: Kind = _reader(kind)(value)
    return found


def read_json(kind: type[Kind], text: str | bytes) -> Kind:
    """The value in a JSON text. Raises Unfit."""
    try:
        value = json.loads(text)
    except ValueError:
        value = _NOT_JSON
    if value is _NOT_JSON:
        # Outside of the handler: the exception there holds the text.
        raise Unfit({"": "JSON"})
    return read(kind, value)


def plain(value: object, lean: bool = False) -> Any:
    """The value as text, numbers, lists and dicts, with frozen values as dicts without what is None.

    Numbers with a fraction are Decimals, as DynamoDB takes them. With `lean`, frozen values are also without fields
    that hold their default. Raises TypeError for what has no plain form.
    """
    return _writer(type(value))(value, lean)


def json_text(value: object) -> str:
    """The value as JSON, without what is None."""
    return json.dumps(plain(value), default=float, ensure_ascii=False, separators=(",", ":"))


# --- Reading -----------------------------------------------------------------------------------------------

_NOT_JSON = object()


def _unfit(kind: Any) -> Unfit:
    return Unfit({"": getattr(kind, "__name__", str(kind))})


def _within(place: object, unfit: Unfit) -> Iterator[tuple[str, str]]:
    """The faults of a value, as those of another one that holds it at `place`."""
    return ((f"{place}.{inner}" if inner else str(place), wanted) for inner, wanted in unfit.faults.items())


def _whole(value: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, Decimal | float) and value % 1 == 0:
        return int(value)
    raise _unfit(int)


def _number(value: Any) -> float:
    if isinstance(value, int | float | Decimal) and type(value) is not bool:
        return float(value)
    raise _unfit(float)


def _reader_of_instances(kind: type) -> _Read:
    def read_instance(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        raise _unfit(kind)

    return read_instance


def _reader_of_text(kind: type, parse: Callable[[str], Any]) -> _Read:
    """Reads what is stored as text."""

    def read_text(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        try:
            return parse(value)
        except (TypeError, ValueError, AttributeError):
            pass
        raise _unfit(kind)

    return read_text


_SIMPLE: Mapping[Any, _Read] = {
    str: _reader_of_instances(str),
    bool: _reader_of_instances(bool),
    NoneType: _reader_of_instances(NoneType),
    object: lambda value: value,
    Any: lambda value: value,
    int: _whole,
    float: _number,
    datetime: _reader_of_text(datetime, datetime.fromisoformat),
    date: _reader_of_text(date, date.fromisoformat),
    time: _reader_of_text(time, time.fromisoformat),
    CaseId: _reader_of_text(CaseId, CaseId.parse),
}


def _made_reader(kind: Any) -> _Read:
    """The function that reads a `kind`."""
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    return _reader_of_class(kind) if get_origin(kind) is None else _reader_of_generic(kind)


# A type of its own for the checker: not all types have a hash in its eyes.
_reader: Callable[[Any], _Read] = cache(_made_reader)


def _reader_of_class(kind: Any) -> _Read:
    if issubclass(kind, Enum):
        return _reader_of_text(kind, kind)
    if issubclass(kind, Frozen):
        return _reader_of_frozen(kind)
    if issubclass(kind, tuple):
        return _reader_of_record(kind, get_type_hints(kind).values(), kind._make)
    raise TypeError(f"{kind} has no plain form")


def _reader_of_generic(kind: Any) -> _Read:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _reader_of_union(kind, parts)
    if issubclass(origin, Mapping):
        return _reader_of_mapping(kind, *map(_reader, parts))
    if origin is tuple and parts[-1] is not ...:
        return _reader_of_record(kind, parts, tuple)
    return _reader_of_many(kind, origin, _reader(parts[0]))


def _reader_of_frozen(kind: type[Frozen]) -> _Read:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items() if name in kind.__struct_fields__}
    needed = required(kind)

    def read_frozen(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, Mapping):
            raise _unfit(kind)
        held, faults = {}, {name: "missing" for name in needed if name not in value}
        for name, reader in readers.items():
            if name in value:
                try:
                    held[name] = reader(value[name])
                except Unfit as unfit:
                    faults |= _within(name, unfit)
        if faults:
            raise Unfit(faults)
        return kind(**held)

    return read_frozen


def _reader_of_union(kind: Any, parts: tuple[Any, ...]) -> _Read:
    readers = [_reader(one) for one in parts if one is not NoneType]
    exact, optional = {one for one in parts if isinstance(one, type)}, NoneType in parts

    def read_union(value: Any) -> Any:
        if value is None and optional:
            return None
        if len(readers) == 1:
            return readers[0](value)
        if type(value) in exact:
            return value
        for reader in readers:
            try:
                return reader(value)
            except Unfit:
                continue
        raise _unfit(kind)

    return read_union


def _reader_of_mapping(kind: Any, read_key: _Read, read_value: _Read) -> _Read:
    def read_mapping(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise _unfit(kind)
        held = _each(value, value.values(), read_value)
        return dict(zip(map(read_key, value), held, strict=True))

    return read_mapping


def _reader_of_many(kind: Any, made: Callable[[list[Any]], Any], reader: _Read) -> _Read:
    def read_many(value: Any) -> Any:
        if not isinstance(value, list | tuple | set | frozenset):
            raise _unfit(kind)
        return made(_each(range(len(value)), value, reader))

    return read_many


def _reader_of_record(kind: Any, parts: Iterable[Any], made: Callable[[Iterable[Any]], Any]) -> _Read:
    """Reads a tuple whose parts have types of their own, named or not."""
    readers = [_reader(one) for one in parts]

    def read_record(value: Any) -> Any:
        if not isinstance(value, list | tuple) or len(value) != len(readers):
            raise _unfit(kind)
        return made(reader(one) for reader, one in zip(readers, value, strict=True))

    return read_record


def _each(places: Collection[Any], values: Collection[Any], reader: _Read) -> list[Any]:
    try:
        return list(map(reader, values))
    except Unfit:
        pass
    raise Unfit(dict(fault for place, one in zip(places, values, strict=True) for fault in _faults(place, one, reader)))


def _faults(place: object, value: Any, reader: _Read) -> Iterator[tuple[str, str]]:
    try:
        reader(value)
    except Unfit as unfit:
        yield from _within(place, unfit)


# --- Writing -----------------------------------------------------------------------------------------------


def _as_it_is(value: Any, lean: bool) -> Any:  # noqa: ARG001
    return value


def _moment(value: datetime, lean: bool) -> str:  # noqa: ARG001
    return value.isoformat().replace("+00:00", "Z")


def _mapping(value: Mapping[Any, Any], lean: bool) -> dict[str, Any]:
    return {str(plain(name)): plain(one, lean) for name, one in value.items()}


def _many(value: Collection[Any], lean: bool) -> list[Any]:
    return [plain(one, lean) for one in value]


# The first kind that a type is a subclass of says how its values are written.
_WRITERS: Mapping[type, _Write] = {
    Enum: lambda value, lean: plain(value.value, lean),
    str: lambda value, lean: str(value),  # noqa: ARG005
    NoneType: _as_it_is,
    bool: _as_it_is,
    int: _as_it_is,
    Decimal: _as_it_is,
    float: lambda value, lean: Decimal(repr(value)),  # noqa: ARG005
    datetime: _moment,
    date: lambda value, lean: value.isoformat(),  # noqa: ARG005
    time: lambda value, lean: value.isoformat(),  # noqa: ARG005
    CaseId: lambda value, lean: str(value),  # noqa: ARG005
    Mapping: _mapping,
    tuple: _many,
    list: _many,
    set: _many,
    frozenset: _many,
}


def _made_writer(kind: type) -> _Write:
    """The function that writes values of a type."""
    if issubclass(kind, Frozen):
        return _writer_of_frozen(kind)
    found = next((write for one, write in _WRITERS.items() if issubclass(kind, one)), None)
    if found is None:
        raise TypeError(f"{kind.__name__} can't be stored")
    return found


_writer: Callable[[type], _Write] = cache(_made_writer)


def _writer_of_frozen(kind: type[Frozen]) -> _Write:
    names, left_out = kind.__struct_fields__, defaults(kind)

    def write_frozen(value: Any, lean: bool) -> dict[str, Any]:
        held = ((name, getattr(value, name)) for name in names)
        return {
            name: one if type(one) is str else plain(one, lean)
            for name, one in held
            if one is not None and not (lean and name in left_out and one == left_out[name])
        }

    return write_frozen
