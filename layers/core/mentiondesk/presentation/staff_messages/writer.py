"""Messages to staff: about one case, about many, or about an incident."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from mentiondesk.domain.alerts.messages import Email, MessageKind, automatic, in_thread
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice, Notice
from mentiondesk.domain.alerts.roster import CHANNELS, Channel, Staff
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.text import clean, defang, header_text, quotable
from mentiondesk.presentation.rendering import render
from mentiondesk.presentation.staff_messages.gsm7 import fitted, readable, segments, to_gsm7
from mentiondesk.presentation.staff_messages.views import CaseView, IncidentView
from mentiondesk.presentation.wording import Sentences

_MOST_LISTED = 50
_MOST_IN_SUBJECT = 60
# The limit of a text, whose link takes about as much as all the rest.
_MOST_SEGMENTS = 2
_LONGEST_QUOTE = 160
# Fewer characters of a customer's words tell nothing.
_LEAST_WORDS = 8
# The reason for the urgency stands in a text where it leaves room for so many characters of the customer's words.
_LEAST_BESIDE_REASON = 60


class StaffMessages:
    """StaffWriter on templates. Without `html`, mails have their plain text only."""

    def __init__(self, wording: Callable[[], Sentences] = Sentences, html: bool = True) -> None:
        self._wording = wording
        self._html = html

    def write(
        self, channel: Channel, staff: Staff, notices: Sequence[Notice], brand: str, now: datetime
    ) -> Email | str:
        say, name = self._wording(), clean(brand)
        for one in notices:
            if isinstance(one, IncidentNotice):
                about = IncidentView(one, staff, now, say, name)
                return _on(channel, partial(self._incident_mail, about), partial(_incident_text, about))
        cases = [CaseView(one, staff, now, say, name) for one in notices if isinstance(one, CaseNotice)]
        cases.sort(key=lambda one: (one.timer is None, one.case.urgency is not Urgency.CRITICAL, one.due_at))
        return _on(channel, partial(self._case_mail, cases), partial(_case_text, cases))

    def _case_mail(self, cases: Sequence[CaseView]) -> Email:
        """One mail about one case, or a digest of many: what is critical first, then by deadline."""
        first, *others = cases
        if others:
            facts = _counted(cases)
            key = "cases_alert.subject_about" if facts["title"] else "cases_alert.subject"
            unlisted = max(len(cases) - _MOST_LISTED, 0)
            shown = {"cases": cases[:_MOST_LISTED], "unlisted": unlisted, **facts}
            return self._mail(MessageKind.CASES, "digest", first.say(key, **facts), first, shown)
        # All mails about a case have one subject, without what changes from one to the next: they are one thread.
        critical = first.case.urgency is Urgency.CRITICAL
        words = quotable(first.case.first_words or first.case.words, _MOST_IN_SUBJECT)
        key = "case_alert.subject_critical" if critical else "case_alert.subject"
        subject = first.say(key, number=first.number, words=words)
        return self._mail(MessageKind.CASE, "case", subject, first, {"one": first})

    def _incident_mail(self, one: IncidentView) -> Email:
        """One mail about an incident: noticed, or resolved with the customers to get back to."""
        facts = {"one": one, "most": _MOST_LISTED}
        subject = one.say("incident_alert.subject", title=one.title, brand=one.brand)
        if one.notice.hourly:
            return self._mail(MessageKind.INCIDENT_HOURLY, "hourly", subject, one, facts)
        if one.notice.going_back and not one.about_post:
            return self._mail(MessageKind.INCIDENT_RESOLVED, "resolved", subject, one, facts)
        return self._mail(MessageKind.INCIDENT_NOTICED, "incident", subject, one, facts)

    def _mail(
        self,
        kind: MessageKind,
        template: str,
        subject: str,
        view: CaseView | IncidentView,
        facts: Mapping[str, object],
    ) -> Email:
        known = {**facts, "brand": view.brand, "staff": view.staff, "subject": subject}
        path = f"staff_messages/{template}"
        thread = () if kind is MessageKind.CASES else in_thread(view.notice.alert.subject_id)
        return Email(
            subject=header_text(subject),
            text=render(f"{path}.txt", view.say, known),
            html=render(f"{path}.html", view.say, known) if self._html else "",
            headers=(*automatic(kind), *thread),
            sender=header_text(view.say("staff.sender", brand=view.brand)),
        )


def _on(channel: Channel, mail: Callable[[], Email], text: Callable[[], str]) -> Email | str:
    """The message in the form that this channel takes."""
    return text() if CHANNELS[channel].short else mail()


def _case_text(cases: Sequence[CaseView]) -> str:
    """Brand, what, case number, time left, customer, their words, how many more are due, and the link."""
    first, *others = cases
    if others:
        facts = _counted(cases)
        says = first.say("cases_alert.text_urgent" if facts["urgent"] else "cases_alert.text", **facts)
        short = first.say("cases_alert.text_short", **facts)
    else:
        facts = _facts(first)
        key = "case_alert.text_private" if first.asks else "case_alert.text"
        key = key if first.timer else "case_alert.text_untimed"
        says = first.say(key, what=first.what, who=first.caller, **facts)
        short = first.say("case_alert.text_short", **facts)
        if first.draws and key == "case_alert.text":
            drawn = first.say("case_alert.text_drawn", what=first.what, who=first.caller, reason=first.draws, **facts)
            says = drawn if _leaves_room(drawn, first) else says
    link = first.act or first.link
    if first.notice.beside:
        link = f"{first.say('staff.beside_short', count=first.notice.beside)} {link}"
    return _text(says, short, first.gist(_LONGEST_QUOTE), link)


def _leaves_room(says: str, one: CaseView) -> bool:
    """True where some of the customer's words, and the link, fit into a text that says this much."""
    words, link = one.gist(_LEAST_BESIDE_REASON), one.act or one.link
    return segments(_put_together(to_gsm7(says), link, to_gsm7(words))) <= _MOST_SEGMENTS


def _facts(one: CaseView) -> dict[str, object]:
    return {"brand": one.brand, "number": one.number, "by": one.reply_by, "left": one.left}


def _counted(cases: Sequence[CaseView]) -> dict[str, object]:
    """The facts of a message about several cases: how many people wait, how many urgently, and the first deadline."""
    people = len({one.case.customer_id for one in cases})
    urgent = len({one.case.customer_id for one in cases if one.urgent})
    waiting = cases[0].say("staff.waiting", count=people)
    return {"waiting": waiting, "count": len(cases), "urgent": urgent, "title": _together(cases), **_facts(cases[0])}


def _incident_text(one: IncidentView) -> str:
    """Brand, people, since when, the title and the link."""
    if one.about_post:
        says = one.say("incident_alert.text_post", brand=one.brand, news=one.about_post)
    elif one.notice.hourly:
        says = one.say("hourly_alert.text", brand=one.brand, news=one.news)
    elif one.notice.going_back:
        says = one.say("resolved_alert.text", brand=one.brand, people=one.customers)
    else:
        key = "incident_alert.text_unconfirmed" if one.notice.unconfirmed else "incident_alert.text"
        says = one.say(key, brand=one.brand, people=one.people, since=one.since, waited=one.waited)
    return _text(says, says, one.title, one.act or one.samples(1)[0][1])


def _text(says: str, short: str, words: str, link: str) -> str:
    """As many of the words as fit, in quotes, between what is said and the link.

    Where the small alphabet of texts loses the words, they are sent as they are, if some of them fit: less is said
    then, since a segment holds 67 characters in place of 153.
    """
    if not readable(words):
        written = fitted(partial(_put_together, short, link), words, _MOST_SEGMENTS)
        if segments(written) <= _MOST_SEGMENTS and words[:_LEAST_WORDS] in written:
            return written
    # In a smaller alphabet, harmless text may have become a link. Words that it garbles are left out.
    kept = defang(to_gsm7(words)) if readable(words) else ""
    return fitted(partial(_put_together, to_gsm7(says), link), kept, _MOST_SEGMENTS)


def _put_together(says: str, link: str, words: str) -> str:
    return f'{says} "{words}" {link}' if words else f"{says} {link}"


def _together(cases: Sequence[CaseView]) -> str:
    """The title of the incident that all of these are part of."""
    titles = {one.part_of for one in cases}
    return titles.pop() if len(titles) == 1 else ""
