"""Value types of the settings file: durations, time zones, weekly hours, stage times and phrases."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo

from mentiondesk.domain.hours import Hours, Period
from mentiondesk.domain.incidents.drafts import LINK_WEIGHT, MOST_WEIGHT, weight

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:\d+ ?[dhms] ?)+")
_LONGEST = timedelta(days=3660)
_PERIOD = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")
_STAGE_TIME = re.compile(r"(\d{1,3})%|((?:\d+[dhms])+) (before|after)")
_PHRASE_PART = re.compile(r"(?:[\w'&#@.+€$£%/-]*\w[\w'&#@.+€$£%/-]*\*?|[^\w\s*/,<>?.]+)")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_NOT_IN_A_SENTENCE = re.compile(r"[{}\x00-\x1f\x7f\u2028\u2029]")
# A drafted post keeps room for a link and for at least this much of the incident's title.
_MOST_POST_WEIGHT = MOST_WEIGHT - LINK_WEIGHT - 1 - 60
# Longest value that a problem repeats.
_MOST_SHOWN = 60


def stored(info: ValidationInfo) -> bool:
    """True for settings that are in force: an earlier version accepted them, and a desk must not stop for a slip."""
    return bool(info.context and info.context.get("stored"))


def shown(value: object) -> str:
    """A value as a problem repeats it, cut to one line."""
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 3]}..."


def duration(value: object) -> timedelta:
    """A duration written like 30m, 4h, 1h30m or 2d. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError(f"{shown(value)} is not a length of time; write it like 30m, 4h, 1h30m or 2d")
    seconds = sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+) ?([dhms])", value))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{shown(value)} is longer than ten years; write it like 30m, 4h, 1h30m or 2d")
    return timedelta(seconds=seconds)


def _written(value: timedelta) -> str:
    return f"{round(value.total_seconds())}s"


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("must be longer than nothing; write it like 30m, 4h, 1h30m or 2d")
    return value


Duration = Annotated[timedelta, BeforeValidator(duration), PlainSerializer(_written)]
Length = Annotated[Duration, AfterValidator(_positive)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a known time zone; write it like Europe/London or UTC") from None
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


def period(text: object) -> Period:
    """A period of a day written like "09:00-17:30"; 24:00 ends at midnight. Raises ValueError."""
    match = _PERIOD.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f'{text!r} is not a period; write it in quotes like "09:00-17:30"')
    opens, closes = time(int(match[1]), int(match[2])), time(int(match[3] or 0), int(match[4] or 0))
    return Period(opens, closes)


def weekdays(key: str) -> list[int]:
    """The weekdays (0 for Monday) that a key names: mon, mon-fri, sat-mon or daily. Raises ValueError."""
    if key == "daily":
        return list(range(7))
    first, _, last = key.partition("-") if "-" in key else (key, "", key)
    if first not in _DAYS or last not in _DAYS:
        raise ValueError(f"{key!r} names no days; write mon, mon-fri or daily")
    start, length = _DAYS.index(first), (_DAYS.index(last) - _DAYS.index(first)) % 7
    return [(start + step) % 7 for step in range(length + 1)]


def readable_week(week: dict[str, list[str]]) -> dict[str, list[str]]:
    """The week as it is. Raises ValueError unless each weekday stands once and something is open."""
    seen: set[int] = set()
    for key, periods in week.items():
        days = set(weekdays(key))
        if days & seen:
            raise ValueError(f"{key!r} names a day that stands there already")
        seen |= days
        for text in periods:
            period(text)
    if not any(week.values()):
        raise ValueError("these hours are never open; give at least one period")
    return week


Week = Annotated[dict[str, list[str]], AfterValidator(readable_week)]


def weekly_hours(week: Mapping[str, Iterable[str]], holidays: frozenset[date], zone: str) -> Hours:
    """Opening hours in `zone` from a week that is readable."""
    days: list[tuple[Period, ...]] = [()] * 7
    for key, periods in week.items():
        for day in weekdays(key):
            days[day] = tuple(period(text) for text in periods)
    return Hours(zone, tuple(days), holidays)


def stage_time(text: str) -> tuple[float, timedelta]:
    """A stage time as a share of the target and a shift: "50%", "10m before" or "30m after". Raises ValueError."""
    match = _STAGE_TIME.fullmatch(text)
    if match is None:
        raise ValueError(f'{text!r} is not a time of a stage; write 50%, "10m before" or "30m after"')
    if match[1]:
        return int(match[1]) / 100, timedelta(0)
    return 1.0, duration(match[2]) * (-1 if match[3] == "before" else 1)


def _readable_stage_time(text: str) -> str:
    stage_time(text)
    return text


StageTime = Annotated[str, AfterValidator(_readable_stage_time)]


def _phrase(text: str) -> str:
    parts = text.split()
    gaps = [place for place, part in enumerate(parts) if part == "..."]
    wrong = next((part for part in parts if part != "..." and not _PHRASE_PART.fullmatch(part)), None)
    if not parts or len(text) > 80 or wrong or {0, len(parts) - 1} & set(gaps):
        raise ValueError(
            f"{shown(text)} is not a phrase; write words, with * at the end of a word for any ending, / between words"
            " of which one will do, and ... between words for up to three others"
        )
    return text.lower().replace("’", "'")


Phrase = Annotated[str, AfterValidator(_phrase)]
Phrases = Annotated[tuple[Phrase, ...], Field(max_length=500)]


def _searchable(word: str, info: ValidationInfo) -> str:
    if stored(info):
        return word
    if not 2 <= len(word) <= 60 or '"' in word or not word.isprintable():
        raise ValueError(f"{shown(word)} cannot be searched for; use 2 to 60 characters without quotes")
    if word[0] in "#@" and not re.fullmatch(r"#\w{1,59}|@\w{1,15}", word):
        raise ValueError(f"{shown(word)} is no single {_MARKED[word[0]]}; leave out spaces and marks, or the {word[0]}")
    if _OPERATOR.search(word):
        raise ValueError(
            f"{shown(word)} would be an operator of X's search; leave out OR, -, parentheses and names with a colon"
        )
    if not re.search(r"\w", word) and word.isascii():
        raise ValueError(f"{shown(word)} cannot be searched for; X looks for words, not for marks")
    return word


_MARKED = {"#": "hashtag", "@": "handle"}
# Parts of X's query language: docs.x.com/x-api/posts/search/integrate/build-a-query.
_OPERATOR = re.compile(r"^-|\s-\w|[()]|\b[a-z_]+:\S|\bOR\b|^(?:AND|NOT)$")
Searched = Annotated[str, AfterValidator(_searchable)]


def sentence(*placeholders: str) -> AfterValidator:
    """Accepts one line of text that has each of the placeholders, like "{title}", once and no other."""

    def readable(text: str) -> str:
        found = _PLACEHOLDER.findall(text)
        if sorted(found) != sorted(placeholders) or _NOT_IN_A_SENTENCE.search(_PLACEHOLDER.sub("", text)):
            known = " and ".join(placeholders)
            what = f"with {known} in it once" if placeholders else "without braces"
            raise ValueError(f"{shown(text)} does not fit; write it in one line, {what}")
        return text

    return AfterValidator(readable)


def short_enough_to_post(text: str) -> str:
    """The text of a post as it is. Raises ValueError if it leaves too little room for a title and a link."""
    too_much = weight(_PLACEHOLDER.sub("", text)) - _MOST_POST_WEIGHT
    if too_much > 0:
        raise ValueError(
            f"this leaves no room for the title and a link in a post; make it {too_much} characters shorter"
        )
    return text


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


# Stands before a tuple: one text may be written without brackets.
OneOrMore = BeforeValidator(_one_or_more)
