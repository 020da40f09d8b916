"""The base of frozen values, and changed copies of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, dataclass_transform

from msgspec import NODEFAULT, Struct, field
from msgspec.structs import fields

__all__ = ["Frozen", "defaults", "field", "replace", "required"]

if TYPE_CHECKING:
    # The type checker knows this one, and checks the names and types of the fields.
    from dataclasses import replace

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    class Frozen:
        """A value whose fields never change; two of one class are equal when their fields are.

        It is written and used as a frozen dataclass; Struct makes its classes and values in C (ADR 13). With
        `kw_only=True` the fields of a class are given by name; with `dict=True, gc=True` its values can hold more
        than fields, as `cached_property` needs.

        The garbage collector passes values over: what a field holds must not lead back to the value.
        """

        __struct_fields__: ClassVar[tuple[str, ...]]

        def __init_subclass__(cls, **options: bool) -> None: ...

else:
    from msgspec.structs import replace

    class Frozen(Struct, frozen=True, gc=False): ...


def required(kind: object) -> tuple[str, ...]:
    """The fields of a frozen class that have no default; none where `kind` is another type."""
    held = fields(kind) if isinstance(kind, type) and issubclass(kind, Struct) else ()
    return tuple(one.name for one in held if one.required)


def defaults(kind: type) -> Mapping[str, object]:
    """The fields of a frozen class that have a default, with it; without those whose default is made anew each time."""
    return {one.name: one.default for one in fields(kind) if one.default is not NODEFAULT}
