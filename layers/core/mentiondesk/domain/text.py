"""Text from X made safe to show: no control or direction characters, and no live links."""

import re
import unicodedata

# Schemes may be nested, so that one more link would be left when one is taken away.
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{0,30}:){1,9}/{2,}|(?<=[^\W_])\.(?=[^\W\d_]{2,})|(?<=www)\.(?=\w)", re.IGNORECASE
)
# Zero-width joiner holds emoji together; every other format character can only deceive a reader.
_JOINER = "\u200d"


def clean(text: str) -> str:
    """Characters a reader can see, on one line; whatever is invisible or reorders text is gone."""
    if text.isprintable():
        return " ".join(text.split())
    kept = (c if c == _JOINER or unicodedata.category(c)[0] != "C" else _or_space(c) for c in text)
    return " ".join("".join(kept).split())


def _or_space(character: str) -> str:
    return " " if character in "\n\r\t\v\f" else ""


def defang(text: str) -> str:
    """No mail or phone program makes a link of what is left: https://a.example/x becomes a[.]example/x."""
    if "." not in text and ":" not in text:
        return text
    return _URL.sub(lambda match: "[.]" if match[0] == "." else "", text)


def quotable(text: str, length: int) -> str:
    """A customer's words for a mail or a text: clean, without live links, at most `length` characters."""
    shown = defang(clean(text))
    return shown if len(shown) <= length else shown[: length - 1].rstrip() + "…"
