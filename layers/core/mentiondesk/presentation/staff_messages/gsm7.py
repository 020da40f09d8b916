"""The encodings of texts: how many segments one takes, and its words in the small alphabet of phones.

Source: 3GPP TS 23.038 section 6.2.1 (the alphabet) and TS 23.040 section 9.2.3.24.1 (joined segments, in which an
escape and its character are not parted). A text outside the alphabet goes out in UCS-2, with less room.
"""

import unicodedata
from collections.abc import Callable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two places: an escape and itself.
_EXTENDED = frozenset("^{}\\[~]|€")
_ALPHABET = _BASIC | _EXTENDED
# Places of a text in one segment, and of each segment of a longer one, whose header joins them.
_GSM7_ROOM, _UCS2_ROOM = (160, 153), (70, 67)

# Substitutes for characters that the alphabet lacks. Signs that calculate, compare or price keep their meaning.
_PLAIN = {
    "…": "...", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "‚": "'", "`": "'", "´": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "⁻": "-", "⁄": "/", "∕": "/", "÷": "/",
    "×": "x", "✕": "x", "✖": "x", "±": "+/-", "≈": "~", "≠": "!=", "≤": "<=", "≥": ">=", "‰": " per mille",
    "°": " deg ",
    "·": ".", "٫": ".", "٬": ",", "،": ",", "؟": "?", "₹": "INR ", "₺": "TRY ", "₽": "RUB ", "₩": "KRW ", "₪": "ILS ",
    "₫": "VND ", "₴": "UAH ", "₦": "NGN ", "₱": "PHP ", "฿": "THB ", "₿": "BTC ", "¢": "c ", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th", "ð": "d", "ẞ": "SS", "№": "No. ",
}  # fmt: skip
# Stands between two characters while a text is made; becomes a space where both are digits, and nothing elsewhere.
_APART = "\0"


def to_gsm7(text: str) -> str:
    """The text in the GSM alphabet: accents it lacks are dropped, other characters it lacks are left out.

    No number changes: digits of any script stay digits, and two numbers never become one.
    """
    found = "".join(map(_plain, text))
    kept = (_between(found, place) if c == _APART else c for place, c in enumerate(found))
    return " ".join("".join(kept).split())


def _plain(character: str) -> str:
    if character in _ALPHABET:
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    if character.isspace():
        return " "
    if unicodedata.category(character)[0] == "M":
        return ""
    digit = unicodedata.decimal(character, None)
    return str(digit) if digit is not None else _decomposed(character)


def _decomposed(character: str) -> str:
    """The parts of a character that the alphabet has. A fraction, a power or a number in a sign stays apart."""
    parts = "".join(_PLAIN.get(c, c) for c in unicodedata.normalize("NFKD", character))
    kept = "".join(c for c in parts if c in _ALPHABET)
    if unicodedata.decomposition(character).startswith("<super>") and kept.isdecimal():
        return f"^{kept}"
    return kept if kept.isalpha() else f"{_APART}{kept}{_APART}"


def _between(text: str, place: int) -> str:
    """A space in place of a mark that parts two numbers; nothing elsewhere."""
    before, after = text[:place].rstrip(_APART)[-1:], text[place:].lstrip(_APART)[:1]
    return " " if before.isdecimal() and after.isdecimal() else ""


def readable(text: str) -> bool:
    """True when the GSM alphabet keeps two thirds of the letters and digits at least."""
    letters = [c for c in text if c.isalnum()]
    lost = sum(not any(kept.isalnum() for kept in _plain(c)) for c in letters)
    return 3 * lost <= len(letters)


def segments(text: str) -> int:
    """The segments in which a text goes out: in the GSM alphabet where it holds every character, else in UCS-2."""
    in_gsm7 = all(map(_ALPHABET.__contains__, text))
    (alone, joined), places = (_GSM7_ROOM, _gsm7_places) if in_gsm7 else (_UCS2_ROOM, _ucs2_places)
    sizes = [places(character) for character in text]
    if sum(sizes) <= alone:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return count


def _gsm7_places(character: str) -> int:
    return 2 if character in _EXTENDED else 1


def _ucs2_places(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1


def fitted(text: Callable[[str], str], words: str, most: int) -> str:
    """The text with as many of the words as fit into `most` segments, with dots where some are left out.

    `text` makes the whole text from the words; without words it must fit.
    """
    if segments(text(words)) <= most:
        return text(words)
    fits, too_long = 0, len(words)
    while too_long - fits > 1:
        length = (fits + too_long) // 2
        if segments(text(_cut(words, length))) <= most:
            fits = length
        else:
            too_long = length
    return text(_cut(words, fits))


def _cut(words: str, length: int) -> str:
    kept = words[:length].rstrip()
    return f"{kept}..." if kept else ""
