"""Concepts and telling words of a reading, for detection: the same problem in other words has the same concepts.

tables/concepts.txt and tables/concept_sets.txt are in the notation of all tables (tables/README.txt).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2s

from mentiondesk.domain.posts.tags import Said
from mentiondesk.triage.lexicon import Cue, sets, small_words
from mentiondesk.triage.loading import sections, table
from mentiondesk.triage.phrases import Hit, Phrases, Word, search
from mentiondesk.triage.reading import Reading
from mentiondesk.triage.words import read

# Headings that are no concepts. The first keeps its words from all others.
_HARMLESS, _ECHO, _OVER, _NOTHING = "sounds so", "same here", "over", "says nothing"
_NO_CONCEPTS = frozenset({_HARMLESS, _ECHO, _OVER})
# Headings that name a part of the service begin so. Their phrases leave their words to the others, and to the subject.
_ABOUT = "about "
# An echo begins within so many words and has at most so many; a longer post says more than "same here".
_ECHO_STARTS, _LONGEST_ECHO = 3, 12
# Fewest words that make equal texts copies: short ones like "it is down" are equal by chance.
_SHORTEST_COPY = 4
_MOST_WORDS, _SHORTEST_WORD, _LONGEST_WORD = 16, 3, 24
_MOST_REMEMBERED = 20_000
_MOST_STOPS = 100


def term(word: str) -> str:
    """A word as detection counts it: without apostrophes, and in the singular of English nouns."""
    word = word.replace("'", "")
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] not in "sui" else word


def surfaces(text: str) -> list[tuple[str, str]]:
    """The words of a text in order, each as its term and its spelling."""
    found = read(text)
    spelled = (
        (token, found.plain.text[place : place + len(token)])
        for token, place in zip(found.tokens, found.starts(), strict=True)
    )
    return [(term(token), spelling) for token, spelling in spelled if _is_word(token)]


def brand_terms(names: Iterable[str]) -> frozenset[str]:
    """The terms of the brand's own names, which occur in every post and so tell nothing."""
    words = [[one for one, _ in surfaces(name.lower().lstrip("@#"))] for name in names]
    return frozenset(one for name in words for one in (*name, term("".join(name))))


@dataclass(eq=False, slots=True)
class _Spoken(Word[str]):
    """A word of a post. `said` is its text, empty for marks, links, handles and numbers; `term` is what may tell the
    subject, empty where the word is too short or too long for that.
    """

    said: str = ""
    term: str = ""


class _Concepts:
    """The compiled table. Words are looked up once."""

    def __init__(self) -> None:
        headings = dict(sections(table("concepts")))
        self.stops = frozenset(map(term, headings.pop(_NOTHING)))
        self.order = {name: place for place, name in enumerate(headings)}
        self._phrases: Phrases[str] = Phrases({**sets(), **dict(sections(table("concept_sets")))}, _first)
        for name, phrases in headings.items():
            for phrase in phrases:
                self._phrases.add(phrase, name)
        self._known = _Known(self._phrases)

    def words(self, words: Iterable[Word[Cue]]) -> list[_Spoken]:
        """The words as this table knows them."""
        return list(map(self._known.__getitem__, words))

    def hits(self, words: Sequence[_Spoken]) -> list[Hit[str]]:
        """All phrases in the words, in the order of their headings."""
        return sorted(search(words, every=True), key=lambda hit: (self.order[hit[0]], -len(hit[1]), hit[1]))


class _Known(dict[Word[Cue], _Spoken]):
    """Cache of looked-up words."""

    def __init__(self, phrases: Phrases[str]) -> None:
        super().__init__()
        self._phrases = phrases

    def __missing__(self, word: Word[Cue]) -> _Spoken:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        text = word.text
        # A number is known by its shape.
        keys = self._phrases.keys(text) + (("<number>",) if text[0].isdigit() else ())
        said = text if _is_word(text) else ""
        one = term(said)
        telling = one if _SHORTEST_WORD <= len(one) <= _LONGEST_WORD else ""
        found = _Spoken(text, keys, self._phrases.start(keys), 0, word.stop, said=said, term=telling)
        self[word] = found
        return found


_concepts = cache(_Concepts)


def _first(known: str, other: str) -> str | None:
    """Keeps one of two equal cues, and both where a phrase stands under two headings."""
    return known if known == other else None


def said_in(reading: Reading, names: frozenset[str] = frozenset()) -> Said:
    """A post's meaning, as detection counts it. `names` are the terms of the brand's own names."""
    table_of = _concepts()
    words = table_of.words(reading.words)
    hits = table_of.hits(words)
    found, used = _taken(hits)
    spoken = [word.said for word in words if word.said]
    concepts = sorted(found - _NO_CONCEPTS, key=table_of.order.__getitem__)
    return Said(
        concepts=tuple([name.removeprefix(_ABOUT) for name in concepts]),
        words=_telling(words, used, _stops(reading.language, names)),
        digest=_digest(spoken),
        echo=_is_echo(reading, hits, len(spoken)),
        over=_OVER in found,
    )


def _taken(hits: Iterable[Hit[str]]) -> tuple[set[str], set[int]]:
    """The headings that are met, and the places of the words that failures used up."""
    found: set[str] = set()
    used: dict[int, str] = {}
    for name, path in hits:
        if name == _OVER or name.startswith(_ABOUT):
            found.add(name)
        elif name != _ECHO and all(used.get(place, name) == name for place in path):
            found.add(name)
            used |= dict.fromkeys(path, name)
    return found, set(used)


def _telling(words: Sequence[_Spoken], used: set[int], stops: frozenset[str]) -> tuple[str, ...]:
    """The terms of the words that name the subject, in the order of the text."""
    terms = dict.fromkeys([word.term for place, word in enumerate(words) if place not in used])
    return tuple([one for one in terms if one not in stops][:_MOST_WORDS])


@lru_cache(_MOST_STOPS)
def _stops(language: str, names: frozenset[str]) -> frozenset[str]:
    """The terms that name no subject: small words of a language that has tables, the brand's own names, and none."""
    try:
        small = frozenset(map(term, small_words(language)))
    except KeyError:
        small = frozenset()
    return _concepts().stops | small | names | {""}


def _is_word(token: str) -> bool:
    return token[0].isalpha() and not token.startswith(("http", "www."))


def _is_echo(reading: Reading, hits: Iterable[Hit[str]], count: int) -> bool:
    """True for "same here", "me too" and "+1"."""
    if count > _LONGEST_ECHO:
        return False
    first = next((place for place, word in enumerate(reading.words) if word.text[0] != "@"), 0)
    if any(name == _ECHO and path[0] - first <= _ECHO_STARTS for name, path in hits):
        return True
    return _plus_one(reading)


def _plus_one(reading: Reading) -> bool:
    plain = reading.text.lower.replace("+ 1", "+1").split()
    return next((part for part in plain if part[0] != "@"), "") == "+1"


def _digest(words: Sequence[str]) -> str:
    """The same for texts with the same words; empty for short ones, which are equal by chance."""
    return blake2s(" ".join(words).encode(), digest_size=8).hexdigest() if len(words) >= _SHORTEST_COPY else ""
