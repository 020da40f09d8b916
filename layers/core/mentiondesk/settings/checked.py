"""Settings in force as running functions read them: checked when they were stored, and decoded without pydantic."""

from base64 import b64decode, b64encode
from zlib import compress, decompress

from msgspec import msgpack

from mentiondesk.domain.desk import DeskSettings


def packed(desk: DeskSettings) -> str:
    """The settings as text: Lambda gives bytes in a stream another form than the table does."""
    return b64encode(compress(msgpack.encode(desk))).decode()


def unpacked(text: str) -> DeskSettings:
    """The settings in a text of `packed`, made by code of the same form (see mentiondesk.settings.form)."""
    return msgpack.decode(decompress(b64decode(text)), type=DeskSettings)
