"""A member of staff who opens the link in a mail, reads the page, and presses a button."""

from collections.abc import Iterable, Mapping
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from infra.local.desk import Mail
from infra.local.forms import HtmlPage
from mentiondesk.domain.alerts.messages import MessageKind

INCIDENT_KINDS = frozenset({MessageKind.INCIDENT_NOTICED, MessageKind.INCIDENT_RESOLVED})


# The button below words that are shown before they are public.
CONFIRM = {"confirmed": "yes"}


def act_on_incident(mails: Iterable[Mail], to: str, action: str, typed: Mapping[str, str]) -> str | None:
    """Presses a button on the page behind a person's latest mail about an incident; the text of the next page.

    None without such a mail, and where the page does not offer the act (any more).
    """
    for mail in reversed(list(mails)):
        if mail.to == to and mail.kind in INCIDENT_KINDS and mail.link is not None:
            page = opened(mail.link)
            return pressed(mail.link, page, action, typed).text if action in page.offers() else None
    return None


def opened(link: str) -> HtmlPage:
    """The page behind a link, whatever its status."""
    return _asked(Request(link))


def pressed(link: str, page: HtmlPage, action: str, typed: Mapping[str, str] | None = None) -> HtmlPage:
    """Presses the button of `action`, the form's fields as they stand except for `typed`; returns the next page.

    Words that are shown before they are public are published.
    """
    shown = _sent(link, {**page.pressed(action), **(typed or {})})
    first = next((form for form in shown.forms if CONFIRM in form.buttons), None)
    return _sent(link, first.fields | CONFIRM) if first else shown


def _sent(link: str, fields: Mapping[str, str]) -> HtmlPage:
    return _asked(Request(link, data=urlencode(fields).encode()))


def _asked(request: Request) -> HtmlPage:
    try:
        with urlopen(request, timeout=30) as answer:
            return HtmlPage.of(answer.read().decode())
    except HTTPError as refused:
        return HtmlPage.of(refused.read().decode())
