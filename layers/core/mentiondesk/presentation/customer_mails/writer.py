"""Mails to subscribers: the question for confirmation, and each update."""

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mentiondesk.domain.alerts.messages import KIND_HEADER, Email, MessageKind
from mentiondesk.domain.status.public_incident import PublicIncident, PublicUpdate
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.text import clean, defang, quotable
from mentiondesk.presentation.status_site import times
from mentiondesk.presentation.status_site.labels import label

_LONGEST_TITLE = 120

Headers = tuple[tuple[str, str], ...]


class CustomerMails:
    """CustomerWriter on templates."""

    def confirmation(self, name: str, link: str) -> Email:
        shown = clean(name)
        return _mail(
            MessageKind.CONFIRMATION,
            "confirmation",
            f"Do you want status updates from {shown}?",
            {"name": shown, "link": link},
        )

    def update(self, site: Site, incident: PublicIncident, update: PublicUpdate, leave: str) -> Email:
        """A title, and an update by the desk, may hold customers' words: no mail program makes a link of them."""
        title = quotable(incident.title, _LONGEST_TITLE)
        facts = {
            "name": site.name,
            "title": title,
            "label": label(update),
            "body": update.body if update.by_person else defang(update.body),
            "at": times.on_clock(update.at, site.zone),
            "affected": [quotable(name, _LONGEST_TITLE) for name in site.affects(incident)],
            "link": f"{site.url}/{incident.path}",
            "leave": leave,
        }
        headers = (
            # One press in the mail program itself (RFC 8058), which asks for no page.
            ("List-Unsubscribe", f"<{leave}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )
        return _mail(MessageKind.STATUS_UPDATE, "update", f"{site.name} · {label(update)}: {title}", facts, headers)


def _mail(kind: MessageKind, name: str, subject: str, facts: Mapping[str, object], headers: Headers = ()) -> Email:
    known = {**facts, "subject": subject}
    text, html = (_templates().get_template(f"{name}.{media}").render(known) for media in ("txt", "html"))
    return Email(subject, text, html, (*headers, (KIND_HEADER, kind)))


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("mentiondesk.presentation.customer_mails"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
