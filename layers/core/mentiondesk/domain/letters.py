"""One spelling for letters that look the same, with offsets back to the text as it was written.

X delivers accents as separate characters, invisible characters inside words, full-width signs, styled letters and
letters of another alphabet that look Latin. Triage, signals and "is it addressed to us" read the plain spelling.
"""

import re
import unicodedata

from mentiondesk.values import Frozen

# Cyrillic and Greek letters that readers take for Latin ones. Subset of Unicode's confusables (UTS #39).
_LOOK_ALIKES = str.maketrans(
    "аеорсхуікјѕһԁԛԝѵАВЕКМНОРСТХУІЈЅαονρτυχικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcxyikjshdqwvABEKMHOPCTXYIJSaovptuxikABEZHIKMNOPTYX",
)
_WORD = re.compile(r"[^\W\d_]+")
# Compatibility forms that stand for plain letters: letterlike, enclosed, full-width, mathematical.
_FORMS = "\u2100-\u214f\u2460-\u24ff\ufb00-\ufb06\ufe50-\uffef\U0001d400-\U0001d7ff\U0001f130-\U0001f189"
_STYLED = re.compile(f"[{_FORMS}]")
# Accents that stand alone, and characters that show nothing. The joiner counts beside a letter only: emoji need it.
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a"
_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_ODD = re.compile(rf"[{_FORMS}{_ACCENTS}{_INVISIBLE}]|(?<=[^\W\d_])\u200d")
_MIXED = re.compile("[a-zA-Z][\u0370-\u052f]|[\u0370-\u052f][a-zA-Z]")


class Plain(Frozen):
    """Text in its plain spelling. `origins` has the place of each character in the text as written, None where same."""

    text: str
    origins: list[int] | None = None

    def origin(self, place: int) -> int:
        """The place in the text as written; `place` may be one past the end."""
        if self.origins is None:
            return place
        return self.origins[place] if place < len(self.origins) else self.origins[-1] + 1 if self.origins else place


def plain_letters(text: str) -> Plain:
    """Composes accents, drops invisible characters, and replaces styled and look-alike letters."""
    if text.isascii() or not _needs_work(text):
        return Plain(text)
    letters: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(text):
        _take(character, place, letters, origins)
    spelled = "".join(letters)
    return Plain(_one_alphabet(spelled), origins)


def _needs_work(text: str) -> bool:
    """False for most posts: they hold emoji, or accents that are composed already."""
    return _ODD.search(text) is not None or _mixed(text)


def _take(character: str, place: int, letters: list[str], origins: list[int]) -> None:
    """Adds one character in its plain spelling; accents join the letter before them."""
    if unicodedata.combining(character):
        composed = unicodedata.normalize("NFC", letters[-1] + character) if letters else ""
        if len(composed) == 1:
            letters[-1] = composed
        return
    if unicodedata.category(character) == "Cf":
        return
    plain = unicodedata.normalize("NFKC", character) if _STYLED.match(character) else character
    letters += plain
    origins += [place] * len(plain)


def _mixed(text: str) -> bool:
    """True when Latin letters touch Greek or Cyrillic ones."""
    return _MIXED.search(text) is not None


def _one_alphabet(text: str) -> str:
    """Words that mix Latin letters with look-alikes, in Latin letters."""
    if text.isascii():
        return text
    return _WORD.sub(lambda word: word[0].translate(_LOOK_ALIKES) if _mixed(word[0]) else word[0], text)
