"""Regular expressions of the checks, each compiled at its first use: all of them would slow the start of the desk."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property


class Expression:
    """A regular expression that is compiled when it is first used."""

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self.pattern = pattern
        self._flags = flags

    # The methods of the compiled expression itself: to use one again costs no more than it does there.

    @cached_property
    def search(self) -> Callable[..., re.Match[str] | None]:
        """The first match in a text."""
        return self._compiled.search

    @cached_property
    def match(self) -> Callable[..., re.Match[str] | None]:
        """The match at the beginning of a text."""
        return self._compiled.match

    @cached_property
    def fullmatch(self) -> Callable[..., re.Match[str] | None]:
        """The match of a whole text."""
        return self._compiled.fullmatch

    @cached_property
    def finditer(self) -> Callable[..., Iterator[re.Match[str]]]:
        """All matches, in order."""
        return self._compiled.finditer

    @cached_property
    def findall(self) -> Callable[..., list[str]]:
        """The texts of all matches, in order, or of their group; an expression has one group at most."""
        return self._compiled.findall

    @cached_property
    def split(self) -> Callable[..., list[str]]:
        """The text between the matches."""
        return self._compiled.split

    @cached_property
    def sub(self) -> Callable[..., str]:
        """The text with each match replaced."""
        return self._compiled.sub

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self._flags)
