"""Codes and names that are dictated: digits in words, letters one by one, and "R as in Romeo"."""

import re
from collections.abc import Iterator, Mapping

from mentiondesk.domain.replies.checks.expression import Expression
from mentiondesk.domain.replies.checks.spelling import DIGITS_IN_WORDS, Reading

# Words between the parts of what is dictated, where one part ends and the next begins.
_THEN = (
    r"(?:then|followed by|and then|und dann|dann|gefolgt von|und hinten|hinten|puis|suivi de|ensuite|luego"
    r"|seguido de|despues"
    r"|después|depois|seguido por|poi|seguito da|dan|gevolgd door)"
)
_BETWEEN = rf"(?:[ ,.\-/]{{1,3}}(?:{_THEN}[ ,]{{1,2}})?)"
_TIMES = ("double", "triple", "doppel", "doble", "duplo")
_TWICE = r"(?:deux|trois) fois (?:le )?|zweimal (?:die )?|dos veces (?:el )?|duas vezes (?:o )?|twice |two times "
_SOME = rf"(?:{_TWICE}|(?:{'|'.join(_TIMES)})[ -]?)?"
# Fewer digits in words are an hour or a count; so are digits in a row, and a list of hours.
_FEWEST, _FEWEST_NAMED = 4, 3
_MORE: tuple[dict[str, int], ...] = ({"oh": 0, "nought": 0}, {"zwo": 2}, {}, {}, {"meia": 6}, {}, {})
_LANGUAGES = tuple(
    {word: digit for digit, word in enumerate(words.split()[:10])} | more
    for words, more in zip(DIGITS_IN_WORDS, _MORE, strict=False)
)
_PATTERNS = tuple(
    (Expression(rf"\b{_SOME}(?:{one})(?:{_BETWEEN}{_SOME}(?:{one}|\d{{1,4}}|[a-z])(?![\w'])){{2,}}"), language)
    for language in _LANGUAGES
    for one in ("|".join(sorted(language, key=len, reverse=True)),)
)
_ONE = Expression(r"[^\W\d_]{2,}")
_SIGN_ALONE = Expression(r"\d|\b[a-z]\b")
_HOURS = Expression(r"\b(?:at|um|um|à|a las|as|às|alle|om|from|between|buses|gates?|platforms?|lines?) $")
_NAMED = Expression(
    r"\b(?:code|digits|pin|keypad|type|enter|dial|press|key in|tapez|tippen|eingeben|marque|pulse|teclee|digite"
    r"|password|passcode|number|combination|gate|lock|safe|ziffern|zahlen|nummer|passwort"
    r"|ending|ends|visa|card|karte|carte|tarjeta|cartão|chiffres"
    r"|numéro|dossier|cifras|código|clave|número|dígitos|senha|codice|cifre|cijfers)\b[^.!?]{0,40}$"
)
# "R-comme-Romeo", "R as in Romeo".
_AS_IN = Expression(r"\b[A-Z][ -](?:comme|wie|as in|como|come|van)[ -][A-ZÀ-Ý][\wÀ-ÿ]+")
_FOR = Expression(r"\b[A-Z] (?:for|de) [A-Za-z]\w+,? (?:then )?[A-Z] (?:for|de) [A-Za-z]")
_SPELLED = Expression(r"(?<![\w-])[A-Za-z](?:[-.][A-Za-z]){3,}(?![\w-])")
_SPELLED_NAME = Expression(
    r"\b(?:(?:have|has|got|see|put|reads?|show|shows|down|spel\w+|typed|entered) (?:it|you|him|her|them|that|this"
    r"|your \w+"
    r"|as|under)|spelt|spelled|surname|name|buchstabiert|geschrieben|épelé|escrito|nombre|nom|nome)\b[^.!?]{0,30}$"
)


def dictated(reading: Reading) -> Iterator[tuple[int, int]]:
    """The places, in the plain spelling, of what is dictated."""
    text = reading.plain.text
    if reading.has_numbers_in_words:
        for pattern, language in _PATTERNS:
            yield from (found.span() for found in pattern.finditer(text) if _is_a_code(text, found, language))
    for pattern in (_AS_IN, _FOR):
        yield from (found.span() for found in pattern.finditer(reading.text) if any(map(str.isdigit, reading.text)))
    for found in _SPELLED.finditer(text):
        if _SPELLED_NAME.search(text, max(0, found.start() - 70), found.start()):
            yield found.span()


def _is_a_code(text: str, found: re.Match[str], language: Mapping[str, int]) -> bool:
    """True for digits enough that are neither counted in order nor a list of hours."""
    said = _ONE.findall(found[0])
    digits = [language[word] for word in said if word in language]
    more = sum(word in _TIMES for word in said)
    if len(digits) < _FEWEST_NAMED or sorted(digits) == list(range(min(digits), min(digits) + len(digits))):
        return False
    before = text[max(0, found.start() - 60) : found.start()]
    if _HOURS.search(before):
        return False
    return (
        len(digits) + more >= _FEWEST or _SIGN_ALONE.search(found[0]) is not None or _NAMED.search(before) is not None
    )
