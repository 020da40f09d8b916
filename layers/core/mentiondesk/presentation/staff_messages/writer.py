"""Writes the mail and the text for one person, about one case, about many, or about an incident."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.text import clean, defang
from mentiondesk.presentation.staff_messages.gsm7 import SEGMENT, TWO_SEGMENTS, cut, places, to_gsm7
from mentiondesk.presentation.staff_messages.notices import IncidentNotice, Notice

_MOST_LISTED = 50
_MOST_IN_SUBJECT = 60


class Writer:
    """Messages to staff. Everything that came from X is made safe, in every one of them.

    Without `html`, mails have their plain text only.
    """

    def __init__(self, html: bool = True) -> None:
        self._html = html

    def email(self, staff: Staff, notices: Sequence[Notice], brand: str, now: datetime) -> Email:
        """One mail about one case, or a digest of many, the most pressing first."""
        ordered = _most_pressing_first(notices)
        first = ordered[0]
        by = first.answer_by(staff, now)
        if len(ordered) == 1:
            # With the customer's words, two mails of one minute can be told apart in a list.
            subject = f"{first.what.capitalize()}: answer by {by}, {first.left(now)}: {first.words(_MOST_IN_SUBJECT)}"
        else:
            about = f" about “{together}”" if (together := _together(ordered)) else ""
            subject = f"{len(ordered)} customers wait{about}: the first to answer by {by}, {first.left(now)}"
        facts = {
            "notices": ordered[:_MOST_LISTED],
            "unlisted": max(len(ordered) - _MOST_LISTED, 0),
        }
        return self._mail("case" if len(ordered) == 1 else "digest", subject, staff, brand, now, facts)

    def text(self, staff: Staff, notices: Sequence[Notice], now: datetime) -> str:
        """In the GSM alphabet: what, how long is left, who, their words, and the link.

        One segment; two where the link is one that acts.
        """
        first, *others = _most_pressing_first(notices)
        by = first.answer_by(staff, now)
        if others:
            urgent = sum(n.case.urgency >= Urgency.HIGH for n in notices)
            pressing = f", {urgent} urgent" if urgent else ""
            says = f"{len(notices)} customers wait{pressing}. First: answer by {by}, {first.left(now)}."
        else:
            says = f"{first.what.capitalize()}: answer by {by}, {first.left(now)}. Customer {first.case.customer_id}:"
        return _text(says, first.words(SEGMENT), first.act or first.link, TWO_SEGMENTS if first.act else SEGMENT)

    def incident_email(self, staff: Staff, notice: IncidentNotice, brand: str, now: datetime) -> Email:
        """One mail about an incident: noticed, or solved with the customers to go back to."""
        if notice.going_back:
            subject = f"Solved: {notice.title}: {notice.incident.people} customers to go back to"
        else:
            subject = f"{notice.people} since {notice.since(staff, now)}: {notice.title}"
        name = "go_back" if notice.going_back else "incident"
        return self._mail(name, subject, staff, brand, now, {"n": notice, "most": _MOST_LISTED})

    def incident_text(self, staff: Staff, notice: IncidentNotice, now: datetime) -> str:
        """In the GSM alphabet, at most two segments: what, how many, since when, one customer's words and the link."""
        if notice.going_back:
            says = f"Solved, {notice.incident.people} customers to go back to:"
        else:
            says = f"{notice.people} since {notice.since(staff, now)}:"
        return _text(says, notice.title, notice.act or notice.samples(1)[0][1], TWO_SEGMENTS)

    def _mail(
        self, template: str, subject: str, staff: Staff, brand: str, now: datetime, facts: dict[str, object]
    ) -> Email:
        facts |= {"brand": clean(brand), "staff": staff, "now": now, "subject": subject}
        return Email(
            subject=subject,
            text=self._templates.get_template(f"{template}.txt").render(facts),
            html=self._templates.get_template(f"{template}.html").render(facts) if self._html else "",
        )

    @cached_property
    def _templates(self) -> Environment:
        return Environment(
            loader=PackageLoader("mentiondesk.presentation.staff_messages"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )


def _text(says: str, words: str, link: str, most: int) -> str:
    """As much of the words as there is room for, in quotes, between what is said and the link."""
    start, end = to_gsm7(says) + " ", " " + link
    # In a smaller alphabet, what was no link may have become one.
    shown = cut(defang(to_gsm7(words)), most - places(start) - places(end) - 2)
    return f'{start}"{shown}"{end}' if shown else f"{start.rstrip()}{end}"


def _together(notices: Sequence[Notice]) -> str:
    """The title of the incident that all of these are about."""
    titles = {notice.part_of for notice in notices}
    return titles.pop() if len(titles) == 1 else ""


def _most_pressing_first(notices: Sequence[Notice]) -> list[Notice]:
    return sorted(notices, key=lambda n: (-n.case.urgency.rank, n.wait.answer_by))
