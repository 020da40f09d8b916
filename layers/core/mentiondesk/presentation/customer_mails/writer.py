"""Mails to subscribers: the question for confirmation, and each update."""

from collections.abc import Callable, Mapping

from mentiondesk.domain.alerts.messages import Email, MessageKind, automatic
from mentiondesk.domain.status.public_incident import PublicIncident, PublicUpdate
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.text import clean, defang, header_text, quotable
from mentiondesk.presentation.rendering import render
from mentiondesk.presentation.status_site.labels import paragraphs, update_label
from mentiondesk.presentation.times import full_moment
from mentiondesk.presentation.wording import Sentences

_LONGEST_TITLE = 120

Headers = tuple[tuple[str, str], ...]


class CustomerMails:
    """CustomerWriter on templates."""

    def __init__(self, wording: Callable[[], Sentences] = Sentences) -> None:
        self._wording = wording

    def confirmation(self, name: str, link: str) -> Email:
        facts = {"name": clean(name), "link": link}
        say = self._wording()
        return _mail(MessageKind.CONFIRMATION, "confirmation", say, say("confirmation_mail.subject", **facts), facts)

    def update(self, site: Site, incident: PublicIncident, update: PublicUpdate, leave: str) -> Email:
        """A title, and an update by the desk, may hold customers' words: no mail program makes a link of them."""
        say = self._wording()
        body = update.body if update.by_person else defang(update.body)
        facts = {
            "name": site.name,
            "title": quotable(incident.title, _LONGEST_TITLE),
            "update_label": update_label(say, update),
            "body": body,
            "paragraphs": paragraphs(body),
            "at": full_moment(say, update.at, site.zone),
            "affected": [quotable(name, _LONGEST_TITLE) for name in site.affects(incident)],
            "link": f"{site.url}/{incident.path}",
            "leave": leave,
        }
        subject = say("update_mail.subject", name=site.name, label=facts["update_label"], title=facts["title"])
        headers = (
            # One press in the mail program itself (RFC 8058), which asks for no page.
            ("List-Unsubscribe", f"<{leave}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )
        return _mail(MessageKind.STATUS_UPDATE, "update", say, subject, facts, headers)


def _mail(
    kind: MessageKind, name: str, say: Sentences, subject: str, facts: Mapping[str, object], headers: Headers = ()
) -> Email:
    known = {**facts, "subject": subject}
    text, html = (render(f"customer_mails/{name}.{media}", say, known) for media in ("txt", "html"))
    return Email(header_text(subject), text, html, (*headers, *automatic(kind)))
