"""Settings in force as running functions read them: checked when they were stored, and decoded without pydantic."""

from zlib import compress, decompress

from msgspec import msgpack

from mentiondesk.domain.desk import DeskSettings


def packed(desk: DeskSettings) -> bytes:
    """The settings as bytes."""
    return compress(msgpack.encode(desk))


def unpacked(content: bytes) -> DeskSettings:
    """The settings in bytes of `packed`, made by code of the same form (see mentiondesk.settings.form)."""
    return msgpack.decode(decompress(content), type=DeskSettings)
