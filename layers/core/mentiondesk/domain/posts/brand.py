"""The brand: its accounts, those of its people, and what is searched for."""

from collections.abc import Iterator, Sequence

from mentiondesk.domain.ids import UserId
from mentiondesk.values import Frozen

# X's longest query for a search (docs.x.com, recent search, self-serve).
LONGEST_QUERY = 512


class Account(Frozen):
    """An account on X."""

    user_id: UserId
    handle: str


class Brand(Frozen):
    """A brand's account on X, whose mentions are answered.

    `words` are searched for in posts that do not mention the handle. Posts of the further `accounts`, and of the
    brand's `people` under their own names, are answers and never customers' posts.
    """

    name: str
    user_id: UserId
    handle: str
    words: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    people: tuple[UserId, ...] = ()

    @property
    def own_ids(self) -> frozenset[UserId]:
        """The accounts that speak for the brand."""
        return frozenset((self.user_id, *(account.user_id for account in self.accounts), *self.people))

    @property
    def handles(self) -> Iterator[tuple[UserId, str]]:
        """The brand's accounts with their handles, the one whose mentions are answered first."""
        yield self.user_id, self.handle
        yield from ((account.user_id, account.handle) for account in self.accounts)

    @property
    def search_query(self) -> str:
        """A query for what the mentions do not bring.

        It finds the brand's words without its handle, quotes of its posts (their link leads to them), and what its
        further accounts write.
        """
        wanted = [_term(word) for word in self.words or (self.name,)]
        wanted += [f"from:{account.user_id}" for account in self.accounts]
        with_quotes = self._query((*wanted, f'url:"{self.handle}/status"'))
        # Words that fill the query already are searched for as before.
        return with_quotes if len(with_quotes) <= LONGEST_QUERY else self._query(wanted)

    @property
    def overflow_query(self) -> str:
        """A query for the mentions that X's feed no longer shows."""
        return f"@{self.handle} -from:{self.handle} -is:retweet"

    def audit_query(self, mentions: bool, search: bool) -> str:
        """A query for the customers' posts that the feeds read, as the counts of X answer it.

        What this finds and does not fit is left out, so that the counts are never larger than what is read.
        """
        named = [f"@{self.handle}"] if mentions else []
        words = [_term(word) for word in self.words or (self.name,)] if search else []
        others = "".join(f" -from:{own}" for own in sorted(self.own_ids - {self.user_id}))
        tail = f"{'' if mentions else f' -@{self.handle}'} -from:{self.handle}{others} -is:retweet"
        queries = [f"({' OR '.join(some)}){tail}" for some in ([*named, *words], named, words) if some]
        return next((query for query in queries if len(query) <= LONGEST_QUERY), f"@{self.handle} -is:retweet")

    def _query(self, wanted: Sequence[str]) -> str:
        return f"({' OR '.join(wanted)}) -@{self.handle} -from:{self.handle} -is:retweet"


def _term(word: str) -> str:
    """A word as X searches for it: hashtags and handles by themselves, all others as they are written."""
    return word if word.startswith(("#", "@")) else f'"{word}"'
