"""Text from X made safe to show: no control or direction characters, no live links, no handles in front."""

import re
import unicodedata
from math import ceil
from typing import Annotated

from mentiondesk.values import Frozen

# Schemes may be nested, so that one more link would be left when one is taken away. A host may be an address of
# four numbers, or end in anything visible before its last dot: programs link emoji hosts too.
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,30}:){1,9}/{2,}|(?<=[^\s.])\.(?=[^\W\d_]{2,})|(?<=www)\.(?=\S)", re.IGNORECASE
)
_FOUR_NUMBERS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3,}(?![\d.])")
# Digits that a phone offers to call: seven or more, with the separators of phone numbers between them.
_PHONE = re.compile(r"\d(?:[ \u00a0().\-‐-―/~]{0,3}\d){6,}")
_GROUP = re.compile(r"\d+")
# Phones offer to call groups of six digits or more in some countries.
_LONGEST_GROUP = 5
_FORMAT = r"\u200b-\u200f\u2060-\u2069\ufeff"
# X puts the handles of everybody in a thread before a reply: they are no words of the customer. A point before the
# first one is an old way to show a reply to everybody.
_HANDLES = re.compile(rf"[\s{_FORMAT}]*\.?(?:[@＠]\w{{1,30}}[\s,:{_FORMAT}]+)+")
# Zero-width joiner holds emoji together; every other format character can only deceive a reader.
_JOINER = "\u200d"


class Text(Frozen):
    """The bounds of a text that people type, in characters. `line`: it is one line. `pattern`: all of it matches.

    `staff`: it is the id of a person of staff, whom they choose.
    """

    least: int = 0
    most: int = 10_000
    line: bool = False
    pattern: str = ""
    staff: bool = False


Reason = Annotated[str, Text(1, 300, line=True)]


def clean(text: str) -> str:
    """Characters a reader can see, on one line; whatever is invisible or reorders text is gone."""
    if text.isprintable():
        return " ".join(text.split())
    kept = (c if c == _JOINER or unicodedata.category(c)[0] != "C" else _or_space(c) for c in text)
    return " ".join("".join(kept).split())


def as_written(text: str) -> str:
    """The text line by line as its author wrote it, without characters that are invisible or reorder it."""
    return "\n".join(clean(line) for line in text.strip().splitlines())


def _or_space(character: str) -> str:
    return " " if character in "\n\r\t\v\f" else ""


def spoken(text: str) -> str:
    """The text without the handles that stand in front of it; as it is where it holds nothing else."""
    if "@" not in text and "＠" not in text:
        return text
    handles = _HANDLES.match(text)
    return text[handles.end() :] or text if handles else text


def defang(text: str) -> str:
    """No mail or phone program makes a link of what is left.

    https://a.example/x becomes a[.]example/x, and 07700 900123 becomes 07700_900_123: the same digits in the
    same order, with a sign between them that no phone number has.
    """
    if "." in text or ":" in text:
        text = _URL.sub(lambda match: "[.]" if match[0] == "." else "", text)
        text = _FOUR_NUMBERS.sub(lambda match: match[0].replace(".", "[.]"), text)
    return _PHONE.sub(_uncalled, text)


def _uncalled(number: re.Match[str]) -> str:
    return "_".join(piece for group in _GROUP.findall(number[0]) for piece in _pieces(group))


def _pieces(digits: str) -> list[str]:
    """The digits in pieces of about the same length, none too long."""
    length = ceil(len(digits) / ceil(len(digits) / _LONGEST_GROUP))
    return [digits[start : start + length] for start in range(0, len(digits), length)]


def quotable(text: str, length: int) -> str:
    """A customer's words for a mail or a text: clean, without live links, at most `length` characters."""
    shown = defang(spoken(clean(text)))
    return shown if len(shown) <= length else shown[: length - 1].rstrip() + "…"


def header_text(text: str) -> str:
    """Text for a mail's header: mail programs find no encoded word in it (RFC 2047) to decode into something else."""
    return clean(text).replace("=?", "= ?")
