"""Messages to staff: about one case, about many, or about an incident."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import assert_never

from mentiondesk.domain.alerts.messages import Email, MessageKind, automatic
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice, Notice
from mentiondesk.domain.alerts.roster import Channel, Staff
from mentiondesk.domain.text import clean, defang, header_text
from mentiondesk.presentation.rendering import render
from mentiondesk.presentation.staff_messages.gsm7 import fitted, readable, segments, to_gsm7
from mentiondesk.presentation.staff_messages.views import CaseView, IncidentView
from mentiondesk.presentation.wording import Sentences, capitalised

_MOST_LISTED = 50
_MOST_IN_SUBJECT = 60
# Of a text, whose link takes about as much as all the rest.
_MOST_SEGMENTS = 2
_LONGEST_QUOTE = 160
# Fewer characters of a customer's words tell nothing.
_LEAST_WORDS = 8


class StaffMessages:
    """StaffWriter on templates. Without `html`, mails have their plain text only."""

    def __init__(self, wording: Callable[[], Sentences] = Sentences, html: bool = True) -> None:
        self._wording = wording
        self._html = html

    def write(
        self, channel: Channel, staff: Staff, notices: Sequence[Notice], brand: str, now: datetime
    ) -> Email | str:
        say = self._wording()
        for one in notices:
            if isinstance(one, IncidentNotice):
                return self._about_incident(channel, IncidentView(one, staff, now, say), brand)
        cases = [CaseView(one, staff, now, say) for one in notices if isinstance(one, CaseNotice)]
        cases.sort(key=lambda one: (-one.case.urgency.rank, one.timer.answer_by))
        return self._about_cases(channel, cases, brand)

    def _about_incident(self, channel: Channel, one: IncidentView, brand: str) -> Email | str:
        match channel:
            case Channel.EMAIL:
                return self._incident_mail(one, brand)
            case Channel.TEXT:
                return _incident_text(one)
            case _:
                assert_never(channel)

    def _about_cases(self, channel: Channel, cases: Sequence[CaseView], brand: str) -> Email | str:
        match channel:
            case Channel.EMAIL:
                return self._case_mail(cases, brand)
            case Channel.TEXT:
                return _case_text(cases)
            case _:
                assert_never(channel)

    def _case_mail(self, cases: Sequence[CaseView], brand: str) -> Email:
        """One mail about one case, or a digest of many, the most urgent first."""
        first, *others = cases
        facts = {"by": first.reply_by, "left": first.left}
        if others:
            title = _together(cases)
            key = "cases_alert.subject_about" if title else "cases_alert.subject"
            subject = first.say(key, count=len(cases), title=title, **facts)
            unlisted = max(len(cases) - _MOST_LISTED, 0)
            shown = {"cases": cases[:_MOST_LISTED], "count": len(cases), "unlisted": unlisted}
            return self._mail(MessageKind.CASES, "digest", subject, first, brand, shown)
        # With the customer's words, two mails of one minute can be told apart in a list.
        words = first.words(_MOST_IN_SUBJECT)
        subject = first.say("case_alert.subject", what=capitalised(first.what), words=words, **facts)
        return self._mail(MessageKind.CASE, "case", subject, first, brand, {"one": first})

    def _incident_mail(self, one: IncidentView, brand: str) -> Email:
        """One mail about an incident: noticed, or resolved with the customers to get back to."""
        facts = {"one": one, "most": _MOST_LISTED}
        if one.notice.going_back:
            subject = one.say("resolved_alert.subject", title=one.title, people=one.customers)
            return self._mail(MessageKind.INCIDENT_RESOLVED, "resolved", subject, one, brand, facts)
        key = "incident_alert.subject_unconfirmed" if one.notice.unconfirmed else "incident_alert.subject"
        subject = one.say(key, people=one.people, since=one.since, title=one.title, waited=one.waited)
        return self._mail(MessageKind.INCIDENT_NOTICED, "incident", subject, one, brand, facts)

    def _mail(
        self,
        kind: MessageKind,
        template: str,
        subject: str,
        view: CaseView | IncidentView,
        brand: str,
        facts: Mapping[str, object],
    ) -> Email:
        known = {**facts, "brand": clean(brand), "staff": view.staff, "subject": subject}
        path = f"staff_messages/{template}"
        return Email(
            subject=header_text(subject),
            text=render(f"{path}.txt", view.say, known),
            html=render(f"{path}.html", view.say, known) if self._html else "",
            headers=automatic(kind),
        )


def _case_text(cases: Sequence[CaseView]) -> str:
    """What, time left, customer, their words, and the link."""
    first, *others = cases
    facts = {"by": first.reply_by, "left": first.left}
    if others:
        urgent = sum(one.urgent for one in cases)
        key = "cases_alert.text_urgent" if urgent else "cases_alert.text"
        says = first.say(key, count=len(cases), urgent=urgent, **facts)
    else:
        customer = first.case.customer_id
        says = first.say("case_alert.text", what=capitalised(first.what), customer=customer, **facts)
    return _text(says, first.words(_LONGEST_QUOTE), first.act or first.link)


def _incident_text(one: IncidentView) -> str:
    """People, since when, the title and the link."""
    if one.notice.going_back:
        says = one.say("resolved_alert.text", people=one.customers)
    else:
        key = "incident_alert.text_unconfirmed" if one.notice.unconfirmed else "incident_alert.text"
        says = one.say(key, people=one.people, since=one.since, waited=one.waited)
    return _text(says, one.title, one.act or one.samples(1)[0][1])


def _text(says: str, words: str, link: str) -> str:
    """As many of the words as fit, in quotes, between what is said and the link.

    Where the small alphabet of texts loses the words, they are sent as they are, if some of them fit.
    """
    if not readable(words):
        written = fitted(partial(_put_together, says, link), words, _MOST_SEGMENTS)
        if segments(written) <= _MOST_SEGMENTS and words[:_LEAST_WORDS] in written:
            return written
    # In a smaller alphabet, harmless text may have become a link.
    return fitted(partial(_put_together, to_gsm7(says), link), defang(to_gsm7(words)), _MOST_SEGMENTS)


def _put_together(says: str, link: str, words: str) -> str:
    return f'{says} "{words}" {link}' if words else f"{says} {link}"


def _together(cases: Sequence[CaseView]) -> str:
    """The title of the incident that all of these are part of."""
    titles = {one.part_of for one in cases}
    return titles.pop() if len(titles) == 1 else ""
