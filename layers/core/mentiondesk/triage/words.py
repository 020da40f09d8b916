"""Splits a post's text into tokens, with their positions."""

import re
from collections.abc import Sequence

from mentiondesk.domain.letters import Plain, plain_letters
from mentiondesk.values import Frozen

# X's longest posts have 25,000 characters. What a customer wants stands at the beginning or at the end.
_HEAD, _TAIL = 1600, 400
_LONGEST_WORD = 40
# Endings of hashtags like #brandfails.
_LAST_WORDS = ("fails", "fail", "failed", "failure", "sucks", "suck", "sux", "problems", "down", "rocks")

_APOSTROPHES = "’‘´`ʼ"


def _tokens(letter: str, *more: str) -> re.Pattern[str]:
    """Words, handles, hashtags, links, sums, numbers, emoticons and marks; what is most frequent stands first."""
    kinds = (
        rf"(?!https?:|www\.){letter}++(?:'{letter}++)*+",
        r"[@#]\w+",
        # A mark here must not begin an emoticon.
        r"[.!?\n,](?![-'()])",
        r"https?://\S+|www\.\S+",
        r"[$£€₹]\ ?\d[\d.,]*",
        # A share's sign, like $abc.
        r"\$[a-z]{1,6}(?!\w)",
        r"(?<![\w-])-\d+(?!\w)",
        r"\d+(?:st|nd|rd|th)(?!\w)",
        r"\d+(?:[.,:/-]\d+)*",
        r"[:;=8x]'?-?[()\[\]/\\dp*@|<>3]+(?!\w)|<3|[)(]-?[:;](?!\w)|d:(?!\w)|-_+-|/s(?!\w)",
        r"[.!?\n;,…:\"“”«»()]",
        *more,
    )
    # A space is matched with the token after it: trying each kind of token at a space costs as much as at a word.
    return re.compile(f" ?({'|'.join(kinds)})")


_PLAIN = _tokens("[a-z]")
_ANY = _tokens(r"[^\W\d_]", r"[\u2190-\u2bff\U0001f000-\U0001faff]")
# Swear words with stars in place of letters are read as the word meant, which has as many letters.
_CENSORED = re.compile(r"(?<![\w*])[a-z]+\*[a-z*]*(?![\w*])")
_SWEAR_WORDS: tuple[str, ...] = (
    "fuck",
    "fucking",
    "fucked",
    "shit",
    "shitty",
    "bullshit",
    "crap",
    "bitch",
    "bastard",
    "asshole",
)
_SWEAR_WORDS += ("arsehole", "cunt", "dick", "piss", "pissed", "damn", "hell", "arse", "wanker", "twat", "bollocks")
_CAPITALS = re.compile(r"[A-Z][a-z]+|[A-Z]+(?![a-z])|[a-z]+|\d+")


class Text(Frozen):
    """The tokens of a post in lower case; `parts` says of each which token of the text it came from.

    A hashtag is one token of the text and becomes as many words as it is made of.
    """

    plain: Plain
    lower: str
    tokens: Sequence[str]

    def ends(self, last: int) -> list[int]:
        """The end of each token in the plain text, up to the token numbered `last`."""
        end, find = 0, self.lower.index
        return [end := find(token, end) + len(token) for token in self.tokens[: last + 1]]

    def starts(self) -> list[int]:
        """The start of each token in the plain text."""
        return [end - len(token) for end, token in zip(self.ends(len(self.tokens)), self.tokens, strict=True)]


def _uncensored(found: re.Match[str]) -> str:
    """The swear word that has the same letters where none is hidden; else the word as written."""
    word = found[0]
    alike = (
        known
        for known in _SWEAR_WORDS
        if len(known) == len(word) and all(star in ("*", letter) for star, letter in zip(word, known, strict=True))
    )
    return next(alike, word)


def read(raw: str) -> Text:
    """The words of a post; of a very long one, those of its beginning and its end."""
    plain = plain_letters(raw) if len(raw) <= _HEAD + _TAIL else _shortened(raw)
    text = plain.text
    lower = text.lower()
    if "*" in lower:
        lower = _CENSORED.sub(_uncensored, lower)
    token = _PLAIN
    if not lower.isascii():
        token = _ANY
        if len(lower) != len(text):  # a few capitals become two letters
            lower = "".join(low if len(low := character.lower()) == 1 else character for character in text)
        for apostrophe in _APOSTROPHES:
            lower = lower.replace(apostrophe, "'")
    return Text(plain, lower, token.findall(lower))


def _shortened(raw: str) -> Plain:
    """The beginning and the end of a very long post, each on a line of its own."""
    resumes = len(raw) - _TAIL
    head, tail = plain_letters(raw[:_HEAD]), plain_letters(raw[resumes:])
    origins = [*map(head.origin, range(len(head.text))), _HEAD]
    origins += [resumes + tail.origin(place) for place in range(len(tail.text))]
    return Plain(f"{head.text}\n{tail.text}", origins)


def by_capitals(tag: str) -> list[str]:
    """The words of a hashtag written #LikeThis."""
    return [word.lower() for word in _CAPITALS.findall(tag[: 2 * _LONGEST_WORD])]


def segmented(tag: str, known: "set[str] | dict[str, object]") -> list[str]:
    """The words of a hashtag written #likethis, as few as there can be; else its known ending, or itself."""
    tag = tag[:_LONGEST_WORD]
    best: list[list[str] | None] = [[]] + [None] * len(tag)
    for end in range(1, len(tag) + 1):
        for start in range(max(0, end - 16), end):
            before = best[start]
            if before is None or (end - start < 2 and tag[start:end] not in "ai") or tag[start:end] not in known:
                continue
            found = best[end]
            if found is None or len(before) + 1 < len(found):
                best[end] = [*before, tag[start:end]]
    if best[-1]:
        return best[-1]
    ending = next((word for word in _LAST_WORDS if tag.endswith(word) and tag != word), "")
    return [tag.removesuffix(ending), ending] if ending else [tag]
