"""Patterns of the brand's own rules: regular expressions whose time is bounded whatever the text."""

import re
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from mentiondesk.settings.types import shown

_LONGEST = 200
# Ways in which a pattern may match from one place; a text has some hundred places.
_MOST_WAYS = 2_000
# Stands for + and *, which have no bound of their own.
_NO_BOUND = 1_000
_ONE_WAY = frozenset({ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN, ops.AT})


class _TooManyWays(ValueError):
    """The pattern could take very long."""


def safe_pattern(text: str) -> str:
    """The pattern as it is. Raises ValueError for one that is none, that matches nothing at all, or may take long."""
    if len(text) > _LONGEST:
        raise ValueError(f"this pattern is longer than {_LONGEST} characters; make it shorter, or two rules")
    try:
        re.compile(text, re.IGNORECASE)
        parsed = parser.parse(text)
        shortest = parsed.getwidth()[0]
        ways = _ways(parsed)
    except _TooManyWays:
        shortest, ways = 1, _MOST_WAYS + 1
    except (re.error, OverflowError, RecursionError):
        raise ValueError(f"{shown(text)} is not a pattern; write a regular expression, or phrases") from None
    if shortest and ways > _MOST_WAYS:
        raise ValueError(f"{shown(text)} could take very long; use at most one + or *, and bounds like {{0,20}}")
    if not shortest:
        raise ValueError(f"{shown(text)} fits every text; name what it looks for")
    return text


def _ways(pattern: Any) -> int:
    """An upper bound of the ways in which the parsed pattern can match from one place. Raises _TooManyWays."""
    ways = 1
    for op, argument in pattern:
        ways *= _ways_of(op, argument)
        if ways > _MOST_WAYS:
            raise _TooManyWays
    return ways


def _ways_of(op: Any, argument: Any) -> int:
    if op in _ONE_WAY:
        return 1
    if op is ops.SUBPATTERN:
        return _ways(argument[-1])
    if op is ops.BRANCH:
        return sum(map(_ways, argument[1]))
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
        return _repeated(*argument)
    # References back, looks ahead and behind, atomic groups: nobody needs them here.
    raise _TooManyWays


def _repeated(least: int, most: int, body: Any) -> int:
    most = min(int(most), _NO_BOUND)
    inner = _ways(body)
    if inner > 1 and most > 10:
        raise _TooManyWays
    return (most - min(least, most) + 1) * int(inner ** min(most, 10))
