"""Somebody on the team who works from their mail: opens the link in it, reads the page, presses a button."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from infra.local.forms import HtmlPage

_LINK = re.compile(r"https?://[\w.:-]+/act/[\w.-]+")

# How mails about an incident begin.
_ABOUT_INCIDENT = re.compile(r"\d+ people, ")


@dataclass(frozen=True)
class Mail:
    """A mail that somebody got."""

    to: str
    subject: str
    text: str

    @property
    def link(self) -> str | None:
        """The first link in it that acts."""
        found = _LINK.search(self.text)
        return found[0] if found else None

    @property
    def about_incident(self) -> bool:
        return _ABOUT_INCIDENT.match(self.subject) is not None


@dataclass(frozen=True)
class ScriptedAction:
    """What somebody does at a time of day about the latest incident they were told of."""

    at: datetime
    to: str
    """Their address."""
    action: str
    typed: Mapping[str, str] = field(default_factory=dict)

    def do(self, mails: Iterable[Mail]) -> str | None:
        """Opens the latest mail that offers this and presses the button; what the page said, None with no such page.

        Somebody may have done it before: then the page offers it no more.
        """
        for mail in reversed(list(mails)):
            if mail.to != self.to or mail.link is None or not mail.about_incident:
                continue
            page = opened(mail.link)
            return pressed(mail.link, page, self.action, self.typed).said if self.action in page.offers() else None
        return None


def opened(link: str) -> HtmlPage:
    """The page behind a link, whatever its status."""
    return _asked(Request(link))  # noqa: S310 - links are the desk's own, on loopback


def pressed(link: str, page: HtmlPage, action: str, typed: Mapping[str, str] | None = None) -> HtmlPage:
    """The page that comes when the button of `action` is pressed, its fields as they stand but for `typed`."""
    body = urlencode({**page.pressed(action), **(typed or {})}).encode()
    return _asked(Request(link, data=body))  # noqa: S310 - as above


def _asked(request: Request) -> HtmlPage:
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return HtmlPage.of(answer.read().decode())
    except HTTPError as refused:
        return HtmlPage.of(refused.read().decode())
