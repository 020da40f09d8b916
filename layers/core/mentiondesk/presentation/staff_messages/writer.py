"""Messages to staff: about one case, about many, or about an incident."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mentiondesk.domain.alerts.messages import KIND_HEADER, Email, MessageKind
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice, Notice
from mentiondesk.domain.alerts.roster import Channel, Staff
from mentiondesk.domain.text import clean, defang
from mentiondesk.presentation.staff_messages.gsm7 import SEGMENT, TWO_SEGMENTS, cut, places, to_gsm7
from mentiondesk.presentation.staff_messages.views import CaseView, IncidentView

_MOST_LISTED = 50
_MOST_IN_SUBJECT = 60


class StaffMessages:
    """StaffWriter on templates. Without `html`, mails have their plain text only."""

    def __init__(self, html: bool = True) -> None:
        self._html = html

    def write(
        self, channel: Channel, staff: Staff, notices: Sequence[Notice], brand: str, now: datetime
    ) -> Email | str:
        by_mail = channel is Channel.EMAIL
        for one in notices:
            if isinstance(one, IncidentNotice):
                incident = IncidentView(one, staff, now)
                return self._incident_mail(incident, brand) if by_mail else _incident_text(incident)
        cases = [CaseView(one, staff, now) for one in notices if isinstance(one, CaseNotice)]
        cases.sort(key=lambda one: (-one.case.urgency.rank, one.wait.answer_by))
        return self._case_mail(cases, brand) if by_mail else _case_text(cases)

    def _case_mail(self, cases: Sequence[CaseView], brand: str) -> Email:
        """One mail about one case, or a digest of many, the most urgent first."""
        first, *others = cases
        if others:
            about = f" about “{together}”" if (together := _together(cases)) else ""
            subject = f"{len(cases)} customers wait{about}: the first to answer by {first.answer_by}, {first.left}"
            facts = {"cases": cases[:_MOST_LISTED], "unlisted": max(len(cases) - _MOST_LISTED, 0)}
            return self._mail(MessageKind.CASES, "digest", subject, first.staff, brand, facts)
        # With the customer's words, two mails of one minute can be told apart in a list.
        words = first.words(_MOST_IN_SUBJECT)
        subject = f"{first.what.capitalize()}: answer by {first.answer_by}, {first.left}: {words}"
        return self._mail(MessageKind.CASE, "case", subject, first.staff, brand, {"n": first})

    def _incident_mail(self, one: IncidentView, brand: str) -> Email:
        """One mail about an incident: noticed, or resolved with the customers to go back to."""
        facts = {"n": one, "most": _MOST_LISTED}
        if one.notice.going_back:
            subject = f"Solved: {one.title}: {one.incident.people} customers to go back to"
            return self._mail(MessageKind.INCIDENT_RESOLVED, "go_back", subject, one.staff, brand, facts)
        subject = f"{one.people} since {one.since}: {one.title}"
        return self._mail(MessageKind.INCIDENT_NOTICED, "incident", subject, one.staff, brand, facts)

    def _mail(
        self, kind: MessageKind, template: str, subject: str, staff: Staff, brand: str, facts: Mapping[str, object]
    ) -> Email:
        known = {**facts, "brand": clean(brand), "staff": staff, "subject": subject}
        return Email(
            subject=subject,
            text=self._templates.get_template(f"{template}.txt").render(known),
            html=self._templates.get_template(f"{template}.html").render(known) if self._html else "",
            headers=((KIND_HEADER, kind),),
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


def _case_text(cases: Sequence[CaseView]) -> str:
    """In the GSM alphabet: what, time left, customer, their words, and the link.

    One segment; two with a link to the action page.
    """
    first, *others = cases
    if others:
        urgent = sum(one.urgent for one in cases)
        pressing = f", {urgent} urgent" if urgent else ""
        says = f"{len(cases)} customers wait{pressing}. First: answer by {first.answer_by}, {first.left}."
    else:
        says = (
            f"{first.what.capitalize()}: answer by {first.answer_by}, {first.left}. Customer {first.case.customer_id}:"
        )
    return _text(says, first.words(SEGMENT), first.act or first.link, TWO_SEGMENTS if first.act else SEGMENT)


def _incident_text(one: IncidentView) -> str:
    """In the GSM alphabet, at most two segments: what, how many, since when, one customer's words and the link."""
    if one.notice.going_back:
        says = f"Solved, {one.incident.people} customers to go back to:"
    else:
        says = f"{one.people} since {one.since}:"
    return _text(says, one.title, one.act or one.samples(1)[0][1], TWO_SEGMENTS)


def _text(says: str, words: str, link: str, most: int) -> str:
    """As many of the words as fit, in quotes, between what is said and the link."""
    start, end = to_gsm7(says) + " ", " " + link
    # In a smaller alphabet, harmless text may have become a link.
    shown = cut(defang(to_gsm7(words)), most - places(start) - places(end) - 2)
    return f'{start}"{shown}"{end}' if shown else f"{start.rstrip()}{end}"


def _together(cases: Sequence[CaseView]) -> str:
    """The title of the incident that all of these are part of."""
    titles = {one.part_of for one in cases}
    return titles.pop() if len(titles) == 1 else ""
