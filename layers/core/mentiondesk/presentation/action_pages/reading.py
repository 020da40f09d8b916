"""Form bodies as browsers post them, and what can be wrong with them."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from mentiondesk.domain.text import clean
from mentiondesk.values import Frozen, field

# A browser sends each field once, as text.
FormFields = Mapping[str, str]

# A field for each of a hundred components, and some to spare.
_MOST_FIELDS = 150
# The longest text in three bytes a character, each written as %XX, and some to spare.
_LONGEST = 32_768


class MalformedForm(Exception):
    """The body is not what a form of ours sends."""


class UnsupportedMediaType(Exception):
    """The body is of another media type than forms are."""


class PayloadTooLarge(Exception):
    """The body is longer than any form of ours."""


class Fault(Frozen):
    """The sentence that says what is wrong with a field."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


class FormInvalid(Exception):
    """`faults` has one for each field that is wrong."""

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


def typed_in(body: bytes, media: str) -> FormFields:
    """The fields of a form, without invisible characters.

    Raises PayloadTooLarge, UnsupportedMediaType or MalformedForm.
    """
    if len(body) > _LONGEST:
        raise PayloadTooLarge
    if media.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as broken:
        raise MalformedForm from broken
    fields = {name: _paragraphs(text) for name, text in pairs}
    if len(fields) != len(pairs):
        raise MalformedForm
    return fields


def _paragraphs(text: str) -> str:
    return "\n".join(map(clean, text.splitlines())).strip()
