"""The box about duty on each page: who is on duty, what people have said, and the reader's own word."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.presentation.action_pages.reader import Reader
from mentiondesk.presentation.action_pages.reading import FormFields, MalformedForm
from mentiondesk.values import Frozen

# The value of the field "action" in the forms of this box.
DUTY = "duty"
_SPANS = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "12h": timedelta(hours=12), "1d": timedelta(days=1)}
WORDS = _ON, _OFF = "on", "off"


class DutyBox(Frozen):
    """`now` names those on duty. `word` is what the reader may say, "on" or "off", for one of `spans`."""

    now: str
    lines: tuple[str, ...]
    word: str
    spans: tuple[tuple[str, str], ...]


def duty_box(reader: Reader, roster: Roster, now: datetime) -> DutyBox:
    """The box as this person sees it."""
    mine = roster.find(reader.staff.staff_id)
    on_duty = [reader.name(one.staff_id) for one in roster.staff if one.on_duty(now)]
    return DutyBox(
        now=", ".join(on_duty),
        lines=tuple(_lines(reader, roster, now)),
        word=_OFF if mine is not None and mine.on_duty(now) else _ON,
        spans=tuple((name, reader.at(now + span)) for name, span in _SPANS.items()),
    )


def _lines(reader: Reader, roster: Roster, now: datetime) -> Iterator[str]:
    for one in roster.staff:
        if one.said is not None and one.said.holds(now):
            key = "duty.is_on" if one.said.on else "duty.is_off"
            yield reader.say(key, name=one.name, until=reader.at(one.said.until))


def word_of(on: bool) -> str:
    """The word as forms and addresses spell it."""
    return _ON if on else _OFF


def duty_in(typed: FormFields) -> tuple[bool, timedelta]:
    """The word in a form, and for how long. Raises MalformedForm."""
    word, span = typed.get("word"), _SPANS.get(typed.get("span", ""))
    if word not in (_ON, _OFF) or span is None:
        raise MalformedForm
    return word == _ON, span
