"""Words for danger in languages that have no tables of their own."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from mentiondesk.triage.lexicon import URGENCY, WEIGHTS, Cue
from mentiondesk.triage.loading import sections, table
from mentiondesk.triage.phrases import GAP, Hit
from mentiondesk.triage.words import Text

TABLE = "danger"
# More of them say nothing new.
_MOST = 2
# Written without spaces between words, so that a word is found anywhere.
_WITHOUT_SPACES = frozenset({"ja", "zh", "th", "ko"})
# Parts of the expressions: between words, up to four other words or a few letters of the same sentence, and the rest of
# a word. Vowels of some scripts are marks and no letters.
_SPACE = r"[ ,]+"
_FEW_WORDS, _FEW_LETTERS = r"(?:[ ,]+[^\s.!?]+){0,4}?", r"[^.!?。！？\n]{0,12}?"
_REST, _END = r"[^\s.,!?]*+", r"(?!\w)"
_CUE = Cue("critical", WEIGHTS["decisive"], TABLE, URGENCY)


@cache
def _words() -> dict[str, list[str]]:
    return dict(sections(table(TABLE)))


@cache
def _pattern(language: str, *, calm: bool) -> re.Pattern[str] | None:
    """Finds the words for danger, or the calm phrases, of one language; of all of them where it is not known."""
    kinds: list[str] = []
    for heading, phrases in _words().items():
        code, _, says = heading.partition(" ")
        if language in (code, "und") and bool(says) is calm:
            expressed = "|".join(_expressed(phrase, code not in _WITHOUT_SPACES) for phrase in phrases)
            kinds.append(expressed if code in _WITHOUT_SPACES else rf"(?<!\w)(?:{expressed})")
    return re.compile("|".join(kinds)) if kinds else None


def _expressed(phrase: str, spaced: bool) -> str:
    """Writes a phrase as a regular expression."""
    if not spaced:
        return _FEW_LETTERS.join(map(re.escape, phrase.split(f" {GAP} ")))
    found = ""
    for part in phrase.split():
        if part == GAP:
            found += _FEW_WORDS
        else:
            found += (_SPACE if found else "") + _either(part)
    return found


def _either(part: str) -> str:
    """Matches a word, or one of several with `/` in between, each as written or, with `*`, as it begins."""
    words = [re.escape(word.removesuffix("*")) + (_REST if word[-1] == "*" else "") for word in part.split("/")]
    return (words[0] if len(words) == 1 else f"(?:{'|'.join(words)})") + _END


def dangers_in(text: Text, language: str, origins: Sequence[int] | None) -> list[Hit[Cue]]:
    """The words for danger in a text of this language, as hits on its words.

    `origins`: the token that each word came from; None where each word is one token.
    """
    found = _spans(text.lower, language)
    if not found:
        return []
    starts = text.starts()
    tokens = dict.fromkeys(tuple(_at(starts, place) for place in (first, last - 1)) for first, last in found)
    return [
        (_CUE, tuple(dict.fromkeys(token if origins is None else origins.index(token) for token in path)))
        for path in list(tokens)[:_MOST]
    ]


def _at(starts: Sequence[int], place: int) -> int:
    """The token at a place of the text."""
    return max(bisect_right(starts, place) - 1, 0)


def _spans(lower: str, language: str) -> list[tuple[int, int]]:
    """Finds the spans of the words for danger that no calm phrase explains."""
    dangers, calm = _pattern(language, calm=False), _pattern(language, calm=True)
    found = [match.span() for match in dangers.finditer(lower)] if dangers else []
    explained = [match.span() for match in calm.finditer(lower)] if found and calm else ()
    return [span for span in found if not any(_explains(lower, one, span) for one in explained)]


def _explains(lower: str, calm: tuple[int, int], danger: tuple[int, int]) -> bool:
    """True where a calm phrase begins or ends with the word for danger; a word in its gap stays dangerous."""
    begins, ends = calm[0] == danger[0], calm[0] <= danger[0] < calm[1] and " " not in lower[danger[1] : calm[1]]
    return begins or ends
