"""Writes the mail and the text for one person, about one case or about many."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mentiondesk.domain.plaintext import clean, defang
from mentiondesk.domain.roster import Staff
from mentiondesk.domain.tags import Urgency
from mentiondesk.messages.gsm7 import SEGMENT, cut, places, to_gsm7
from mentiondesk.messages.notices import Notice
from mentiondesk.ports import Email

_MOST_LISTED = 50
_MOST_IN_SUBJECT = 60


class Writer:
    """Messages to staff. Everything that came from X is made safe, in every one of them."""

    def email(self, staff: Staff, notices: Sequence[Notice], brand: str, now: datetime) -> Email:
        """One mail about one case, or a digest of many, the most pressing first."""
        ordered = _most_pressing_first(notices)
        first = ordered[0]
        by = first.answer_by(staff, now)
        if len(ordered) == 1:
            # With the customer's words, two mails of one minute can be told apart in a list.
            subject = f"{first.what.capitalize()}: answer by {by}, {first.left(now)}: {first.words(_MOST_IN_SUBJECT)}"
        else:
            subject = f"{len(ordered)} customers wait: the first to answer by {by}, {first.left(now)}"
        facts = {
            "brand": clean(brand),
            "staff": staff,
            "now": now,
            "subject": subject,
            "notices": ordered[:_MOST_LISTED],
            "unlisted": max(len(ordered) - _MOST_LISTED, 0),
        }
        name = "case" if len(ordered) == 1 else "digest"
        return Email(
            subject=subject,
            text=self._templates.get_template(f"{name}.txt").render(facts),
            html=self._templates.get_template(f"{name}.html").render(facts),
        )

    def text(self, staff: Staff, notices: Sequence[Notice], now: datetime) -> str:
        """One segment in the GSM alphabet: what, how long is left, who, their words, and the link."""
        first, *others = _most_pressing_first(notices)
        by = first.answer_by(staff, now)
        if others:
            urgent = sum(n.case.urgency >= Urgency.HIGH for n in notices)
            pressing = f", {urgent} urgent" if urgent else ""
            says = f"{len(notices)} customers wait{pressing}. First: answer by {by}, {first.left(now)}."
        else:
            says = f"{first.what.capitalize()}: answer by {by}, {first.left(now)}. Customer {first.case.customer_id}:"
        start, end = to_gsm7(says) + " ", " " + first.link
        room = SEGMENT - places(start) - places(end) - 2
        # In a smaller alphabet, what was no link may have become one.
        words = cut(defang(to_gsm7(first.words(SEGMENT))), room)
        return f'{start}"{words}"{end}' if words else f"{start.rstrip()}{end}"

    @cached_property
    def _templates(self) -> Environment:
        return Environment(
            loader=PackageLoader("mentiondesk.messages"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )


def _most_pressing_first(notices: Sequence[Notice]) -> list[Notice]:
    return sorted(notices, key=lambda n: (-n.case.urgency.rank, n.wait.answer_by))
