"""Words for danger in languages that have no tables of their own."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache

from mentiondesk.triage.lexicon import URGENCY, WEIGHTS, Cue
from mentiondesk.triage.loading import sections, table
from mentiondesk.triage.phrases import Hit
from mentiondesk.triage.words import Text

TABLE = "danger"
# More of them say nothing new.
_MOST = 2
# Written without spaces between words, so that a word is found anywhere.
_WITHOUT_SPACES = frozenset({"ja", "zh", "th", "ko"})
_CUE = Cue("critical", WEIGHTS["decisive"], TABLE, URGENCY)


@cache
def _words() -> dict[str, list[str]]:
    return dict(sections(table(TABLE)))


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    """Finds the words of one language; of all of them where the language is not known."""
    chosen = _words().keys() if language == "und" else {language} & _words().keys()
    kinds = [kind for one in sorted(chosen) for kind in _kinds(one)]
    return re.compile("|".join(kinds)) if kinds else None


def _kinds(language: str) -> Iterator[str]:
    for word in _words()[language]:
        stem = re.escape(word.removesuffix("*"))
        if language in _WITHOUT_SPACES:
            yield stem
        else:
            yield rf"(?<!\w){stem}" + ("" if word.endswith("*") else r"(?!\w)")


def dangers_in(text: Text, language: str, origins: Sequence[int] | None) -> list[Hit[Cue]]:
    """The words for danger in a text of this language, as hits on its words.

    `origins`: the token that each word came from; None where each word is one token.
    """
    pattern = _pattern(language)
    found = [match.start() for match in pattern.finditer(text.lower)] if pattern else []
    if not found:
        return []
    starts = text.starts(len(text.tokens) - 1)
    tokens = dict.fromkeys(max(bisect_right(starts, place) - 1, 0) for place in found)
    return [(_CUE, (token if origins is None else origins.index(token),)) for token in list(tokens)[:_MOST]]
