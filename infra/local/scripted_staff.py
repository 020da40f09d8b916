"""A member of staff who follows a script: opens the link in a mail, reads the page, presses a button."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from infra.local.forms import HtmlPage
from mentiondesk.domain.alerts.messages import MessageKind

_LINK = re.compile(r"https?://[\w.:-]+/act/[\w.-]+")


INCIDENT_KINDS = frozenset({MessageKind.INCIDENT_NOTICED, MessageKind.INCIDENT_RESOLVED})


@dataclass(frozen=True)
class Mail:
    """A mail to a person. `kind` is its header of that purpose; `about` is the id of its case or incident, or empty."""

    to: str
    kind: str
    text: str
    about: str = ""

    @property
    def link(self) -> str | None:
        """The first link to an action page."""
        found = _LINK.search(self.text)
        return found[0] if found else None


@dataclass(frozen=True)
class ScriptedAction:
    """An act at a time of day, on the latest incident that the person with the address `to` got a mail about."""

    at: datetime
    to: str
    action: str
    typed: Mapping[str, str] = field(default_factory=dict)

    def do(self, mails: Iterable[Mail]) -> str | None:
        """Opens the latest such mail's link and presses the button; returns the text of the next page.

        Returns None without such a mail, and where the page does not offer the act (any more).
        """
        for mail in reversed(list(mails)):
            if mail.to == self.to and mail.kind in INCIDENT_KINDS and mail.link is not None:
                page = opened(mail.link)
                return pressed(mail.link, page, self.action, self.typed).text if self.action in page.offers() else None
        return None


def opened(link: str) -> HtmlPage:
    """The page behind a link, whatever its status."""
    return _asked(Request(link))  # noqa: S310 - links are the desk's own, on loopback


def pressed(link: str, page: HtmlPage, action: str, typed: Mapping[str, str] | None = None) -> HtmlPage:
    """Presses the button of `action`, the form's fields as they stand except for `typed`; returns the next page."""
    body = urlencode({**page.pressed(action), **(typed or {})}).encode()
    return _asked(Request(link, data=body))  # noqa: S310 - as above


def _asked(request: Request) -> HtmlPage:
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return HtmlPage.of(answer.read().decode())
    except HTTPError as refused:
        return HtmlPage.of(refused.read().decode())
