"""Texts that fit one segment: 160 characters of the GSM 7-bit alphabet.

Source: 3GPP TS 23.038 section 6.2.1. One character outside it would turn the whole text into UCS-2 with
70 characters a segment.
"""

import unicodedata

SEGMENT = 160
# Each part of a longer text gives seven places to the header that joins them.
TWO_SEGMENTS = 306
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two places: an escape and itself.
_EXTENDED = frozenset("^{}\\[~]|€")
_PLAIN = str.maketrans({"…": "...", "“": '"', "”": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "\u00a0": " "})


def to_gsm7(text: str) -> str:
    """The text in the GSM alphabet: accents it lacks are dropped, other characters it lacks are left out."""
    found = []
    for character in text.translate(_PLAIN):
        if character in _BASIC or character in _EXTENDED:
            found.append(character)
        elif character.isspace():
            found.append(" ")
        else:
            found.extend(c for c in unicodedata.normalize("NFKD", character) if c in _BASIC)
    return " ".join("".join(found).split())


def places(text: str) -> int:
    """The number of a segment's 160 places that a GSM text takes."""
    return sum(2 if character in _EXTENDED else 1 for character in text)


def cut(text: str, room: int) -> str:
    """The GSM text in at most `room` places, with dots where something was left out."""
    if places(text) <= room:
        return text
    taken = 0
    for end, character in enumerate(text):
        taken += 2 if character in _EXTENDED else 1
        if taken > room - 3:
            return text[:end].rstrip() + "..." if room > 3 else ""
    return text
