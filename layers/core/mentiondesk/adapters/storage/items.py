"""Items of the table: a fact, and the attributes beside it."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from mentiondesk.adapters.plain import Unfit, read
from mentiondesk.adapters.storage.keys import PK, SK, Key
from mentiondesk.values import Frozen, required

Fact = TypeVar("Fact")
# The value of one attribute: text, numbers, booleans, moments, enums, frozen facts, and tuples or lists of these.
Value = object

_NO_FACT: Mapping[str, Value] = {}


class Item(Frozen):
    """An item of the table.

    Every field of `fact`, a frozen value, is an attribute of the item. `beside` holds attributes that are no
    fields: the keys of indexes, when the item expires, what conditions compare. A name must not stand in both.
    What is None is not there: DynamoDB does not store it, and conditions take it for absent. With `lean`, fields that
    hold their default are not stored either; no condition may name one.
    """

    key: Key
    fact: Any = None
    beside: Mapping[str, Value] = _NO_FACT
    # The form of the item; raise it in the store whose items take another form. 0: written before there were numbers.
    schema: int = 1
    lean: bool = False

    def get(self, name: str) -> Any:
        """An attribute as the table holds it, None where there is none.

        DynamoDB holds moments and enums as text and numbers as Decimal: use `value` or `read` for these.
        """
        found = self.beside.get(name)
        if found is None:
            found = getattr(self.fact, name, None)
        return getattr(self.key, name) if found is None and name in (PK, SK) else found

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


class ItemUnreadable(Exception):
    """A stored item does not hold the fact that is read from it.

    It names the kind of fact and the fields at fault, and never what they hold: that could be a customer's words.
    """

    def __init__(self, kind: object, unfit: Unfit) -> None:
        super().__init__(f"{getattr(kind, '__name__', kind)} does not fit: {unfit}")


def _as(kind: type[Fact], value: Any) -> Fact:
    try:
        return read(kind, value)
    except Unfit as unfit:
        raise ItemUnreadable(kind, unfit) from None


_required: Callable[[Any], tuple[str, ...]] = cache(required)
