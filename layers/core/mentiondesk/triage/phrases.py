"""The language in which the tables are written, and the search for their phrases.

A phrase is words with spaces between them. `refund*` is every word that begins so, `no/without` is either,
`the?` may be left out, `...` stands for up to three other words of the same sentence, and `<not>` is any word of
the set with that name. Every phrase is searched for at once, in time that grows with the text only.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from sys import intern
from typing import Generic, TypeVar

GAP = "..."
# Sets of words that are known by their shape.
SHAPES = ("<number>", "<money>", "<ordinal>", "<cashtag>")
_FURTHEST = 4
_EITHER = re.compile(r"[\w<][\w'*<>-]*(?:/[\w<][\w'*<>-]*)+")
_LONGEST_PREFIX = 24

C = TypeVar("C")
# A match, with the positions of its words.
Hit = tuple[C, tuple[int, ...]]


class Unreadable(ValueError):
    """A phrase that is not written in this language."""


# A part of a phrase: the words that it may be, and True where it may be left out.
_Part = tuple[Sequence[str], bool]


def alternatives(phrase: str) -> Iterator[tuple[str, ...]]:
    """Every way to write a phrase, without `/` and `?`."""
    return (words for words in _ways(_parts(phrase)) if words)


def _parts(phrase: str) -> list[_Part]:
    if "/" not in phrase and "?" not in phrase:
        return [((word,), False) for word in phrase.split()]
    return [_part(part) for part in phrase.split()]


def _part(part: str) -> _Part:
    optional = part.endswith("?") and (part[0].isalpha() or part.endswith(">?"))
    word = part[:-1] if optional else part
    return (word.split("/") if _EITHER.fullmatch(word) and not word[0].isdigit() else (word,)), optional


def _ways(parts: Iterable[_Part]) -> Iterator[tuple[str, ...]]:
    choices = [[(word,) for word in words] + ([()] if optional else []) for words, optional in parts]
    return (tuple(word for option in chosen for word in option) for chosen in product(*choices))


def _ways_on(parts: Sequence[_Part], first: str) -> Iterator[tuple[str, ...]]:
    """Every way to go on after the first word."""
    for place, (words, optional) in enumerate(parts, start=1):
        if first in words:
            yield from _ways(parts[place:])
        if not optional:
            return


def _firsts(parts: Iterable[_Part]) -> Iterator[str]:
    """The words that a phrase may begin with."""
    for words, optional in parts:
        yield from words
        if not optional:
            return


class _Node(Generic[C]):
    """A state of the phrase search: the cues that end here, and the states after the next or a later word."""

    __slots__ = ("cues", "later", "next")

    def __init__(self) -> None:
        self.cues: list[C] = []
        # The next state by name; a list, because a word with several names leads to several.
        self.next: dict[str, list[_Node[C]]] = {}
        self.later: dict[str, list[_Node[C]]] = {}


# The phrases that begin with a word: its cues alone, the states after the next word, and after a later word; None for
# what there is not.
_States = dict[str, list[_Node[C]]]
_Start = tuple[list[C] | None, _States[C] | None, _States[C] | None]


@dataclass(eq=False, slots=True)
class Word(Generic[C]):
    """A known word: the names that phrases use for it, the phrases that begin with it, its roles.

    `stop`: it ends a sentence. `weights`: what the model says of it, packed; `pairs`: the same of it
    with the word that follows.
    """

    text: str
    keys: tuple[str, ...]
    start: _Start[C] | None
    roles: int
    stop: bool = False
    weights: int = 0
    pairs: Mapping[str, int] = field(default_factory=dict)


class Phrases(Generic[C]):
    """Phrases with a cue each. Add all of them, then look words up and search.

    `stronger` chooses between what a phrase stands for already and what it is added with again; None keeps both.
    """

    def __init__(self, sets: Mapping[str, Iterable[str]], stronger: Callable[[C, C], C | None]) -> None:
        self._stronger = stronger
        # Phrases by their first word: as written, and as nodes once that word was looked up. A few posts hold
        # few of all the words, and a phrase may stand for hundreds.
        self._added: defaultdict[str, list[tuple[str, C]]] = defaultdict(list)
        self._grown: dict[str, _Node[C]] = {}
        self._sets: dict[str, list[str]] = {}
        self.words: set[str] = set()
        self._prefixes: set[str] = set()
        for name, members in sets.items():
            shown = f"<{name}>"
            for member in members:
                self._name(member)
                self._sets.setdefault(member, []).append(shown)
        # The names that stood in a phrase already, and those of sets.
        self._met = {GAP, *(f"<{name}>" for name in sets), *SHAPES}

    def _name(self, word: str) -> None:
        if word[-1] == "*" and len(word) > 1:
            self._prefixes.add(word[:-1])
        else:
            self.words.add(word)

    def add(self, phrase: str, cue: C) -> None:
        """Raises Unreadable when the phrase is not written in this language."""
        if "/" in phrase or "?" in phrase:
            parts = _parts(phrase)
            words = [word for choice, _ in parts for word in choice]
            firsts, lasts = list(dict.fromkeys(_firsts(parts))), [*_firsts(reversed(parts))]
        else:
            # Most phrases: there are thousands of them, and the first post waits for all.
            words = phrase.split()
            firsts, lasts = words[:1], words[-1:]
        if GAP in firsts or GAP in lasts:
            raise Unreadable(f"{phrase!r}: {GAP} stands between words")
        for word in words:
            if word not in self._met:
                if word[0] == "<" and word[1:2].isalpha():
                    raise Unreadable(f"{phrase!r}: there is no set {word}")
                self._met.add(word)
                self._name(word)
        for first in firsts:
            self._added[first].append((phrase, cue))

    def _first(self, word: str) -> _Node[C] | None:
        """The state after the first word of phrases."""
        if word in self._added:
            first: _Node[C] = _Node()
            self._grown[word] = first
            for phrase, cue in self._added.pop(word):
                for words in _ways_on(_parts(phrase), word):
                    self._put(self._last(first, words).cues, cue)
        return self._grown.get(word)

    def _last(self, node: _Node[C], words: tuple[str, ...]) -> _Node[C]:
        """The state that words lead to; states are built on first use."""
        later = False
        for word in words:
            if word == GAP:
                later = True
                continue
            edges = node.later if later else node.next
            if word not in edges:
                edges[intern(word)] = [_Node()]
            (node,) = edges[word]
            later = False
        return node

    def _put(self, cues: list[C], cue: C) -> None:
        for place, known in enumerate(cues):
            better = self._stronger(known, cue)
            if better is not None:
                cues[place] = better
                return
        cues.append(cue)

    def keys(self, word: str) -> tuple[str, ...]:
        """The names that phrases may use for a word: itself, its prefixes, its sets.

        They are interned: the search compares them most of all.
        """
        names = [word] if word in self.words else []
        names += self._sets.get(word, ())
        for length in range(2, min(len(word), _LONGEST_PREFIX) + 1):
            if (prefix := word[:length]) in self._prefixes:
                names.append(f"{prefix}*")
                names += self._sets.get(f"{prefix}*", ())
        return tuple(map(intern, dict.fromkeys(names)))

    def start(self, keys: Iterable[str]) -> _Start[C] | None:
        """The phrases that begin with a word of these names; None where there are none."""
        nodes = [node for key in keys if (node := self._first(key)) is not None]
        if not nodes:
            return None
        following, later = defaultdict[str, list[_Node[C]]](list), defaultdict[str, list[_Node[C]]](list)
        for node in nodes:
            for key, places in node.next.items():
                following[key] += places
            for key, places in node.later.items():
                later[key] += places
        return [cue for node in nodes for cue in node.cues] or None, dict(following) or None, dict(later) or None


def search(words: Sequence[Word[C]], every: bool = False) -> list[Hit[C]]:
    """All matches of phrases in the words.

    Of phrases that begin alike, a gap ends at the nearest word that continues one; with `every`, at each such word.
    """
    hits: list[Hit[C]] = []
    last = len(words) - 1
    for place, word in enumerate(words):
        if word.start is None:
            continue
        cues, following, later = word.start
        if cues is not None:
            hits += [(cue, (place,)) for cue in cues]
        if following is not None and place < last:
            for key in words[place + 1].keys:
                if key in following:
                    for node in following[key]:
                        _reach(node, words, (place, place + 1), hits, every)
        if later is not None:
            _later(later, words, (place,), hits, every)
    return hits


def _reach(node: _Node[C], words: Sequence[Word[C]], path: tuple[int, ...], hits: list[Hit[C]], every: bool) -> None:
    """Matches that continue the words in `path`. Phrases are short, so the recursion is a few words deep."""
    if node.cues:
        hits += [(cue, path) for cue in node.cues]
    place = path[-1] + 1
    if place == len(words):
        return
    if node.next:
        for key in words[place].keys:
            if key in node.next:
                for further in node.next[key]:
                    _reach(further, words, (*path, place), hits, every)
    if node.later:
        _later(node.later, words, path, hits, every)


def _later(
    nodes: Mapping[str, list[_Node[C]]],
    words: Sequence[Word[C]],
    path: tuple[int, ...],
    hits: list[Hit[C]],
    every: bool,
) -> None:
    """The words that continue a phrase, after up to three others: the nearest, or each where `every` is set."""
    first = path[-1] + 1
    for place in range(first, min(first + _FURTHEST, len(words))):
        word, found = words[place], False
        if word.stop:
            return
        for key in word.keys:
            if key in nodes:
                found = True
                for node in nodes[key]:
                    _reach(node, words, (*path, place), hits, every)
        if found and not every:
            return
