"""The base of frozen values, and changed copies of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform, get_type_hints

from msgspec import NODEFAULT, Struct, field
from msgspec.structs import FieldInfo, asdict, fields

__all__ = ["Frozen", "field", "replace", "required"]

if TYPE_CHECKING:
    # The type checker knows this one, and checks the names and types of the fields.
    from dataclasses import replace

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    class Frozen:
        """A value whose fields never change; two of one class are equal when their fields are.

        It is written and used as a frozen dataclass; Struct makes its classes and values in C (ADR 13). With
        `kw_only=True` the fields of a class are given by name; with `dict=True` its values can hold more than
        fields, as `cached_property` needs.
        """

        __struct_fields__: ClassVar[tuple[str, ...]]

        def __init_subclass__(cls, **options: bool) -> None: ...

else:
    from msgspec.structs import replace

    class Frozen(Struct, frozen=True):
        @classmethod
        def __get_pydantic_core_schema__(cls, source: object, handler: Callable[[Any], Any]) -> dict[str, Any]:
            """The fields by name: this is the hook by which pydantic asks a class for its form."""
            hints = get_type_hints(cls, include_extras=True)
            held = {one.name: _part(one, handler.generate_schema(hints[one.name])) for one in fields(cls)}
            form = {"type": "typed-dict", "fields": held, "extra_behavior": "ignore", "cls_name": cls.__name__}
            return {
                "type": "function-wrap",
                "function": {"type": "no-info", "function": cls._read},
                "schema": form,
                "serialization": {"type": "function-plain", "function": asdict, "return_schema": form},
            }

        @classmethod
        def _read(cls, value: object, fields_of: Callable[[object], dict[str, Any]]) -> Self:
            return value if isinstance(value, cls) else cls(**fields_of(value))


def _part(one: FieldInfo, schema: dict[str, Any]) -> dict[str, Any]:
    """A field in pydantic's form. Its default is told, so that values can be written without their defaults."""
    if one.required:
        return {"type": "typed-dict-field", "schema": schema, "required": True}
    made = one.default is NODEFAULT
    default = {"default_factory": one.default_factory} if made else {"default": one.default}
    return {"type": "typed-dict-field", "schema": {"type": "default", "schema": schema, **default}, "required": False}


def required(kind: object) -> tuple[str, ...]:
    """The fields of a frozen class that have no default; none where `kind` is another type."""
    held = fields(kind) if isinstance(kind, type) and issubclass(kind, Struct) else ()
    return tuple(one.name for one in held if one.required)
