"""A reply as the checks read it: small letters in one spelling, with the way back to the places in the text.

Tricks to get past a rule (look-alike letters, invisible characters, letters apart or replaced by digits, numbers in
words) are undone here, once for all rules.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import islice

from mentiondesk.domain.letters import plain_letters
from mentiondesk.domain.replies.checks.expression import Expression
from mentiondesk.domain.replies.checks.word_table import Phrases, unaccented
from mentiondesk.values import Frozen

_APART = Expression(r"(?<![a-z0-9])[a-z0-9](?:[ .\-_*·]{1,2}[a-z0-9](?![a-z0-9])){3,}")
_DIGIT_LETTERS = str.maketrans("430157@$", "aeoistas")
_MIXED = Expression(r"(?<![\w@./:-])(?=[a-z0-9@$]*[a-z][a-z0-9@$]*[a-z])[a-z@$]+[430157@$]+[a-z]+[a-z0-9@$]*(?![\w@.])")
_MAY_BE_MIXED = Expression(r"[430157@$][a-z]")
DIGITS_IN_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn",
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince",
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze",
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici",
    "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien",
    "oh",
)
_TENS_IN_WORDS = (
    "twenty thirty forty fifty sixty seventy eighty ninety",
    "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "vingt trente quarante cinquante soixante soixante-dix quatre-vingt quatre-vingt-dix",
    "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
)
_NUMBERS = {word: str(digit) for words in DIGITS_IN_WORDS for digit, word in enumerate(words.split())}
_NUMBERS |= {"zwo": "2", "dreissig": "30", "meia": "6", "nought": "0", "hundred": "00", "hundert": "00"}
_TENS = {word: str(place + 2) for words in _TENS_IN_WORDS for place, word in enumerate(words.split())}
NUMBERS_IN_WORDS = tuple(sorted((*_NUMBERS, *_TENS), key=len, reverse=True))
_NUMBER = "|".join(NUMBERS_IN_WORDS)
_WORD = Expression(r"[a-zß-ÿ]+")
_NUMBER_WORDS = frozenset(part for word in (*_NUMBERS, *_TENS) for part in word.split("-"))
_HOUSE_IN_WORDS = Expression(
    r"\b((?:number|no\.?|door|flat|house|hausnummer|nummer|nr\.?|numéro|n°|número|nº|puerta|portal|porta|civico"
    r"|huisnummer) )"
    rf"({'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b"
)
_TIMES = {"double": 2, "triple": 3, "doppel": 2, "doble": 2, "duplo": 2}
_MANY = "|".join(_TIMES)
_ONE = rf"(?:(?:{_MANY})[ -]?)?(?:{_NUMBER}|\d+)"
# Six numbers on end, or fewer with tens and the like, which make seven digits.
_IN_WORDS = Expression(rf"\b(?:{_ONE})(?:(?:[\s,.-]{{1,2}}|,? (?:and|und|et|e|y|en) ){_ONE}\b){{3,}}")
_ONE_NUMBER = Expression(rf"(?:({_MANY})[ -]?)?({_NUMBER}|\d+)\b")
_FEWEST_IN_WORDS, _FEWEST_DIGITS = 3, 7


class Spelling(Frozen):
    """A text in small letters; `origins` has the place of each character in the text as written, None where same."""

    text: str
    origins: tuple[int, ...] | None = None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The same place in the text as written."""
        if self.origins is None or not self.origins:
            return start, end
        if start >= len(self.origins):
            return self.origins[-1] + 1, self.origins[-1] + 1
        return self.origins[start], self.origins[end - 1] + 1 if end > start else self.origins[start]

    def replaced(self, pattern: Expression, new: Callable[[re.Match[str]], str]) -> "Spelling":
        """Each match replaced; the new characters have the place of the match, spread over it."""
        if pattern.search(self.text) is None:
            return self
        old = self.origins or tuple(range(len(self.text)))
        letters: list[str] = []
        origins: list[int] = []
        done = 0
        for found in pattern.finditer(self.text):
            written, length = new(found), found.end() - found.start()
            letters += [self.text[done : found.start()], written]
            origins += old[done : found.start()]
            last = max(len(written) - 1, 1)
            origins += [old[found.start() + place * (length - 1) // last] for place in range(len(written))]
            done = found.end()
        return Spelling("".join([*letters, self.text[done:]]), (*origins, *old[done:]))


class Reading(Frozen, dict=True, gc=True):
    """A reply, read for the checks. `words` is for rules about words, `digits` for those about numbers."""

    text: str

    @cached_property
    def plain(self) -> Spelling:
        """Look-alike and invisible characters undone, in small letters, with plain apostrophes and dashes."""
        found = plain_letters(self.text)
        low = found.text.lower()
        if len(low) != len(found.text):
            low = "".join(c if len(c.lower()) != 1 else c.lower() for c in found.text)
        letters = _MARK.sub(lambda mark: _MARKS[mark[0]], low)
        return Spelling(letters, tuple(found.origins) if found.origins is not None else None)

    @cached_property
    def unaccented(self) -> str:
        """The plain spelling without accents."""
        return unaccented(self.plain.text)

    @cached_property
    def words(self) -> Spelling:
        """Letters apart are joined, digits inside words are read as letters, and accents are left out."""
        joined = self.plain.replaced(_APART, lambda found: re.sub(r"[^a-z0-9]", "", found[0]))
        mixed = _MAY_BE_MIXED.search(joined.text)
        spelled = joined.replaced(_MIXED, lambda found: found[0].translate(_DIGIT_LETTERS)) if mixed else joined
        same = spelled is self.plain
        return Spelling(self.unaccented if same else unaccented(spelled.text), spelled.origins)

    @cached_property
    def digits(self) -> Spelling:
        """Numbers in words are read as digits."""
        return self.plain.replaced(_IN_WORDS, _as_digits) if self.has_numbers_in_words else self.plain

    @cached_property
    def houses(self) -> Spelling:
        """The plain spelling with the numbers of houses and doors in digits: "number nine" is "number 9"."""
        return self.plain.replaced(_HOUSE_IN_WORDS, lambda found: found[1] + _NUMBERS[found[2]])

    @cached_property
    def has_numbers_in_words(self) -> bool:
        """True where some words are numbers."""
        numbers = (word for word in _WORD.findall(self.plain.text) if word in _NUMBER_WORDS)
        return len(list(islice(numbers, _FEWEST_IN_WORDS))) == _FEWEST_IN_WORDS

    def in_words(self, pattern: Expression | Phrases) -> Iterator[tuple[re.Match[str], int, int]]:
        """Matches among the words, each with its place in the text as written."""
        for found in pattern.finditer(self.words.text):
            yield found, *self.words.place(*found.span())

    def in_digits(self, pattern: Expression) -> Iterator[tuple[re.Match[str], int, int]]:
        """Matches among the digits, each with its place in the text as written."""
        for found in pattern.finditer(self.digits.text):
            yield found, *self.digits.place(*found.span())


_MARKS = dict(zip("’‘`´“”‐‑‒–—\u00a0\u202f\u2009", "''''\"\"-----   ", strict=True))
_MARK = Expression(f"[{''.join(_MARKS)}]")


def _as_digits(found: re.Match[str]) -> str:
    """A row of numbers as digits; as it was where they are written as digits already, or are too few."""
    ones = list(_ONE_NUMBER.finditer(found[0]))
    if sum(one[2].isalpha() or "-" in one[2] for one in ones) < _FEWEST_IN_WORDS:
        return found[0]
    behind = [*(one[2] for one in ones[1:]), ""]
    digits = "".join(
        _digits(one[2], after) * _TIMES.get(one[1] or "", 1) for one, after in zip(ones, behind, strict=True)
    )
    return digits + (" " if found[0][-1:].isspace() else "") if len(digits) >= _FEWEST_DIGITS - 1 else found[0]


def _digits(word: str, after: str) -> str:
    """A number as digits: "sixty" is 60, and 6 before "two"."""
    if word in _TENS:
        return _TENS[word] + ("" if len(_NUMBERS.get(after, after)) == 1 and _NUMBERS.get(after, after) != "0" else "0")
    return _NUMBERS.get(word, word)
