"""Reads a post: its words, its language, and the cues in it."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from mentiondesk.domain.posts.post import Post
from mentiondesk.triage.lexicon import (
    FEELING,
    OWN_HANDLE,
    READ,
    SEVERAL,
    TOPIC,
    URGENCY,
    Cue,
    Lexicon,
    languages,
    sets,
    small_words,
)
from mentiondesk.triage.phrases import Hit, Word
from mentiondesk.triage.words import Text
from mentiondesk.values import Frozen

# The characters above Latin Extended-B; emoji are among them.
_LAST_LATIN = 0x24F
_FAR = re.compile(r"[^\x00-\u024f]")
# X's language codes for posts without words.
_NO_LANGUAGE = frozenset({"", "un", "qa", "qc", "qh", "qm", "qs", "qt", "zx"})
# Old codes that X still gives.
_RENAMED = {"in": "id", "iw": "he", "nb": "no", "nn": "no"}
# Hints that do not speak for another language than English.
_UNHELPFUL = _NO_LANGUAGE | {"en"}
# Latin letters that no language with tables has: those of Turkish, Polish, Czech and the like.
_UNREAD_LETTERS = re.compile(r"[\u0100-\u0151\u0154-\u017f]")
# Small words of English that outweigh a hint at a language without tables: many have a "do", "no" or "is" of their own.
_ENGLISH_ENOUGH = 2


class Reading(Frozen):
    """`origins` is None where each word is one token of the text, else the token that each word came from.

    `known` is false where there are no tables for the language. `roles` are those of all words together. `focus`: where
    the post is addressed to others and names the brand later on, the words of the clause that does.
    """

    post: Post
    text: Text
    language: str
    known: bool
    words: list[Word[Cue]]
    origins: list[int] | None
    roles: int
    feelings: list[Hit[Cue]]
    urgencies: list[Hit[Cue]]
    topics: list[str]
    focus: tuple[int, int] | None = None


def language_of(text: Text, hint: str) -> tuple[str, bool]:
    """The language of a text, with X's hint at hand, and whether there are tables for it.

    Small words decide. Where a text has none, X's hint does; English where neither says otherwise.
    """
    code = hint[:2].lower()
    hint = _RENAMED.get(code, code)
    if not text.lower.isascii() and _other_script(text.lower):
        return ("und" if hint in _NO_LANGUAGE or hint in READ else hint), False
    tokens = text.tokens
    met = _foreign().keys() & tokens
    if hint in _UNHELPFUL and not met:
        return ("und", False) if hint in _NO_LANGUAGE and _no_english(text) else ("en", True)
    english = len(small_words("en").intersection(tokens))
    found = _by_small_words(met.difference(sets()["english"]) if hint == "en" else met, english, hint)
    if found[0] == "en" and hint in _NO_LANGUAGE and _no_english(text):
        return "und", False
    return (hint, True) if found[0] == "en" and _as_hinted(tokens, hint) else found


def _as_hinted(tokens: Sequence[str], hint: str) -> bool:
    """True where X's hint decides between English and its own language, which share words like "an", "no" and "die"."""
    if hint in _UNHELPFUL or hint not in READ:
        return False
    own, english = small_words(hint).intersection(tokens), small_words("en").intersection(tokens)
    return bool(own) and len(own - english) >= len(english - own)


def _by_small_words(foreign: Collection[str], english: int, hint: str) -> tuple[str, bool]:
    if hint not in _UNHELPFUL and ((not foreign and not english) or (hint not in READ and english < _ENGLISH_ENOUGH)):
        return hint, hint in READ
    if len(foreign) <= english:
        return "en", True
    votes = dict.fromkeys(_others(), 0.0)
    for word in foreign:
        for language in _foreign()[word]:
            votes[language] += 1
    if hint in votes:
        votes[hint] += 1.5
    best = max(votes, key=votes.__getitem__)
    unsure = english or (best not in READ and best != hint)
    enough = votes[best] >= (2 if unsure else 1)
    return (best, best in READ) if enough and votes[best] > english else ("en", True)


@cache
def _others() -> list[str]:
    return [language for language in languages() if language != "en"]


@cache
def _foreign() -> Mapping[str, list[str]]:
    """The small words that English has not, with the languages that have them."""
    found: dict[str, list[str]] = {}
    for language in _others():
        for word in small_words(language) - small_words("en"):
            found.setdefault(word, []).append(language)
    return found


def _no_english(text: Text) -> bool:
    """True for words with letters that no language with tables has, none of them a small word of English."""
    return _UNREAD_LETTERS.search(text.lower) is not None and small_words("en").isdisjoint(text.tokens)


def _other_script(text: str) -> bool:
    """True when most letters, handles and links aside, belong to a script without tables."""
    if not any(map(str.isalpha, _FAR.findall(text))):
        return False
    words = [word for word in text.split() if word[0] != "@" and not word.startswith("http")]
    letters = [character for word in words for character in word if character.isalpha()]
    return sum(ord(character) > _LAST_LATIN for character in letters) * 2 > len(letters)


def words_of(text: Text, lexicon: Lexicon) -> tuple[list[Word[Cue]], list[int] | None, int]:
    """The words of a text, the token of each (None where words and tokens are the same), and their combined roles."""
    known, roles = lexicon.known, 0
    words = list(map(known.__getitem__, text.tokens))
    for word in words:
        roles |= word.roles
    if not roles & SEVERAL:
        return words, None, roles
    ends = text.ends(len(words))
    found: list[Word[Cue]] = []
    origins: list[int] = []
    for place, word in enumerate(words):
        if not word.roles & SEVERAL:
            found.append(word)
            origins.append(place)
            continue
        token, end = text.tokens[place], ends[place]
        for meant in (
            lexicon.hashtag(text.plain.text[end - len(token) : end]) if token[0] == "#" else lexicon.words(token)
        ):
            found.append(meant)
            origins.append(place)
            roles |= meant.roles
    return found, origins, roles


def focus_of(words: list[Word[Cue]]) -> tuple[int, int] | None:
    """The clause that names the brand in a post that is addressed to somebody else; None for every other post."""
    texts = [word.text for word in words]
    if OWN_HANDLE not in texts or texts[0][0] != "@":
        return None
    place = texts.index(OWN_HANDLE)
    addressed = next(number for number, text in enumerate(texts) if text[0] != "@" or number == place)
    if addressed == place:
        return None
    ends = [number for number, word in enumerate(words) if word.stop or word.text == ","]
    start = max((end + 1 for end in ends if end < place), default=addressed)
    return start, min((end for end in ends if end > place), default=len(words))


def layers(hits: list[Hit[Cue]]) -> tuple[list[Hit[Cue]], list[Hit[Cue]], list[str]]:
    """The cues for a post's kind, those for its urgency, and its topics.

    Of two cues that share a word, the longer phrase tells what the word means, and one of the brand's always.
    """
    found: tuple[list[Hit[Cue]], list[Hit[Cue]]] = ([], [])
    topics: dict[str, None] = {}
    for hit in hits:
        layer = hit[0].layer
        if layer == TOPIC:
            topics[hit[0].says] = None
        else:
            found[layer].append(hit)
    return _explained(found[FEELING]), _explained(found[URGENCY]), list(topics)


def _explained(hits: list[Hit[Cue]]) -> list[Hit[Cue]]:
    """Drops cues that share a word with a longer one. The cues are in the order of their first words."""
    if not _overlap(hits):
        return hits
    longest: dict[int, int] = {}
    sizes = [len(path) + cue.rank for cue, path in hits]
    for (_, path), size in zip(hits, sizes, strict=True):
        for place in path:
            if size > longest.get(place, 0):
                longest[place] = size
    at = longest.__getitem__
    return [hit for hit, size in zip(hits, sizes, strict=True) if max(map(at, hit[1])) == size]


def _overlap(hits: list[Hit[Cue]]) -> bool:
    """False where each cue begins after the one before it has ended."""
    end = -1
    for _, path in hits:
        if path[0] <= end:
            return True
        end = path[-1]
    return False
