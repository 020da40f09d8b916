"""The part of X's search language that is understood here.

Words, "quoted phrases", OR, AND by a space, parentheses, - before anything, @handle, #tag, from:, to:, lang:,
is:retweet, is:reply, is:quote, conversation_id:, in_reply_to_tweet_id:, url:"...". Case matters in OR only.
Any other operator is refused, as X refuses those it does not offer.
"""

import re
from collections.abc import Callable

from infra.local.x_standin.model import Post, as_words

Matches = Callable[[Post], bool]
UserId = Callable[[str], str | None]
Links = Callable[[Post], str]

_TOKEN = re.compile(r'\s*(?:(?P<mark>[()])|(?P<minus>-)(?=[^\s)])|"(?P<phrase>[^"]*)"|(?P<term>[^\s()"]+))')
_OPERATOR = re.compile(r"([a-z_]+):(.*)", re.IGNORECASE)
_NOT_AVAILABLE = (
    "Reference to invalid operator '{}'. Operator is not available in current product or product packaging."
)


class QueryError(ValueError):
    """X would refuse the query; the text says why."""


def parse(query: str, user_id: UserId, links: Links = lambda _: "") -> Matches:
    """Compiles a query into a predicate. Raises QueryError.

    `user_id` finds the id of a handle; `links` gives the addresses in a post, that of the post it quotes among them.
    """
    parser = _Parser(_tokens(query), user_id, links)
    matches = parser.any_of()
    if parser.rest:
        raise QueryError(f"unexpected '{parser.rest[0][1]}'")
    if not parser.stands_alone:
        raise QueryError("Rules must contain at least one positive, non-stopword clause")
    return matches


def _tokens(query: str) -> list[tuple[str, str]]:
    tokens, position, query = [], 0, query.rstrip()
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None or match.lastgroup is None:
            raise QueryError(f"cannot read the query at position {position}")
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent; OR binds less tightly than a space."""

    def __init__(self, tokens: list[tuple[str, str]], user_id: UserId, links: Links) -> None:
        self.rest = tokens
        self.stands_alone = False
        """X wants at least one thing that is looked for, not only things that are filtered."""
        self._user_id = user_id
        self._links = links

    def any_of(self) -> Matches:
        choices = [self._all_of()]
        while self._take("term", "OR"):
            choices.append(self._all_of())
        return lambda post: any(matches(post) for matches in choices)

    def _all_of(self) -> Matches:
        parts = []
        while self.rest and self.rest[0] not in (("term", "OR"), ("mark", ")")):
            parts.append(self._one(positive=True))
        if not parts:
            raise QueryError("something to search for is missing")
        return lambda post: all(matches(post) for matches in parts)

    def _one(self, positive: bool) -> Matches:
        kind, value = self.rest.pop(0)
        if kind == "minus":
            inner = self._one(positive=False)
            return lambda post: not inner(post)
        if kind == "mark":
            return self._group(positive)
        if kind == "term" and (operator := _OPERATOR.fullmatch(value)):
            return self._operator(operator.group(1).lower(), operator.group(2), positive)
        self.stands_alone |= positive
        return _has_phrase(value) if kind == "phrase" else _has_term(value)

    def _group(self, positive: bool) -> Matches:
        stood_alone = self.stands_alone
        inner = self.any_of()
        if not self._take("mark", ")"):
            raise QueryError("a parenthesis is not closed")
        self.stands_alone = stood_alone or (self.stands_alone and positive)
        return inner

    def _operator(self, name: str, value: str, positive: bool) -> Matches:
        if name in ("from", "to", "conversation_id", "in_reply_to_tweet_id", "url"):
            self.stands_alone |= positive
        wanted = value.lower().removeprefix("@")
        match name:
            case "url":
                return self._linked(value)
            case "from":
                author = self._id_of(wanted)
                return lambda post: post.author_id == author
            case "to":
                addressee = self._id_of(wanted)
                return lambda post: post.reply_to_user is not None and post.reply_to_user == addressee
            case "lang":
                return lambda post: post.lang.lower() == wanted
            case "conversation_id":
                return lambda post: post.conversation_id == wanted
            case "in_reply_to_tweet_id":
                return lambda post: post.reply_to == wanted
            case "is":
                return _is(wanted)
        raise QueryError(_NOT_AVAILABLE.format(name))

    def _linked(self, value: str) -> Matches:
        """A match of the words of an address, in a row; an address with marks in it stands in quotes."""
        if not value and self.rest and self.rest[0][0] == "phrase":
            value = self.rest.pop(0)[1]
        wanted = as_words(value)
        if not wanted:
            raise QueryError("url: needs an address")
        return lambda post: wanted in as_words(self._links(post))

    def _id_of(self, user: str) -> str | None:
        return user if user.isdigit() else self._user_id(user)

    def _take(self, kind: str, value: str) -> bool:
        found = bool(self.rest) and self.rest[0] == (kind, value)
        if found:
            self.rest.pop(0)
        return found


def _is(kind: str) -> Matches:
    match kind:
        case "retweet":
            return lambda post: post.reposts is not None
        case "reply":
            return lambda post: post.reply_to is not None
        case "quote":
            return lambda post: post.quotes is not None
    raise QueryError(_NOT_AVAILABLE.format(f"is:{kind}"))


def _has_term(term: str) -> Matches:
    if term.lower() in ("and", "or"):
        raise QueryError(f"Ambiguous use of {term} as a keyword")
    wanted = term[1:].lower()
    if term.startswith("@"):
        return lambda post: wanted in post.mentions
    if term.startswith("#"):
        return lambda post: wanted in post.hashtags
    return _has_phrase(term)


def _has_phrase(phrase: str) -> Matches:
    """Whole words in a row; something without letters or digits (an emoji) is looked for as it is."""
    wanted = as_words(phrase)
    if wanted:
        return lambda post: wanted in post.words
    if not phrase.strip():
        raise QueryError("a phrase is empty")
    return lambda post: phrase in post.full_text
