"""Items of the table as bytes, and back to the very same items."""

import pickle
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from types import NoneType
from typing import Any

from msgspec import msgpack

from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.keys import Key
from mentiondesk.values import Frozen

_PLAIN = frozenset((str, int, float, bool, NoneType))
# The code of values that are pickled. Kinds of facts have the codes above it, up to the largest that msgpack has.
_PICKLED, _LAST_CODE = 0, 127


class Packer:
    """Packs items for this process alone: facts by the types of their fields, and what has other types by pickle."""

    def __init__(self) -> None:
        self._encode = msgpack.Encoder().encode
        self._codes: dict[type, int] = {}
        self._readers: list[Callable[[Any], Any]] = [pickle.loads]
        self._decode = msgpack.Decoder().decode

    def pack(self, items: Iterable[Item]) -> bytes:
        """The items of one partition."""
        return self._encode(
            [
                (
                    item.key.sk,
                    self._plain(item.fact),
                    {name: self._plain(value) for name, value in item.beside.items()},
                    item.schema,
                    item.lean,
                )
                for item in items
            ]
        )

    def unpack(self, pk: str, packed: bytes, only: str | None = None) -> Iterator[Item]:
        """The items that were packed together, of this partition; those under one sort key where it is given."""
        for sk, fact, beside, schema, lean in self._decode(packed):
            if only is None or sk == only:
                held = {name: self._read(value) for name, value in beside.items()}
                yield Item(Key(pk, sk), self._read(fact), held, schema, lean)

    def mark_of(self, sk: str) -> bytes:
        """Bytes that are part of every partition packed with an item under this sort key."""
        return self._encode(sk)

    def _plain(self, value: Any) -> Any:
        """The value where msgpack reads it as it was, else its bytes with the code of its kind."""
        kind = type(value)
        if kind in _PLAIN or (kind is datetime and value.tzinfo is UTC):
            return value
        code = self._codes.get(kind)
        if code is None:
            code = self._codes[kind] = self._new_code(kind)
        return msgpack.Ext(code, pickle.dumps(value) if code == _PICKLED else self._encode(value))

    def _new_code(self, kind: type) -> int:
        if not issubclass(kind, Frozen) or len(self._readers) > _LAST_CODE:
            return _PICKLED
        try:
            decoder: msgpack.Decoder[Any] = msgpack.Decoder(kind)
        except TypeError:
            # A union of facts has no names in msgpack by which they are told apart.
            return _PICKLED
        self._readers.append(decoder.decode)
        return len(self._readers) - 1

    def _read(self, value: Any) -> Any:
        return self._readers[value.code](value.data) if type(value) is msgpack.Ext else value
