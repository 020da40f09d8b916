"""Saved replies: texts to begin from, with variables that the desk fills and slots that the agent must fill.

A variable is written {first_name|there}: the text behind the bar stands in where the desk does not know it. A slot is
written [day of delivery]; a reply in which one is left is not sent.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from hashlib import sha256

from mentiondesk.domain.ids import StaffId
from mentiondesk.values import Frozen

_VARIABLE = re.compile(r"\{([^{}|]{0,60})(?:\|([^{}]{0,120}))?\}")
_SLOT = re.compile(r"\[([^\[\]\n]{1,80})\]")


class Variable(StrEnum):
    """The facts that a saved reply may name."""

    FIRST_NAME = "first_name"
    HANDLE = "handle"
    BRAND = "brand"
    AGENT = "agent"
    NUMBER = "number"


class Use(StrEnum):
    """The occasions for which a saved reply is drafted.

    The way into private, the word in public after it, and the word to a customer whose incident is solved.
    """

    ANY = "any"
    HAND_OVER = "hand_over"
    FOLLOW_UP = "follow_up"
    GO_BACK = "go_back"


class SavedReply(Frozen):
    """A text to begin from; of several `texts` each customer gets the same one again, and not all get one.

    `owner` None: it is shared. It is offered until `expires`, that day included.
    """

    key: str
    title: str
    texts: tuple[str, ...]
    language: str = "en"
    owner: StaffId | None = None
    expires: date | None = None
    use: Use = Use.ANY

    def offered(self, day: date, staff_id: StaffId) -> bool:
        """True on that day for that person."""
        return (self.expires is None or day <= self.expires) and self.owner in (None, staff_id)

    def text_for(self, customer: str) -> str:
        """The text for this customer."""
        return self.texts[sha256(f"{self.key} {customer}".encode()).digest()[0] % len(self.texts)]


def drafted(saved: Iterable[SavedReply], use: Use, language: str, day: date, staff_id: StaffId) -> SavedReply | None:
    """The saved reply that the desk drafts on this occasion: in the customer's language, else the first of all."""
    found = [one for one in saved if one.use is use and one.offered(day, staff_id)]
    return min(found, key=lambda one: one.language != language, default=None)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables replaced; one without a value and without another text stays, and is blocked."""
    return _VARIABLE.sub(lambda found: _value(found, values), text)


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    return values.get(found[1].strip()) or (found[2] if found[2] is not None else found[0])


def unknown_variables(text: str) -> list[str]:
    """Names in braces that the desk never fills."""
    return [found[1] for found in _VARIABLE.finditer(text) if found[1].strip() not in set(Variable)]


def slots(text: str) -> Iterator[re.Match[str]]:
    """The slots that are left in a text; numbers alone, as in [1/2], are none."""
    return (found for found in _SLOT.finditer(text) if re.search(r"[^\W\d_]", found[1]))


def first_name(name: str) -> str:
    """The first name in a display name, where it looks like one; else empty."""
    word = name.strip().partition(" ")[0]
    return word if 2 <= len(word) <= 20 and word.isalpha() and (word.istitle() or not word.isascii()) else ""
