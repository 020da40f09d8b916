"""The tables in `tables/`, compiled for the engine. tables/README.txt describes their format."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import chain

from mentiondesk.domain.posts.brand_words import Always, BrandWords
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.triage.loading import TableInvalid, sections, table
from mentiondesk.triage.phrases import Phrases, Word
from mentiondesk.triage.weights import pair_weights, word_weights
from mentiondesk.triage.words import by_capitals, segmented
from mentiondesk.values import Frozen

WEIGHTS = {"decisive": 4.0, "heavy": 2.6, "strong": 2.0, "plain": 1.0, "weak": 0.4}
FEELINGS = ("complaint", "praise", "solved", "question", "spam", "abuse", "vent", "chatter", "outsider", "mock", "hush")
# Cues that overlap compete within a layer; cues of different layers do not affect each other.
FEELING, URGENCY, TOPIC = range(3)
# Name of the table of the brand's own words.
BRAND = "settings"
# Rank of a brand's phrase, above every built-in one.
_BRAND_FIRST = 100
_POLAR = frozenset({"complaint", "praise", "solved"})
URGENCIES = ("critical", "alarming", "high", "low", "calm")
# Headings of the tables that tell danger.
DANGEROUS = ("critical", "alarming")
# Tables of English, and of other languages. Topics and urgency tables apply to all languages.
_ENGLISH = (
    *("failed", "late", "wrong", "money", "staff", "waiting", "judgement", "leaving", "demand", "sarcasm"),
    *("praise", "question", "spam", "abuse", "vent", "chatter", "urgency"),
)
_OTHERS = {"es": "spanish", "fr": "french", "de": "german", "pt": "portuguese"}
READ = ("en", *_OTHERS)

ROLES = ("not", "but", "if", "me", "you", "they", "ask", "custom")
NOT, BUT, IF, ME, YOU, THEY, ASK, CUSTOM = (1 << place for place in range(len(ROLES)))
# Marks a handle that names a customer care account.
CARE = 1 << len(ROLES)
# Sets whose words make a post dangerous together: who was met by what. The model weighs each set and each two of them.
DANGERS: tuple[str, ...] = (
    "harm",
    "medical",
    "hazard",
    "vehicle",
    "theft",
    "money",
    "law",
    "press",
    "lewd",
    "threat",
    "despair",
    "frail",
)
DANGERS += ("child", "bodypart", "meal", "personal", "others", "my")
# Their bits among the roles of a word begin here.
DANGER_BITS = 40
# The text of every handle of the brand's own; that of the others is "@".
OWN_HANDLE = "@us"
# Marks a token that stands for several words.
SEVERAL = CARE << 1
_STOPS = frozenset(".!?\n;…:")
_ELONGATED = re.compile(r"(.)\1{2,}")
_MOST_REMEMBERED = 20_000
# Shorter words become other words too easily.
_LONG_ENOUGH = 5
# The part of a long word that stays intact at its beginning or at its end where one letter is wrong.
_END = 3


class Cue(Frozen):
    """The meaning of a phrase, its weight, and the table that defines it.

    `polar`: a "not" before it may turn it round; `firm`: it has a "not" of its own, and none does.
    `rank` is added to the length of a phrase where the longer one counts. A brand's phrase has a `rule`, and of
    several rules the one with the highest `decides` holds.
    """

    says: str
    weight: float
    table: str
    layer: int = FEELING
    polar: bool = False
    firm: bool = False
    rank: int = 0
    decides: int = 0
    rule: Always | None = None


def _stronger(known: Cue, other: Cue) -> Cue | None:
    """Drops a phrase that occurs in a second table."""
    if (known.layer, known.says) != (other.layer, other.says) or known.decides or other.decides:
        return None
    return known if known.weight >= other.weight else other


@cache
def sets() -> Mapping[str, list[str]]:
    return dict(sections(table("sets")))


@cache
def spelling() -> Mapping[str, tuple[str, ...]]:
    """Spellings, each with the words that it stands for."""
    return {
        variant: tuple(heading.split()) for heading, variants in sections(table("spelling")) for variant in variants
    }


@cache
def languages() -> Mapping[str, frozenset[str]]:
    """The function words that identify each language."""
    return {language: frozenset(words) for language, words in sections(table("languages"))}


@cache
def _misspelt() -> Mapping[str, list[str]]:
    """Words for danger that are read with one letter wrong, missing or too many, by their beginnings and ends."""
    found: dict[str, list[str]] = {}
    for word in sets()["misspelt"]:
        for end in (word[:_END], f"-{word[-_END:]}"):
            found.setdefault(end, []).append(word)
    return found


def _danger_meant(token: str) -> str | None:
    near = chain(_misspelt().get(token[:_END], ()), _misspelt().get(f"-{token[-_END:]}", ()))
    return next((word for word in near if word[0] == token[0] and _one_letter_apart(token, word)), None)


def small_words(language: str) -> frozenset[str]:
    return languages()[language]


def cues(name: str) -> Iterator[tuple[str, Cue]]:
    """The phrases of one table. Raises TableInvalid."""
    negators = frozenset(sets()["not"]) | {"<not>", "<isnt>", "<cant>"}
    for heading, phrases in sections(table(name)):
        says, *rest = heading.split() if name != "topics" else (heading,)
        weight = WEIGHTS.get(rest[0] if rest else "plain")
        layer = TOPIC if name == "topics" else URGENCY if says in URGENCIES else FEELING
        if weight is None or (layer == FEELING and says not in FEELINGS) or len(rest) > 1:
            raise TableInvalid(f"{name}: {heading!r} is no heading")
        polar = says in _POLAR
        plain, firm = Cue(says, weight, name, layer, polar), Cue(says, weight, name, layer, polar, firm=True)
        for phrase in phrases:
            yield phrase, plain if negators.isdisjoint(phrase.replace("/", " ").split(" ")) else firm


class _Known(dict[str, Word[Cue]]):
    """Cache of looked-up tokens; a token that stands for several words is marked SEVERAL."""

    def __init__(self, lexicon: "Lexicon") -> None:
        super().__init__()
        self._lexicon = lexicon
        self._handle = lexicon.word("@")
        self._care = replace(self._handle, roles=CARE)
        self._own = replace(self._handle, text=OWN_HANDLE, keys=(*self._handle.keys, OWN_HANDLE))
        self._names_of_care = tuple(sets()["care"])
        self._several = Word[Cue]("", (), None, SEVERAL)

    def __missing__(self, token: str) -> Word[Cue]:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        word = self[token] = self._looked_up(token)
        return word

    def _looked_up(self, token: str) -> Word[Cue]:
        if token[0] == "@":
            if token in self._lexicon.handles:
                return self._own
            return self._care if any(name in token for name in self._names_of_care) else self._handle
        if token[0] == "#":
            return self._several
        found = self._lexicon.words(token)
        return found[0] if len(found) == 1 else self._several


class Lexicon:
    """The compiled tables for one language. `knows` tells the words that no typing error made."""

    def __init__(self, brand: BrandWords, *names: str, knows: Callable[[str], bool]) -> None:
        self._knows = knows
        self.handles = frozenset(f"@{handle.lstrip('@').lower()}" for handle in brand.handles)
        self.phrases: Phrases[Cue] = Phrases(sets(), _stronger)
        self._spelling = spelling()
        for phrase, cue in chain(brand_cues(brand), *map(cues, names)):
            self.phrases.add(self._canonical(phrase), cue)
        self._roles: dict[str, int] = {}
        for bit, role in enumerate(ROLES):
            for word in sets()[role]:
                self._roles[word] = self._roles.get(word, 0) | 1 << bit
        for place, name in enumerate(DANGERS, start=DANGER_BITS):
            for word in sets()[name]:
                self._roles[word] = self._roles.get(word, 0) | 1 << place
        self._vocabulary = self.phrases.words | self._roles.keys() | self._spelling.keys() | small_words("en")
        self.known = _Known(self)
        self._hashtags: dict[str, tuple[Word[Cue], ...]] = {}

    def _canonical(self, phrase: str) -> str:
        """A phrase in the normalised spelling of look-ups."""
        if self._spelling.keys().isdisjoint(phrase.replace("/", " ").split()):
            return phrase
        return " ".join(
            " ".join(self._spelling.get(part, (part,)))
            if "/" not in part
            else "/".join(
                word if len(self._spelling.get(word, ())) != 1 else self._spelling[word][0] for word in part.split("/")
            )
            for part in phrase.split()
        )

    def words(self, token: str) -> tuple[Word[Cue], ...]:
        """Looks a lower-case token up: one word, or the words that it stands for."""
        return tuple(map(self.word, self._meant(token)))

    def hashtag(self, tag: str) -> tuple[Word[Cue], ...]:
        """The words of a hashtag in its original capitals."""
        found = self._hashtags.get(tag)
        if found is None:
            words = by_capitals(tag[1:])
            if len(words) < 2:
                words = segmented(tag[1:].lower(), self._vocabulary)
            found = tuple(word for part in words for word in self.words(part))
            if len(self._hashtags) >= _MOST_REMEMBERED:
                self._hashtags.clear()
            self._hashtags[tag] = found
        return found

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
        if len(token) < _LONG_ENOUGH or self._knows(token):
            return (token,)
        return (_danger_meant(token) or token,) if self.phrases.keys(token) else self._corrected(token)

    def _corrected(self, token: str) -> tuple[str, ...]:
        """The known word that the token becomes with two letters swapped, one doubled, or one of a pair left out."""
        for place in range(1, len(token) - 1):
            before, one, other, after = token[:place], token[place], token[place + 1], token[place + 2 :]
            swapped, doubled = f"{before}{other}{one}{after}", f"{before}{one}{one}{other}{after}"
            single = f"{before}{one}{after}" if one == other else swapped
            for word in (swapped, doubled, single):
                if word in self._vocabulary or (len(word) > _LONG_ENOUGH and self._knows(word)):
                    return self._spelling.get(word, (word,))
        return (_danger_meant(token) or token,)

    def word(self, word: str) -> Word[Cue]:
        if word in _STOPS:
            return Word(word, (), None, 0, stop=True, weights=word_weights(word), pairs=pair_weights(word))
        keys = self.phrases.keys(word) if word[:1].isalpha() else _shape(word, self.phrases.keys(word))
        return Word(
            word,
            keys,
            self.phrases.start(keys),
            self._roles.get(word, 0),
            False,
            word_weights(word),
            pair_weights(word),
        )


def _one_letter_apart(one: str, other: str) -> bool:
    """True where one letter was exchanged, left out or added."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    place = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    return short[place + (len(short) == len(long)) :] == long[place + 1 :]


def _shape(word: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    first = word[0]
    if first == "@":
        return (*keys, "@")
    if first == "$" and word[1].isalpha():
        return (*keys, "<cashtag>")
    if first in "$£€₹":
        return (*keys, "<money>", "<number>")
    if first.isdigit():
        return (*keys, "<ordinal>" if word[-1].isalpha() else "<number>")
    return keys


def brand_cues(brand: BrandWords) -> Iterator[tuple[str, Cue]]:
    """The phrases of a brand's settings: `always` outranks `never`, and `never` outranks single words."""
    weight = WEIGHTS["decisive"]
    for says, phrases in brand.words:
        for phrase in phrases:
            if says in URGENCIES:
                yield phrase, Cue(says, weight, BRAND, URGENCY, rank=_BRAND_FIRST)
            else:
                rule = Always(phrase, Kind(says))
                yield phrase, Cue(says, weight, BRAND, rank=_BRAND_FIRST, decides=1, rule=rule)
    for topic, phrases in brand.topics:
        for phrase in phrases:
            yield phrase, Cue(topic, weight, BRAND, TOPIC)
    for phrase in brand.never:
        rule = Always(phrase, Kind.CHATTER, Urgency.LOW)
        yield phrase, Cue("never", weight, BRAND, rank=_BRAND_FIRST, decides=2, rule=rule)
    for rule in brand.always:
        yield rule.phrase, Cue("always", weight, BRAND, rank=_BRAND_FIRST, decides=3, rule=rule)


def lexicon(language: str, brand: BrandWords, knows: Callable[[str], bool]) -> Lexicon:
    """The tables for one of the languages in READ, and the brand's words."""
    tables = _ENGLISH if language == "en" else (_OTHERS[language],)
    return Lexicon(brand, *tables, "topics", knows=knows)
