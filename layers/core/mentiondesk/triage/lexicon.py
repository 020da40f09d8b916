"""The tables in `tables/`, as the engine uses them. Their format is told in tables/README.txt."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from itertools import chain

from mentiondesk.domain.brand_words import Always, BrandWords
from mentiondesk.triage.phrases import Phrases, Word
from mentiondesk.triage.words import by_capitals, segmented

WEIGHTS = {"decisive": 4.0, "strong": 2.0, "plain": 1.0, "weak": 0.4}
FEELINGS = ("complaint", "praise", "solved", "question", "spam", "abuse", "vent", "chatter", "hush")
# Cues of one layer explain each other; those of different layers do not meet.
FEELING, URGENCY, TOPIC = range(3)
# The table that a brand's own words stand in.
BRAND = "settings"
URGENCIES = ("critical", "high", "low", "calm")
# Tables of English, and those of other languages. Topics and how soon count in all of them.
_ENGLISH = (
    *("failed", "late", "wrong", "money", "staff", "waiting", "judgement", "leaving", "demand", "sarcasm"),
    *("praise", "question", "spam", "abuse", "vent", "chatter", "urgency"),
)
_OTHERS = {"es": "spanish", "fr": "french", "de": "german", "pt": "portuguese"}
READ = ("en", *_OTHERS)

ROLES = ("not", "but", "if", "me", "you", "they", "ask", "custom")
NOT, BUT, IF, ME, YOU, THEY, ASK, CUSTOM = (1 << place for place in range(len(ROLES)))
_TABLES = Path(__file__).parent / "tables"
_STOPS = frozenset(".!?\n;…:")
_ELONGATED = re.compile(r"(.)\1{2,}")
_HEADING = re.compile(r"([^\W\d_][\w' ]*):(?:\s+(.*))?")
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Cue:
    """What a phrase says, how much it weighs, and the table that it stands in.

    `firm`: a "not" before it does not turn it round, because it has one itself.
    """

    says: str
    weight: float
    table: str
    layer: int = 0
    firm: bool = False
    # Of a brand's rule: what it decides.
    rule: Always | None = None


def _stronger(known: Cue, other: Cue) -> Cue | None:
    """A phrase that stands in two tables counts once."""
    if (known.layer, known.says) != (other.layer, other.says) or known.rule or other.rule:
        return None
    return known if known.weight >= other.weight else other


class TableInvalid(ValueError):
    """A table that is not written as tables/README.txt tells."""


def sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each heading of a table with the phrases under it."""
    heading, lines = "", list[str]()
    for line in text.splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        found = None if line[0].isspace() else _HEADING.fullmatch(line)
        if found:
            if lines:
                yield heading, _split(lines)
            heading, lines = found[1], [found[2]] if found[2] else []
        elif not heading:
            raise TableInvalid(f"{line!r} stands under no heading")
        else:
            lines.append(line)
    if lines:
        yield heading, _split(lines)


def _split(lines: Iterable[str]) -> list[str]:
    return [phrase for line in lines for phrase in (part.strip() for part in line.split(",")) if phrase]


def table(name: str) -> str:
    return _TABLES.joinpath(f"{name}.txt").read_text(encoding="utf-8")


@cache
def sets() -> Mapping[str, list[str]]:
    return dict(sections(table("sets")))


@cache
def spelling() -> Mapping[str, tuple[str, ...]]:
    """Each way to write a word, with the words that are meant."""
    return {
        variant: tuple(heading.split()) for heading, variants in sections(table("spelling")) for variant in variants
    }


@cache
def small_words() -> Mapping[str, tuple[str, ...]]:
    """The languages that each small word belongs to."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in sections(table("languages")):
        for word in words:
            found[word] = (*found.get(word, ()), language)
    return found


def cues(name: str) -> Iterator[tuple[str, Cue]]:
    """The phrases of one table. Raises TableInvalid."""
    negators = frozenset(sets()["not"]) | {"<not>", "<isnt>", "<cant>"}
    for heading, phrases in sections(table(name)):
        says, *rest = heading.split() if name != "topics" else (heading,)
        weight = WEIGHTS.get(rest[0] if rest else "plain")
        layer = TOPIC if name == "topics" else URGENCY if says in URGENCIES else FEELING
        if weight is None or (layer == FEELING and says not in FEELINGS) or len(rest) > 1:
            raise TableInvalid(f"{name}: {heading!r} is no heading")
        plain, firm = Cue(says, weight, name, layer), Cue(says, weight, name, layer, firm=True)
        for phrase in phrases:
            has_negator = any(word in negators for word in re.split(r"[ /]", phrase))
            yield phrase, firm if has_negator else plain


class Lexicon:
    """Everything the tables know, for one language."""

    def __init__(self, more: Iterable[tuple[str, Cue]], *names: str) -> None:
        self.phrases: Phrases[Cue] = Phrases(sets(), _stronger)
        self._spelling = spelling()
        for phrase, cue in chain(more, *map(cues, names)):
            self.phrases.add(self._canonical(phrase), cue)
        self._roles: dict[str, int] = {}
        for bit, role in enumerate(ROLES):
            for word in sets()[role]:
                self._roles[word] = self._roles.get(word, 0) | 1 << bit
        self._known: dict[str, tuple[Word[Cue], ...]] = {}
        self._vocabulary = (
            self.phrases.words
            | self._roles.keys()
            | self._spelling.keys()
            | {word for word, languages in small_words().items() if "en" in languages}
        )

    def _canonical(self, phrase: str) -> str:
        """A phrase in the spelling by which words are looked up."""
        return " ".join(
            " ".join(self._spelling.get(part, (part,)))
            if "/" not in part
            else "/".join(
                word if len(self._spelling.get(word, ())) != 1 else self._spelling[word][0] for word in part.split("/")
            )
            for part in phrase.split()
        )

    def words(self, token: str) -> tuple[Word[Cue], ...]:
        """What is known of a token in lower case: one word, or those that it stands for."""
        found = self._known.get(token)
        if found is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            found = self._known[token] = tuple(map(self._word, self._meant(token)))
        return found

    def hashtag(self, tag: str) -> tuple[Word[Cue], ...]:
        """The words of a hashtag, given as it was written."""
        words = by_capitals(tag[1:])
        if len(words) < 2:
            words = segmented(tag[1:].lower(), self._vocabulary)
        return tuple(word for part in words for word in self.words(part))

    def _meant(self, token: str) -> tuple[str, ...]:
        if token in self._spelling:
            return self._spelling[token]
        if token in self._vocabulary or not token[:1].isalpha():
            return (token,)
        if _ELONGATED.search(token):
            for short in (_ELONGATED.sub(r"\1\1", token), _ELONGATED.sub(r"\1", token)):
                if short in self._vocabulary or short in self._spelling or self.phrases.keys(short):
                    return self._spelling.get(short, (short,))
        if token.endswith("in'"):
            return (f"{token[:-1]}g",)
        return (token,)

    def _word(self, word: str) -> Word[Cue]:
        if word in _STOPS:
            return Word((), (), 0, stop=True)
        keys = self.phrases.keys(word) if word[:1].isalpha() else _shape(word, self.phrases.keys(word))
        return Word(keys, self.phrases.starts(keys), self._roles.get(word, 0))


def _shape(word: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    first = word[0]
    if first == "@":
        return (*keys, "@")
    if first in "$£€₹":
        return (*keys, "<money>", "<number>")
    if first.isdigit():
        return (*keys, "<ordinal>" if word[-1].isalpha() else "<number>")
    return keys


def brand_cues(brand: BrandWords) -> Iterator[tuple[str, Cue]]:
    """The phrases of a brand's settings."""
    for says, phrases in brand.words:
        layer = URGENCY if says in URGENCIES else FEELING
        for phrase in phrases:
            yield phrase, Cue(says, WEIGHTS["decisive"], BRAND, layer, firm=True)
    for topic, phrases in brand.topics:
        for phrase in phrases:
            yield phrase, Cue(topic, 1.0, BRAND, TOPIC)
    for rule in brand.always:
        yield rule.phrase, Cue("always", WEIGHTS["decisive"], BRAND, FEELING, rule=rule)
    for phrase in brand.never:
        yield phrase, Cue("never", WEIGHTS["decisive"], BRAND, FEELING)


def lexicon(language: str, brand: BrandWords) -> Lexicon:
    """The tables for one of the languages in READ, and the brand's words."""
    tables = _ENGLISH if language == "en" else (_OTHERS[language],)
    return Lexicon(brand_cues(brand), *tables, "topics")
